"""Names of cards in guests that have neither systemd nor udev: vector transports call them vec0 and so on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlnlang.ir import Host
from mlnlang_codegen.guest import GuestPlan, family
from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.quoting import address, device

#: Where the script lies in the guest; what runs it: the script of busybox' init, or ifup where OpenRC starts that.
_SCRIPT, _RC, _IFUP = "/etc/mln/names", "/etc/init.d/rcS", "/etc/network/if-pre-up.d/mln"
_TEXT = """\
#!/bin/sh
# Written by MLN: the project's names of network cards, by their hardware addresses.
[ -d /sys/class/net ] || mount -t sysfs sysfs /sys
while read -r mac name; do
    for card in /sys/class/net/*; do
        [ "$(cat "$card/address" 2>/dev/null)" = "$mac" ] || continue
        [ -e "/sys/class/net/$name" ] || ip link set dev "${card##*/}" name "$name"
    done
done <<END
"""


def with_names(guest: GuestPlan, host: Host) -> GuestPlan:
    """The plan, with cards named before busybox' ifup sets them up. Others have link files or udev's rules."""
    extra = list(_pieces(host))
    first = next((n for n, line in enumerate(guest.lines) if isinstance(line, Piece) and line.path == _RC), None)
    if not extra or first is None or family.known(host) not in (None, "busybox"):
        return guest
    return replace(guest, lines=(*guest.lines[:first], *extra, *guest.lines[first:]))


def _pieces(host: Host) -> Iterator[Piece]:
    if host.interfaces:
        names = [f"{address(i.mac, 'mac').lower()} {device(i.name, 'network')}\n" for i in host.interfaces]
        yield Piece(_SCRIPT, _TEXT + "".join(names) + "END\n", "0755", when="rcS,openrc")
        yield Piece(_IFUP, f"#!/bin/sh\nexec sh {_SCRIPT}\n", "0755", when="openrc")
        yield Piece(_RC, f"sh {_SCRIPT}\n", "0755", append=True, when="rcS")
