"""What commands that work on built projects have in common."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence

from mlnlang_manager.engine.opened import Opened
from mlnlang_manager.engine.steps import Step
from mlnlang_manager.engine.work import How, carry_out, how, working
from mlnlang_manager.projects import chosen, chosen_hosts, elsewhere
from mlnlang_manager.reporting import Failure, tell
from mlnlang_manager.settings import Settings, settings

NOT_REACHED = "not reached by this version"


def for_each(options: Namespace, act: Callable[[Settings, str, list[str], How], int]) -> int:
    """Do something to each project that is chosen: `act(settings, name, hosts, how)`. Returns the worst exit code."""
    found = settings(options)
    worst = 0
    for project in chosen(found, options):
        code = act(found, project.name, chosen_hosts(project, options), how(options))
        worst = max(worst, code)
        if code >= 128:  # interrupted
            break
    return worst


def report_elsewhere(work: Opened, hosts: Iterable[str], phase: str) -> int:
    """Name the hosts that other servers carry; 1 where those were asked for. Raises Failure where nothing is here."""
    hosts = list(hosts)
    others = elsewhere(work.project, work.settings, hosts)
    for host, server in others:
        tell(f"{work.name} host {host}: on {server}: {NOT_REACHED}")
    if not work.machines and not work.segments and not others:
        raise Failure(f"the project `{work.name}` has nothing to {phase}")
    here = bool(work.chosen(hosts)) if hosts else bool(work.machines or work.segments)
    return 1 if not here or (hosts and others) else 0


def do(work: Opened, command: str, arguments: dict[str, object], steps: Sequence[Step], way: How, idle: str) -> int:
    """Carry steps out, or show them; say so where there is nothing to do. Returns the exit code."""
    from mlnlang_manager.engine.reports import dry, finish

    if way.dry_run:
        return dry(work.name, steps, way.plain)
    if not any(step.title for step in steps) and not way.plain:
        tell(f"{work.name}: {idle}")
    outcome = carry_out(work, command, arguments, steps, way)
    return finish(work.name, steps, outcome, way.plain)


__all__ = ["NOT_REACHED", "do", "for_each", "report_elsewhere", "working"]
