"""`mln ssh`: log in to a machine."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command
from mlnlang_manager.reaching import add_machine

if TYPE_CHECKING:
    from mlnlang.inventory import Entry
    from mlnlang_manager.drivers.protocol import Machine
    from mlnlang_manager.engine.opened import Opened

USAGE = "mln ssh [options] PROJECT HOST [COMMAND...]"
EPILOG = """\
examples:
  mln ssh lab web
  mln ssh -u admin lab web uptime
  mln ssh -J gateway lab web          by another machine; else by the server that the host is on

Address and account are those of the project (`mlnc inventory`); where it says `dhcp`, the driver is asked. Options of
mln come before PROJECT. This server must have a way to the host: a switch of User-Mode Linux that is a process and has
no `tap` leads nowhere, but `mln exec` and `mln console` do.
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Log in to a machine by ssh, or run a command there."
    command = add_command(subparsers, "ssh", "log in to a machine", about, hosts=True, epilog=EPILOG, usage=USAGE)
    command.add_argument(
        "-u", "--user", metavar="NAME", help="the account (default: one that a key opens, or the first)"
    )
    command.add_argument("-J", "--jump", metavar="SERVER", help="go by this server; `none`: directly")
    add_machine(command, "a command for it")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Become ssh."""
    from mlnlang_manager.reaching import machine
    from mlnlang_manager.reporting import Failure

    work, found, words = machine(options)
    argv = command(work, found, options.user, options.jump, words)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - a list, no shell
    except FileNotFoundError:
        raise Failure("there is no command ssh on this server") from None


def command(work: Opened, machine: Machine, user: str | None, jump: str | None, words: list[str]) -> list[str]:
    """The command that runs `words` in the machine, or logs in. Raises Failure where nothing tells its address."""
    from mlnlang.inventory.names import JUMP, USER
    from mlnlang_manager.reporting import Failure

    if user is not None and not USER.fullmatch(user):
        raise Failure(f"`{user}` is no name for an account", code=2)
    if jump is not None and not JUMP.fullmatch(jump):
        raise Failure(f"`{jump}` is no server: write [USER@]SERVER[:PORT]", code=2)
    if not work.full:
        raise Failure(f"mln has not built `{work.name}`, and knows no addresses of it", "mln build -f FILE")
    entry = _entry(work, machine, user, jump)
    address = entry.address or _asked(work, machine)
    if address is None:
        raise Failure(f"nothing tells the address of {machine.identity}", "give it a fixed one, or use mln console")
    argv = ["ssh", "-o", f"HostKeyAlias={entry.identity}"]
    argv += ["-J", entry.jump] if entry.jump else []
    argv += ["-l", entry.user] if entry.user else []
    return [*argv, "--", address, *words]


def _entry(work: Opened, machine: Machine, user: str | None, jump: str | None) -> Entry:
    from mlnlang.inventory import Wish, build
    from mlnlang.inventory.listing import AUTO
    from mlnlang_manager.reporting import Failure

    here = machine.host.service_host is None or machine.host.service_host in work.settings.servers
    wish = Wish((machine.identity,), None, user, jump or (None if here else AUTO))
    listing = build([work.ir], wish)
    entry = next((entry for entry in listing.entries if entry.host == machine.host.name), None)
    if entry is None:
        raise Failure((*listing.remarks, f"{machine.identity} can't be listed")[0])
    return entry


def _asked(work: Opened, machine: Machine) -> str | None:
    """An address that the driver knows of a running machine."""
    from mlnlang_manager.reaching import told

    ask = getattr(work.driver(machine), "addresses", None)
    if ask is None:
        return None
    with told():
        found: list[str] = ask(machine)
    return found[0] if found else None
