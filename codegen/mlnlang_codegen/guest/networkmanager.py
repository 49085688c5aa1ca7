"""NetworkManager: a key file a connection (nm-settings-keyfile(5)); it reads those of mode 0600 only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlnlang.ir.derive import machine_uuid
from mlnlang_codegen.guest.pieces import Piece

if TYPE_CHECKING:
    from mlnlang_codegen.guest.network import Stanza


def pieces(stanzas: Sequence[Stanza], identity: str) -> Iterator[Piece]:
    """A connection an interface, found by its hardware address."""
    for i in stanzas:
        path = f"/etc/NetworkManager/system-connections/mln-{i.name}.nmconnection"
        yield Piece(path, _connection(i, machine_uuid(f"{identity}/{i.name}")), "0600", when="networkmanager")


def _connection(i: Stanza, uuid: str) -> str:
    lines = ["# Written by MLN.", "[connection]", f"id=mln-{i.name}", f"uuid={uuid}", "type=ethernet"]
    lines.append(f"autoconnect={'true' if i.auto else 'false'}")
    lines += ["", "[ethernet]", f"mac-address={i.mac.upper()}"]
    lines += ["", "[ipv4]", *_protocol(i, inet6=False), "", "[ipv6]", *_protocol(i, inet6=True)]
    return "\n".join(lines) + "\n"


def _protocol(i: Stanza, *, inet6: bool) -> list[str]:
    lines = _method(i, inet6)
    if i.gateway and i.gateway_is_ipv6 == inet6:
        lines.append(f"gateway={i.gateway}" if not i.other_family else f"route1={i.everywhere},{i.gateway}")
    if i.point_to_point and not inet6:
        lines.append("route1=0.0.0.0/0")
    if i.nameserver and (":" in i.nameserver) == inet6:
        lines.append(f"dns={i.nameserver};")
    return lines


def _method(i: Stanza, inet6: bool) -> list[str]:
    if not i.dhcp and i.inet6 == inet6:
        return ["method=manual", f"address1={i.cidr}"]
    if i.dhcp or inet6:
        return ["method=auto"]
    return ["method=disabled"]
