"""`mlnc fmt`: lay out project files in the one way there is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic
    from mlnlang.world import World

STDIN = "<stdin>"

EPILOG = """\
examples:
  mlnc fmt lab.mln                     rewrite the file
  mlnc fmt --check labs/*.mln          say which files are not in form
  mlnc fmt --diff lab.mln              show what would change
  mlnc fmt < rough.mln > neat.mln

A file with syntax errors is left as it is.
exit: 0 fine, 1 a file could not be formatted, or --check found one that is not in form; 2 wrong usage
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    command = subparsers.add_parser(
        "fmt",
        help="lay out project files",
        description="Lay out project files: indentation, blanks, blank lines. What they mean stays the same.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "file",
        nargs="*",
        metavar="FILE",
        help="a file to rewrite; - or none: from the standard input to the standard output",
    )
    command.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a file is not in form, and name it"
    )
    command.add_argument("--diff", action="store_true", help="write nothing; print what would change")
    command.add_argument(
        "--plugin-dir", action="append", default=[], metavar="DIR", help="know the blocks of these plugins too"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Format each file; a file that can't be formatted does not keep the others from it."""
    from mlnlang.api import Compilation, Options
    from mlnlang.cli.console import show
    from mlnlang.world import Disk, Overlay

    names = [STDIN if name == "-" else name for name in args.file or ["-"]]
    world: World = Disk()
    if STDIN in names:
        world = Overlay(world, {STDIN: sys.stdin.buffer.read()})
    raw_blocks = Compilation(world, Options(plugin_dirs=tuple(args.plugin_dir))).schema.raw_blocks
    status = 0
    for name in dict.fromkeys(names):
        job = _format(world, name, raw_blocks)
        problems = job.problems or _finish(job, args)
        show(problems)
        if problems or (args.check and job.changed):
            status = 1
    return status


@dataclass
class _Job:
    """A file's text before and after, or why there is none."""

    name: str
    problems: list[Diagnostic]
    before: str = ""
    after: str = ""

    @property
    def changed(self) -> bool:
        return self.before != self.after


def _format(world: World, name: str, raw_blocks: frozenset[str]) -> _Job:
    from mlnlang.format import format_text
    from mlnlang.semantics.unit import file_problem
    from mlnlang.world import WorldError

    try:
        data = world.read(name)
    except WorldError as error:
        return _Job(name, [file_problem(error, name, None)])
    text, problems = _text(data, name)
    if problems:
        return _Job(name, problems)
    after, problems = format_text(text, name, raw_blocks)
    return _Job(name, problems, text, after)


def _text(data: bytes, name: str) -> tuple[str, list[Diagnostic]]:
    """The text of a file, its byte order mark included, or why it is none."""
    from mlnlang.diagnostics.catalogue import BINARY_FILE, NOT_UTF8
    from mlnlang.source import SourceFile, decode

    text, had_bom, faults = decode(data)
    if "\0" in text:
        return "", [BINARY_FILE.at(None, f"`{name}` is not text: it holds NUL bytes", path=name)]
    if faults:
        span = SourceFile(name, text).span(faults[0], faults[0] + 1)
        help_ = "convert the file, for instance with `iconv -f latin1 -t utf8`"
        return "", [NOT_UTF8.at(span, "this byte is not UTF-8", help=help_)]
    return "\ufeff" + text if had_bom else text, []


def _finish(job: _Job, args: argparse.Namespace) -> list[Diagnostic]:
    """Write what was asked for: the file, its difference, or just its name."""
    from mlnlang.cli.console import tell
    from mlnlang.cli.replacing import replace

    if args.diff and job.changed:
        _print("".join(_difference(job)))
    if args.check and job.changed:
        tell(f"would format {job.name}")
    if args.check or args.diff:
        return []
    if job.name == STDIN:
        _print(job.after)
    elif job.changed:
        if problem := replace(job.name, job.after.encode()):
            return [problem]
        tell(f"formatted {job.name}")
    return []


def _print(text: str) -> None:
    """Write to the standard output, byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _difference(job: _Job) -> Iterator[str]:
    from difflib import unified_diff

    for line in unified_diff(_lines(job.before), _lines(job.after), job.name, job.name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
