"""`mln exec`: a command in a machine."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command
from mlnlang_manager.reaching import add_machine

if TYPE_CHECKING:
    from mlnlang_manager.drivers.protocol import Machine
    from mlnlang_manager.engine.opened import Opened

#: A guest may be about to open its login anew.
_TRIES = 10
#: Ways into a machine, the best first.
WAYS = ("agent", "console", "ssh")

USAGE = "mln exec [options] PROJECT HOST COMMAND..."
EPILOG = """\
examples:
  mln exec lab web ip address
  mln exec -p lab -h web -- sh -c 'ls /srv | wc -l'
  mln exec --by ssh lab web uptime

Ways, the first that there is: `agent`, QEMU's guest agent, by libvirt; `console`, as root on the console of a machine
of User-Mode Linux, if its root has no password or the project tells it; `ssh`. By agent and console there is no input,
and by console both outputs are one. VMware and Xen have no way but ssh. Options of mln come before PROJECT.

exit: the command's; 1 where it could not be run
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Run a command in a machine."
    command = add_command(
        subparsers, "exec", "run a command in a machine", about, hosts=True, epilog=EPILOG, usage=USAGE
    )
    command.add_argument("--by", choices=WAYS, help="this way and no other")
    command.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="by agent and console (60)")
    add_machine(command, "the command")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Run it; returns its exit code."""
    from mlnlang_manager.reaching import machine, told
    from mlnlang_manager.reporting import Failure

    work, found, words = machine(options)
    if not words:
        raise Failure("no command is given: mln exec PROJECT HOST COMMAND", code=2)
    with told():
        ways = [options.by] if options.by else _ways(work, found)
        if ways[0] == "ssh":
            return _by_ssh(work, found, words)
        code, out, err = _by_driver(work, found, ways[0], words, options.timeout)
    sys.stdout.flush()
    sys.stdout.buffer.write(out)
    sys.stderr.buffer.write(err)
    return code


def _ways(work: Opened, machine: Machine) -> list[str]:
    """The ways that there are."""
    driver = work.driver(machine)
    found = ["console"] if hasattr(driver, "terminal") else []
    if hasattr(driver, "has_agent") and driver.has_agent(machine):
        found.insert(0, "agent")
    return [*found, "ssh"]


def _by_driver(work: Opened, machine: Machine, way: str, words: list[str], timeout: float) -> tuple[int, bytes, bytes]:
    from mlnlang_manager.drivers.protocol import DriverError

    driver: Any = work.driver(machine)
    if not hasattr(driver, "has_agent" if way == "agent" else "terminal"):
        raise DriverError(f"machines of {work.backend(machine)} can't be reached by their {way}", hint="try --by ssh")
    if way == "agent":
        found: tuple[int, bytes, bytes] = driver.execute(machine, words, timeout)
        return found
    code, out = _typed(driver, machine, words, timeout)
    return code, out, b""


def _typed(driver: Any, machine: Machine, words: list[str], timeout: float) -> tuple[int, bytes]:
    """By the console; whoever was there last may just have left it, and the guest opens its login anew."""
    from mlnlang_manager.drivers.typing_in import GoneError, execute

    for _ in range(_TRIES):
        try:
            return execute(driver.terminal(machine), words, timeout, _clear_password(machine))
        except GoneError as error:
            gone = error
            time.sleep(0.3)
    raise gone


def _clear_password(machine: Machine) -> str | None:
    """Root's password, where the project has it in clear text."""
    from mlnlang_codegen.guest.accounts import is_hashed

    password = machine.host.root_password
    return None if password is None or is_hashed(password) else password


def _by_ssh(work: Opened, machine: Machine, words: list[str]) -> int:
    from mlnlang_manager.commands.ssh import command

    # ssh gives the words to a shell of the guest.
    argv = command(work, machine, None, None, [shlex.join(words)])
    argv[1:1] = ["-o", "BatchMode=yes"]
    try:
        return subprocess.call(argv)  # noqa: S603 - a list, no shell
    except FileNotFoundError:
        from mlnlang_manager.reporting import Failure

        raise Failure("there is no command ssh on this server") from None
