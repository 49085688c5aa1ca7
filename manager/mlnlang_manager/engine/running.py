"""Runs steps: as many at once as there are jobs, each when what it waits for is over."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.engine.interrupts import Interrupts, heeded
from mlnlang_manager.engine.journal import Journal
from mlnlang_manager.engine.locks import ResourceLocks
from mlnlang_manager.engine.steps import SHARED, Outcome, Step, StopWork

#: Steps that only wait, at once.
WAITERS = 64


class Reporter(Protocol):
    """Is told how the steps go on, from several threads. See engine.progress."""

    def started(self, step: Step) -> None:
        """It begins."""
        ...

    def phase(self, step: Step, phase: str, done: float) -> None:
        """How far it is."""
        ...

    def ended(self, step: Step, error: DriverError | None) -> None:
        """It is done, or failed."""
        ...

    def skipped(self, step: Step, why: str) -> None:
        """It is not even begun."""
        ...


@dataclass(slots=True)
class _Board:
    """Where everything stands."""

    steps: dict[str, Step]
    waiting: dict[str, int] = field(default_factory=dict)
    followers: dict[str, list[str]] = field(default_factory=dict)
    ready: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    working: int = 0
    watching: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    #: The journal can't be written: nothing more is begun.
    broken: OSError | None = None


def run(
    steps: Sequence[Step], journal: Journal, jobs: int, progress: Reporter, locks: ResourceLocks | None = None
) -> Outcome:
    """Run steps to their end; what fails is skipped over, with all that needs it. Raises OSError for the journal's."""
    board = _board(steps)
    ended: queue.SimpleQueue[tuple[Step, BaseException | None]] = queue.SimpleQueue()
    with heeded() as interrupts:
        worker = _Worker(journal, progress, locks, interrupts, ended)
        while board.ready or board.working or board.watching:
            _start_what_can(board, worker, jobs)
            if board.working or board.watching:
                _settle(board, worker, *ended.get())
        board.outcome.interrupted = interrupts.code
    if board.broken:
        raise board.broken
    return board.outcome


def _board(steps: Sequence[Step]) -> _Board:
    board = _Board({step.id: step for step in steps})
    for step in board.steps.values():
        before = [name for name in {*step.needs, *step.after} if name in board.steps and name != step.id]
        board.waiting[step.id] = len(before)
        for name in before:
            board.followers.setdefault(name, []).append(step.id)
    board.ready = [name for name, count in board.waiting.items() if not count]
    return board


def _start_what_can(board: _Board, worker: _Worker, jobs: int) -> None:
    """Begin what is ready, in the order given, as far as jobs and resources allow."""
    later: list[str] = []
    queue_, board.ready = board.ready, []
    while queue_:
        name = queue_.pop(0)
        step = board.steps[name]
        why = _hindrance(board, worker, step)
        if why or not step.title:
            _over(board, worker, step, why)
            queue_ += board.ready
            board.ready = []
        elif _has_room(board, step, jobs):
            _take(board, step, 1)
            worker.start(step)
        else:
            later.append(name)
            if board.working >= jobs and board.watching >= WAITERS:
                break
    board.ready = later + queue_


def _hindrance(board: _Board, worker: _Worker, step: Step) -> str:
    """Why a step can't be begun at all, if so."""
    if worker.interrupts.code:
        return "interrupted"
    if board.broken:
        return "the journal can't be written"
    for name in step.needs:
        if name in board.outcome.failed:
            return f"{name} failed"
        if name in board.outcome.skipped:
            return board.outcome.skipped[name]
    return ""


def _has_room(board: _Board, step: Step, jobs: int) -> bool:
    if board.watching >= WAITERS if step.waits else board.working >= jobs:
        return False
    for resource in step.resources:
        together, alone = (resource, resource.removeprefix(SHARED))
        if board.held.get(alone) or (together == alone and board.held.get(SHARED + alone)):
            return False
    return True


