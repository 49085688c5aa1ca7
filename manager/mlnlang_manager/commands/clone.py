"""`mln clone`: the same project under another name."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json
from mlnlang_manager.images.choice import add_named, named

if TYPE_CHECKING:
    pass

EPILOG = """\
The new project is compiled from the text of the old one with another name in it: what is derived from names (hardware
addresses, UUIDs, devices) follows. Addresses that are written in the text stay: the two meet where segments are shared.

examples:
  mln clone lab lab2                  the new project, without disks; mln build makes them from the templates
  mln clone lab lab2 --with-disks     with copies of the disks as they are
  mln clone lab lab2 --to lab2.mln    and its text as a file
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Make a new project out of one that is built: the same text, another name."
    command = add_command(subparsers, "clone", "make the same project under another name", about, epilog=EPILOG)
    add_named(command, "NEW", hosts=False)
    command.add_argument("--with-disks", action="store_true", help="copies of the disks too; the machines must be down")
    command.add_argument("--to", metavar="FILE", help="write the new project's text there, too")
    command.add_argument("--no-wait", action="store_true", help="don't wait for another mln that works on the project")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Compile the clone aside, then put it in place."""
    from mlnlang_manager.commands.remove import must_be_down
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.images.cloning import clone
    from mlnlang_manager.phases import working
    from mlnlang_manager.reporting import Failure, answer, say, tell
    from mlnlang_manager.settings import settings

    old, new = named(options, "mln clone PROJECT NEW")
    found, way = settings(options), how(options)
    if options.to and os.path.lexists(options.to):
        raise Failure(f"{options.to} is there already")
    with working(found, old, way) as work:
        if options.with_disks:
            must_be_down(work, work.machines, way.jobs)
        told = (lambda _: None) if options.json else (lambda line: tell(f"{new}: {line}"))
        folder, source, text = clone(found, work, new, with_disks=options.with_disks, say=told)
    if options.to:
        _write(options.to, text)
    if options.json:
        answer(project=new, folder=folder, with_disks=options.with_disks)
    else:
        say(f"made {folder}")
        if not options.with_disks:
            tell(f"mln build -f {source} makes its disks")
    return 0


def _write(path: str, text: bytes) -> None:
    """The text may hold passwords."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
