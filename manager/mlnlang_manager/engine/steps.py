"""A piece of work, and what became of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mlnlang_manager.drivers.protocol import DriverError, Progress

#: Exit code of work that was interrupted by Ctrl-C.
INTERRUPTED = 130
#: A resource that many steps may have at once, as long as nobody wants it alone.
SHARED = "shared "


class StopWork(Exception):  # a signal's doing, and no error
    """Raised in a step by the progress it reports: the person wants to stop, and what is half done is undone."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do to one subject (`host NAME`, `switch NAME`, or else `project`).

    `needs`: ids of steps that must be done before; where one fails, this one is skipped. `after`: ids that must be
    over, whatever became of them. `resources`: what no two steps have at once, of all `mln` on this server; with
    `SHARED` in front, what can be had together. `undo` takes back what a failed or interrupted `run` has half done.
    `waits`: the step does little but wait, so it takes no place among the `--jobs`. Without `title` it is only a knot
    in the order: neither shown nor kept in the journal.
    """

    id: str
    subject: str
    phase: str
    title: str
    needs: tuple[str, ...]
    resources: frozenset[str]
    run: Callable[[Progress], None]
    undo: Callable[[], None] | None = None
    after: tuple[str, ...] = ()
    waits: bool = False


def knot(name: str, after: tuple[str, ...], needs: tuple[str, ...] = ()) -> Step:
    """A step that does nothing: others wait for it instead of for many."""
    return Step(name, "", "", "", needs, frozenset(), lambda _: None, after=after)


@dataclass(slots=True)
class Outcome:
    """What became of the steps, by id. `interrupted` is the exit code of the signal that ended the work, or 0."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, DriverError] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    interrupted: int = 0

    @property
    def code(self) -> int:
        """The exit code."""
        return self.interrupted or (1 if self.failed or self.skipped else 0)

    @property
    def word(self) -> str:
        """`done`, `failed` or `interrupted`, for the journal."""
        return "interrupted" if self.interrupted else "failed" if self.code else "done"
