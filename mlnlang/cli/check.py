"""`mlnc check`: what is wrong with a project."""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
examples:
  mlnc check lab.mln
  mlnc check --strict labs/*.mln
  mlnc check --format json lab.mln
  mlnc check --format sarif -o lab.sarif lab.mln
  cat lab.mln | mlnc check -
  mlnc check --fix lab.mln                          apply what is safe to apply
  mlnc check --select MLN5,given-twice lab.mln      these rules alone
  mlnc check --write-baseline known.json labs/*.mln
  mlnc check --baseline known.json labs/*.mln       only what is new

A comment `# mln: allow(RULE)` lets a line or block pass; mlnc.toml, or [tool.mlnc] in pyproject.toml, holds settings.

exit: 0 no error, 1 errors found, 2 wrong usage, settings, rule names or baseline
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_backend, add_choices, add_project_options, add_strict
    from mlnlang.cli.reporting import add_report_options

    command = subparsers.add_parser(
        "check",
        help="say what is wrong with projects",
        description="Check projects (and mln.conf files) and say what is wrong, with file, line and column.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs="+", metavar="FILE", help="a project file; - is the standard input")
    add_report_options(command)
    add_strict(command)
    command.add_argument("-q", "--quiet", action="store_true", help="no closing line")
    command.add_argument("--fix", action="store_true", help="apply the fixes that keep the meaning")
    command.add_argument("--unsafe-fixes", action="store_true", help="apply suggestions too")
    add_choices(command)
    add_backend(command)
    add_project_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, mend if asked to, and report."""
    from mlnlang.cli.common import STDIN, compilation, project_files, status, survey
    from mlnlang.cli.console import summary, tell
    from mlnlang.cli.reporting import report

    paths = project_files(options)
    done: list[str] = []
    if options.fix or options.unsafe_fixes:
        from mlnlang.cli.fixing import mend

        if STDIN in paths:
            tell("mlnc check: --fix writes files; it can't fix the standard input")
            return 2
        mended = mend(options, paths)
        found = mended.survey
        problems = [*found.diagnostics, *mended.problems]
        done.append(f"{_number(mended.fixes, 'fix', 'fixes')} in {_number(mended.files, 'file')}")
    else:
        found = survey(compilation(options), paths)
        problems = found.diagnostics
    if options.write_baseline is not None:
        problems = _write_baseline(options.write_baseline, problems, found.listable, done)
    closing = summary(problems) or f"no problems in {_counted(found.checked, len(paths))}"
    let_pass = ((found.allowed, "allowed"), (found.baselined, "in the baseline"))
    done += [f"{count} {how}" for count, how in let_pass if count]
    written = report(problems, options, paths, "; ".join([closing, *done]))
    return status(problems) or (0 if written else 1)


def _write_baseline(path: str, problems: list[Any], listable: list[Any], done: list[str]) -> list[Any]:
    """Write a baseline of what may be in one; returns the rest. None is written where settings are broken."""
    import os

    from mlnlang.cli.common import status
    from mlnlang.cli.replacing import replace
    from mlnlang.policy.baseline import written

    if status(problems) == 2:
        return problems
    fault = replace(path, written(listable, path, os.getcwd()).encode())
    if fault:
        return [*problems, fault]
    done.append(f"{_number(len(listable), 'problem')} written to {path}")
    listed = set(listable)
    return [problem for problem in problems if problem not in listed]


def _number(count: int, one: str, more: str = "") -> str:
    return f"{count} {one if count == 1 else more or one + 's'}"


def _counted(checked: list[Any], files: int) -> str:
    hosts = sum(len(project.ir.hosts) for project in checked if project.ir)
    return f"{files} file{'' if files == 1 else 's'}, {hosts} host{'' if hosts == 1 else 's'}"
