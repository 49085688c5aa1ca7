"""`mln start`: switches first, then hosts by boot order."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_project, add_work

if TYPE_CHECKING:
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings

EPILOG = """\
Hosts with a lower boot_order are ready before the next are started. A host is ready when its guest says so, or its
back end does where guests can't. One that does not get ready in time is named and left running; the others go on.
With -h, hooks of the project don't run, and only the switches of those hosts are started.

examples:
  mln start lab                       all of it
  mln start -p lab -h web             one host
  mln start -p lab -h 'node*' -j 8    eight at a time
  mln start lab --no-wait-ready       return as soon as all kernels run
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Start a project on this server: switches first, then hosts by boot order."
    command = add_command(subparsers, "start", "start a project's machines", about, hosts=True, epilog=EPILOG)
    add_project(command, required=True)
    add_work(command)
    command.add_argument("--timeout", type=float, metavar="S", help="seconds a guest may take to get ready (120)")
    command.add_argument("--no-wait-ready", action="store_true", help="don't wait until guests are ready")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Start each project."""
    from mlnlang_manager.phases import for_each

    return for_each(options, start)


def start(found: Settings, name: str, hosts: list[str], way: How) -> int:
    """Start a project or hosts of it; returns the exit code."""
    from mlnlang_manager.engine.opened import Subject
    from mlnlang_manager.engine.ordering import UP, check_needs, start_steps, states
    from mlnlang_manager.phases import do, report_elsewhere, working

    with working(found, name, way) as work:
        away = report_elsewhere(work, hosts, "start")
        machines = work.chosen(hosts)
        segments = work.segments if not hosts else work.wired(machines)
        subjects: list[Subject] = [*segments, *machines]
        up = {id(s) for s, state in zip(subjects, states(work, subjects, way.jobs), strict=True) if state in UP}
        down = [machine for machine in machines if id(machine) not in up]
        wires = [segment for segment in segments if id(segment) not in up]
        if not away:
            check_needs(work, [*wires, *down], "start", way.jobs)
        whole = not hosts and bool(down or wires)
        steps = start_steps(work, down, wires, whole=whole, ready=way.timeout if way.ready else None)
        arguments = {"hosts": hosts, "ready": way.ready, "timeout": way.timeout}
        return do(work, "start", arguments, steps, way, "all is up") or away


def resume(found: Settings, name: str, arguments: dict[str, Any], way: How) -> int:
    """Go on."""
    from dataclasses import replace

    again = replace(way, ready=bool(arguments["ready"]), timeout=float(arguments["timeout"]))
    return start(found, name, [str(host) for host in arguments["hosts"]], again)
