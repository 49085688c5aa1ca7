"""`mln import`: a project out of an export, in place at once or not at all."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command, add_json

EPILOG = """\
Everything is unpacked aside and compared with its sums before anything is placed; an export that is damaged, cut off or
holds anything but plain files is refused whole. The project is compiled anew for this server's folders.

examples:
  mln import -p lab -d /backup             /backup/lab, or lab.tar.gz, .tar.zst, .tar in it
  mln import -d /backup/lab.tar.gz
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Take a project with its disks out of what mln export has written."
    command = add_command(subparsers, "import", "take a project out of an export", about, epilog=EPILOG)
    command.add_argument("name", nargs="?", metavar="PROJECT", help="the project")
    command.add_argument("-p", "--project", metavar="PROJECT", help="the same as an option")
    command.add_argument("-d", "--directory", required=True, metavar="DIR", help="where the export is, or itself")
    command.add_argument("--anywhere", action="store_true", help="let it put disks outside of the project's folder")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Find the export, and import it."""
    from mlnlang_manager.images.importing import bring_in, find
    from mlnlang_manager.reporting import Failure, answer, say, tell
    from mlnlang_manager.settings import settings

    if options.name and options.project and options.name != options.project:
        raise Failure(f"two projects are named: `{options.name}` and `{options.project}`", code=2)
    name = options.name or options.project
    found = settings(options)
    path = find(os.path.abspath(options.directory), name)
    bundle = bring_in(found, path, name, anywhere=options.anywhere)
    folder = os.path.join(found.projects, bundle.project)
    if options.json:
        images = [{"host": image.host, "role": image.role} for image in bundle.images]
        answer(project=bundle.project, folder=folder, images=images, omitted=list(bundle.omitted))
        return 0
    say(f"imported {folder}")
    for line in bundle.omitted:
        tell(f"{bundle.project}: not in the export: {line}")
    return 0
