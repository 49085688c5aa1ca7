"""Find names in all projects: by letters that occur in them in this order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlnlang.ide.atlas import Atlas, Chart
from mlnlang.ide.names import Kind, Occurrence
from mlnlang.semantics.sections import Section

#: Results of one question.
MOST = 1000
_ORDER: tuple[Kind, ...] = (
    "project", "host", "superclass", "switch", "server", "prefix", "interface", "user", "group", "variable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A name that is defined somewhere; `within` says in what."""

    text: str
    occurrence: Occurrence
    within: str


def finding(atlas: Atlas, query: str) -> list[Found]:
    """Names that match, the best first; each place once. An empty query finds all."""
    wanted = query.casefold()
    ranked: dict[tuple[str, int, int], tuple[tuple[object, ...], Found]] = {}
    for chart in atlas.everything():
        for found in _defined(chart):
            rank = _rank(wanted, found.text.casefold())
            occurrence = found.occurrence
            if rank is not None and occurrence.site not in ranked:
                order = (rank, _ORDER.index(occurrence.name.kind), found.text, occurrence.site)
                ranked[occurrence.site] = (order, found)
    return [found for _, found in sorted(ranked.values(), key=lambda each: each[0])[:MOST]]


def _defined(chart: Chart) -> Iterator[Found]:
    for name in chart.names.names():
        sign = "$" if name.kind == "variable" else ""
        for occurrence in chart.names.of(name):
            if occurrence.defines:
                yield Found(f"{sign}{name.text}", occurrence, _within(chart, occurrence))


def _within(chart: Chart, occurrence: Occurrence) -> str:
    """The host or superclass that holds a name, else the project."""
    section: Section = occurrence.section
    while section.parent is not None and section.parent.parent is not None:
        section = section.parent
    is_itself = occurrence.name.kind in ("project", "host", "superclass", "switch", "server")
    if not is_itself and section.parent is not None and section.kind != "global":
        return section.title()
    return chart.symbols.name if occurrence.name.kind != "project" else ""


def _rank(wanted: str, text: str) -> int | None:
    """How well a name matches: 0 the same, 1 starts so, 2 holds it, 3 holds its letters; None: not."""
    if wanted in text:
        return 0 if text == wanted else 1 if text.lstrip("$").startswith(wanted.lstrip("$")) else 2
    letters = iter(text)
    return 3 if all(letter in letters for letter in wanted) else None
