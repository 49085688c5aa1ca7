"""Go to definition and to declaration: of names where they are used, and of included files."""

from __future__ import annotations

from collections.abc import Iterable

from mlnlang.ide.atlas import Atlas, Chart
from mlnlang.ide.names import Occurrence
from mlnlang.semantics.sections import Section
from mlnlang.source import Span


def definition(atlas: Atlas, path: str, offset: int) -> list[Span]:
    """What the cursor is on is defined here: the place that counts, in each project that holds the file.

    Of a value that is made of a variable, what the value names; of a card, account or group, the nearest block that a
    superclass has for it.
    """
    path = atlas.workspace.key(path)
    files = included_files(atlas, path, offset)
    if files:
        return files
    return _unique(
        span for chart, each in _named(atlas, path, offset) for span in _definition(_defined(atlas, chart, each), each)
    )


def declaration(atlas: Atlas, path: str, offset: int) -> list[Span]:
    """Where the innermost name at the cursor is first given: its variable, or the topmost superclass's block."""
    found = []
    for chart, each in atlas.at(path, offset):
        places = _defined(atlas, chart, each)
        owned = [other for other in places if each.name.owner is not None and each.name.owner in _above(other.section)]
        found += [other.span for other in (owned or places)[:1]]
    return _unique(found)


def included_files(atlas: Atlas, path: str, offset: int) -> list[Span]:
    """The beginnings of the files that the include at an offset takes in."""
    found = []
    for chart in atlas.around(path):
        for span, included in chart.unit.includes:
            if span.start <= offset <= span.end and chart.key(span.file.path) == path:
                tree = chart.unit.trees.get(included)
                file = tree.file if tree is not None else atlas.workspace.tree(included).file
                found.append(Span(file, 0, 0))
    return _unique(found)


def _named(atlas: Atlas, path: str, offset: int) -> list[tuple[Chart, Occurrence]]:
    """Names at the cursor; one that a variable makes up wins over the variable."""
    made = [
        (chart, each)
        for chart in atlas.around(path)
        for each in chart.names.around(atlas.workspace.key(path), offset)
        if each.name.kind != "variable" and not each.defines and _defined(atlas, chart, each)
    ]
    return made or atlas.at(path, offset)


def _defined(atlas: Atlas, chart: Chart, occurrence: Occurrence) -> list[Occurrence]:
    """The definitions of a name: in its project; of a server that this does not describe, in mln.conf."""
    name = occurrence.name
    charts = atlas.everything() if name.kind == "server" and name.owner is None else [chart]
    return [each for other in charts for each in other.names.of(name) if each.defines]


def _definition(places: list[Occurrence], occurrence: Occurrence) -> list[Span]:
    """The definition that counts: for blocks the first of a name, for variables the last."""
    kind = occurrence.name.kind
    if kind in ("interface", "user", "group"):
        return [each.span for each in _nearest(places, occurrence)]
    chosen = places[-1:] if kind in ("variable", "project") else places[:1]
    return [each.span for each in chosen]


def _nearest(places: list[Occurrence], occurrence: Occurrence) -> list[Occurrence]:
    """Of places along a chain of superclasses the nearest; of those of many hosts all."""
    chain = _above(occurrence.section)
    by_level = {id(_entity(each.section)): each for each in reversed(places)}
    others = [by_level[id(level)] for level in chain if id(level) in by_level]
    above = [each for each in others if each.site != occurrence.site]
    return (above or others)[:1] or places


def _above(section: Section) -> list[Section]:
    return list(_entity(section).chain())


def _entity(section: Section) -> Section:
    """The first-level block that a section is in."""
    while section.parent is not None and section.parent.parent is not None:
        section = section.parent
    return section


def _unique(spans: Iterable[Span]) -> list[Span]:
    found: dict[tuple[str, int, int], Span] = {}
    for span in spans:
        found.setdefault((span.file.path, span.start, span.end), span)
    return list(found.values())
