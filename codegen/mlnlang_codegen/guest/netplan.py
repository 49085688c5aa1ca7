"""netplan (Ubuntu, Debian's cloud images): one file of YAML (netplan(5)); the same mapping is cloud-init's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.guest.yaml import string

if TYPE_CHECKING:
    from mlnlang_codegen.guest.network import Stanza


def pieces(stanzas: Sequence[Stanza], identity: str) -> Iterator[Piece]:  # noqa: ARG001 - a style's signature
    """/etc/netplan/60-mln.yaml; others may not read it, netplan insists."""
    body = "".join(card(i, "    ", netplan=True) for i in stanzas)
    text = f"# Written by MLN.\nnetwork:\n  version: 2\n  ethernets:\n{body}"
    yield Piece("/etc/netplan/60-mln.yaml", text, "0600", when="netplan")


def card(i: Stanza, indent: str, *, netplan: bool) -> str:
    """An entry of `ethernets`, found by its hardware address. `netplan`: with keys that cloud-init does not know."""
    lines = [f'match: {{macaddress: "{i.mac}"}}', f"set-name: {string(i.name)}"]
    if i.dhcp:
        lines.append("dhcp4: true")
        # The default is made from the machine's id, which is the same in all copies of a template.
        lines += ["dhcp-identifier: mac"] if netplan else []
    else:
        lines += ["dhcp4: false", "dhcp6: false", f'addresses: ["{i.cidr}"]']
    if netplan and not i.auto:
        lines.append("activation-mode: manual")
    if i.gateway:
        on_link = ", on-link: true" if i.on_link else ""
        lines.append(f'routes: [{{to: "{i.everywhere}", via: "{i.gateway}"{on_link}}}]')
    elif i.point_to_point:
        lines.append('routes: [{to: "0.0.0.0/0", scope: link}]')
    if i.nameserver:
        lines.append(f'nameservers: {{addresses: ["{i.nameserver}"]}}')
    return f"{indent}{string(i.name)}:\n" + "".join(f"{indent}  {line}\n" for line in lines)
