"""Telling a person how work goes on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.engine.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlnlang_manager.engine.running import Reporter

#: What a phase is called once it is done.
PAST = {"build": "built", "start": "started", "ready": "is ready", "stop": "stopped", "remove": "removed",
        "write": "written", "change": "changed"}  # fmt: skip


def reporter(
    project: str, steps: Sequence[Step], jobs: int, *, plain: bool = False
) -> AbstractContextManager[Reporter]:
    """Bars where standard error is a terminal, else lines."""
    shown = [step for step in steps if step.title]
    if plain or not sys.stderr.isatty() or not shown:
        return _plain(project)
    return _bars(project, shown, jobs)


class Lines:
    """A line for each step that is over."""

    def __init__(self, project: str) -> None:
        self.project = project
        self._begun: dict[str, float] = {}
        self._guard = threading.Lock()

    def say(self, line: str) -> None:
        """Print a line."""
        with self._guard:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()

    def started(self, step: Step) -> None:
        """Remember when."""
        self._begun[step.id] = time.monotonic()

    def phase(self, step: Step, phase: str, done: float) -> None:  # noqa: ARG002
        """Warnings are told, the rest is in the log."""
        if phase.startswith("warning: "):
            self.say(f"{self.project} {step.subject}: {phase}")

    def ended(self, step: Step, error: DriverError | None) -> None:
        """Tell what it has come to."""
        took = time.monotonic() - self._begun.pop(step.id, time.monotonic())
        self.say(failure_line(self.project, step, error) if error else self.done_line(step, took))

    def skipped(self, step: Step, why: str) -> None:
        """Tell why, but for what an interrupt left out, and the waiting for a guest that was not even started."""
        if why != "interrupted" and step.phase != "ready":
            self.say(f"{self.project} {step.subject}: {step.phase} left out: {why}")

    def done_line(self, step: Step, took: float) -> str:
        """What was done, and how long it took."""
        word = PAST.get(step.phase, f"{step.phase} done")
        return f"{self.project} {step.subject}: {word}" + (f" ({took:.1f} s)" if took >= 0.1 else "")


def failure_line(project: str, step: Step, error: DriverError) -> str:
    """Who failed at what, why, and where more is."""
    line = f"{project} {step.subject}: {step.phase} failed: {error.message}"
    line += f"; {error.hint}" if error.hint else ""
    return line + (f" (log: {error.log})" if error.log else "")


@contextmanager
def _plain(project: str) -> Iterator[Reporter]:
    yield Lines(project)


@contextmanager
def _bars(project: str, steps: Sequence[Step], jobs: int) -> Iterator[Reporter]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TextColumn("{task.fields[said]}"))
    begun = time.monotonic()
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as progress:
        bars = Bars(project, progress, steps, jobs)
        yield bars
    sys.stderr.write(f"{project}: {bars.done} of {len(steps)} steps done ({time.monotonic() - begun:.1f} s)\n")


class Bars(Lines):
    """A bar for each step under way, and one for all with an estimate of what is left."""

    def __init__(self, project: str, progress: Any, steps: Sequence[Step], jobs: int) -> None:
        super().__init__(project)
        self._progress = progress
        self._all = progress.add_task(f"[bold]{project}", total=len(steps), said="")
        self._rows: dict[str, Any] = {}
        self._left = Estimate(steps, jobs)
        self.done = 0

    def say(self, line: str) -> None:
        """Print above the bars."""
        self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def started(self, step: Step) -> None:
        """A new bar."""
        super().started(step)
        self._rows[step.id] = self._progress.add_task(f"  {step.subject}", total=1.0, said=step.phase)

    def phase(self, step: Step, phase: str, done: float) -> None:
        """Move it."""
        super().phase(step, phase, done)
        if step.id in self._rows:
            self._progress.update(self._rows[step.id], completed=done, said=phase[:40])

    def ended(self, step: Step, error: DriverError | None) -> None:
        """Its bar goes, a line where it failed."""
        took = time.monotonic() - self._begun.get(step.id, time.monotonic())
        if error:
            super().ended(step, error)
        else:
            self.done += 1
        self._over(step, took)

    def skipped(self, step: Step, why: str) -> None:
        """The same."""
        super().skipped(step, why)
        self._over(step, None)

    def _over(self, step: Step, took: float | None) -> None:
        if step.id in self._rows:
            self._progress.remove_task(self._rows.pop(step.id))
        left = self._left.after(step, took)
        said = f"about {left:.0f} s left" if left is not None else ""
        self._progress.update(self._all, advance=1, said=said)


class Estimate:
    """Seconds that are left: of each phase the mean so far, times those to come, by as many as go on at once."""

    def __init__(self, steps: Sequence[Step], jobs: int) -> None:
        self.jobs = jobs
        self._to_come: dict[tuple[str, bool], int] = {}
        self._took: dict[tuple[str, bool], list[float]] = {}
        for step in steps:
            key = (step.phase, step.waits)
            self._to_come[key] = self._to_come.get(key, 0) + 1

    def after(self, step: Step, took: float | None) -> float | None:
        """The estimate once a step is over; None while nothing is known."""
        key = (step.phase, step.waits)
        self._to_come[key] = max(0, self._to_come.get(key, 0) - 1)
        if took is not None:
            self._took.setdefault(key, []).append(took)
        known = [t for times in self._took.values() for t in times]
        if not known:
            return None
        usual = sum(known) / len(known)
        left = 0.0
        for (phase, waits), count in self._to_come.items():
            times = self._took.get((phase, waits))
            mean = sum(times) / len(times) if times else usual
            left += mean * (-(-count // 16) if waits else count / self.jobs)
        return left
