"""What is wired to what: machines and switches left alone, islands, cards side by side, loops."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator

from mlnlang.backends import BY_NAME
from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import Card, Site
from mlnlang.diagnostics.network_rules import BRIDGING_LOOP, EMPTY_SWITCH, ISLANDS, NO_INTERFACE, TWO_ON_SEGMENT
from mlnlang.ir import Host
from mlnlang.source import Span

#: Members of an island that a note names.
_NAMED = 5

#: Start-up lines that put a card into a bridge, as (bridge, cards).
_BRCTL = re.compile(r"\bbrctl\s+addif\s+(?P<bridge>\S+)\s+(?P<cards>[^;&|]+)")
_IP = re.compile(r"\bip\s+link\s+set\s+(?:dev\s+)?(?P<cards>\S+)\s+master\s+(?P<bridge>\S+)")
_OVS = re.compile(r"\bovs-vsctl\b.*?\badd-port\s+(?P<bridge>\S+)\s+(?P<cards>\S+)")
_SPANNING_TREE = re.compile(r"\bbrctl\s+stp\s+\S+\s+(on|yes|1)\b|\bstp_state\s+1\b|\br?stp_enable=true\b")


def lonely(site: Site, found: Findings) -> None:
    """Hosts without a card in a project that has a network, and switches without a host."""
    networked = {card.project for card in site.cards}
    networked |= {number for number, project in enumerate(site.projects) if project.switches}
    for number, host in site.hosts:
        if number in networked and not host.interfaces:
            found.report(
                NO_INTERFACE,
                host.where.span(),
                f"the host `{site.name(number, host)}` has no interface",
                help="add `network eth0 { … }`",
            )
    for number, project in enumerate(site.projects):
        for switch in project.switches:
            if (number, switch.name) not in site.switched and not switch.tap:
                found.report(
                    EMPTY_SWITCH,
                    switch.where.span(),
                    f"no host is wired to the switch `{switch.name}`",
                    help=f"write `switch {switch.name}` in a host's `network` block, or remove the switch",
                )


class Joined:
    """Things joined into parts (union-find)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def part(self, thing: Hashable) -> Hashable:
        """What stands for the thing's part."""
        above = self._above.setdefault(thing, thing)
        while above != thing:
            self._above[thing] = self._above[above]
            thing, above = above, self._above[above]
        return thing

    def join(self, one: Hashable, other: Hashable) -> bool:
        """Make two parts one; False where they are one already."""
        first, second = self.part(one), self.part(other)
        self._above[second] = first
        return first != second


def islands(site: Site, found: Findings) -> None:
    """Parts of a project that nothing joins: one message a project."""
    by_project: dict[int, list[Card]] = defaultdict(list)
    for card in site.cards:
        by_project[card.project].append(card)
    for number, cards in by_project.items():
        parts = _parts(cards)
        if len(parts) > 1:
            _report_islands(site, found, number, parts)


def _parts(cards: list[Card]) -> list[list[Host]]:
    """Hosts that reach each other, the largest part first. What others may be on too is joined outside.

    A card of UML that is wired to nothing is no card, which is reported; its host says nothing about islands.
    """
    joined = Joined()
    cut_off = {card.host.name for card in cards if card.segment is None and BY_NAME[card.host.backend].segment == "uml"}
    hosts: dict[str, Host] = {}
    for card in cards:
        if card.segment is None or card.host.name in cut_off:
            continue
        hosts.setdefault(card.host.name, card.host)
        joined.join("outside" if card.segment.owner is None else card.segment.key, ("host", card.host.name))
    parts: dict[Hashable, list[Host]] = defaultdict(list)
    for name, host in hosts.items():
        parts[joined.part(("host", name))].append(host)
    return sorted(parts.values(), key=lambda part: -len(part))


def _report_islands(site: Site, found: Findings, number: int, parts: list[list[Host]]) -> None:
    main, island = parts[0], parts[1]
    project = site.projects[number]
    found.report(
        ISLANDS,
        island[0].where.span(),
        f"`{island[0].name}` can't reach `{main[0].name}`: `{project.name}` falls into {len(parts)} parts",
        related=[place(main[0].where.span(), f"`{main[0].name}` is in another part")],
        notes=[f"part {count}: {_members(part)}" for count, part in enumerate(parts[: _NAMED + 1], 1)],
        help="join them with a host that has a card on each, or allow it where it is meant: `# mln: allow(islands)`",
    )


def _members(part: list[Host]) -> str:
    names = ", ".join(host.name for host in part[:_NAMED])
    return names + (f" and {len(part) - _NAMED} more" if len(part) > _NAMED else "")


def side_by_side(site: Site, found: Findings) -> None:
    """Two cards of one host on one segment."""
    first: dict[tuple[int, str, tuple[object, ...]], Card] = {}
    for card in site.cards:
        if card.segment is None or card.segment.key[0] == "default":
            continue
        other = first.setdefault((card.project, card.host.name, card.segment.key), card)
        if other is not card and not found.doubtful(card.segment):
            span = _wire(card)
            there = _wire(other)
            found.report(
                TWO_ON_SEGMENT,
                span,
                f"`{site.name(card.project, card.host)}` is on {card.segment.title} with `{other.interface.name}`"
                f" and with `{card.interface.name}`",
                related=[place(there, "the other card is wired here")] if there != span else [],
            )


def _wire(card: Card) -> Span | None:
    where = card.interface.where
    return where.span("bridge" if card.interface.bridge else "switch")


# ---------------------------------------------------------------- loops
def loops(site: Site, found: Findings) -> None:
    """Bridging hosts that join segments in a circle, none of them with STP."""
    cards: dict[tuple[int, str], dict[str, Card]] = defaultdict(dict)
    for card in site.cards:
        cards[card.project, card.host.name][card.interface.name] = card
    joined = Joined()
    by: dict[Hashable, list[Host]] = defaultdict(list)
    for number, host in site.hosts:
        if not host.startup or any(_SPANNING_TREE.search(line) for line in host.startup):
            continue
        for bridged in _bridged(host, cards[number, host.name]):
            first, *others = bridged
            for other in others:
                _join(site, found, joined, by, (first, other))


def _bridged(host: Host, cards: dict[str, Card]) -> Iterator[list[Card]]:
    """The cards of each bridge that the host makes."""
    bridges: dict[str, dict[str, Card]] = defaultdict(dict)
    for line in host.startup:
        for form in (_BRCTL, _IP, _OVS):
            for match in form.finditer(line):
                for name in (match["cards"] + " " + match.groupdict().get("more", "")).split():
                    if name in cards and cards[name].segment is not None:
                        bridges[match["bridge"]][name] = cards[name]
    return (list(members.values()) for members in bridges.values() if len(members) > 1)


def _join(
    site: Site, found: Findings, joined: Joined, by: dict[Hashable, list[Host]], cards: tuple[Card, Card]
) -> None:
    one, other = cards
    if one.segment is None or other.segment is None:
        return
    host = one.host
    mates = [*by[joined.part(one.segment.key)], *by[joined.part(other.segment.key)]]
    if joined.join(one.segment.key, other.segment.key):
        by[joined.part(one.segment.key)] = [*mates, host]
        return
    found.report(
        BRIDGING_LOOP,
        host.where.span("startup"),
        f"`{site.name(one.project, host)}` bridges {one.segment.title} and {other.segment.title},"
        " which are joined already: frames go round for ever",
        related=[
            place(mate.where.span("startup"), f"`{mate.name}` bridges here") for mate in mates if mate is not host
        ],
        help="turn STP on (`brctl stp BRIDGE on`), or take one of the bridges away",
    )
    found.blame(one, other)
