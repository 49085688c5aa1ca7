"""Addresses that clash: of two cards, of two segments, of machines and what only looks like one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator

from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import Card, Site, address_text
from mlnlang.diagnostics import Rule, Severity
from mlnlang.diagnostics.network_rules import (
    ADDRESS_REUSED,
    DUPLICATE_ADDRESS,
    DUPLICATE_MAC,
    LONE_SUBNET,
    NETMASK_MISMATCH,
    OVERLAPPING_SUBNETS,
    RESERVED_ADDRESS,
)

#: IPv4 ranges that no machine has an address of: first number, length, what they are for.
_UNUSABLE = (
    (0x00000000, 8, "`0.0.0.0/8` means `this network`"),
    (0x7F000000, 8, "`127.0.0.0/8` is every machine's own"),
    (0xE0000000, 4, "`224.0.0.0/4` is for groups of machines"),
    (0xF0000000, 4, "`240.0.0.0/4` is not in use"),
)


def duplicates(site: Site, found: Findings) -> None:
    """The same address given twice."""
    for same in _groups(site.addressed, lambda card: (card.version, card.value)):
        text = address_text(same[0].version, same[0].value)
        _clash(site, found, same, f"the address {text}", "address", (DUPLICATE_ADDRESS, ADDRESS_REUSED, None))


def hardware_addresses(site: Site, found: Findings) -> None:
    """The same hardware address twice. A derived one that recurs on another segment does no harm."""
    cards = [card for card in site.cards if card.segment is not None]
    for same in _groups(cards, lambda card: card.interface.mac.lower()):
        elsewhere = DUPLICATE_MAC if any(card.interface.mac_given for card in same) else None
        _clash(
            site,
            found,
            same,
            f"the hardware address {same[0].interface.mac}",
            "mac",
            (DUPLICATE_MAC, elsewhere, "warning"),
        )


def _groups(cards: Iterable[Card], key: Callable[[Card], Hashable]) -> Iterator[list[Card]]:
    grouped: dict[Hashable, list[Card]] = defaultdict(list)
    for card in cards:
        grouped[key(card)].append(card)
    return (same for same in grouped.values() if len(same) > 1)


def _clash(
    site: Site,
    found: Findings,
    same: list[Card],
    what: str,
    keyword: str,
    rules: tuple[Rule, Rule | None, Severity | None],
) -> None:
    """Cards that share something: an error on one segment; elsewhere what `rules` say, where they can meet."""
    on_one, elsewhere, level = rules
    by_segment: dict[object, list[Card]] = defaultdict(list)
    for card in same:
        by_segment[card.segment.key if card.segment else None].append(card)
    for cards in by_segment.values():
        if len(cards) > 1:
            _report(site, found, on_one, cards, f"{what} is given twice on {_title(cards[-1])}", keyword)
    if elsewhere is None or len(by_segment) < 2:
        return
    for shared, own in site.visible_together(cards[0] for cards in by_segment.values()):
        met = [*shared, *own]
        if own and len(met) > 1:
            names = f"{_title(met[0])} and on {_title(met[-1])}"
            _report(site, found, elsewhere, met, f"{what} is given on {names}", keyword, level)


def _report(
    site: Site,
    found: Findings,
    rule: Rule,
    cards: list[Card],
    message: str,
    keyword: str,
    level: Severity | None = None,
) -> None:
    last, others = cards[-1], cards[:-1]
    here = last.interface.where.span(keyword)
    hosts = [f"`{site.name(card.project, card.host)}`" for card in (others[0], last)]
    related = [
        place(span, f"`{site.name(card.project, card.host)}` has it here")
        for card in others
        if (span := card.interface.where.span(keyword))
        and (here is None or span.start != here.start or span.file != here.file)
    ]
    more = f" and {len(cards) - 2} more" if len(cards) > 2 else ""
    found.report(rule, here, f"{message}: to {hosts[0]} and {hosts[1]}{more}", related=related, severity=level)
    found.blame(*others, last)


def _title(card: Card) -> str:
    return card.segment.title if card.segment else "its segment"


# ---------------------------------------------------------------- subnets
def subnets(site: Site, found: Findings) -> None:
    """Subnets of different segments that overlap."""
    first: dict[tuple[object, ...], Card] = {}
    for card in site.addressed:
        if card.segment is not None and not found.blamed(card):
            first.setdefault((card.segment.key, card.version, card.network, card.length), card)
    for shared, own in site.visible_together(first.values()):
        mine = {id(card) for card in own}
        told: set[frozenset[object]] = set()
        for outer, inner in _overlapping([*shared, *own]):
            pair = frozenset(card.segment.key for card in (outer, inner) if card.segment)
            if len(pair) < 2 or pair in told or not ({id(outer), id(inner)} & mine) or _both_open(outer, inner):
                continue
            told.add(pair)
            if not any(card.segment and found.doubtful(card.segment) for card in (outer, inner)):
                _report_overlap(site, found, outer, inner)


def _overlapping(cards: list[Card]) -> Iterator[tuple[Card, Card]]:
    """Pairs of overlapping subnets, each with the nearest one around it: a sweep over sorted, nested ranges."""
    around: list[Card] = []
    for card in sorted(cards, key=lambda c: (c.version, c.network, c.length)):
        while around and not _holds(around[-1], card):
            around.pop()
        other = next(
            (o for o in reversed(around) if o.segment and card.segment and o.segment.key != card.segment.key), None
        )
        if other is not None:
            yield other, card
        around.append(card)


def _holds(outer: Card, inner: Card) -> bool:
    return (
        outer.version == inner.version
        and inner.network >> (outer.bits - outer.length) << (outer.bits - outer.length) == outer.network
    )


def _both_open(one: Card, other: Card) -> bool:
    """Bridges of the servers may well be one network outside."""
    return bool(one.segment and other.segment and one.segment.open and other.segment.open)


def _report_overlap(site: Site, found: Findings, outer: Card, inner: Card) -> None:
    first, last = sorted((outer, inner), key=_written)
    same = outer.network == inner.network and outer.length == inner.length
    what = f"is also on {_title(first)}" if same else f"overlaps {first.subnet} on {_title(first)}"
    found.report(
        OVERLAPPING_SUBNETS,
        last.interface.where.span("address"),
        f"the subnet {last.subnet} of {_title(last)} {what}",
        related=[
            place(
                first.interface.where.span("address"),
                f"{first.subnet} is given to `{site.name(first.project, first.host)}` here",
            )
        ],
        help="give each segment a subnet of its own",
    )


def _written(card: Card) -> tuple[object, ...]:
    span = card.interface.where.span("address")
    return (card.project, span.file.path if span else "", span.start if span else 0)


def lengths(site: Site, found: Findings) -> None:
    """Netmasks that disagree on one segment, and machines that are alone in their subnet."""
    for cards in site.segments.values():
        segment = cards[0].segment
        if segment is None or found.broken(segment):
            continue
        by_version: dict[int, list[Card]] = defaultdict(list)
        for card in cards:
            if card.version:
                by_version[card.version].append(card)
        for same in by_version.values():
            if len({(card.network, card.length) for card in same}) > 1:
                _disagreeing(site, found, same)


def _disagreeing(site: Site, found: Findings, cards: list[Card]) -> None:
    families: list[list[Card]] = []
    for card in sorted(cards, key=lambda c: (c.network, c.length)):
        if families and _holds(families[-1][0], card):
            families[-1].append(card)
        else:
            families.append([card])
    for family in families:
        _odd_lengths(site, found, family)
    largest = max(families, key=len)
    if len(largest) < 2:  # nobody is with anybody: the later ones are taken to be wrong
        if any(found.blamed(card) for card in cards):
            return
        first, *later = sorted(cards, key=_written)
        largest, families = [first], [[card] for card in later]
    for family in families:
        if len(family) == 1 and not found.blamed(family[0]):
            _alone(site, found, family[0], largest[0])


def _odd_lengths(site: Site, found: Findings, family: list[Card]) -> None:
    family = sorted(family, key=_written)
    counted = Counter(card.length for card in family)
    usual = counted.most_common(1)[0][0]
    model = next(card for card in family if card.length == usual)
    for card in family:
        if card.length != usual and not found.blamed(card):
            keyword = "netmask" if card.interface.where.given("netmask") else "address"
            found.report(
                NETMASK_MISMATCH,
                card.interface.where.span(keyword),
                f"`{site.name(card.project, card.host)}` takes its subnet for {card.subnet},"
                f" others on {_title(card)} for {model.subnet}",
                related=[
                    place(
                        model.interface.where.span("netmask" if model.interface.where.given("netmask") else "address"),
                        f"`{site.name(model.project, model.host)}` has /{usual} from here",
                    )
                ],
            )
            found.blame(card)


def _alone(site: Site, found: Findings, card: Card, other: Card) -> None:
    found.report(
        LONE_SUBNET,
        card.interface.where.span("address"),
        f"`{site.name(card.project, card.host)}` is alone in {card.subnet} on {_title(card)}",
        related=[place(other.interface.where.span("address"), f"others are in {other.subnet}")],
        help=f"give it an address of {other.subnet}, or a switch of its own",
    )
    found.blame(card)


def reserved(site: Site, found: Findings) -> None:
    """Addresses that no machine can have."""
    for card in site.cards:
        if card.version and not found.blamed(card) and (why := _reserved(card)):
            found.report(
                RESERVED_ADDRESS,
                card.interface.where.span("address"),
                f"`{site.name(card.project, card.host)}` can't have the address {card.interface.address}: {why}",
            )
            found.blame(card)


def _reserved(card: Card) -> str:
    if card.version == 4:
        for start, length, why in _UNUSABLE:
            if card.value >> (32 - length) == start >> (32 - length):
                return why
        if card.length < 31 and card.value == card.network:
            return f"it names the subnet {card.subnet}"
        if card.length < 31 and card.value == card.network | (1 << 32 - card.length) - 1:
            return f"it is the broadcast address of {card.subnet}"
        return ""
    if card.value in (0, 1):
        return "`::` and `::1` are every machine's own"
    return "`ff00::/8` is for groups of machines" if card.value >> 120 == 0xFF else ""
