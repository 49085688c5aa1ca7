"""`mlnc graph`: draw the network of projects."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic
    from mlnlang.graph import Picture

EPILOG = """\
examples:
  mlnc graph lab.mln > lab.svg                     for a browser, light and dark
  mlnc graph lab.mln -o lab.svg                    the same; the file's ending names the format
  mlnc graph labs/*.mln -o all.svg                 several projects, on the servers they share
  mlnc graph lab.mln --host 'web*' --no-addresses  some hosts and what they are wired to
  mlnc graph lab.mln --format dot | dot -Tpdf -o lab.pdf
  mlnc graph lab.mln -o lab.mmd                    Mermaid, for Markdown
  mlnc graph lab.mln --format json                 nodes, edges, positions, and where each is written

What is wrong is drawn on what it belongs to, and listed below the picture. A project with errors is drawn as far as
it is understood.

exit: 0 drawn, 1 drawn but the project has errors, or nothing could be written, 2 wrong usage
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_backend, add_project_options
    from mlnlang.graph.formats import FORMATS

    command = subparsers.add_parser(
        "graph",
        help="draw the network of projects as SVG, DOT, Mermaid or JSON",
        description="Draw hosts, interfaces with addresses, switches, and servers as frames.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs="+", metavar="FILE", help="a project file; - is the standard input")
    command.add_argument("--format", choices=FORMATS, help="how to write it (default: as OUT ends, else svg)")
    command.add_argument("-o", "--output", metavar="OUT", help="write here (default: the standard output)")
    command.add_argument("--no-addresses", action="store_true", help="don't show addresses")
    command.add_argument("--server", metavar="NAME", help="draw what is on this server alone")
    command.add_argument("--host", metavar="GLOB", help="draw hosts of such names alone, with what they are wired to")
    command.add_argument("--no-diagnostics", action="store_true", help="don't draw what is wrong")
    add_backend(command)
    add_project_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, draw, write."""
    from mlnlang.cli.common import compilation, project_files, status, survey
    from mlnlang.cli.console import show, tell
    from mlnlang.graph import Choice, Owners, picture
    from mlnlang.graph.formats import written
    from mlnlang.graph.layered import LayoutMissing

    paths = project_files(options)
    found = survey(compilation(options), paths)
    drawn = [checked for checked in found.checked if checked.ir is not None]
    projects = [checked.ir for checked in drawn if checked.ir is not None]
    whole = picture(
        projects,
        () if options.no_diagnostics else found.diagnostics,
        Owners(checked.symbols for checked in drawn),
        Choice(options.server, options.host, not options.no_addresses),
    )
    show(problem for problem in found.diagnostics if problem.is_error)
    if reason := _nothing_chosen(whole, options, any(project.hosts or project.switches for project in projects)):
        tell(f"mlnc graph: {reason}")
        return 1
    try:
        text = written(whole, _format(options))
    except LayoutMissing as error:
        tell(f"mlnc graph: {error}: `pip install graphlay`, or ask for --format dot or mermaid")
        return 1
    fault = _write(options.output, text)
    show([fault] if fault else [])
    return 1 if fault else status(found.diagnostics)


def _format(options: argparse.Namespace) -> str:
    from mlnlang.graph.formats import ENDINGS

    if options.format:
        return str(options.format)
    return ENDINGS.get(os.path.splitext(options.output or "")[1].lower(), "svg")


def _nothing_chosen(whole: Picture, options: argparse.Namespace, is_something: bool) -> str:
    """Why a choice leaves nothing to draw."""
    if whole.nodes or not is_something or not (options.server or options.host):
        return ""
    asked = [f"on the server {options.server!r}"] if options.server else []
    asked += [f"named like {options.host!r}"] if options.host else []
    return f"there is no host {' and '.join(asked)}"


def _write(output: str | None, text: str) -> Diagnostic | None:
    from mlnlang.cli.replacing import replace
    from mlnlang.diagnostics.catalogue import CANNOT_WRITE

    data = text.encode("utf-8", "backslashreplace")
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return None
    if not os.path.lexists(output) or os.path.isfile(output):
        return replace(output, data)
    try:  # a device or a pipe is written to
        with open(output, "wb") as file:
            file.write(data)
    except OSError as error:
        return CANNOT_WRITE.at(None, f"`{output}` can't be written: {error.strerror or error}", path=output)
    return None
