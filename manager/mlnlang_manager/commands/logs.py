"""`mln logs`: what was said while machines were made and started, and what they said themselves."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json, add_project

if TYPE_CHECKING:
    from mlnlang_manager.engine.opened import Opened

EPILOG = """\
examples:
  mln logs lab                        the last lines of each log
  mln logs -p lab -h web -n 100
  mln logs -p lab -h web --console    what the guest wrote on its console
  mln logs -p lab -h web -f           go on as the log grows
  mln logs lab --journal              what mln did, and when
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Show the logs of a project's hosts and switches, their consoles, or the project's journal."
    command = add_command(subparsers, "logs", "show logs", about, hosts=True, epilog=EPILOG)
    add_project(command, required=True)
    command.add_argument("-n", "--lines", type=int, default=20, metavar="N", help="so many lines of each (20)")
    command.add_argument("-f", "--follow", action="store_true", help="go on as it grows, until Ctrl-C")
    kind = command.add_mutually_exclusive_group()
    kind.add_argument("--console", action="store_true", help="the guests' consoles")
    kind.add_argument("--journal", action="store_true", help="what mln did")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Show."""
    from mlnlang_manager.engine.opened import reopened
    from mlnlang_manager.projects import chosen, chosen_hosts
    from mlnlang_manager.reporting import answer, tell
    from mlnlang_manager.settings import settings

    found = settings(options)
    for project in chosen(found, options):
        work = reopened(found, project)
        if options.journal:
            _journal(work, options)
            continue
        files = dict(_files(work, chosen_hosts(project, options), options.console))
        if options.json:
            answer(
                project=project.name,
                logs={name: {"path": p, "lines": _tail(p, options.lines)} for name, p in files.items()},
            )
        elif not files:
            tell(f"mln: `{project.name}` has no logs yet")
        else:
            _show(files, options)
    return 0


def _files(work: Opened, hosts: list[str], console: bool) -> Iterator[tuple[str, str]]:
    """Names and paths of the logs that there are."""
    from mlnlang_manager.engine.opened import Subject, subject_name
    from mlnlang_manager.engine.paths import log_file

    subjects: list[Subject] = [*work.chosen(hosts), *(() if hosts or console else work.segments)]
    for subject in subjects:
        name = subject_name(subject)
        own = os.path.join(subject.place.run, "console", f"{name.partition(' ')[2]}.log")
        path = own if console else log_file(work.log_folder, name)
        if os.path.isfile(path):
            yield name, path


def _tail(path: str, count: int) -> list[str]:
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 400 * max(count, 1)))
        lines = file.read().decode("utf-8", "backslashreplace").splitlines()
    return lines[-count:] if count > 0 else []


def _show(files: dict[str, str], options: Namespace) -> None:
    from mlnlang_manager.reporting import say

    for name, path in files.items():
        if len(files) > 1:
            say(f"==> {name}: {path}")
        for line in _tail(path, options.lines):
            say(line)
    if options.follow:
        _follow(files)


def _follow(files: dict[str, str]) -> None:
    places = {name: os.path.getsize(path) for name, path in files.items()}
    while True:
        sys.stdout.flush()
        time.sleep(0.3)
        for name, path in files.items():
            with open(path, "rb") as file:
                file.seek(places[name] if os.fstat(file.fileno()).st_size >= places[name] else 0)
                data = file.read()
                places[name] = file.tell()
            lead = f"{name}: " if len(files) > 1 else ""
            for line in data.decode("utf-8", "backslashreplace").splitlines():
                sys.stdout.write(f"{lead}{line}\n")


def _journal(work: Opened, options: Namespace) -> None:
    from mlnlang_manager.engine.journal import Journal
    from mlnlang_manager.reporting import answer, say

    runs = Journal(work.state_folder).runs()[-max(options.lines, 1) :]
    shown = [
        {
            "run": run.id,
            "command": run.command,
            "begun": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(float(run.id.partition("-")[0]))),
            "ended": run.ended or "not yet, or cut off",
            "done": len(run.done),
            "steps": len(run.steps),
            "failed": run.failed,
        }
        for run in runs
    ]
    if options.json:
        answer(project=work.name, runs=shown)
        return
    for entry in shown:
        say(f"{entry['begun']}  mln {entry['command']}: {entry['ended']}, {entry['done']} of {entry['steps']} steps")
        for step, message in runs[shown.index(entry)].failed.items():
            say(f"    {step}: {message}")
