"""What a person or a program is told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from mlnlang.diagnostics import Diagnostic

#: Version of the JSON forms.
VERSION = 1


class Failure(Exception):
    """Work that could not be done: one line, perhaps with a hint, or diagnostics; `code` is the exit code."""

    def __init__(self, message: str, hint: str = "", *, code: int = 1, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.diagnostics = list(diagnostics)


def tell(text: str) -> None:
    """A line for the person, not for a pipe."""
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def show(diagnostics: Iterable[Diagnostic]) -> None:
    """Diagnostics, each with its excerpt."""
    from mlnlang.cli.console import show as show_all

    sys.stdout.flush()
    show_all(diagnostics)


def say(line: str) -> None:
    """A line of output."""
    sys.stdout.write(f"{line}\n")


def answer(**content: Any) -> None:
    """The answer of a command as JSON."""
    sys.stdout.write(json.dumps({"version": VERSION, **content}, indent=2, ensure_ascii=False) + "\n")


def fail(failure: Failure, as_json: bool) -> int:
    """Tell of a failure; returns the exit code."""
    show(failure.diagnostics)
    tell(f"mln: {failure.message}" + (f"; {failure.hint}" if failure.hint else ""))
    if as_json:
        from mlnlang.diagnostics.as_json import document

        listed = document(failure.diagnostics)["diagnostics"]
        answer(error={"message": failure.message, "hint": failure.hint}, diagnostics=listed)
    return failure.code
