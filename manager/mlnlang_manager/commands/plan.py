"""`mln plan`: the steps that build, start, stop, status and remove take."""

from __future__ import annotations

from argparse import Namespace
from itertools import groupby
from typing import Any

from mlnlang_manager.arguments import add_command, add_json
from mlnlang_manager.compiling import compiled
from mlnlang_manager.reporting import answer, say
from mlnlang_manager.settings import Settings, settings

EPILOG = """\
Lists every step that the project's scripts take, whether or not it has been done: this version does not compare
the plan with what is there.
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Check a project and show the steps its scripts take, in their order. Nothing is written or run."
    command = add_command(subparsers, "plan", "show a project's steps", about, epilog=EPILOG)
    command.add_argument("-f", "--file", required=True, metavar="FILE", help="the project's file")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Compile and print."""
    found = settings(options)
    _, plan = compiled(found, options.file)
    if options.json:
        document = plan.document()
        answer(project=plan.project, digest=plan.digest, actions=document["actions"])
        return 0
    for (server, phase), actions in groupby(plan.actions, key=lambda action: (action.server, action.phase)):
        say(f"{phase} of {plan.project} on {server}{_reach(found, server)}:")
        for action in actions:
            say(f"  {action.subject} ({action.backend}): {action.script}")
    return 0


def _reach(found: Settings, server: str) -> str:
    return "" if server in found.servers else " (not reached by this version)"
