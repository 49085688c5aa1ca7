"""`mln snapshot`: keep the disks of a project as they are."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json
from mlnlang_manager.images.choice import add_named, named

if TYPE_CHECKING:
    from mlnlang_manager.drivers.protocol import Machine
    from mlnlang_manager.engine.opened import Opened
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings

EPILOG = """\
The machines must be down; --stop stops those that are up and starts them again. Where the file system can share blocks
(btrfs, xfs) a snapshot takes no room of its own, else as much as the disks do.

examples:
  mln snapshot lab before-exam
  mln snapshot -p lab -h web fresh --stop
  mln snapshots lab                        what there is
  mln restore lab before-exam
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Keep the disks of a project, or of hosts of it, as they are now."
    command = add_command(subparsers, "snapshot", "keep disks as they are", about, hosts=True, epilog=EPILOG)
    add_named(command, "NAME", hosts=True)
    command.add_argument("--stop", action="store_true", help="stop machines that are up, and start them again")
    command.add_argument("--no-wait", action="store_true", help="don't wait for another mln that works on the project")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Keep them."""
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.images.snapshots import take
    from mlnlang_manager.reporting import answer, say
    from mlnlang_manager.settings import settings

    project, name = named(options, "mln snapshot PROJECT NAME")
    found, way = settings(options), how(options)
    with down(found, project, options, way) as (work, machines):
        made = take(work.folder, name, machines, teller(options.json, project))
    if options.json:
        answer(project=project, snapshot=name, hosts=made.hosts, made=made.made)
    else:
        say(f"kept {name} of {project}: {', '.join(made.hosts)}")
    return 0


def teller(as_json: bool, project: str) -> Any:
    """Tells a person how far it is."""
    from mlnlang_manager.reporting import tell

    return (lambda _: None) if as_json else (lambda line: tell(f"{project}: {line}"))


def down(found: Settings, project: str, options: Namespace, way: How) -> Any:
    """A project alone, and its machines, down; with `--stop` they are up again at the end. Raises Failure."""
    from contextlib import contextmanager

    from mlnlang_manager.phases import working
    from mlnlang_manager.projects import chosen_hosts, named_project
    from mlnlang_manager.reporting import Failure

    @contextmanager
    def alone() -> Any:
        hosts = chosen_hosts(named_project(found, project), options)
        with working(found, project, way) as work:
            if not work.full:
                raise Failure(f"`{project}` was not built by this mln", "mln build comes first")
            machines = work.chosen(hosts)
            up = _up(work, machines, way)
            if up and not options.stop:
                names = ", ".join(machine.host.name for machine in up)
                raise Failure(f"`{project}`: up: {names}", "stop them first, or say --stop")
            _stop(work, up, way)
            try:
                yield work, machines
            finally:
                _start(work, up, way)

    return alone()


def _up(work: Opened, machines: tuple[Machine, ...], way: How) -> list[Machine]:
    from mlnlang_manager.engine.ordering import UP, states

    return [m for m, state in zip(machines, states(work, machines, way.jobs), strict=True) if state in UP]


def _stop(work: Opened, machines: list[Machine], way: How) -> None:
    from mlnlang_manager.engine.ordering import stop_steps
    from mlnlang_manager.engine.work import STOP_TIMEOUT

    steps = stop_steps(work, machines, (), whole=False, patience=STOP_TIMEOUT)
    arguments = {"hosts": [m.host.name for m in machines], "timeout": STOP_TIMEOUT, "force": False}
    _carry_out(work, "stop", arguments, steps, way)


def _start(work: Opened, machines: list[Machine], way: How) -> None:
    from mlnlang_manager.engine.ordering import start_steps
    from mlnlang_manager.engine.work import TIMEOUT

    steps = start_steps(work, machines, (), whole=False, ready=TIMEOUT)
    arguments = {"hosts": [m.host.name for m in machines], "ready": True, "timeout": TIMEOUT}
    _carry_out(work, "start", arguments, steps, way)


def _carry_out(work: Opened, command: str, arguments: dict[str, Any], steps: list[Any], way: How) -> None:
    """Raises Failure unless all goes well."""
    from mlnlang_manager.engine.work import carry_out
    from mlnlang_manager.reporting import Failure

    if any(step.title for step in steps):
        outcome = carry_out(work, command, arguments, steps, way)
        for name, error in outcome.failed.items():
            raise Failure(f"{name}: {error.message}", error.hint)
        if outcome.code:
            raise Failure(f"`{work.name}` can't {command}", code=outcome.code)
