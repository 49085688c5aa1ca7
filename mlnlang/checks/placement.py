"""What is where: switches and hosts of other servers, displays, and what each server has to give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlnlang.checks.amounts import bytes_text, mebibytes
from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import Card, Site
from mlnlang.diagnostics import Rule
from mlnlang.diagnostics.network_rules import (
    CPUS_EXCEEDED,
    DUPLICATE_DISPLAY,
    MEMORY_EXCEEDED,
    STORAGE_EXCEEDED,
    SWITCH_ELSEWHERE,
)
from mlnlang.ir import Disk, Host, Server
from mlnlang.source import Span

#: Rows of the table of who takes what.
_ROWS = 10


def switches(site: Site, found: Findings) -> None:
    """Hosts wired to a switch that is on another server than they."""
    for cards in site.switched.values():
        segment = cards[0].segment
        switch = segment.switch if segment else None
        if segment is None or switch is None or segment.owner is None:
            continue  # the servers' own network joins it, or it is no switch of the project
        named = switch.service_host is not None
        home = site.server(cards[0].project, switch.service_host or cards[0].host.service_host)
        for card in cards:
            here = site.server(card.project, card.host.service_host)
            if here != home and "$" not in here + home:  # an unknown variable is reported
                _elsewhere(site, found, card, cards[0], (here, home), named=named)
                break


def _elsewhere(site: Site, found: Findings, card: Card, first: Card, servers: tuple[str, str], *, named: bool) -> None:
    switch = card.segment.switch if card.segment else None
    if switch is None:
        return
    here, home = servers
    host = f"`{site.name(card.project, card.host)}`"
    reason = (
        place(switch.where.span("service_host"), f"`{switch.name}` is on {home}")
        if named
        else place(first.host.where.span("service_host"), f"`{site.name(first.project, first.host)}` is on {home}")
    )
    found.report(
        SWITCH_ELSEWHERE,
        card.interface.where.span("switch"),
        f"{host} is on {here}, and its switch `{switch.name}` on {home}: a switch is one server's",
        related=[place(card.host.where.span("service_host"), f"{host} is placed here"), reason],
        help="put both on one server, or join the servers' switches with `bridge` or `tap`",
    )


def displays(site: Site, found: Findings) -> None:
    """Two machines of a server with one VNC display."""
    first: dict[tuple[str, int], tuple[int, Host]] = {}
    for number, host in site.hosts:
        if host.display is None or host.display.number is None:
            continue
        server = site.server(number, host.service_host)
        other_number, other = first.setdefault((server, host.display.number), (number, host))
        if other is host:
            continue
        here, there = host.where.span("vncdisplay"), other.where.span("vncdisplay")
        found.report(
            DUPLICATE_DISPLAY,
            here,
            f"`{site.name(number, host)}` and `{site.name(other_number, other)}` both have display"
            f" {host.display.number} (port {5900 + host.display.number}) of {_title(server)}",
            related=[place(there, "the other is here")] if there != here else [],
        )


def _title(server: str) -> str:
    return "this server" if server == "local" else server


# ---------------------------------------------------------------- capacity
@dataclass(frozen=True, slots=True)
class _Resource:
    """Something a server has: how much, how much a host takes, how people write it."""

    rule: Rule
    keyword: str
    what: str
    capacity: Callable[[Server], int | None]
    taken: Callable[[Site, Host], int]
    shown: Callable[[int], str]


def capacity(site: Site, found: Findings) -> None:
    """The sum of what a server's machines take against what it has."""
    placed: dict[str, list[tuple[int, Host]]] = defaultdict(list)
    for number, host in site.hosts:
        placed[site.server(number, host.service_host)].append((number, host))
    for name, server in site.servers.items():
        for resource in _RESOURCES:
            limit = resource.capacity(server)
            if limit is not None and name in placed:
                _weigh(site, found, server, resource, placed[name], limit)


def _weigh(
    site: Site, found: Findings, server: Server, resource: _Resource, hosts: Sequence[tuple[int, Host]], limit: int
) -> None:
    taken = [(resource.taken(site, host), site.name(number, host)) for number, host in hosts]
    total = sum(amount for amount, _ in taken)
    if total <= limit:
        return
    shown = resource.shown
    largest = max(hosts, key=lambda each: resource.taken(site, each[1]))
    found.report(
        resource.rule,
        server.where.span(resource.keyword),
        f"the machines of `{server.name}` take {shown(total)} {resource.what}, and it has {shown(limit)}",
        related=[
            place(_asked(largest[1], resource), f"`{site.name(*largest)}` takes the most, {shown(max(taken)[0])}")
        ],
        notes=_table(taken, shown),
        help="move machines to another server, or give them less",
    )


#: What asks for each of a server's keywords.
_ASKS = {"memory": ("memory",), "cpus": ("vcpus",), "storage": ("size", "free_space", "swap")}


def _asked(host: Host, resource: _Resource) -> Span | None:
    for keyword in _ASKS[resource.keyword]:
        if host.where.given(keyword):
            return host.where.span(keyword)
    return host.where.span()


def _table(taken: Sequence[tuple[int, str]], shown: Callable[[int], str]) -> list[str]:
    rows = sorted((row for row in taken if row[0]), key=lambda row: (-row[0], row[1]))
    lines = [(name, shown(amount)) for amount, name in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines.append((f"{len(rows) - _ROWS} more", shown(sum(amount for amount, _ in rows[_ROWS:]))))
    width = max(len(name) for name, _ in lines)
    return [f"{name:<{width}}  {amount:>9}" for name, amount in lines]


def storage_of(site: Site, host: Host) -> int:
    """Bytes that a host's disks take on its server; what lies on shared storage, or is made already, takes none."""
    return sum(_disk_bytes(site, disk) for disk in host.disks)


def _disk_bytes(site: Site, disk: Disk) -> int:
    if disk.source or disk.storage in ("iscsi", "device"):
        return 0
    lies = disk.volume_group if disk.storage == "lvm" else disk.directory
    if lies and lies.removeprefix("/dev/").rstrip("/") in site.shared_storage:
        return 0
    return disk.size_bytes or disk.free_space_bytes or 0


_RESOURCES = (
    _Resource(MEMORY_EXCEEDED, "memory", "of memory", lambda s: s.memory_mib, lambda _, h: h.memory_mib, mebibytes),
    _Resource(CPUS_EXCEEDED, "cpus", "processors", lambda s: s.cpus, lambda _, h: h.vcpus, lambda n: f"{n}"),
    _Resource(STORAGE_EXCEEDED, "storage", "of room for images", lambda s: s.storage_bytes, storage_of, bytes_text),
)