def _take(board: _Board, step: Step, count: int) -> None:
    if step.waits:
        board.watching += count
    else:
        board.working += count
    for resource in step.resources:
        board.held[resource] = board.held.get(resource, 0) + count


def _over(board: _Board, worker: _Worker, step: Step, why: str) -> None:
    """A step that is not run: a knot, or one that is skipped."""
    if why:
        board.outcome.skipped[step.id] = why
        if step.title:
            worker.progress.skipped(step, why)
    _follow(board, step)


def _follow(board: _Board, step: Step) -> None:
    for name in board.followers.get(step.id, ()):
        board.waiting[name] -= 1
        if not board.waiting[name]:
            board.ready.append(name)


def _settle(board: _Board, worker: _Worker, step: Step, error: BaseException | None) -> None:
    """Note what a step has come to."""
    _take(board, step, -1)
    if error is None:
        board.outcome.done.append(step.id)
        worker.progress.ended(step, None)
    elif isinstance(error, StopWork) or (worker.interrupts.code and isinstance(error, DriverError)):
        board.outcome.skipped[step.id] = "interrupted"
        worker.progress.skipped(step, "interrupted")
    elif isinstance(error, _JournalError):
        board.broken = error.cause
        board.outcome.skipped[step.id] = "the journal can't be written"
    else:
        told = as_driver_error(error)
        board.outcome.failed[step.id] = told
        worker.progress.ended(step, told)
    _follow(board, step)


def as_driver_error(error: BaseException) -> DriverError:
    """An error in words for people."""
    if isinstance(error, DriverError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        return DriverError(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
    return DriverError(f"mln itself failed: {type(error).__name__}: {error}", hint="MLN_DEBUG=1 shows the details")


class _JournalError(Exception):
    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _Worker:
    """Runs a step in a thread, with its journal entries and its undoing."""

    def __init__(
        self,
        journal: Journal,
        progress: Reporter,
        locks: ResourceLocks | None,
        interrupts: Interrupts,
        ended: queue.SimpleQueue[tuple[Step, BaseException | None]],
    ) -> None:
        self.journal, self.progress, self.locks, self.interrupts, self.ended = (
            journal, progress, locks, interrupts, ended,
        )  # fmt: skip
        self._journal_guard = threading.Lock()

    def start(self, step: Step) -> None:
        """Begin."""
        self.progress.started(step)
        # A daemon: whoever interrupts twice does not wait for threads.
        threading.Thread(target=self._work, args=(step,), name=step.id, daemon=True).start()

    def _work(self, step: Step) -> None:
        try:
            self._note(step, "begin")
            held = self.locks.held(step.resources) if self.locks and step.resources else nullcontext()
            with held:
                self._run(step)
            self._note(step, "done")
            self.ended.put((step, None))
        except BaseException as error:
            if os.environ.get("MLN_DEBUG") and not isinstance(error, (DriverError, StopWork, OSError, _JournalError)):
                import traceback

                traceback.print_exc()
            self.ended.put((step, error))

    def _run(self, step: Step) -> None:
        def told(phase: str, done: float = 0.0) -> None:
            if self.interrupts.code:
                raise StopWork
            self.progress.phase(step, phase, done)

        try:
            step.run(told)
        except BaseException as error:
            interrupted = isinstance(error, StopWork) or bool(self.interrupts.code)
            if not interrupted:
                self._note(step, "failed", as_driver_error(error).message)
            if step.undo:
                self._undo(step, as_driver_error(error))
            elif interrupted:
                self._note(step, "undone")
            raise

    def _undo(self, step: Step, error: DriverError) -> None:
        assert step.undo
        try:
            step.undo()
        except Exception as second:
            error.hint = f"nor could it be undone: {as_driver_error(second).message}"
            return
        self._note(step, "undone")

    def _note(self, step: Step, event: str, message: str = "") -> None:
        try:
            with self._journal_guard:
                self.journal.step(step.id, event, message)
        except OSError as error:
            raise _JournalError(error) from None
