"""`mln resume`: go on with work that failed, was interrupted, or was cut off."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_project, add_work

if TYPE_CHECKING:
    from mlnlang_manager.engine.journal import Run

EPILOG = """\
The project's journal tells which command did not come to its end, with what arguments, and what it had done.
What is done stays; the rest is tried again.

examples:
  mln resume lab
  mln resume                      where only one project has something left to do
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Go on with a project's last command where it failed, was interrupted, or was cut off."
    command = add_command(subparsers, "resume", "go on with unfinished work", about, epilog=EPILOG)
    add_project(command, required=False, hosts=False)
    add_work(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Find what was left, and do it."""
    from dataclasses import replace

    from mlnlang_manager.commands import command_module
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.projects import chosen
    from mlnlang_manager.reporting import Failure, tell
    from mlnlang_manager.settings import settings

    found = settings(options)
    projects = chosen(found, options)
    named = bool(options.name or options.project)
    left = [(project, last) for project in projects if (last := unfinished(project.folder))]
    if not left:
        where = f"`{projects[0].name}`" if named else "any project"
        tell(f"mln: nothing of {where} is left to do")
        return 0
    if len(left) > 1 and not options.all:
        names = ", ".join(project.name for project, _ in left)
        raise Failure(f"several projects have work left: {names}", "name one, or say -a", code=2)
    worst = 0
    for project, last in left:
        command = command_module(last.command)
        if not hasattr(command, "resume"):
            raise Failure(f"`mln {last.command}` of `{project.name}` can't be gone on with", "give the command again")
        tell(f"mln: going on with `mln {last.command} {project.name}`")
        way = replace(how(options), command=f"mln {last.command}")
        worst = max(worst, int(command.resume(found, project.name, last.arguments, way)))
    return worst


def unfinished(folder: str) -> Run | None:
    """The last run of a project's journal, where it did not come to its end."""
    import os

    from mlnlang_manager.engine.journal import Journal
    from mlnlang_manager.engine.paths import STATE

    last = Journal(os.path.join(folder, STATE)).last()
    return last if last and last.ended != "done" else None
