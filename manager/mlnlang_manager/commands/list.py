"""`mln list`: the projects there are."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command, add_json


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "List the projects: the folder of each, one a line."
    command = add_command(subparsers, "list", "list the projects", about)
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Print the list."""
    from mlnlang_manager.projects import all_projects
    from mlnlang_manager.reporting import answer, say
    from mlnlang_manager.settings import settings

    projects = all_projects(settings(options))
    if options.json:
        listed = [
            {
                "name": project.name,
                "folder": project.folder,
                "hosts": [{"name": host, "server": server} for host, server in project.hosts],
                "switches": [{"name": switch, "server": server} for switch, server in project.switches],
            }
            for project in projects
        ]
        answer(projects=listed)
    else:
        for project in projects:
            say(project.folder)
    return 0
