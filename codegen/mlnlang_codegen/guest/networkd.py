"""systemd-networkd (systemd.network(5)), and the names of interfaces: systemd.link(5), before it udev's rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlnlang.ir import Host
from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.quoting import address, device

if TYPE_CHECKING:
    from mlnlang_codegen.guest.network import Stanza


def pieces(stanzas: Sequence[Stanza], identity: str) -> Iterator[Piece]:  # noqa: ARG001 - a style's signature
    """A .network file an interface."""
    for i in stanzas:
        yield Piece(f"/etc/systemd/network/70-mln-{i.name}.network", _network(i), when="networkd")


def _network(i: Stanza) -> str:
    lines = ["# Written by MLN.", "[Match]", f"MACAddress={i.mac}", ""]
    if not i.auto:
        lines += ["[Link]", "ActivationPolicy=manual", "RequiredForOnline=no", ""]
    lines.append("[Network]")
    lines.append("DHCP=ipv4" if i.dhcp else f"Address={i.cidr}")
    if i.nameserver:
        lines.append(f"DNS={i.nameserver}")
    if i.dhcp:
        # The default is made from the machine's id, which is the same in all copies of a template.
        lines += ["", "[DHCPv4]", "ClientIdentifier=mac"]
    if i.gateway:
        lines += ["", "[Route]", f"Gateway={i.gateway}"] + (["GatewayOnLink=yes"] if i.on_link else [])
    elif i.point_to_point:
        lines += ["", "[Route]", "Destination=0.0.0.0/0", "Scope=link"]
    return "\n".join(lines) + "\n"


def names(host: Host) -> Iterator[Piece]:
    """The project's names of interfaces, tied to the hardware address: newer guests name them after the bus."""
    cards = [(device(i.name, "network"), address(i.mac, "mac")) for i in host.interfaces]
    for name, mac in cards:
        text = f"[Match]\nMACAddress={mac}\n\n[Link]\nName={name}\n"
        yield Piece(f"/etc/systemd/network/70-mln-{name}.link", text, when="systemd")
    if cards:
        # The template's own rules would give the copy's card the next number.
        rule = 'SUBSYSTEM=="net", ACTION=="add", ATTR{{address}}=="{1}", ATTR{{type}}=="1", NAME="{0}"\n'
        text = "".join(rule.format(name, mac.lower()) for name, mac in cards)
        yield Piece("/etc/udev/rules.d/70-persistent-net.rules", text, when="sysv")
