"""What a person sees: diagnostics on the standard error stream, in colour where it is a terminal that wants it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from mlnlang.diagnostics import Diagnostic

STYLES = {
    "error": "bold red",
    "warning": "bold yellow",
    "note": "bold cyan",
    "related": "cyan",
    "place": "bold",
    "message": "bold",
    "code": "dim",
    "margin": "blue",
    "help": "bold green",
    "source": "default",
    "plain": "default",
}


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: NO_COLOR and FORCE_COLOR decide, else whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def show(diagnostics: Iterable[Diagnostic], stream: TextIO | None = None) -> None:
    """Print diagnostics, each with its excerpt."""
    stream = stream or sys.stderr
    if not wants_colour(stream):
        from mlnlang.diagnostics.render import plain

        for diagnostic in diagnostics:
            stream.write(plain([diagnostic]))
        return
    from rich.console import Console
    from rich.text import Text

    from mlnlang.diagnostics.render import lines

    console = Console(file=stream, highlight=False, soft_wrap=True, force_terminal=True)
    for diagnostic in diagnostics:
        for line in lines(diagnostic):
            text = Text()
            for style, part in line:
                text.append(part, STYLES[style])
            console.print(text)


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`; empty where there is nothing."""
    parts = []
    for severity in ("error", "warning", "note"):
        count = sum(1 for diagnostic in diagnostics if diagnostic.severity == severity)
        if count:
            parts.append(f"{count} {severity}{'' if count == 1 else 's'}")
    return ", ".join(parts)


def tell(text: str) -> None:
    """A line of progress or result for the person, not for a pipe."""
    print(text, file=sys.stderr)
