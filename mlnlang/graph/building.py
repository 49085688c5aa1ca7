"""From projects to a picture: what is drawn, on which server, and which problem belongs to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from mlnlang.backends import BY_NAME
from mlnlang.diagnostics import Diagnostic
from mlnlang.graph.marking import Marks
from mlnlang.graph.model import Edge, Frame, Node, NodeKind, Picture, place
from mlnlang.graph.owners import Owners
from mlnlang.ir import Host, Interface, Project, Server, Switch

#: The server of what names none.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to draw of the projects: all of it, or one server, or the hosts that a pattern (`web*`) fits."""

    server: str | None = None
    host: str | None = None
    addresses: bool = True

    def takes(self, host: Host) -> bool:
        """Whether a host is drawn."""
        fits = self.host is None or fnmatchcase(host.name, self.host)
        return fits and self.takes_server(host.service_host or LOCAL)

    def takes_server(self, name: str) -> bool:
        """Whether a server is drawn."""
        return self.server in (None, name)


def picture(
    projects: Sequence[Project],
    diagnostics: Iterable[Diagnostic] = (),
    owners: Owners | None = None,
    choice: Choice | None = None,
) -> Picture:
    """The picture of projects that run side by side. `owners` numbers the projects as they are given here."""
    run = _Building(projects, choice or Choice())
    for number, project in enumerate(projects):
        run.add(number, project)
    whole = choice is None or (choice.server, choice.host) == (None, None)
    marks = Marks(run.nodes, run.edges, projects, owners or Owners(()), run.keys)
    problems = marks.problems(diagnostics, everything=whole)
    return Picture(
        title=", ".join(project.name for project in projects if project.name),
        frames=tuple(replace(frame, problems=marks.on(frame.id)) for frame in run.frames()),
        nodes=tuple(replace(node, problems=marks.on(node.id)) for node in run.nodes.values()),
        edges=tuple(replace(edge, problems=marks.on(edge.id)) for edge in run.edges),
        problems=problems,
    )


@dataclass
class _Building:
    """Collects nodes and edges. `keys` tells projects of one name apart."""

    projects: Sequence[Project]
    choice: Choice
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys: list[str] = []
        for project in self.projects:
            taken = sum(1 for key in self.keys if key.partition("#")[0] == project.name)
            self.keys.append(f"{project.name}#{taken + 1}" if taken else project.name)
        hosts = [host for project in self.projects for host in project.hosts if self.choice.takes(host)]
        switches = [switch for project in self.projects for switch in project.switches]
        named = [*(host.service_host for host in hosts), *(switch.service_host for switch in switches)]
        self._framed = any(named)

    def add(self, number: int, project: Project) -> None:
        """Draw one project: its segments first, then its hosts, in the order of the text."""
        key = self.keys[number]
        hosts = [host for host in project.hosts if self.choice.takes(host)]
        switches = {switch.name: switch for switch in project.switches}
        used = {card.switch for host in hosts for card in host.interfaces if _way(card)[0] == "switch"}
        for switch in project.switches:
            if self.choice.host is None or switch.name in used:
                self._switch(key, switch, project)
        for host in hosts:
            self._host(key, host, switches)

    def _switch(self, key: str, switch: Switch, project: Project) -> None:
        """One that names no server stands on each server that has hosts on it."""
        servers = [switch.service_host] if switch.service_host else _servers(switch.name, project)
        for server in servers:
            if self.choice.takes_server(server):
                self._put(_switch_node(key, switch, server, self._frame(server, key)))

    def _host(self, key: str, host: Host, switches: dict[str, Switch]) -> None:
        server = host.service_host or LOCAL
        node = Node(
            f"host:{key}/{host.name}",
            "host",
            host.name,
            key,
            server,
            self._frame(server, key),
            host.backend,
            host.memory_mib,
            host.vcpus,
            place=place(host.where.span()),
        )
        self._put(node)
        for card in host.interfaces:
            segment = self._segment(node, card, switches)
            self.edges.append(
                Edge(
                    f"card:{key}/{host.name}/{card.name}",
                    node.id,
                    segment.id,
                    card.name,
                    _address(card) if self.choice.addresses else None,
                    card.mac,
                    place(card.where.span()),
                )
            )

    def _segment(self, host: Node, card: Interface, switches: dict[str, Switch]) -> Node:
        """What a card is wired to; made when it is first met."""
        kind, name = _way(card)
        if kind == "switch":
            return self._switch_seen_from(host, switches[name])
        if kind == "default":
            name = host.backend or ""
            kind = "unwired" if name in _UNWIRED else kind
        found = Node(
            f"{kind}:{host.project}/{name}@{host.server}",
            kind,
            _segment_name(kind, name),
            host.project,
            host.server,
            host.frame,
            host.backend,
            detail=_DETAILS.get(kind, ""),
            place=place(card.where.span("switch")) if kind == "missing" else None,
        )
        return self._put(found)

    def _switch_seen_from(self, host: Node, switch: Switch) -> Node:
        """The switch itself, or on another server what stands for it."""
        here = _switch_node(host.project, switch, host.server, host.frame)
        if switch.service_host in (None, host.server):
            return self._put(here)
        home = f"switch:{host.project}/{switch.name}@{switch.service_host}"
        return self._put(
            replace(
                here,
                id=f"remote:{host.project}/{switch.name}@{host.server}",
                kind="remote",
                detail=f"on {switch.service_host}",
                stands_for=home if self.choice.takes_server(switch.service_host or LOCAL) else None,
            )
        )

    def _put(self, node: Node) -> Node:
        return self.nodes.setdefault(node.id, node)

    def _frame(self, server: str, key: str) -> str | None:
        if len(self.projects) > 1:
            return f"project:{key}@{server}"
        return f"server:{server}" if self._framed else None

    def frames(self) -> list[Frame]:
        """Frames of the servers and, where there are several projects, of each project in them."""
        described = {server.name: server for project in self.projects for server in project.servers}
        found: dict[str, Frame] = {}
        for node in sorted(self.nodes.values(), key=lambda node: not node.is_host):
            outer = f"server:{node.server}" if self._framed else None
            if outer:
                found.setdefault(outer, _server_frame(outer, node.server, described.get(node.server)))
            if len(self.projects) > 1 and node.frame:
                found.setdefault(node.frame, Frame(node.frame, "project", node.project or "no name", outer))
        return list(found.values())


