"""Where lines name variables, and what each reference is bound to (language, section 3).

The evaluator puts values in; this tells the places of the references that it would put them in at. Both bind with
`lookup` and leave password hashes alone by `hash_start`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mlnlang.semantics.sections import Entry, Section
from mlnlang.semantics.variables import hash_start, lookup
from mlnlang.syntax.words import REFERENCE, is_plain, live_stretches, raw_offsets

_WORD = re.compile(r"\S+")


class Reference(NamedTuple):
    """A `$name` or `$[name]`. Offsets are the file's: of all of it, and of the name in it."""

    start: int
    end: int
    name_start: int
    name_end: int
    name: str
    section: Section
    definition: Entry | None


def references(entry: Entry, *, of_variable: bool = False) -> Iterator[Reference]:
    """The references in an entry's text. `of_variable`: the entry defines a variable, so the text is its value."""
    text = entry.text
    if "$" not in text:
        return
    section = entry.section
    if entry.raw:
        yield from _raw(entry)
    elif not is_plain(text):
        for at, piece in live_stretches(text):
            yield from _stretch(piece, entry.start + at, section)
    elif of_variable:
        yield from _stretch(text, entry.start, section)
    else:
        for word in _WORD.finditer(text):
            if "$" in word.group():
                yield from _stretch(word.group(), entry.start + word.start(), section)


def name_references(section: Section) -> Iterator[Reference]:
    """The references in the name of a block."""
    if "$" not in section.raw_name or section.block is None or section.parent is None:
        return
    if section.row is not None and section.row.named:
        span = section.name_span()
        yield from _stretch(span.text, span.start, section.parent)


def scope_of(definition: Entry) -> Section:
    """The block a variable is known in: that of its definition, or the root for what `global` defines."""
    section = definition.section
    outer = section.parent
    return outer if outer is not None and outer.variables.get(definition.key) is definition else section


def definition_name(entry: Entry) -> tuple[int, int]:
    """Where the name stands in a variable's definition, `$name = …`."""
    start = entry.file.text.index(entry.key, entry.token.start)
    return start, start + len(entry.key)


def _stretch(text: str, base: int, section: Section) -> Iterator[Reference]:
    if "$" not in text:
        return
    limit = hash_start(text, section)
    for found in REFERENCE.finditer(text if limit is None else text[:limit]):
        yield _reference(found, base, section)


def _reference(found: re.Match[str], base: int, section: Section) -> Reference:
    group = 1 if found[1] else 2
    start, end = found.span(group)
    name = found[group]
    return Reference(
        base + found.start(), base + found.end(), base + start, base + end, name, section, lookup(name, section)
    )


def _raw(entry: Entry) -> Iterator[Reference]:
    """Of a raw line: whatever is not defined is the shell's, and no reference."""
    written = entry.token.text
    offsets = raw_offsets(written) if "\\" in written else None
    lead = len(entry.text) - len(offsets) + 1 if offsets else 0
    for found in REFERENCE.finditer(entry.text):
        bound = _reference(found, entry.start, entry.section)
        if bound.definition is None:
            continue
        if offsets is None:
            yield bound
        elif found.start() >= lead:
            yield from _through(bound, found, entry.token.start, offsets, lead)


def _through(bound: Reference, found: re.Match[str], base: int, offsets: list[int], lead: int) -> Iterator[Reference]:
    """A reference in a line with backslashes, at its place in the line as written; none where one splits it."""
    start, end = offsets[found.start() - lead], offsets[found.end() - 1 - lead] + 1
    if end - start == found.end() - found.start():
        shift = base + start - bound.start
        yield bound._replace(
            start=bound.start + shift,
            end=bound.end + shift,
            name_start=bound.name_start + shift,
            name_end=bound.name_end + shift,
        )
