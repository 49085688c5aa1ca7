"""How a run's problems are handed on: to a person, to a program by the standard output, or to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlnlang.diagnostics.formats import FORMATS

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic


def add_report_options(command: argparse.ArgumentParser) -> None:
    """`--format` and `--output`."""
    command.add_argument(
        "--format", choices=FORMATS, default="text", help="what to make of the problems (default: text)"
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write them to FILE in that format; the text is still shown"
    )


def report(problems: Sequence[Diagnostic], options: argparse.Namespace, files: Sequence[str], closing: str) -> bool:
    """Print or write the problems; whether that could be done. `closing` is said where a person reads along."""
    from mlnlang.cli.console import show, tell

    if options.format == "text" and options.output is None:
        show(problems)
    elif options.output in (None, "-"):
        sys.stdout.flush()
        sys.stdout.buffer.write(_document(problems, options.format, files))
    else:
        fault = _write(options.output, _document(problems, options.format, files))
        show([*problems, *fault])
        if fault:
            return False
    told = options.format in ("text", "github") or options.output not in (None, "-")
    if told and not options.quiet:
        sys.stdout.flush()
        tell(closing)
    return True


def _document(problems: Sequence[Diagnostic], form: str, files: Sequence[str]) -> bytes:
    """In UTF-8 whatever the terminal speaks; a name that is no UTF-8 shows as `\\udc…`."""
    from mlnlang.diagnostics.formats import written
    from mlnlang.world import Disk

    return written(form, problems, files, Disk().cwd()).encode("utf-8", "backslashreplace")


def _write(name: str, content: bytes) -> list[Diagnostic]:
    """Write a file, which may be a pipe; returns what hindered it."""
    from mlnlang.diagnostics.catalogue import CANNOT_WRITE

    try:
        with open(name, "wb") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return [CANNOT_WRITE.at(None, f"`{name}` can't be written: {why}", path=name)]
    return []
