"""The projects that run side by side, and what their cards are wired to: made once, read by every check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlnlang.backends import BY_NAME, CLOUDS
from mlnlang.ir import Host, Interface, Project, Server, Switch, derive

#: Where things are that name no server.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Segment:
    """What cards share a wire. `owner`: the project that it is private to; None: others may be on it too.

    `open`: something that the projects don't show may be on it. `server` is None where several servers carry it.
    """

    key: tuple[object, ...]
    title: str
    owner: int | None = None
    open: bool = True
    server: str | None = None
    switch: Switch | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """An interface of a host, its address as a number. `project` counts from 0 in the order given."""

    project: int
    host: Host
    interface: Interface
    segment: Segment | None
    version: int = 0
    value: int = 0
    length: int = 0

    @property
    def network(self) -> int:
        """The first address of its subnet, as a number."""
        size = self.bits - self.length
        return self.value >> size << size

    @property
    def bits(self) -> int:
        """Length of an address, in bits."""
        return 32 if self.version == 4 else 128

    @property
    def subnet(self) -> str:
        """Its subnet as people write it."""
        return f"{address_text(self.version, self.network)}/{self.length}"


class Site:
    """Projects side by side. Nothing in it changes."""

    def __init__(self, projects: Sequence[Project]) -> None:
        self.projects = projects

    @cached_property
    def hosts(self) -> list[tuple[int, Host]]:
        """Every host that a back end builds, with the number of its project."""
        return [
            (n, host) for n, project in enumerate(self.projects) for host in project.hosts if host.backend not in CLOUDS
        ]

    @cached_property
    def cards(self) -> list[Card]:
        """Every card of every host."""
        wires = [_Wires(n, project) for n, project in enumerate(self.projects)]
        return [wires[n].card(host, interface) for n, host in self.hosts for interface in host.interfaces]

    @cached_property
    def addressed(self) -> list[Card]:
        """Cards with a static address, on a segment."""
        return [card for card in self.cards if card.version and card.segment]

    @cached_property
    def segments(self) -> Mapping[tuple[object, ...], list[Card]]:
        """Cards by the key of their segment."""
        found: dict[tuple[object, ...], list[Card]] = defaultdict(list)
        for card in self.cards:
            if card.segment is not None:
                found[card.segment.key].append(card)
        return found

    @cached_property
    def switched(self) -> Mapping[tuple[int, str], list[Card]]:
        """Cards by number of project and name of switch."""
        found: dict[tuple[int, str], list[Card]] = defaultdict(list)
        for card in self.cards:
            if card.interface.switch:
                found[card.project, card.interface.switch].append(card)
        return found

    @cached_property
    def participants(self) -> Mapping[tuple[object, ...], set[int]]:
        """Projects that have a card on a segment, by the segment's key."""
        return {key: {card.project for card in cards} for key, cards in self.segments.items()}

    def visible_together(self, cards: Iterable[Card]) -> Iterator[tuple[list[Card], list[Card]]]:
        """Groups of cards that can meet, as (others, own).

        What is private to a project meets what is on the shared segments that the project is on too; what is shared
        is a group of its own; what is private to two projects never meets.
        """
        shared: list[Card] = []
        private: dict[int, list[Card]] = defaultdict(list)
        joined: dict[int, list[Card]] = defaultdict(list)
        for card in cards:
            segment = card.segment
            if segment is None:
                continue
            if segment.owner is not None:
                private[segment.owner].append(card)
                continue
            shared.append(card)
            for project in self.participants[segment.key]:
                joined[project].append(card)
        yield [], shared
        for project, own in private.items():
            yield joined[project], own

    @cached_property
    def servers(self) -> Mapping[str, Server]:
        """Servers that are described, by name; the first description counts."""
        found: dict[str, Server] = {}
        for project in self.projects:
            for server in project.servers:
                found.setdefault(server.name, server)
        return found

    @cached_property
    def shared_storage(self) -> frozenset[str]:
        """Volume groups and directories that some server calls shared."""
        paths = [path for project in self.projects for path in project.san_paths]
        paths += [path for server in self.servers.values() for path in server.san_paths]
        return frozenset(path.removeprefix("/dev/").rstrip("/") for path in paths)

    def server(self, project: int, named: str | None) -> str:
        """The server of something: the one it names, else this one, by the name that mln.conf gives it."""
        return named or self.projects[project].this_server or LOCAL

    def is_here(self, project: int, host: Host) -> bool:
        """Whether a host is built on this very machine."""
        return host.service_host is None or host.service_host == self.projects[project].this_server

    def name(self, project: int, host: Host) -> str:
        """How a message calls a host: with its project where there are several."""
        return host.name if len(self.projects) == 1 else self.projects[project].identity(host)


