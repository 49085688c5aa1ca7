"""`mlnc check`: what is wrong with a project."""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
examples:
  mlnc check lab.mln
  mlnc check --strict labs/*.mln
  mlnc check --format json lab.mln
  cat lab.mln | mlnc check -

exit: 0 no error, 1 errors found, 2 wrong usage
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_backend, add_project_options, add_strict

    command = subparsers.add_parser(
        "check",
        help="say what is wrong with projects",
        description="Check projects (and mln.conf files) and say what is wrong, with file, line and column.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs="+", metavar="FILE", help="a project file; - is the standard input")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    add_strict(command)
    command.add_argument("-q", "--quiet", action="store_true", help="no closing line")
    add_backend(command)
    add_project_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check and report."""
    from mlnlang.cli.common import check_all, compilation, graded, project_files

    paths = project_files(options)
    checked, problems = check_all(compilation(options), paths)
    problems = graded(problems, options)
    if options.format == "json":
        import json

        from mlnlang.diagnostics.as_json import document

        print(json.dumps(document(problems), indent=2, ensure_ascii=False))
    else:
        from mlnlang.cli.console import show, summary, tell

        show(problems)
        if not options.quiet:
            tell(summary(problems) or f"no problems in {_counted(checked, len(paths))}")
    return 1 if any(problem.is_error for problem in problems) else 0


def _counted(checked: list[Any], files: int) -> str:
    hosts = sum(len(project.ir.hosts) for project in checked if project.ir)
    return f"{files} file{'' if files == 1 else 's'}, {hosts} host{'' if hosts == 1 else 's'}"
