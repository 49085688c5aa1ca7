"""`mlnc inventory`: a project's machines, for the programs that work on them."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic
    from mlnlang.inventory import Listing
    from mlnlang.ir import Project

#: Formats and their modules.
FORMATS = {"ansible": "ansible", "ssh-config": "ssh_config", "hosts": "hosts", "json": "as_json"}
#: So many names are said of machines that have no address.
_SAID = 5

EPILOG = """\
examples:
  mlnc inventory lab.mln -o lab.yml && ansible -i lab.yml project_lab -m ping
  mlnc inventory labs/*.mln --format ssh-config -o ~/.ssh/labs    then, in ~/.ssh/config: Include labs
  mlnc inventory lab.mln --format ssh-config --jump auto          reach each host by its own server
  mlnc inventory lab.mln --format hosts | sudo tee -a /etc/hosts
  mlnc inventory lab.mln --format json --host 'web*' --server srv1

A host is called by its own name where no other has it, else host.project. A host without a fixed address (dhcp) stays
in Ansible's inventory and in the JSON without one; elsewhere it is a comment.

exit: 0 written, 1 a project has errors or no host fits (nothing is written), 2 wrong usage
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_backend, add_project_options, add_strict

    command = subparsers.add_parser(
        "inventory",
        help="list a project's hosts for Ansible, ssh, /etc/hosts or a program",
        description="List the hosts of projects with their addresses, users and groups, for other programs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs="+", metavar="FILE", help="a project file; - is the standard input")
    command.add_argument("--format", choices=FORMATS, default="ansible", help="what to write (default: ansible)")
    command.add_argument("-o", "--output", metavar="FILE", help="write here (default: the standard output)")
    command.add_argument("--host", action="append", default=[], metavar="GLOB",
                         help="only hosts of this name or identity (may be repeated)")  # fmt: skip
    command.add_argument("--server", metavar="NAME", help="only hosts on this server; `local`: those that name none")
    command.add_argument(
        "--user", metavar="NAME", help="log in as this user (default: one that has a key, or the first)"
    )
    command.add_argument("--jump", metavar="SERVER",
                         help="reach the hosts by this server; `auto`: each by the server that it is on")  # fmt: skip
    add_strict(command)
    command.add_argument("-q", "--quiet", action="store_true", help="no line about hosts without an address")
    add_backend(command)
    add_project_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check all; if nothing is wrong, list all."""
    from mlnlang.cli.common import check_all, compilation, project_files, status
    from mlnlang.cli.console import show, summary, tell
    from mlnlang.inventory.names import clashes

    if problem := _bad_usage(options):
        tell(f"mlnc inventory: {problem}")
        return 2
    checked, problems = check_all(compilation(options), project_files(options))
    projects = [project.ir for project in checked if project.ir is not None]
    problems += [] if status(problems) else clashes(projects)
    show(problems)
    if failed := status(problems):
        tell(f"{summary(problems)}; nothing was written")
        return failed
    return _list(projects, options)


def _bad_usage(options: argparse.Namespace) -> str:
    from mlnlang.inventory.names import JUMP, USER

    if options.user is not None and not USER.fullmatch(options.user):
        return f"--user {options.user!r} is no name for an account"
    if options.jump is not None and not JUMP.fullmatch(options.jump):
        return f"--jump {options.jump!r} is no server: write `auto`, or [USER@]SERVER[:PORT]"
    if options.format == "hosts" and (options.user is not None or options.jump is not None):
        return "a hosts file says nothing of users and jumps: leave out --user and --jump"
    return ""


def _list(projects: list[Project], options: argparse.Namespace) -> int:
    """Make the listing, write it, say what it lacks."""
    from mlnlang.cli.console import show, tell
    from mlnlang.inventory import Wish, build

    listing = build(projects, Wish(tuple(options.host), options.server, options.user, options.jump))
    for line in listing.missed:
        tell(f"{line}; nothing was written")
    if listing.missed:
        return 1
    failed = _write(import_module(f"mlnlang.inventory.{FORMATS[options.format]}").render(listing), options.output)
    show(failed)
    if not failed and not options.quiet:
        for line in (*listing.remarks, *_lacking(listing)):
            tell(line)
    return 1 if failed else 0


def _write(text: str, target: str | None) -> list[Diagnostic]:
    from mlnlang.cli.replacing import replace

    if target is None:
        sys.stdout.write(text)
        return []
    if os.path.exists(target) and not os.path.isfile(target) and not os.path.isdir(target):
        with open(target, "w", encoding="utf-8") as device:  # a pipe or a device is written to, not replaced
            device.write(text)
        return []
    failed = replace(target, text.encode())
    return [failed] if failed else []


def _lacking(listing: Listing) -> list[str]:
    """One line about the machines without an address, however many they are."""
    names = [entry.name for entry in listing.without_address()]
    if not names:
        return []
    more = f" and {len(names) - _SAID} more" if len(names) > _SAID else ""
    verb = "1 host has" if len(names) == 1 else f"{len(names)} hosts have"
    return [f"{verb} no fixed address: {', '.join(names[:_SAID])}{more}"]
