"""The command line: options that count before and after the command, and what several commands share."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from mlnlang import __version__
from mlnlang.cli.parsing import Parser

#: Commands in the order of the help; each is a module of `commands`.
COMMANDS = (
    "build",
    "start",
    "stop",
    "status",
    "list",
    "remove",
    "plan",
    "diff",
    "upgrade",
    "reconfigure",
    "resume",
    "logs",
    "console",
    "ssh",
    "exec",
    "setup",
    "doctor",
    "templates",
    "register_template",
    "export",
    "import_project",
    "snapshot",
    "restore",
    "snapshots",
    "clone",
)

EPILOG = """\
examples:
  mln setup                       make the folders and a commented mln.conf, once
  mln build -f lab.mln            check, compile, and make the machines' disks
  mln start lab                   switches first, then hosts by boot order
  mln start -p lab -h web         one host; also 'web*', or web:db
  mln status                      PROJECT host NAME up|down, for all projects
  mln stop lab
  mln remove lab                  delete the disks and the project's folder

`mln COMMAND --help` tells more of each. Completion: eval "$(register-python-argcomplete mln)"
Hosts that a project places on other servers are named, but not reached by this version: run mln there.

exit: 0 fine, 1 something failed, 2 wrong usage, 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = Parser(
        prog="mln",
        description="Make and run the machines of MLN projects on this server.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"mln {__version__}")
    _add_folders(top, None)
    subparsers = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"mlnlang_manager.commands.{name}").add(subparsers)
    return top


def add_command(
    subparsers: Any, name: str, help: str, description: str, *, hosts: bool = False, **more: Any
) -> argparse.ArgumentParser:
    """A command, with the options that may also stand before it. Where `-h` names hosts, help is `--help` only."""
    command: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=help,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
        **more,
    )
    flags = ("--help",) if hosts else ("-h", "--help")
    command.add_argument(*flags, action="help", help="show this help and exit")
    command.set_defaults(command=name)  # not the alias that was typed
    _add_folders(command, argparse.SUPPRESS)
    return command


def add_project(command: argparse.ArgumentParser, *, required: bool, hosts: bool = True) -> None:
    """`PROJECT` or `-p PROJECT`, `-a` for all, and hosts of it."""
    from mlnlang_manager.completing import hosts as host_names
    from mlnlang_manager.completing import projects as project_names

    command.set_defaults(needs_project=required, host=[])
    more = "" if required else " (default: all)"
    name = command.add_argument("name", nargs="?", metavar="PROJECT", help=f"the project{more}")
    option = command.add_argument("-p", "--project", metavar="PROJECT", help="the same as an option")
    name.completer = option.completer = project_names  # type: ignore[attr-defined]
    command.add_argument("-a", "--all", action="store_true", help="all projects")
    if hosts:
        host = command.add_argument(
            "-h", "--host", action="append", metavar="HOST",
            help="only this host; may be repeated, or a:b, or a pattern with *, ? and [] (in quotes)",
        )  # fmt: skip
        host.completer = host_names  # type: ignore[attr-defined]


def add_json(command: argparse.ArgumentParser) -> None:
    """`--json`."""
    command.add_argument("--json", action="store_true", help="print JSON, on failure too")


def add_work(command: argparse.ArgumentParser) -> None:
    """Options of commands that change something: engine.work.how reads them."""
    command.add_argument("-j", "--jobs", type=_count, metavar="N", help="work on so many at once (one a processor)")
    command.add_argument("-n", "--dry-run", action="store_true", help="show what would be done, and do nothing")
    command.add_argument(
        "--no-wait", action="store_true", help="don't wait for another mln that works on the project: fail"
    )
    add_json(command)


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


_count.__name__ = "number"  # argparse names the type in its message


def _add_folders(command: argparse.ArgumentParser, default: Any) -> None:
    group = command.add_argument_group("where things are (instead of what mln.conf says)")
    group.add_argument("-P", "--projects", metavar="DIR", default=default, help="where projects are kept")
    group.add_argument("-T", "--templates", metavar="DIR", default=default, help="where templates are")
    group.add_argument("-F", "--files", metavar="DIR", default=default, help="where the files of `files` blocks are")
    group.add_argument(
        "--driver", metavar="NAME", default=default,
        help="sim: rehearse, nothing runs; scripted: by the compiled scripts (also MLN_DRIVER)",
    )  # fmt: skip
