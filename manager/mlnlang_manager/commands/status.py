"""`mln status`: what is up."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mlnlang_manager.arguments import add_command, add_json, add_project
from mlnlang_manager.phases import NOT_REACHED
from mlnlang_manager.projects import Project, chosen, chosen_hosts
from mlnlang_manager.reporting import answer, say
from mlnlang_manager.running import script_output
from mlnlang_manager.settings import Settings, settings

EPILOG = """\
Lines: PROJECT host|switch NAME up|down|unknown [(more)]
exit: with a project, 0 when everything that was asked for is up, else 1; without one, 0
"""

_LINE = re.compile(r"(host|switch) (\S+): (.*)")


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
    """Ask each project's scripts, and print."""
    found = settings(options)
    projects = chosen(found, options)
    states = [state for project in projects for state in states_of(found, project, chosen_hosts(project, options))]
    if options.json:
        answer(states=[asdict(state) for state in states])
    else:
        for state in states:
            say(state.line())
    named = bool(options.name or options.project)
    return 1 if named and any(state.state != "up" for state in states) else 0


def states_of(found: Settings, project: Project, hosts: Sequence[str]) -> Iterator[State]:
    """The states of a project's hosts, or of those named, and of its switches."""
    seen: dict[tuple[str, str, str], State] = {}
    for server in project.here(found):
        here = [host for host in hosts if (host, server) in project.hosts]
        if not hosts or here:
            for state in _asked(found, project, server, here):
                seen[state.kind, state.name, server] = state
    subjects = [("host", *host) for host in project.hosts if not hosts or host[0] in hosts]
    subjects += [] if hosts else [("switch", *switch) for switch in project.switches]
    for kind, name, server in subjects:
        if server not in found.servers:
            yield State(project.name, kind, name, server, "unknown", f"on {server}: {NOT_REACHED}")
        else:
            yield seen.get((kind, name, server)) or State(
                project.name, kind, name, server, "unknown", "its script gave no answer"
            )


def _asked(found: Settings, project: Project, server: str, hosts: Sequence[str]) -> Iterable[State]:
    _, text = script_output(found, project, server, "status", hosts)
    for line in text.splitlines():
        if answered := _LINE.fullmatch(line):
            kind, name, state = answered.groups()
            short = state if state in ("up", "down") else "up" if state.startswith("up ") else "down"
            yield State(project.name, kind, name, server, short, "" if state == short else state)
