"""`[PROJECT] NAME` on the command line, where `-p` can say the project as well."""

from __future__ import annotations

import argparse
from argparse import Namespace

from mlnlang_manager.completing import hosts as host_names
from mlnlang_manager.completing import projects as project_names


def add_named(command: argparse.ArgumentParser, what: str, *, hosts: bool) -> None:
    """`[PROJECT] NAME`, `-p`, and hosts."""
    words = command.add_argument("words", nargs="+", metavar=f"[PROJECT] {what}", help=f"the project, and {what}")
    option = command.add_argument("-p", "--project", metavar="PROJECT", help="the project")
    words.completer = option.completer = project_names  # type: ignore[attr-defined]
    if hosts:
        host = command.add_argument("-h", "--host", action="append", default=[], metavar="HOST",
                                    help="only this host; may be repeated, or a:b, or a pattern")  # fmt: skip
        host.completer = host_names  # type: ignore[attr-defined]


def named(options: Namespace, usage: str) -> tuple[str, str]:
    """The project and the name. Raises Failure."""
    from mlnlang_manager.reporting import Failure

    words = list(options.words)
    if options.project and (len(words) != 2 or words[0] != options.project):
        words.insert(0, options.project)
    if len(words) != 2:
        raise Failure(f"usage: {usage}", code=2)
    return words[0], words[1]
