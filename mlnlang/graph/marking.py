"""Which problem is drawn on what.

A problem belongs to the innermost drawn thing whose block holds its span, or that of a related place: a network card,
else a host, switch or server. A superclass's line belongs to its heirs; where more than `FEW` things share a line,
none is marked, as one slip would paint the whole picture: the list below the drawing says whom it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mlnlang.diagnostics import Diagnostic
from mlnlang.graph.model import Edge, Node, Problem, place
from mlnlang.graph.owners import Owner, Owners
from mlnlang.ir import Host, Project
from mlnlang.source import Span

#: More than these share no mark.
FEW = 3


class Marks:
    """The marks of one picture, by id."""

    def __init__(
        self,
        nodes: Mapping[str, Node],
        edges: Iterable[Edge],
        projects: Sequence[Project],
        owners: Owners,
        keys: Sequence[str],
    ) -> None:
        self._owners = owners
        self._keys = keys
        self._drawn = {*nodes, *(edge.id for edge in edges), *(f"server:{node.server}" for node in nodes.values())}
        self._segments: dict[tuple[str, str], list[str]] = {}
        for node in nodes.values():
            if node.kind == "switch":
                self._segments.setdefault((node.project, node.name), []).append(node.id)
        self._heirs: dict[tuple[int, str], list[Host]] = {}
        for number, project in enumerate(projects):
            for host in project.hosts:
                for name in host.chain:
                    self._heirs.setdefault((number, name), []).append(host)
        self._on: dict[str, list[int]] = {}

    def on(self, id: str) -> tuple[int, ...]:
        """The numbers of the problems of a drawn thing."""
        return tuple(self._on.get(id, ()))

    def problems(self, diagnostics: Iterable[Diagnostic], *, everything: bool) -> tuple[Problem, ...]:
        """Place the diagnostics; without `everything` those alone that are drawn on something."""
        found: list[Problem] = []
        for diagnostic in diagnostics:
            ids, concerns = self._ids(diagnostic)
            if not (ids or everything):
                continue
            for drawn in ids:
                self._on.setdefault(drawn, []).append(len(found))
            found.append(_problem(diagnostic, ids, concerns))
        return tuple(found)

    def _ids(self, diagnostic: Diagnostic) -> tuple[list[str], str]:
        spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
        ids: dict[str, None] = {}
        concerns: list[str] = []
        for span in spans:
            here, whom = self._at(span) if span else ([], "")
            ids |= dict.fromkeys(here)
            concerns += [whom] if whom and whom not in concerns else []
        return list(ids), "; ".join(concerns)

    def _at(self, span: Span) -> tuple[list[str], str]:
        """The ids that a place belongs to, or whom it concerns where those are too many."""
        owners = self._owners.of(span)
        ids = list(dict.fromkeys(drawn for owner in owners for drawn in self._drawn_as(owner)))
        if len(ids) <= FEW:
            return ids, ""
        names = dict.fromkeys(f"{owner.kind} {owner.name}" for owner in owners)
        whom = next(iter(names)) if len(names) == 1 else f"{len(names)} blocks that share this line"
        return [], f"{whom}: {len(ids)} {'cards' if all(owner.interface for owner in owners) else 'hosts'}"

    def _drawn_as(self, owner: Owner) -> list[str]:
        key = self._keys[owner.project]
        if owner.kind == "server":
            return self._known(f"server:{owner.name}")
        if owner.kind == "switch":
            return self._segments.get((key, owner.name), [])
        names = [owner.name]
        if owner.kind == "superclass":
            names = [host.name for host in self._heirs.get((owner.project, owner.name), ())]
        return [drawn for name in names for drawn in self._of_host(key, name, owner.interface)]

    def _of_host(self, key: str, name: str, interface: str) -> list[str]:
        return self._known(f"card:{key}/{name}/{interface}") or self._known(f"host:{key}/{name}")

    def _known(self, id: str) -> list[str]:
        return [id] if id in self._drawn else []


def _problem(diagnostic: Diagnostic, ids: Iterable[str], concerns: str) -> Problem:
    return Problem(
        diagnostic.code,
        diagnostic.slug,
        diagnostic.severity,
        diagnostic.message,
        place(diagnostic.span),
        diagnostic.help,
        tuple(ids),
        concerns,
    )
