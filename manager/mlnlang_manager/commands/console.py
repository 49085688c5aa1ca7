"""`mln console`: a machine's console in this terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command
from mlnlang_manager.reaching import add_machine

#: A guest may be about to open its login anew.
_TRIES = 10

EPILOG = """\
examples:
  mln console lab web
  mln console -p lab -h web --log       what its first console has shown since it was started

Ctrl-] leaves the console; the machine goes on. A guest of User-Mode Linux has its login on its second console, tty1.
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Open the console of a machine in this terminal."
    command = add_command(subparsers, "console", "open a machine's console", about, hosts=True, epilog=EPILOG)
    command.add_argument("--log", action="store_true", help="print what the console has shown, and end")
    add_machine(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Hand the terminal over."""
    from mlnlang_manager.drivers.terminal import GONE
    from mlnlang_manager.reaching import machine, told
    from mlnlang_manager.reporting import Failure

    work, found, words = machine(options)
    if words:
        raise Failure(f"what is `{words[0]}`? a console takes no command: mln exec does", code=2)
    if options.log:
        return _log(os.path.join(found.place.run, "console", f"{found.host.name}.log"), found.identity)
    code = GONE
    for _ in range(_TRIES):
        with told():
            command = work.driver(found).console(found)
        try:
            code = subprocess.call(command)  # noqa: S603 - a list, from the driver
        except FileNotFoundError:
            raise Failure(f"there is no command {command[0]} on this server") from None
        if code != GONE:
            return code
        time.sleep(0.3)
    raise Failure(f"the guest of {found.identity} hangs up at once")


def _log(path: str, identity: str) -> int:
    from mlnlang_manager.reporting import Failure

    try:
        with open(path, "rb") as file:
            sys.stdout.buffer.write(file.read())
    except FileNotFoundError:
        raise Failure(f"there is no log of the console of {identity}",
                      "machines of User-Mode Linux have one since they were started") from None  # fmt: skip
    return 0
