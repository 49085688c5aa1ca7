"""`mln build`: check, compile into the projects folder, make the machines' disks."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command
from mlnlang_manager.compiling import compiled
from mlnlang_manager.phases import perform
from mlnlang_manager.projects import named_project
from mlnlang_manager.reporting import Failure, say
from mlnlang_manager.settings import settings

EPILOG = """\
A project that is there already gets its new configuration; disks that are there already stay as they are.
To start afresh: mln remove PROJECT, then mln build.
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Check a project, compile it into the projects folder, and make the disks of its machines on this server."
    command = add_command(subparsers, "build", "make a project's machines", about, epilog=EPILOG)
    command.add_argument("-f", "--file", required=True, metavar="FILE", help="the project's file")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Compile, write, build."""
    from mlnlang.cli.writing import WriteError, write

    found = settings(options)
    checked, plan = compiled(found, options.file)
    try:
        folder = write(found.projects, plan, checked)
    except WriteError as error:
        raise Failure("nothing was written", diagnostics=[error.diagnostic]) from None
    say(f"wrote {folder}")
    project = named_project(found, plan.project)
    if not project.hosts and not project.switches:
        raise Failure(f"the project `{plan.project}` has nothing that a back end carries")
    return perform(found, project, "build", [])
