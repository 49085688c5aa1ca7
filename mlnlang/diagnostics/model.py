"""What a problem is: code, severity, message, places, help and fix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mlnlang.source import Span

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace a span by a text."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a problem. `safe`: they keep the meaning; else they are a suggestion."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that has to do with the problem."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `span` is None where no file holds the cause; `path` may still name one."""

    code: str
    slug: str
    severity: Severity
    message: str
    span: Span | None = None
    path: str = ""
    related: tuple[Related, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""
    fix: Fix | None = None

    @property
    def is_error(self) -> bool:
        """Whether it makes a run fail."""
        return self.severity == "error"

    def sort_key(self) -> tuple[str, int, str, str]:
        """Order of display: by file, place, code."""
        if self.span is None:
            return (self.path, -1, self.code, self.message)
        return (self.span.file.path, self.span.start, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the catalogue. `bad` and `good` are whole projects, run as tests; empty where one file can't show it.

    `check`: found across a whole project that is otherwise sound, so people may decide that it does not count.
    `varies`: the same file may show it in one run and not in another: other projects beside it, mln.conf, the
    machine. None: as checks do.
    """

    code: str
    slug: str
    severity: Severity
    title: str
    why: str
    bad: str = ""
    good: str = ""
    check: bool = False
    varies: bool | None = None

    @property
    def firm(self) -> bool:
        """Whether the compiler can't do without it: it can't be allowed, ignored or lowered."""
        return self.severity == "error" and not self.check

    @property
    def steady(self) -> bool:
        """Whether a run that does not find it in a file shows that it is not there."""
        return not (self.check if self.varies is None else self.varies)

    def at(
        self,
        span: Span | None,
        message: str,
        *,
        path: str = "",
        related: Iterable[Related] = (),
        notes: Iterable[str] = (),
        help: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A diagnostic of this rule at a place."""
        return Diagnostic(
            self.code,
            self.slug,
            severity or self.severity,
            message,
            span,
            path or (span.file.path if span else ""),
            tuple(related),
            tuple(notes),
            help,
            fix,
        )
