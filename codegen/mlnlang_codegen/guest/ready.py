"""How a guest tells whoever started it that it has come up: a word where the server hears it, once it has booted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mlnlang.ir import Host
from mlnlang_codegen.guest import family
from mlnlang_codegen.guest.lower import GuestPlan
from mlnlang_codegen.guest.pieces import Piece

#: What the guest says. Nobody need be listening.
READY = "MLN-READY"
_RC = "/etc/init.d/rcS"
_CONSOLE = "/dev/console"
_UNIT = """\
# Written by MLN: tells the server that the machine is up.
[Unit]
Description=Tell the server that the machine is up
DefaultDependencies=no
After=multi-user.target mln.service
ConditionPathExists={where}

[Service]
Type=oneshot
ExecStart=-/bin/sh -c '{say}'
"""
_WANTED = "[Unit]\nWants=mln-ready.service\n"


def with_ready(guest: GuestPlan, host: Host, where: str) -> GuestPlan:
    """The plan, with the word at the end of booting, for guests that systemd or busybox starts; `where` is a device."""
    kind = family.known(host)
    if not guest.lines or kind == "windows":
        return guest
    return replace(guest, lines=(*guest.lines, *_pieces(kind, where)))


def _pieces(kind: str | None, where: str) -> Iterator[Piece]:
    # Whom the first was for may be gone by then; the console's log stays.
    say = "; ".join(f"echo {READY} 2>/dev/null >{device}" for device in dict.fromkeys((where, _CONSOLE)))
    if kind in (None, "busybox"):
        yield Piece(_RC, f"{say} || :\n", "0755", append=True, when="rcS")
    if kind != "busybox":
        yield Piece("/etc/systemd/system/mln-ready.service", _UNIT.format(where=where, say=say), when="systemd")
        yield Piece("/etc/systemd/system/multi-user.target.d/mln.conf", _WANTED, when="systemd")