class _Wires:
    """Which segment each card of a project is on."""

    def __init__(self, number: int, project: Project) -> None:
        self._number = number
        self._project = project
        self._here = project.this_server or LOCAL
        self._switches = {switch.name: switch for switch in project.switches}
        self._known: dict[tuple[object, ...], Segment] = {}

    def card(self, host: Host, interface: Interface) -> Card:
        """A card with its segment and the numbers of its address."""
        segment = self._segment(host, interface)
        if interface.prefix_length is None or interface.address is None:
            return Card(self._number, host, interface, segment)
        version, value = address_number(interface.address)
        return Card(self._number, host, interface, segment, version, value, interface.prefix_length)

    def _segment(self, host: Host, interface: Interface) -> Segment | None:
        place = host.service_host or self._here
        if interface.bridge:
            return self._bridge(place, interface.bridge)
        if interface.switch:
            return self._switch(place, self._switches[interface.switch])
        if interface.socket:
            return self._once(("socket", place, interface.socket), f"the socket {interface.socket}", place)
        if interface.tun_interface:
            return self._once(("tap", place, interface.tun_interface), f"the device {interface.tun_interface}", place)
        family = BY_NAME[host.backend].segment
        if interface.slirp or family == "uml":
            return None
        return self._once(("default", family), "the servers' own network", None)

    def _switch(self, place: str, switch: Switch) -> Segment:
        place = switch.service_host or place
        key: tuple[object, ...] = ("switch", self._number, switch.name)
        if switch.tap:
            return self._once(("tap", place, switch.tap), f"`{switch.name}`", place, switch)
        if switch.socket:
            return self._once(("socket", place, switch.socket), f"`{switch.name}`", place, switch)
        if switch.bridge != derive.bridge(switch.name, self._project.name):
            return self._bridge(place, switch.bridge, switch)
        if key not in self._known:
            self._known[key] = Segment(
                key, f"`{switch.name}`", self._number, switch.external or switch.dhcp, place, switch
            )
        return self._known[key]

    def _bridge(self, place: str, name: str, switch: Switch | None = None) -> Segment:
        return self._once(("bridge", name), f"the bridge {name}", place, switch)

    def _once(self, key: tuple[object, ...], title: str, server: str | None, switch: Switch | None = None) -> Segment:
        if (key, server) not in self._known:
            self._known[key, server] = Segment(key, title, server=server, switch=switch)
        return self._known[key, server]


def address_number(text: str) -> tuple[int, int]:
    """Version and number of an address; (0, 0) for what is none."""
    if ":" in text:
        from ipaddress import IPv6Address  # only networks of version 6 pay for it

        try:
            return 6, int(IPv6Address(text))
        except ValueError:
            return 0, 0
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return 0, 0
    first, second, third, fourth = map(int, parts)
    return 4, first << 24 | second << 16 | third << 8 | fourth


def address_text(version: int, value: int) -> str:
    """The address of a number."""
    if version == 4:
        return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    from ipaddress import IPv6Address

    return str(IPv6Address(value))
