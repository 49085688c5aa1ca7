"""What a picture shows: frames, nodes and edges, what is wrong with each, and where each is written.

Nothing here has a position; `placing` gives positions, and each writer reads the picture, the positions or both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from mlnlang.diagnostics import Severity
from mlnlang.source import Span

FrameKind = Literal["server", "project"]

#: `remote`: a switch of another server, as the hosts of this one see it. `bridge`, `slirp`, `tap`, `socket`: ways out
#: of the project. `default`: what the back end gives cards that name no switch; `unwired` where that is nothing.
#: `missing`: a switch that is named and not there.
NodeKind = Literal["host", "switch", "remote", "bridge", "slirp", "tap", "socket", "default", "unwired", "missing"]

#: Gravest first.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


class Place(NamedTuple):
    """Where something is written: a path, line and column from 1."""

    file: str
    line: int
    column: int


def place(span: Span | None) -> Place | None:
    """The start of a span."""
    return Place(span.file.path, *span.file.position(span.start)) if span else None


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic. `on`: the ids it is drawn on; `concerns`: whom it has to do with where it is not drawn on them."""

    code: str
    slug: str
    severity: Severity
    message: str
    place: Place | None = None
    help: str = ""
    on: tuple[str, ...] = ()
    concerns: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A server, or a project on a server. `parent` is the id of the frame around it."""

    id: str
    kind: FrameKind
    name: str
    parent: str | None = None
    detail: str = ""
    place: Place | None = None
    problems: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A host, or a segment that hosts are wired to. `stands_for`: of a `remote` switch, the id of the switch itself."""

    id: str
    kind: NodeKind
    name: str
    project: str
    server: str
    frame: str | None = None
    backend: str | None = None
    memory_mib: int | None = None
    vcpus: int | None = None
    detail: str = ""
    stands_for: str | None = None
    place: Place | None = None
    problems: tuple[int, ...] = ()

    @property
    def is_host(self) -> bool:
        """Whether it is a machine, not a segment."""
        return self.kind == "host"


@dataclass(frozen=True, slots=True)
class Edge:
    """A network card: from a host to a segment. `address` is `dhcp`, or an address with its prefix length."""

    id: str
    host: str
    segment: str
    interface: str
    address: str | None
    mac: str
    place: Place | None = None
    problems: tuple[int, ...] = ()


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn, in the order of the text."""

    title: str
    frames: tuple[Frame, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    problems: tuple[Problem, ...]

    def severity(self, problems: Iterable[int]) -> Severity | None:
        """The gravest of some problems."""
        found = {self.problems[number].severity for number in problems}
        return next((severity for severity in SEVERITIES if severity in found), None)

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """Nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def wires(self) -> dict[str, list[Edge]]:
        """Edges by the ids of both their ends."""
        found: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.host].append(edge)
            found[edge.segment].append(edge)
        return found
