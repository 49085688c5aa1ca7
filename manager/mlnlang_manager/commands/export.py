"""`mln export`: a project in a folder or one file, for another server or for the shelf."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json, add_project

if TYPE_CHECKING:
    from mlnlang_manager.engine.opened import Opened
    from mlnlang_manager.settings import Settings

EPILOG = """\
In the export are the source, the resolved project, the disks whole, the digests of the templates, and SHA256SUMS. Holes
in disks stay holes. Passwords of the project are in it: its files are for their owner only. The machines must be down.

examples:
  mln export -p lab -d /backup              the folder /backup/lab
  mln export -p lab -d /backup -z           one file, /backup/lab.tar.gz
  mln export lab -d /backup --zstd          /backup/lab.tar.zst
  mln import -p lab -d /backup              on the other server
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Write a project with its disks to a folder or one file, with sums of everything."
    command = add_command(subparsers, "export", "write a project with its disks to a folder", about, epilog=EPILOG)
    add_project(command, required=True, hosts=False)
    command.add_argument("-d", "--directory", required=True, metavar="DIR", help="where the export goes")
    how = command.add_mutually_exclusive_group()
    how.add_argument("-z", "--gzip", dest="ending", action="store_const", const=".tar.gz", help="one file, compressed")
    how.add_argument("--zstd", dest="ending", action="store_const", const=".tar.zst", help="the same by zstd, quicker")
    how.add_argument("--tar", dest="ending", action="store_const", const=".tar", help="one file, not compressed")
    command.add_argument("--with-templates", action="store_true", help="the templates of the disks too")
    command.add_argument("--no-wait", action="store_true", help="don't wait for another mln that works on the project")
    command.add_argument("-y", "--yes", action="store_true", help="replace an export that is there without asking")
    add_json(command)
    command.set_defaults(run=run, ending="")


def run(options: Namespace) -> int:
    """Export each project."""
    from mlnlang_manager.projects import chosen
    from mlnlang_manager.settings import settings

    found = settings(options)
    for project in chosen(found, options):
        _export(found, project.name, options)
    return 0


def _export(found: Settings, name: str, options: Namespace) -> None:
    from mlnlang_manager.commands.remove import must_be_down
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.images.exporting import export
    from mlnlang_manager.phases import working
    from mlnlang_manager.reporting import answer, say, tell

    directory = os.path.abspath(options.directory)
    target = os.path.join(directory, f"{name}{options.ending}")
    way = how(options)
    with working(found, name, way) as work:
        must_be_down(work, work.machines, way.jobs)
        _ask(target, options)
        told = (lambda _: None) if options.json else (lambda line: tell(f"{name}: {line}"))
        bundle = export(work, target, options.ending, with_templates=options.with_templates, say=told)
        _tell_omitted(work, bundle.omitted)
    if options.json:
        images = [{"host": image.host, "role": image.role} for image in bundle.images]
        answer(project=name, path=target, images=images, omitted=list(bundle.omitted))
    else:
        say(f"exported {target}")


def _ask(target: str, options: Namespace) -> None:
    from mlnlang_manager.asking import ask

    if os.path.lexists(target):
        because = f"{target} is there already"
        ask(f"{because}. Replace it?", yes=options.yes, because=because, refused="nothing was exported")


def _tell_omitted(work: Opened, omitted: tuple[str, ...]) -> None:
    from mlnlang_manager.phases import NOT_REACHED
    from mlnlang_manager.projects import elsewhere
    from mlnlang_manager.reporting import tell

    for line in omitted:
        tell(f"{work.name}: left out: {line}")
    for host, server in elsewhere(work.project, work.settings):
        tell(f"{work.name}: left out: the disks of {host}, on {server}: {NOT_REACHED}")
