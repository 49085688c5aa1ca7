"""`mln restore`: disks as a snapshot has kept them."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command, add_json
from mlnlang_manager.images.choice import add_named, named

EPILOG = """\
What the disks hold now is lost. All copies are made and compared with their digests before the first disk changes.

examples:
  mln restore lab before-exam
  mln restore -p lab -h web before-exam --stop --yes
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Put the disks of a project, or of hosts of it, back as a snapshot has kept them."
    command = add_command(
        subparsers, "restore", "put disks back as a snapshot has them", about, hosts=True, epilog=EPILOG
    )
    add_named(command, "NAME", hosts=True)
    command.add_argument("--stop", action="store_true", help="stop machines that are up, and start them again")
    command.add_argument("-y", "--yes", action="store_true", help="do not ask")
    command.add_argument("--no-wait", action="store_true", help="don't wait for another mln that works on the project")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Ask, and put them back."""
    import os

    from mlnlang_manager.asking import ask
    from mlnlang_manager.commands.snapshot import down, teller
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.images.snapshots import get, restore
    from mlnlang_manager.projects import chosen_hosts, named_project
    from mlnlang_manager.reporting import Failure, answer, say
    from mlnlang_manager.settings import settings

    project, name = named(options, "mln restore PROJECT NAME")
    found = settings(options)
    snapshot = get(os.path.join(found.projects, named_project(found, project).name), name)
    hosts = chosen_hosts(named_project(found, project), options) or snapshot.hosts
    missing = [host for host in hosts if host not in snapshot.hosts]
    if missing:
        raise Failure(f"the snapshot `{name}` has no disks of {', '.join(missing)}")
    options.host = hosts
    ask(
        f"Put the disks of {', '.join(hosts)} of `{project}` back as of {snapshot.made}?",
        yes=options.yes, because="what the disks hold now would be lost", refused="nothing was changed",
    )  # fmt: skip
    with down(found, project, options, how(options)) as (work, machines):
        done = restore(work.folder, snapshot, machines, teller(options.json, project))
    if options.json:
        answer(project=project, snapshot=name, hosts=done)
    else:
        say(f"restored {name} of {project}: {', '.join(done)}")
    return 0
