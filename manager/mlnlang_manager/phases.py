"""What start, stop, build and remove have in common: one script on this server, and honesty about the others."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from mlnlang_manager.projects import Project, chosen, chosen_hosts, elsewhere
from mlnlang_manager.reporting import Failure, tell
from mlnlang_manager.running import run_script
from mlnlang_manager.settings import Settings, settings

NOT_REACHED = "not reached by this version"


def run_phase(options: Namespace) -> int:
    """Start or stop a project, or hosts of it; returns the exit code."""
    found = settings(options)
    (project,) = chosen(found, options)
    return perform(found, project, options.command, chosen_hosts(project, options))


def perform(found: Settings, project: Project, phase: str, hosts: Sequence[str]) -> int:
    """Run the phase's script for this server; 1 where it failed or a host that is named is elsewhere."""
    others = elsewhere(project, found, hosts)
    for host, server in others:
        tell(f"{project.name} host {host}: on {server}: {NOT_REACHED}")
    here = [server for server in project.here(found) if not hosts or any(h in hosts for h in _hosts(project, server))]
    if not here and not others:
        raise Failure(f"the project `{project.name}` has nothing to {phase}")
    codes = [run_script(found, project, server, phase, _named(project, server, hosts)) for server in here]
    if 130 in codes:
        raise KeyboardInterrupt
    return 1 if any(codes) or not here or (hosts and others) else 0


def _hosts(project: Project, server: str) -> list[str]:
    return [host for host, place in project.hosts if place == server]


def _named(project: Project, server: str, hosts: Sequence[str]) -> list[str]:
    return [host for host in hosts if host in _hosts(project, server)]
