"""`mln remove`: delete a project's machines for good."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_project, add_work

if TYPE_CHECKING:
    from mlnlang_manager.engine.opened import Opened
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings

EPILOG = """\
Without -h the project's folder goes too, with everything in it, unless other servers carry a part of the project.
What is up is not removed: stop it first.

examples:
  mln remove lab                  asks first
  mln remove -p lab --yes
  mln remove -p lab -h web        one host's disks; the project stays
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Remove a project, or hosts of it, from this server: disks and all, for good."
    command = add_command(
        subparsers, "remove", "delete a project's machines for good", about, hosts=True, epilog=EPILOG
    )
    add_project(command, required=True)
    add_work(command)
    command.add_argument("-y", "--yes", "-f", "--force", action="store_true", help="do not ask")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Remove each project."""
    from mlnlang_manager.phases import for_each

    return for_each(options, partial(remove, yes=options.yes))


def remove(found: Settings, name: str, hosts: list[str], way: How, *, yes: bool) -> int:
    """Ask, remove the machines, then the folder; returns the exit code."""
    from mlnlang_manager.phases import working

    with working(found, name, way) as work:
        if not way.dry_run:
            _ask(work, hosts, yes)
        code = remove_machines(work, hosts, way)
        if code or hosts or way.dry_run:
            return code
        return remove_folder(work, quiet=way.plain)


def remove_machines(work: Opened, hosts: Sequence[str], way: How) -> int:
    """Everything that was made for them; returns the exit code. Raises Failure where some are up."""
    from mlnlang_manager.engine.ordering import check_needs, remove_steps
    from mlnlang_manager.phases import do, report_elsewhere

    away = report_elsewhere(work, hosts, "remove") if work.project.hosts or work.project.switches else 0
    machines = work.chosen(hosts)
    segments = () if hosts else work.segments
    must_be_down(work, machines, way.jobs)
    check_needs(work, [*segments, *machines], "remove", way.jobs)
    steps = remove_steps(work, machines, segments)
    code = do(work, "remove", {"hosts": list(hosts)}, steps, way, "nothing was made on this server")
    return code or (away if hosts else 0)


def must_be_down(work: Opened, machines: Sequence[Any], jobs: int) -> None:
    """Raises Failure, with the names of those that are up."""
    from mlnlang_manager.engine.ordering import UP, states
    from mlnlang_manager.reporting import Failure

    found = zip(machines, states(work, machines, jobs), strict=True)
    names = [machine.host.name for machine, state in found if state in UP]
    if names:
        raise Failure(f"`{work.name}`: up: {', '.join(names)}", f"mln stop {work.name} comes first")


def _ask(work: Opened, hosts: Sequence[str], yes: bool) -> None:
    from mlnlang_manager.asking import ask

    what = f"{', '.join(hosts)} of `{work.name}`" if hosts else f"`{work.name}` and its folder {work.folder}"
    because = "removing can't be undone"
    ask(f"Remove {what} for good?", yes=yes, because=because, refused="nothing was removed")


def remove_folder(work: Opened, *, quiet: bool = False) -> int:
    """The project's folder, unless others need it; returns the exit code. Raises Failure."""
    import os

    from mlnlang_manager.engine.folders import delete_folder
    from mlnlang_manager.phases import NOT_REACHED
    from mlnlang_manager.reporting import Failure, say, tell

    others = [server for server in work.project.servers if server not in work.settings.servers]
    if others:
        tell(f"{work.name}: {', '.join(others)} {NOT_REACHED}, so {work.folder} stays")
        return 0
    if os.path.islink(work.folder):
        raise Failure(f"{work.folder} is a link to another place", "remove it by hand")
    delete_folder(work.folder)
    if not quiet:
        say(f"removed {work.folder}")
    return 0


def resume(found: Settings, name: str, arguments: dict[str, Any], way: How) -> int:
    """Go on: it was agreed to before."""
    return remove(found, name, [str(host) for host in arguments["hosts"]], way, yes=True)
