"""Work on one project: alone, after what a crash left behind is cleaned up, and with a journal."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mlnlang_manager.commands import command_module
from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.engine import processes
from mlnlang_manager.engine.built import write_built
from mlnlang_manager.engine.journal import Journal, Run
from mlnlang_manager.engine.locks import ResourceLocks, project_lock
from mlnlang_manager.engine.opened import Opened, opened
from mlnlang_manager.engine.paths import RUNNING, state_folder
from mlnlang_manager.engine.progress import reporter
from mlnlang_manager.engine.running import run
from mlnlang_manager.engine.steps import Outcome, Step
from mlnlang_manager.reporting import Failure, tell
from mlnlang_manager.settings import Settings

#: Seconds that a guest may take to come up, and to go down.
TIMEOUT = 120.0
STOP_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class How:
    """What the command line says about how to work. Times in seconds."""

    command: str = "mln"
    jobs: int = 1
    dry_run: bool = False
    wait: bool = True
    ready: bool = True
    timeout: float = TIMEOUT
    plain: bool = False


def how(options: Namespace) -> How:
    """From the options of `add_work` (arguments)."""
    given = getattr(options, "timeout", None)
    default = STOP_TIMEOUT if options.command == "stop" else TIMEOUT
    return How(
        f"mln {options.command}",
        getattr(options, "jobs", None) or cores(),
        getattr(options, "dry_run", False),
        not getattr(options, "no_wait", False),
        not getattr(options, "no_wait_ready", False),
        default if given is None else given,
        getattr(options, "json", False),
    )


def cores() -> int:
    """The processors that are ours."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def working(found: Settings, name: str, way: How) -> Iterator[Opened]:
    """A project, alone and tidy. Raises Failure."""
    from mlnlang_manager.projects import named_project

    project = named_project(found, name)
    with project_lock(project.folder, f"{way.command} {name}", wait=way.wait):
        work = opened(found, name)
        yield opened(found, name) if recover(work) else work


def carry_out(work: Opened, command: str, arguments: dict[str, Any], steps: Sequence[Step], way: How) -> Outcome:
    """Run steps with a journal and progress; what is built is written down. `arguments` are what resuming needs.

    Raises Failure where the journal can't be written, which is tried before the first step.
    """
    if not steps:
        return Outcome()
    journal = Journal(state_folder(work.folder))
    shown = [step.id for step in steps if step.title]
    locks = ResourceLocks()
    try:
        journal.begin(command, arguments, shown)
        with reporter(work.name, steps, way.jobs, plain=way.plain) as progress:
            outcome = run(steps, journal, way.jobs, progress, locks)
        _remember(work, journal.last())
        journal.end(outcome.word)
    except OSError as error:
        raise Failure(f"the journal {journal.path} can't be written: {error.strerror}", "mln resume goes on") from None
    finally:
        journal.close()
    return outcome


def recover(work: Opened) -> bool:
    """Clean up what a run left behind that did not live to its end: True where there was one. Raises Failure."""
    processes.wait_for_strays(os.path.join(work.state_folder, RUNNING))
    journal = Journal(work.state_folder)
    last = journal.last()
    if last is None or last.ended:
        return False
    own = getattr(command_module(last.command), "recover", None)
    if own:  # first, since it may know better what is built
        own(work, last)
    tidied = [step for step in last.torn if _tidy(work, step)]
    try:
        journal.open()
        for step in tidied:
            journal.step(step, "done" if step.startswith("remove ") else "undone")
        _remember(work, journal.last())
        journal.end("recovered")
    except OSError as error:
        raise Failure(f"{journal.path} can't be written: {error.strerror}") from None
    names = ", ".join(step.partition(" ")[2] for step in tidied)
    tell(
        f"mln: the last `mln {last.command} {work.name}` ended in the middle"
        + (f"; tidied up: {names}" if names else "")
    )
    return True


def _tidy(work: Opened, step: str) -> bool:
    """Take back half a build, finish half a removal. Other steps can simply be done again."""
    phase, _, subject = step.partition(" ")
    kind, _, name = subject.partition(" ")
    if phase not in ("build", "remove") or kind != "host" or (phase == "build" and subject in work.built.marks):
        return False
    try:
        for machine in work.chosen([name]):
            work.driver(machine).remove(machine)
    except DriverError as error:
        raise Failure(f"host {name} is left half done by a crash, and can't be tidied up: {error.message}") from None
    return True


def _remember(work: Opened, last: Run | None) -> None:
    """Write down what is built now."""
    if last is None or not work.full:
        return
    before = (work.built.project, dict(work.built.marks))
    work.built.learn(last)
    if (work.built.project, work.built.marks) != before:
        write_built(work.folder, work.built)
