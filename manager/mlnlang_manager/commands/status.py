"""`mln status`: what is up."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json, add_project

if TYPE_CHECKING:
    from mlnlang_manager.drivers import protocol
    from mlnlang_manager.projects import Project
    from mlnlang_manager.settings import Settings

EPILOG = """\
Lines: PROJECT host|switch NAME up|down|unknown [(more)]
exit: with a project, 0 when everything that was asked for is up, else 1; without one, 0

examples:
  mln status                      all projects
  mln status -p lab
  mln status -p lab -h 'web*'
  mln status lab --json
"""


@dataclass(frozen=True)
class State:
    """The state of a machine or switch: `up`, `down` or `unknown`; `more` says what else is known."""

    project: str
    kind: str
    name: str
    server: str
    state: str
    more: str = ""

    def line(self) -> str:
        """The line that is printed."""
        return f"{self.project} {self.kind} {self.name} {self.state}" + (f" ({self.more})" if self.more else "")


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Tell which machines and switches are up, of one project or all."
    command = add_command(subparsers, "status", "tell what is up", about, hosts=True, epilog=EPILOG)
    add_project(command, required=False)
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Ask each project's drivers, and print."""
    from mlnlang_manager.projects import chosen, chosen_hosts
    from mlnlang_manager.reporting import answer
    from mlnlang_manager.settings import settings

    found = settings(options)
    projects = chosen(found, options)
    states = [state for project in projects for state in states_of(found, project, chosen_hosts(project, options))]
    if options.json:
        answer(states=[asdict(state) for state in states])
    else:
        _print(states)
    named = bool(options.name or options.project)
    return 1 if named and any(state.state != "up" for state in states) else 0


def _print(states: Sequence[State]) -> None:
    import sys

    sys.stdout.write("".join(f"{state.line()}\n" for state in states))


def states_of(found: Settings, project: Project, hosts: Sequence[str]) -> Iterator[State]:
    """The states of a project's hosts, or of those named, and of its switches."""
    from mlnlang_manager.engine.opened import Subject, reopened
    from mlnlang_manager.engine.ordering import states
    from mlnlang_manager.engine.work import cores
    from mlnlang_manager.phases import NOT_REACHED

    work = reopened(found, project)
    machines = work.chosen(hosts)
    segments = () if hosts else work.segments
    asked: list[Subject] = [*machines, *segments]
    answers = states(work, asked, cores())
    known = {(s.place.folder, _kind_and_name(s)): a for s, a in zip(asked, answers, strict=True)}
    subjects = [("host", *host) for host in project.hosts if not hosts or host[0] in hosts]
    subjects += [] if hosts else [("switch", *switch) for switch in project.switches]
    for kind, name, server in subjects:
        if server not in found.servers:
            yield State(project.name, kind, name, server, "unknown", f"on {server}: {NOT_REACHED}")
        else:
            yield _state(project.name, kind, name, server, known[work.place(server).folder, (kind, name)])


def _kind_and_name(subject: protocol.Machine | protocol.Segment) -> tuple[str, str]:
    from mlnlang_manager.engine.opened import subject_name

    kind, _, name = subject_name(subject).partition(" ")
    return kind, name


def _state(project: str, kind: str, name: str, server: str, state: protocol.State) -> State:
    from mlnlang_manager.drivers.protocol import State as Found

    short = {Found.PAUSED: "up", Found.NOT_BUILT: "down"}.get(state, state.value)
    more = "no answer" if state is Found.UNKNOWN else "" if short == state.value else state.value
    return State(project, kind, name, server, short, more)
