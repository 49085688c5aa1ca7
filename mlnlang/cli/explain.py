"""`mlnc explain`: a code, a keyword, or a value and every layer that set it."""

from __future__ import annotations

import argparse
from typing import Any

EPILOG = """\
examples:
  mlnc explain MLN405                         what a code means, with an example and its repair
  mlnc explain unknown-switch                 the same, by its short name
  mlnc explain memory                         what a keyword or block is for
  mlnc explain host.web.memory lab.mln        where the value comes from, layer by layer
  mlnc explain host.web.network.eth0.address lab.mln
  mlnc explain host.web lab.mln               everything that is set on a host
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_project_options

    command = subparsers.add_parser(
        "explain",
        help="explain a code, a keyword, or where a value comes from",
        description="Explain a code, a keyword, or a value of a project: every layer that set it, with file and line.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = command.add_argument("what", metavar="WHAT", help="a code, a keyword, or host.NAME[.KEYWORD]")
    what.completer = _complete
    command.add_argument("file", nargs="*", metavar="FILE", help="the project, where a value is asked for")
    add_project_options(command)
    command.set_defaults(run=run)


def _complete(prefix: str, **_: Any) -> list[str]:
    """What the shell offers for WHAT."""
    from mlnlang.diagnostics.catalogue import BY_SLUG, RULES
    from mlnlang.schema.core import CORE

    return [word for word in (*RULES, *BY_SLUG, *CORE.names()) if word.startswith(prefix)]


def run(options: argparse.Namespace) -> int:
    """Find out what is asked for, and explain it."""
    from mlnlang.cli.console import tell
    from mlnlang.diagnostics.catalogue import BY_SLUG, RULES

    rule = RULES.get(options.what.upper()) or BY_SLUG.get(options.what.lower())
    if rule is not None:
        from mlnlang.cli.pages import rule_page

        print(rule_page(rule))
        return 0
    if "." in options.what and options.what.split(".")[0] in ("host", "switch", "server", "global", "superclass"):
        return _value(options)
    from mlnlang.cli.pages import keyword_page

    page = keyword_page(options.what, options.plugin_dir)
    if page:
        print(page)
        return 0
    tell(f"mlnc explain: `{options.what}` is no code, keyword or host.NAME.KEYWORD{_near(options.what)}")
    return 2


def _near(word: str) -> str:
    from mlnlang.diagnostics import did_you_mean
    from mlnlang.diagnostics.catalogue import BY_SLUG, RULES
    from mlnlang.schema.core import CORE

    found = did_you_mean(word, [*RULES, *BY_SLUG, *sorted(CORE.names())])
    return f"; {found}" if found else ""


def _value(options: argparse.Namespace) -> int:
    from mlnlang.cli.common import compilation, project_files
    from mlnlang.cli.console import show, tell
    from mlnlang.cli.layers import explain_value

    if not options.file:
        tell(f"mlnc explain: name the project too: mlnc explain {options.what} FILE")
        return 2
    (path, *more) = project_files(options)
    if more:
        tell("mlnc explain: name one project")
        return 2
    checked = compilation(options).project(path)
    if checked.resolved is None:
        show(checked.diagnostics)
        return 1
    text, wrong = explain_value(options.what, checked)
    if wrong:
        show([d for d in checked.diagnostics if d.is_error])
        tell(f"mlnc explain: {wrong}")
        return 1
    print(text)
    return 0
