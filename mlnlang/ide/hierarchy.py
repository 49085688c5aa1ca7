"""The hierarchy of superclasses: what a host or superclass inherits from, and what inherits from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlnlang.ide.atlas import Atlas, Chart
from mlnlang.semantics.sections import Section
from mlnlang.source import Span


@dataclass(frozen=True, slots=True)
class Member:
    """A host, a superclass, or the hosts of an `autoenum`. `root` names the project, `path` and `start` the block."""

    kind: str
    name: str
    detail: str
    span: Span
    name_span: Span
    root: str
    path: str
    start: int


def prepare(atlas: Atlas, path: str, offset: int) -> list[Member]:
    """The host or superclass whose header, or whose name in a line, the cursor is on."""
    path = atlas.workspace.key(path)
    found = []
    for chart in atlas.around(path):
        sections = [section for section in _all(chart) if _heads(chart, section, path, offset)]
        for each in chart.names.around(path, offset):
            if each.name.kind in ("host", "superclass"):
                section = chart.symbols.table(each.name.kind).get(each.name.text)
                sections += [section] if section is not None else []
        found += [_member(chart, section) for section in sections]
    return _unique(found)


def supertypes(atlas: Atlas, root: str, path: str, start: int) -> list[Member]:
    """The superclass of a block."""
    found = []
    for chart, section in _places(atlas, root, path, start):
        above = _superclass(chart, section)
        found += [_member(chart, above)] if above is not None else []
    return _unique(found)


def subtypes(atlas: Atlas, root: str, path: str, start: int) -> list[Member]:
    """What names a block as its superclass, in every project that holds it."""
    return _unique(
        _member(chart, heir)
        for chart, section in _places(atlas, root, path, start)
        if section.kind == "superclass"
        for heir in _all(chart)
        if _superclass(chart, heir) is section
    )


def _places(atlas: Atlas, root: str, path: str, start: int) -> Iterator[tuple[Chart, Section]]:
    """A block in its own project first, then in the others that hold its text."""
    for chart in sorted(atlas.around(path), key=lambda chart: chart.root != root):
        for section in _all(chart):
            if section.header_span().start == start and chart.key(section.file.path) == path:
                yield chart, section
                break


def _all(chart: Chart) -> Iterator[Section]:
    for section in chart.unit.root.children:
        if section.row is None:
            continue
        if section.kind in ("host", "superclass"):
            yield section
        elif section.kind == "global":
            yield from (child for child in section.children if child.kind == "autoenum")


def _superclass(chart: Chart, section: Section) -> Section | None:
    if section.kind != "autoenum":
        return section.superclass
    entry = section.entry("superclass")
    return chart.symbols.superclasses.get(" ".join(chart.symbols.evaluator.words(entry))) if entry else None


def _heads(chart: Chart, section: Section, path: str, offset: int) -> bool:
    header = section.header_span()
    return header.start <= offset <= header.end and chart.key(section.file.path) == path


def _member(chart: Chart, section: Section) -> Member:
    header = section.header_span()
    end = section.block.end if section.block is not None else header.end
    name, detail = section.name, section.kind
    if section.kind == "autoenum":
        words = chart.symbols.evaluator.words
        prefix, number = section.entry("hostprefix"), section.entry("numhosts")
        name = f"{' '.join(words(prefix)) if prefix else 'node'}…"
        detail = f"{' '.join(words(number)) if number else 'no'} hosts of autoenum"
    span = Span(section.file, header.start, max(end, header.end))
    path = chart.key(section.file.path)
    named = section.name_span() if section.kind != "autoenum" else header
    return Member(section.kind, name or section.kind, detail, span, named, chart.root, path, header.start)


def _unique(found: Iterable[Member]) -> list[Member]:
    by_place: dict[tuple[str, int], Member] = {}
    for member in found:
        by_place.setdefault((member.path, member.start), member)
    return [by_place[place] for place in sorted(by_place)]
