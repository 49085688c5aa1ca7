"""ifcfg files: Red Hat's (sysconfig.txt of initscripts) and SUSE's (ifcfg(5) of wicked, ifroute(5))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlnlang_codegen.guest.pieces import Piece

if TYPE_CHECKING:
    from mlnlang_codegen.guest.network import Stanza


def redhat(stanzas: Sequence[Stanza], identity: str) -> Iterator[Piece]:  # noqa: ARG001 - a style's signature
    """ifcfg-NAME, and route-NAME where the default route needs words of its own."""
    folder = "/etc/sysconfig/network-scripts"
    for i in stanzas:
        yield Piece(f"{folder}/ifcfg-{i.name}", _redhat(i), when="ifcfg")
        if i.point_to_point:
            yield Piece(f"{folder}/route-{i.name}", f"default dev {i.name}\n", when="ifcfg")
        elif i.gateway and i.on_link and not i.gateway_is_ipv6:
            yield Piece(f"{folder}/route-{i.name}", f"default via {i.gateway} dev {i.name} onlink\n", when="ifcfg")


def _redhat(i: Stanza) -> str:
    lines = ["# Written by MLN.", f"DEVICE={i.name}", "TYPE=Ethernet", f"HWADDR={i.mac.upper()}"]
    lines += [f"ONBOOT={'yes' if i.auto else 'no'}", f"BOOTPROTO={'dhcp' if i.dhcp else 'none'}"]
    if i.inet6:
        lines += ["IPV6INIT=yes", "IPV6_AUTOCONF=no", f"IPV6ADDR={i.cidr}"]
    elif not i.dhcp:
        lines += [f"IPADDR={i.address}", f"NETMASK={i.netmask}"]
    if i.broadcast:
        lines.append(f"BROADCAST={i.broadcast}")
    if i.gateway and i.gateway_is_ipv6:
        lines += ([] if i.inet6 else ["IPV6INIT=yes"]) + [f"IPV6_DEFAULTGW={i.gateway}%{i.name}"]
    elif i.gateway and not i.on_link:
        lines.append(f"GATEWAY={i.gateway}")
    if i.nameserver:
        lines.append(f"DNS1={i.nameserver}")
    return "\n".join(lines) + "\n"


def suse(stanzas: Sequence[Stanza], identity: str) -> Iterator[Piece]:  # noqa: ARG001 - a style's signature
    """ifcfg-NAME, and ifroute-NAME for the default route."""
    folder = "/etc/sysconfig/network"
    for i in stanzas:
        yield Piece(f"{folder}/ifcfg-{i.name}", _suse(i), when="wicked")
        if i.gateway or i.point_to_point:
            to = "default" if not i.gateway_is_ipv6 else "::/0"
            yield Piece(f"{folder}/ifroute-{i.name}", f"{to} {i.gateway or '-'} - {i.name}\n", when="wicked")


def _suse(i: Stanza) -> str:
    lines = ["# Written by MLN.", f"STARTMODE='{'auto' if i.auto else 'manual'}'"]
    lines.append(f"BOOTPROTO='{'dhcp' if i.dhcp else 'static'}'")
    if not i.dhcp:
        lines.append(f"IPADDR='{i.cidr}'")
    if i.broadcast:
        lines.append(f"BROADCAST='{i.broadcast}'")
    return "\n".join(lines) + "\n"
