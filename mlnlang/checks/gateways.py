"""Gateways and DHCP: what machines rely on that somebody on their segment must be."""

from __future__ import annotations

import re

from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import Card, Site, address_number
from mlnlang.diagnostics.network_rules import GATEWAY_NOBODY, GATEWAY_OUTSIDE, NO_DHCP, OWN_GATEWAY
from mlnlang.ir import Host

#: Programs that give out addresses.
_DHCP_SERVER = re.compile(r"\b(dnsmasq|dhcpd|isc-dhcp-server|kea-dhcp4|kea-dhcp4-server|udhcpd)\b")


def gateways(site: Site, found: Findings) -> None:
    """Each card's gateway against its subnet and the machines of its segment."""
    there = {(c.segment.key, c.version, c.value) for c in site.addressed if c.segment is not None}
    for card in site.cards:
        if not card.version or not card.interface.gateway or found.blamed(card):
            continue
        version, value = address_number(card.interface.gateway)
        size = card.bits - card.length
        if version != card.version or value >> size << size != card.network:
            _outside(site, found, card)
        elif value == card.value:
            _own(site, found, card)
        elif card.segment and not card.segment.open and (card.segment.key, version, value) not in there:
            _nobody(site, found, card)


def _outside(site: Site, found: Findings, card: Card) -> None:
    if card.version == 6 and (card.interface.gateway or "").lower().startswith("fe80:"):
        return  # a link's own address, which routers announce
    found.report(
        GATEWAY_OUTSIDE,
        card.interface.where.span("gateway"),
        f"the gateway {card.interface.gateway} of `{site.name(card.project, card.host)}` is outside {card.subnet}",
        related=[place(card.interface.where.span("address"), "the address is given here")],
    )


def _own(site: Site, found: Findings, card: Card) -> None:
    found.report(
        OWN_GATEWAY,
        card.interface.where.span("gateway"),
        f"`{site.name(card.project, card.host)}` has its own address {card.interface.gateway} for a gateway",
        help="leave `gateway` out where the machine is the router",
    )


def _nobody(site: Site, found: Findings, card: Card) -> None:
    if card.segment is None or found.doubtful(card.segment):
        return
    switch = card.segment.switch
    found.report(
        GATEWAY_NOBODY,
        card.interface.where.span("gateway"),
        f"nobody on {card.segment.title} has the address {card.interface.gateway},"
        f" the gateway of `{site.name(card.project, card.host)}`",
        related=[place(switch.where.span(), "the segment is closed: only hosts of the project are on it")]
        if switch
        else [],
        help="give it to a host of the segment, or say in the switch what else is on it: `tap`, `bridge` or `dhcp yes`",
    )


def dhcp(site: Site, found: Findings) -> None:
    """Cards that ask by DHCP on a closed segment where nothing answers: one message a segment."""
    for cards in site.segments.values():
        asking = [card for card in cards if card.interface.address == "dhcp"]
        segment = cards[0].segment
        if not asking or segment is None or segment.open or any(_serves(card.host) for card in cards):
            continue
        first, *others = asking
        switch = segment.switch
        asks = f"and {len(others)} more ask" if others else "asks"
        found.report(
            NO_DHCP,
            first.interface.where.span("address"),
            f"`{site.name(first.project, first.host)}` {asks} for an address on {segment.title},"
            " where nothing gives them out",
            related=[place(switch.where.span(), "the segment is closed: only hosts of the project are on it")]
            if switch
            else [],
            help="say `dhcp yes` in the switch if something does, or give the host an address",
        )


def _serves(host: Host) -> bool:
    names = {service.name for service in host.services} | {file.path for file in host.guest_files}
    return any(_DHCP_SERVER.search(line) for line in (*host.startup, *host.user_data, *names))
