"""`mln remove`: delete a project's machines for good."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from mlnlang_manager.arguments import add_command, add_project
from mlnlang_manager.phases import NOT_REACHED, perform
from mlnlang_manager.projects import Project, chosen, chosen_hosts
from mlnlang_manager.reporting import Failure, say, tell
from mlnlang_manager.settings import Settings, settings

EPILOG = """\
Without -h the project's folder goes too, with everything in it, unless other servers carry a part of the project.
What is up is not removed: stop it first.
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Remove a project, or hosts of it, from this server: disks and all, for good."
    command = add_command(
        subparsers, "remove", "delete a project's machines for good", about, hosts=True, epilog=EPILOG
    )
    add_project(command, required=True)
    command.add_argument("-y", "--yes", "-f", "--force", action="store_true", help="do not ask")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Ask, remove the machines, then the folder."""
    found = settings(options)
    (project,) = chosen(found, options)
    hosts = chosen_hosts(project, options)
    if not options.yes:
        _ask(project, hosts)
    if hosts or project.hosts or project.switches:
        code = perform(found, project, "remove", hosts)
        if code or hosts:
            return code
    return _remove_folder(found, project)


def _ask(project: Project, hosts: Sequence[str]) -> None:
    """Raises Failure unless the person agrees."""
    if not sys.stdin.isatty():
        raise Failure("removing can't be undone, and there is nobody to ask", "say --yes", code=2)
    what = f"{', '.join(hosts)} of `{project.name}`" if hosts else f"`{project.name}` and its folder {project.folder}"
    sys.stderr.write(f"Remove {what} for good? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure("nothing was removed")


def _remove_folder(found: Settings, project: Project) -> int:
    others = [server for server in project.servers if server not in found.servers]
    if others:
        tell(f"{project.name}: {', '.join(others)} {NOT_REACHED}, so {project.folder} stays")
        return 0
    if os.path.islink(project.folder):
        raise Failure(f"{project.folder} is a link to another place", "remove it by hand")
    shutil.rmtree(project.folder)
    say(f"removed {project.folder}")
    return 0
