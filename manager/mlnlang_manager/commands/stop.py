"""`mln stop`: hosts in the reverse of their boot order, then switches."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_project, add_work

if TYPE_CHECKING:
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings

EPILOG = """\
Guests are asked to shut down; one that has not done so when the time is over loses its power.
With -h, hooks of the project don't run, and its switches stay up.

examples:
  mln stop lab
  mln stop -p lab -h web:db
  mln stop -a --timeout 20            all projects; guests get 20 seconds
  mln stop lab --force                pull the plug
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Stop a project on this server: hosts in the reverse of their boot order, then switches."
    command = add_command(subparsers, "stop", "stop a project's machines", about, hosts=True, epilog=EPILOG)
    add_project(command, required=True)
    add_work(command)
    command.add_argument("--timeout", type=float, metavar="S", help="seconds a guest may take to shut down (60)")
    command.add_argument("--force", action="store_true", help="don't ask the guests")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Stop each project."""
    from mlnlang_manager.phases import for_each

    return for_each(options, partial(stop, force=options.force))


def stop(found: Settings, name: str, hosts: list[str], way: How, *, force: bool) -> int:
    """Stop a project or hosts of it; returns the exit code."""
    from mlnlang_manager.drivers.protocol import Segment, State
    from mlnlang_manager.engine.opened import Subject
    from mlnlang_manager.engine.ordering import check_needs, states, stop_steps
    from mlnlang_manager.phases import do, report_elsewhere, working

    with working(found, name, way) as work:
        away = report_elsewhere(work, hosts, "stop")
        machines = work.chosen(hosts)
        segments: tuple[Segment, ...] = () if hosts else work.segments
        subjects: list[Subject] = [*segments, *machines]
        down = (State.DOWN, State.NOT_BUILT)
        idle = {id(s) for s, state in zip(subjects, states(work, subjects, way.jobs), strict=True) if state in down}
        some = [machine for machine in machines if id(machine) not in idle]
        wires = [segment for segment in segments if id(segment) not in idle]
        check_needs(work, [*wires, *some], "stop", way.jobs)
        whole = not hosts and bool(some or wires)
        steps = stop_steps(work, some, wires, whole=whole, patience=way.timeout, force=force)
        arguments = {"hosts": hosts, "timeout": way.timeout, "force": force}
        return do(work, "stop", arguments, steps, way, "all is down") or away


def resume(found: Settings, name: str, arguments: dict[str, Any], way: How) -> int:
    """Go on."""
    from dataclasses import replace

    again = replace(way, timeout=float(arguments["timeout"]))
    return stop(found, name, [str(host) for host in arguments["hosts"]], again, force=bool(arguments["force"]))