def _servers(switch: str, project: Project) -> list[str]:
    """Where a switch without a server of its own is needed."""
    wired = (host for host in project.hosts if any(card.switch == switch for card in host.interfaces))
    return list(dict.fromkeys(host.service_host or LOCAL for host in wired)) or [LOCAL]


def _switch_node(key: str, switch: Switch, server: str, frame: str | None) -> Node:
    detail = [word for word, said in (("hub", switch.hub), ("external", switch.external)) if said]
    detail += [f"tap {switch.tap}"] if switch.tap else []
    return Node(
        f"switch:{key}/{switch.name}@{server}",
        "switch",
        switch.name,
        key,
        server,
        frame,
        switch.backend,
        detail=", ".join(detail),
        place=place(switch.where.span()),
    )


def _server_frame(id: str, name: str, server: Server | None) -> Frame:
    if server is None:
        return Frame(id, "server", name)
    parts = [f"{server.memory_mib / 1024:g} GiB"] if server.memory_mib else []
    parts += [f"{server.cpus} CPUs"] if server.cpus else []
    return Frame(id, "server", name, detail=", ".join(parts), place=place(server.where.span()))


# ---------------------------------------------------------------- cards
#: Back ends that give a card without a switch no network at all.
_UNWIRED = frozenset(("uml",))

_DETAILS: dict[NodeKind, str] = {
    "slirp": "each host by itself, through the server's own network",
    "default": "of cards that name no switch",
    "unwired": "cards that name no switch",
    "missing": "there is no such switch",
}


def _way(card: Interface) -> tuple[NodeKind, str]:
    """Where a card leads, and the name of that. What leads out of the project goes before the switch."""
    if card.slirp:
        return "slirp", "slirp"
    if card.socket:
        return "socket", card.socket
    if card.bridge:
        return "bridge", card.bridge
    if card.tun_interface or card.tun_address:
        return "tap", card.tun_interface or "tap"
    if card.switch:
        return "switch", card.switch
    named, block = card.where.span("switch"), card.where.span()
    if named is not None and named != block and "$" not in named.text:
        return "missing", "no name" if named.text == "switch" else named.text
    return "default", ""


def _segment_name(kind: NodeKind, name: str) -> str:
    if kind == "default":
        row = BY_NAME.get(name)
        return f"{row.title if row else name}: default network"
    if kind in ("bridge", "tap"):
        return f"{kind} {name}"
    return {"unwired": "not wired", "slirp": "outside (slirp)"}.get(kind, name)


def _address(card: Interface) -> str | None:
    if card.address is None or card.prefix_length is None:
        return card.address
    return f"{card.address}/{card.prefix_length}"
