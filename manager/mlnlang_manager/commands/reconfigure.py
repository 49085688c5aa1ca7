"""`mln reconfigure`: set guests up again in the disks that they have."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_project, add_work

if TYPE_CHECKING:
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings

EPILOG = """\
Host name, network, accounts, files and start-up lines are written again as the project has them, for instance after
somebody has spoiled them in the guest. Data stay. Machines must be down.

examples:
  mln reconfigure lab
  mln reconfigure -p lab -h web
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Set the guests of a project up again, in the disks that are there."
    command = add_command(subparsers, "reconfigure", "set guests up again", about, hosts=True, epilog=EPILOG)
    add_project(command, required=True)
    add_work(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Each project's."""
    from mlnlang_manager.phases import for_each

    return for_each(options, reconfigure)


def reconfigure(found: Settings, name: str, hosts: list[str], way: How) -> int:
    """Set guests of a project up again; returns the exit code."""
    from mlnlang_manager.commands.remove import must_be_down
    from mlnlang_manager.engine.ordering import check_needs, reconfigure_steps
    from mlnlang_manager.phases import do, report_elsewhere, working

    with working(found, name, way) as work:
        away = report_elsewhere(work, hosts, "reconfigure")
        machines = work.chosen(hosts)
        must_be_down(work, machines, way.jobs)
        check_needs(work, machines, "build", way.jobs)
        steps = reconfigure_steps(work, machines)
        return do(work, "reconfigure", {"hosts": hosts}, steps, way, "no host of it is here") or away


def resume(found: Settings, name: str, arguments: dict[str, Any], way: How) -> int:
    """Go on: guests that are set up already don't change by it."""
    return reconfigure(found, name, [str(host) for host in arguments["hosts"]], way)
