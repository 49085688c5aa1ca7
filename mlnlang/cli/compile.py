"""`mlnc compile`: check, generate, write."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.api import Checked

EPILOG = """\
examples:
  mlnc compile lab.mln                 write ./out/<project>/
  mlnc compile lab.mln -o /srv/labs    write /srv/labs/<project>/
  mlnc compile lab.mln --tree          and show what was written

The folder works on a bare server: copy it there and run local/build.sh, local/start.sh, …
Nothing is written when the project has errors, and a write that fails leaves what was there before.
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_backend, add_project_options, add_strict

    command = subparsers.add_parser(
        "compile",
        help="write what the hypervisors need",
        description="Compile projects to configuration files and scripts for their hypervisors.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs="+", metavar="FILE", help="a project file; - is the standard input")
    command.add_argument("-o", "--output", default="out", metavar="DIR", help="write DIR/<project>/ (default: out)")
    command.add_argument("--tree", action="store_true", help="print the tree of what was written")
    add_strict(command)
    command.add_argument("-q", "--quiet", action="store_true", help="no closing line")
    add_backend(command)
    add_project_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check all; if nothing is wrong, write all."""
    from mlnlang.cli.common import check_all, compilation, generator, project_files, status
    from mlnlang.cli.console import show, summary, tell

    checked, problems = check_all(compilation(options), project_files(options))
    problems += _same_name(checked)
    show(problems)
    if failed := status(problems):
        tell(f"{summary(problems)}; nothing was written")
        return failed
    from mlnlang.cli.writing import WriteError, write

    for project in checked:
        assert project.ir is not None
        plan = generator().generate(project.ir)
        try:
            folder = write(options.output, plan, project)
        except WriteError as error:
            show([error.diagnostic])
            return 1
        if options.tree:
            from mlnlang.cli.tree import print_tree

            print_tree(folder, [file.path for file in plan.files])
        if not options.quiet:
            tell(f"wrote {folder}: {len(plan.files) + 2} files for {_counted(project)}")
    return 0


def _counted(project: Checked) -> str:
    assert project.ir is not None
    hosts, switches = len(project.ir.hosts), len(project.ir.switches)
    return f"{hosts} host{'' if hosts == 1 else 's'} and {switches} switch{'' if switches == 1 else 'es'}"


def _same_name(checked: list[Checked]) -> list[Any]:
    """Two files that compile to one folder."""
    from mlnlang.diagnostics import Related
    from mlnlang.diagnostics.catalogue import DUPLICATE

    first: dict[str, Checked] = {}
    problems = []
    for project in checked:
        other = first.setdefault(project.ir.name if project.ir else "", project)
        if other is project or project.ir is None or other.ir is None:
            continue
        span, there = project.ir.where.span("project"), other.ir.where.span("project")
        problems.append(
            DUPLICATE.at(
                span,
                f"the project `{project.ir.name}` is given twice",
                related=[Related(there, "it has this name already")] if there else [],
                help="compile the files into different directories, or give one of them another name",
            )
        )
    return problems
