"""Fixes applied to texts: whole fixes only, none that overlaps another, nothing read and nothing written."""

from __future__ import annotations

from collections.abc import Iterable

from mlnlang.diagnostics import Diagnostic, Edit, Fix
from mlnlang.source import SourceFile

#: Times that fixes are looked for anew: one may make room for the next, and two must not chase each other for ever.
ROUNDS = 10


def pick(problems: Iterable[Diagnostic], *, suggestions: bool = False) -> list[Fix]:
    """The fixes to apply now, in the order of the problems: each one that touches none before it.

    Only safe ones, unless `suggestions` are wanted too. What is left over may fit in the next round.
    """
    picked: list[Fix] = []
    taken: dict[str, list[Edit]] = {}
    for problem in problems:
        fix = problem.fix
        if fix is None or not (fix.safe or suggestions) or not fix.edits or not _fits(fix.edits, taken):
            continue
        picked.append(fix)
        for edit in fix.edits:
            taken.setdefault(edit.span.file.path, []).append(edit)
    return picked


def applied(fixes: Iterable[Fix]) -> dict[str, tuple[SourceFile, str]]:
    """By path, each file concerned and its new text. The fixes are those that `pick` gave."""
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            edits.setdefault(edit.span.file.path, []).append(edit)
    return {path: (here[0].span.file, _edited(here)) for path, here in edits.items()}


def _edited(edits: list[Edit]) -> str:
    text, parts, at = edits[0].span.file.text, [], 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _fits(edits: tuple[Edit, ...], taken: dict[str, list[Edit]]) -> bool:
    """Whether all edits lie in their texts, and apart from each other and from those taken."""
    for number, edit in enumerate(edits):
        span = edit.span
        if not 0 <= span.start <= span.end <= len(span.file.text):
            return False
        others = [*taken.get(span.file.path, ()), *edits[:number]]
        if any(_touch(edit, other) for other in others if other.span.file.path == span.file.path):
            return False
    return True


def _touch(one: Edit, other: Edit) -> bool:
    """Whether two edits of a file overlap; an insertion must not even stand at the edge of another edit."""
    a, b = one.span, other.span
    if a.start == a.end or b.start == b.end:
        return a.start <= b.end and b.start <= a.end
    return a.start < b.end and b.start < a.end
