"""`mln snapshots`: what is kept of a project's disks."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command, add_json

EPILOG = """\
examples:
  mln snapshots                       of all projects
  mln snapshots lab
  mln snapshots rm lab before-exam
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "List the snapshots of projects, or delete one."
    command = add_command(subparsers, "snapshots", "list and delete snapshots", about, epilog=EPILOG)
    command.add_argument("words", nargs="*", metavar="WORD", help="[list] [PROJECT], or rm PROJECT NAME")
    command.add_argument("-p", "--project", metavar="PROJECT", help="the project")
    command.add_argument("-y", "--yes", action="store_true", help="rm: do not ask")
    command.add_argument("--no-wait", action="store_true", help="don't wait for another mln that works on the project")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """List, or delete."""
    words = list(options.words)
    if words[:1] == ["rm"] and options.project != "rm":
        return _remove(options, words[1:])
    return _list(options, words[1:] if words[:1] == ["list"] else words)


def _list(options: Namespace, words: list[str]) -> int:
    from dataclasses import asdict

    from mlnlang_manager.images.snapshots import all_of
    from mlnlang_manager.projects import all_projects, named_project
    from mlnlang_manager.reporting import Failure, answer, say
    from mlnlang_manager.settings import settings

    names = list(dict.fromkeys([*words, *([options.project] if options.project else [])]))
    if len(names) > 1:
        raise Failure("usage: mln snapshots [PROJECT]", code=2)
    found = settings(options)
    projects = [named_project(found, name) for name in names] or all_projects(found)
    listed = [(project.name, snapshot) for project in projects for snapshot in all_of(project.folder)]
    if options.json:
        answer(snapshots=[{"project": name, **asdict(snapshot)} for name, snapshot in listed])
        return 0
    for name, snapshot in listed:
        say(f"{name} {snapshot.name} {snapshot.made} {', '.join(snapshot.hosts)}")
    return 0


def _remove(options: Namespace, words: list[str]) -> int:
    from mlnlang_manager.asking import ask
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.images.snapshots import get, remove
    from mlnlang_manager.phases import working
    from mlnlang_manager.reporting import Failure, answer, say
    from mlnlang_manager.settings import settings

    words = [options.project, *words] if options.project and words[:1] != [options.project] else words
    if len(words) != 2:
        raise Failure("usage: mln snapshots rm PROJECT NAME", code=2)
    project, name = words
    found = settings(options)
    with working(found, project, how(options)) as work:
        get(work.folder, name)
        question = f"Delete the snapshot {name} of `{project}`?"
        ask(question, yes=options.yes, because="deleting can't be undone", refused="nothing was deleted")
        remove(work.folder, name)
    if options.json:
        answer(project=project, removed=name)
    else:
        say(f"removed the snapshot {name} of {project}")
    return 0
