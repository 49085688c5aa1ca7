"""What dead machines, crashes and half deletions leave behind in the projects folder."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from mlnlang_manager.engine.folders import dying_folders
from mlnlang_manager.projects import Project, all_projects

if TYPE_CHECKING:
    from mlnlang_manager.health import Finding
    from mlnlang_manager.settings import Settings

_TOPIC = "left over"


def leftovers(found: Settings) -> Iterator[Finding]:
    """What can be swept up, and work that waits for `mln resume`."""
    from mlnlang_manager.health import Finding

    for folder in dying_folders(found.projects):
        yield Finding(
            _TOPIC, "problem", f"{folder}: a deletion that was cut off", "--fix", partial(shutil.rmtree, folder)
        )
    for project in all_projects(found):
        yield from _unfinished(project)
        for server in project.here(found):
            yield from _dead_machines(project, os.path.join(project.folder, server))


def _unfinished(project: Project) -> Iterator[Finding]:
    from mlnlang_manager.commands.resume import unfinished
    from mlnlang_manager.health import Finding

    last = unfinished(project.folder)
    if last:
        how = last.ended or "cut off"
        text = f"{project.name}: `mln {last.command}` {'was ' if how != 'failed' else ''}{how}"
        yield Finding(_TOPIC, "note", f"{text}, {len(last.left)} steps are left", f"mln resume {project.name}")


def _dead_machines(project: Project, server: str) -> Iterator[Finding]:
    """Run folders of User-Mode Linux whose kernel is gone, and sockets of switches that nobody listens to."""
    from mlnlang_manager.health import Finding

    run = os.environ.get("MLN_RUN") or os.path.join(server, "run")
    for path in _entries(os.path.join(run, "uml")):
        if os.path.isdir(path) and not _answers(path, "mconsole") and not _lives(os.path.join(path, "pid")):
            text = f"{project.name}: {path} of a machine that is dead"
            yield Finding(_TOPIC, "problem", text, "--fix", partial(shutil.rmtree, path, ignore_errors=True))
    switches = os.path.join(run, "switches")
    for path in _entries(switches):
        name = os.path.basename(path)
        if name.endswith(".pid") and not _lives(path):
            text = f"{project.name}: switch {name.removesuffix('.pid')} is dead, and its files are left"
            yield Finding(_TOPIC, "problem", text, "--fix", partial(_sweep, path))


def _sweep(pid_file: str) -> None:
    for path in (pid_file, f"{pid_file.removesuffix('.pid')}.sock", pid_file.removesuffix(".pid")):
        if os.path.lexists(path) and not os.path.isdir(path):
            os.unlink(path)


def _entries(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    except OSError:
        return []


def _lives(pid_file: str) -> bool:
    """Whether the process that a file names is there and no zombie."""
    try:
        with open(pid_file, encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, ValueError, IndexError):
        return False


def _answers(folder: str, name: str) -> bool:
    """Whether somebody has the datagram socket open. Its path may be too long for an address, a relative one is not."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.connect(f"/proc/self/fd/{descriptor}/{name}")
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
