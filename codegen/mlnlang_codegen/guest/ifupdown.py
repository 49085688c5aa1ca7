"""ifupdown (Debian before netplan, busybox): /etc/network/interfaces (interfaces(5))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlnlang_codegen.guest.pieces import Piece

if TYPE_CHECKING:
    from mlnlang_codegen.guest.network import Stanza


def pieces(stanzas: Sequence[Stanza], identity: str) -> Iterator[Piece]:  # noqa: ARG001 - a style's signature
    """/etc/network/interfaces, whole."""
    text = "# Written by MLN.\nauto lo\niface lo inet loopback\n" + "".join(map(_interface, stanzas))
    yield Piece("/etc/network/interfaces", text, when="ifupdown")


def _interface(i: Stanza) -> str:
    lines = [f"auto {i.name}"] if i.auto else []
    lines.append(f"iface {i.name} {'inet6' if i.inet6 else 'inet'} {'dhcp' if i.dhcp else 'static'}")
    if not i.dhcp:
        # busybox's ifup knows the netmask on a line of its own only.
        lines += [f"    address {i.address}", f"    netmask {i.length if i.inet6 else i.netmask}"]
    if i.broadcast:
        lines.append(f"    broadcast {i.broadcast}")
    if i.nameserver:
        lines.append(f"    dns-nameservers {i.nameserver}")
    lines += _route(i)
    return "\n" + "".join(f"{line}\n" for line in lines)


def _route(i: Stanza) -> list[str]:
    if i.point_to_point:
        return [f"    up ip route add default dev {i.name}"]
    if not i.gateway:
        return []
    if not (i.other_family or i.on_link):
        return [f"    gateway {i.gateway}"]
    version = "-6" if i.gateway_is_ipv6 else "-4"
    return [f"    up ip {version} route add default via {i.gateway} dev {i.name}{' onlink' if i.on_link else ''}"]
