"""Completion: what may stand at a place. What a word means comes from the schema, which names there are from the
project, and which addresses are free from the IR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mlnlang.diagnostics.catalogue import BY_SLUG
from mlnlang.ide.cursor import Cursor, cursor
from mlnlang.ide.describing import summary
from mlnlang.ide.offers import Kind, Proposal, Stretch, block_snippet, keyword_snippet
from mlnlang.ide.paths import beside, includes, templates
from mlnlang.ide.scene import Scene
from mlnlang.ide.scope import variables
from mlnlang.ide.values import values
from mlnlang.ide.words import line_words, next_card
from mlnlang.schema.core import ALIASES
from mlnlang.semantics.sections import Section

_ALLOW = re.compile(r"#\s*mln:\s*(?P<verb>[a-z-]*)(?P<open>\(\s*(?P<list>[^)]*))?$")
_INCLUDE = re.compile(r"#include[^\S\n]+$")


def completion(scene: Scene, offset: int, *, typed: str = "") -> list[Proposal]:
    """What may stand at an offset. `typed`: the character that asked by itself; after a blank alone nothing is said."""
    place = cursor(scene.file.text, offset)
    section = scene.section(offset)
    found: Iterable[Proposal]
    if section.body != "raw" and place.kind == "comment":
        found = _in_comment(scene, place)
    elif section.body != "raw" and place.kind == "include":
        found = _paths(includes(scene, place.typed), place)
    elif (reference := place.variable()) is not None:
        start, end, bracket = reference
        found = _variables(scene, section, Stretch(start, offset, end), bracket)
    elif section.body == "raw":
        found = ()
    elif not place.words:
        found = () if typed == " " else _first_words(scene, section, place)
    else:
        found = _later_words(scene, section, place)
    return list(found)


# ---------------------------------------------------------------- comments, includes
def _in_comment(scene: Scene, place: Cursor) -> Iterator[Proposal]:
    comment = place.before
    if _INCLUDE.fullmatch(comment):
        at = replace(place, typed="")
        yield from _paths(includes(scene, ""), at)
        return
    stretch = Stretch(place.offset - len(comment), place.offset, place.offset)
    if re.fullmatch(r"#\s?\w*", comment):
        yield from _starts(stretch)
    found = _ALLOW.search(comment)
    if found and found["open"] is not None:
        slug = re.search(r"[a-z0-9-]*$", comment)
        start = place.offset - len(slug.group() if slug else "")
        for name, rule in sorted(BY_SLUG.items()):
            if not rule.firm:
                word = Stretch(start, place.offset, place.offset)
                yield Proposal(name, "value", rule.title, word, subject=("rule", name))


def _starts(stretch: Stretch) -> Iterator[Proposal]:
    """What a `#` may be the start of, besides a comment."""
    yield Proposal("#include", "keyword", "take in another file", stretch, insert="#include ", subject=("include",))
    yield Proposal(
        "# mln: allow(…)", "keyword", "say nothing about a rule here", stretch, snippet=True,
        insert="# mln: allow($0)", plain="# mln: allow(", filter_text="# mln: allow", subject=("allow",),
    )  # fmt: skip


def _paths(found: Iterable[tuple[str, str]], place: Cursor) -> Iterator[Proposal]:
    """Names in a folder: each replaces the last part of the path."""
    typed = place.typed.rpartition("/")[2]
    stretch = Stretch(place.offset - len(typed), place.offset, place.typed_end)
    for name, detail in found:
        kind: Kind = "folder" if name.endswith("/") else "file"
        yield Proposal(name, kind, detail, stretch, sort=f"{'1' if kind == 'folder' else '0'}{name}")


def _variables(scene: Scene, section: Section, stretch: Stretch, bracket: bool) -> Iterator[Proposal]:
    for variable in variables(scene, section):
        text = f"$[{variable.name}]" if bracket else f"${variable.name}"
        yield Proposal(
            text, "variable", variable.value, stretch, sort=f"{variable.distance}{variable.name}",
            filter_text=text, subject=("variable", variable.name),
        )  # fmt: skip


# ---------------------------------------------------------------- the first word of a line
def _first_words(scene: Scene, section: Section, place: Cursor) -> Iterator[Proposal]:
    stretch = Stretch(place.typed_start, place.offset, place.typed_end)
    if section.body == "lines":
        yield from line_words(scene, section, 0, place)
    given = {entry.key for entry in section.entries if not entry.token.start <= place.start <= entry.token.end}
    context = section.context
    schema = scene.workspace.schema
    for row in schema.keywords_in(context).values():
        if row.name in ALIASES:
            continue
        is_set = row.name in given and not row.repeatable
        dead = row.status == "dead"
        group = "9" if dead else "8" if is_set else "2" if row.plugin else "1"
        yield Proposal(
            row.name, "keyword", summary(row) + (", already set" if is_set else ""), stretch, sort=group + row.name,
            insert=keyword_snippet(row), plain=row.name, snippet=True, deprecated=dead,
            subject=("keyword", context, row.name), asks_on=bool(row.refers_to or row.choices),
        )  # fmt: skip
    known = schema.keywords_in(context)
    for block in schema.blocks_in(context).values():
        if block.name in ("*", *ALIASES) or block.name in known:
            continue
        dead = block.status == "dead"
        name = next_card(scene, section) if block.name == "network" and context == "host" else "NAME"
        yield Proposal(
            block.name, "block", summary(block), stretch,
            sort=("9" if dead else "4" if block.plugin else "3" if section.parent else "1") + block.name,
            insert=block_snippet(block, name), plain=block.name, snippet=True, deprecated=dead,
            subject=("block", context, block.name),
        )  # fmt: skip


# ---------------------------------------------------------------- what follows it
def _later_words(scene: Scene, section: Section, place: Cursor) -> Iterable[Proposal]:
    if section.body == "lines":
        return line_words(scene, section, len(place.words), place)
    word, *more = place.words
    if more and more != ["="]:
        return ()
    schema = scene.workspace.schema
    row = schema.keywords_in(section.context).get(ALIASES.get(word, word))
    block = schema.blocks_in(section.context).get(word)
    if block is not None and row is None:
        if block.name == "network" and section.context == "host":
            stretch = Stretch(place.typed_start, place.offset, place.typed_end)
            return [Proposal(next_card(scene, section), "name", "the next card", stretch)]
        return ()
    if row is None:
        return ()
    if row.kind == "path" or "/" in place.typed:
        found = templates(scene, row, place.typed) or beside(scene, place.typed)
        if found or row.kind == "path":
            return [*_paths(found, place), *values(scene, section, row, place)]
    return values(scene, section, row, place)
