"""The command line: options that count before and after the command, and what several commands share."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from mlnlang import __version__

#: Commands in the order of the help; each is a module of `commands`.
COMMANDS = ("build", "start", "stop", "status", "remove", "list", "plan")

EPILOG = """\
examples:
  mln build -f lab.mln            check, compile, and make the machines' disks
  mln start lab                   switches first, then hosts by boot order
  mln start -p lab -h web         one host
  mln status                      PROJECT host NAME up|down, for all projects
  mln stop lab
  mln remove lab                  delete the disks and the project's folder

Hosts that a project places on other servers are named, but not reached by this version: run mln there.
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
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
    _add_folders(command, argparse.SUPPRESS)
    return command


def add_project(command: argparse.ArgumentParser, *, required: bool) -> None:
    """`PROJECT` or `-p PROJECT`, and hosts of it."""
    command.set_defaults(needs_project=required)
    command.add_argument(
        "name", nargs="?", metavar="PROJECT", help="the project" + ("" if required else " (default: all)")
    )
    command.add_argument("-p", "--project", metavar="PROJECT", help="the same as an option")
    command.add_argument(
        "-h", "--host", action="append", default=[], metavar="HOST", help="only this host (may be repeated, or a:b)"
    )


def add_json(command: argparse.ArgumentParser) -> None:
    """`--json`."""
    command.add_argument("--json", action="store_true", help="print JSON, on failure too")


def _add_folders(command: argparse.ArgumentParser, default: Any) -> None:
    group = command.add_argument_group("where things are (instead of what mln.conf says)")
    group.add_argument("-P", "--projects", metavar="DIR", default=default, help="where projects are kept")
    group.add_argument("-T", "--templates", metavar="DIR", default=default, help="where templates are")
    group.add_argument("-F", "--files", metavar="DIR", default=default, help="where the files of `files` blocks are")
