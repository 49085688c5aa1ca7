"""Files that are about to be moved or renamed: what to write in the includes that lead to them, and in their own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from mlnlang.diagnostics import Edit
from mlnlang.ide.atlas import Atlas, Chart
from mlnlang.ide.view import inside_quotes
from mlnlang.source import Span
from mlnlang.syntax import split
from mlnlang.syntax.words import REFERENCE

_SPECIAL = frozenset(";{}#\"'\\")


def moving(atlas: Atlas, moves: Mapping[str, str]) -> list[Edit]:
    """The edits for old path → new path, of files and folders, in the order of files and places.

    A relative path stays relative, one found on the search path stays so where it still is, and an absolute one stays
    absolute. Of a path with variables only what stands behind the last one is changed, where that is enough.
    """
    moves = {atlas.workspace.key(old): atlas.workspace.key(new) for old, new in moves.items()}
    found: dict[tuple[str, int], dict[str, Edit]] = {}
    for chart in atlas.everything():
        for span, target in chart.unit.includes:
            text = _rewritten(atlas, chart, span, target, moves)
            if text is not None:
                texts = found.setdefault((chart.key(span.file.path), span.start), {})
                texts[text] = Edit(span, text)
    # A path that would have to lead to two places can't be written.
    return [next(iter(found[place].values())) for place in sorted(found) if len(found[place]) == 1]


def _rewritten(atlas: Atlas, chart: Chart, span: Span, target: str, moves: Mapping[str, str]) -> str | None:
    """What an include must say; None where it may stay as it is."""
    source = chart.key(span.file.path)
    new_source, new_target = _moved(source, moves), _moved(target, moves)
    if (source, target) == (new_source, new_target):
        return None
    inner = inside_quotes(span)
    path = " ".join(word.text for word in split(span.text))
    for old, new in _ways(atlas, path, (source, target), (new_source, new_target)):
        changed = _changed(path, old, new)
        if changed is not None:
            if changed == path:
                return None
            quoted = inner != span
            return f"{span.text[0]}{changed}{span.text[0]}" if quoted else _quoted(changed)
    return None


def _ways(atlas: Atlas, path: str, before: tuple[str, str], after: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """How the path may have led from the source to the target, and how it would after the move."""
    if os.path.isabs(path):
        yield before[1], after[1]
        return
    beside = os.path.relpath(after[1], os.path.dirname(after[0]))
    if path.startswith("./") and not beside.startswith("."):
        beside = f"./{beside}"
    yield os.path.relpath(before[1], os.path.dirname(before[0])), beside
    for place in (atlas.workspace.world.cwd(), *map(atlas.workspace.key, atlas.workspace.include_dirs)):
        there = os.path.relpath(after[1], place)
        yield os.path.relpath(before[1], place), beside if there.startswith("../") else there


def _changed(path: str, old: str, new: str) -> str | None:
    """The path as written, changed so that it says the new one; None where it does not say the old one."""
    references = list(REFERENCE.finditer(path))
    if not references:
        return new if os.path.normpath(path) == os.path.normpath(old) else None
    tail = path[references[-1].end() :]
    if not tail or not old.endswith(tail):
        return None
    head = old[: -len(tail)]
    return path[: references[-1].end()] + new[len(head) :] if new.startswith(head) else None


def _moved(path: str, moves: Mapping[str, str]) -> str:
    """A path after the moves: the longest that concerns it counts."""
    for old in sorted(moves, key=len, reverse=True):
        if path == old or path.startswith(old.rstrip("/") + "/"):
            return moves[old] + path[len(old.rstrip("/")) :]
    return path


def _quoted(path: str) -> str:
    plain = _SPECIAL.isdisjoint(path) and " ".join(path.split()) == path
    if plain:
        return path
    if "'" not in path:
        return f"'{path}'"
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
