"""Snapshots of disks: copies below `.mln/snapshots/NAME`, sharing blocks with the disks where the file system can."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.engine.paths import state_folder, write_whole
from mlnlang_manager.images import bundle, copying, plans
from mlnlang_manager.reporting import Failure

FOLDER = "snapshots"
_INDEX = "snapshot.json"
VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk in a snapshot, with its digest, and what is known of the template under it."""

    host: str
    role: str
    file: str
    sha256: str
    base: str = ""
    base_mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot: when it was made, and its disks."""

    name: str
    made: str
    disks: tuple[Disk, ...]

    @property
    def hosts(self) -> list[str]:
        """The hosts that it has disks of, sorted."""
        return sorted({disk.host for disk in self.disks})


def folder_of(project_folder: str, name: str = "") -> str:
    """Where a snapshot is, or all are. Raises Failure for a name that can't be one."""
    if name and not _NAME.fullmatch(name):
        raise Failure(f"`{name}` can't name a snapshot", "letters, digits, `.`, `_` and `-`", code=2)
    return os.path.join(state_folder(project_folder), FOLDER, name).rstrip("/")


def take(project_folder: str, name: str, machines: Sequence[Machine], say: Say) -> Snapshot:
    """Copy the disks of machines that are down. Raises Failure, and then there is no such snapshot."""
    folder = folder_of(project_folder, name)
    if os.path.lexists(folder):
        project = os.path.basename(project_folder)
        raise Failure(f"there is a snapshot `{name}` already", f"mln snapshots rm {project} {name}")
    part = f"{os.path.dirname(folder)}/.{name}{copying.PART}"
    shutil.rmtree(part, ignore_errors=True)
    try:
        os.makedirs(part, mode=0o700)
        disks = [disk for machine in machines for disk in _taken(machine, part, say)]
        if not disks:
            raise Failure("there are no disks to keep", "mln build makes them")
        made = Snapshot(name, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), tuple(disks))
        write_whole(os.path.join(part, _INDEX), json.dumps({"version": VERSION, **asdict(made)}, indent=1) + "\n")
        os.rename(part, folder)
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror}: nothing was kept") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return made


def _taken(machine: Machine, folder: str, say: Say) -> list[Disk]:
    found = []
    for part in _parts(machine):
        if not os.path.exists(part.path):
            continue
        name = f"{machine.host.name}.{part.role}"
        target = os.path.join(folder, name)
        how = copying.copy(part.path, target)
        say(f"host {machine.host.name}: {part.role} disk ({'shared' if how == 'reflink' else 'copied'})")
        base = _base(machine, part)
        stamp = os.stat(base).st_mtime_ns if base else 0
        found.append(Disk(machine.host.name, part.role, name, bundle.digest(target), base, stamp))
    return found


def _parts(machine: Machine) -> list[plans.Part]:
    """The disks that can be kept. Raises Failure for those that can't."""
    try:
        parts = [part for part in plans.parts(machine) if part.role in ("root", "swap") and part.disk]
    except DriverError as error:
        raise Failure(error.message, error.hint) from None
    for part in parts:
        if part.block or (part.disk and (part.disk.storage != "file" or part.disk.source)):
            raise Failure(f"{machine.host.name}: {part.path} is no image of this project: it can't be kept",
                          "name other hosts with -h")  # fmt: skip
    return parts


def _base(machine: Machine, part: plans.Part) -> str:
    """The template that a disk lies over."""
    with open(part.path, "rb") as file:
        head = file.read(16)
    over = head[:4] == b"OOOM" or (head[:4] == b"QFI\xfb" and any(head[8:16]))
    return os.path.realpath(plans.template(machine)) if over and part.role == "root" else ""


def all_of(project_folder: str) -> list[Snapshot]:
    """The snapshots of a project, the oldest first. Raises Failure."""
    try:
        names = sorted(name for name in os.listdir(folder_of(project_folder)) if not name.startswith("."))
    except FileNotFoundError:
        return []
    return sorted((get(project_folder, name) for name in names), key=lambda snapshot: (snapshot.made, snapshot.name))


def get(project_folder: str, name: str) -> Snapshot:
    """The snapshot of that name. Raises Failure."""
    path = os.path.join(folder_of(project_folder, name), _INDEX)
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document.pop("version") != VERSION:
            raise Failure(f"the snapshot `{name}` is of a version that this mln does not know")
        disks = tuple(Disk(**disk) for disk in document.pop("disks"))
        return Snapshot(disks=disks, **document)
    except FileNotFoundError:
        raise Failure(f"there is no snapshot `{name}`", "mln snapshots lists them") from None
    except (ValueError, KeyError, TypeError):
        raise Failure(f"{path} is damaged") from None


def restore(project_folder: str, snapshot: Snapshot, machines: Iterable[Machine], say: Say) -> list[str]:
    """Put disks back as they were, once all copies are checked; returns the hosts. Raises Failure."""
    folder = folder_of(project_folder, snapshot.name)
    known = {machine.host.name: machine for machine in machines}
    wanted = [disk for disk in snapshot.disks if disk.host in known]
    targets = {disk: _target(known[disk.host], disk) for disk in wanted}
    ready: list[tuple[str, str]] = []
    try:
        for disk, target in targets.items():
            part = f"{target}{copying.PART}"
            copying.drop(part)
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            ready.append((part, target))
            copying.copy(os.path.join(folder, disk.file), part)
            if bundle.digest(part) != disk.sha256:
                raise Failure(f"the snapshot `{snapshot.name}` is damaged: {disk.file}", "nothing was changed")
            say(f"host {disk.host}: {disk.role} disk")
        while ready:
            os.replace(*ready[0])
            ready.pop(0)
    except OSError as error:
        raise Failure(f"{error.filename or folder}: {error.strerror}") from None
    finally:
        for part, _ in ready:
            copying.drop(part)
    return sorted({disk.host for disk in wanted})


def _target(machine: Machine, disk: Disk) -> str:
    if disk.base:
        try:
            same = os.stat(disk.base).st_mtime_ns == disk.base_mtime_ns
        except OSError:
            same = False
        if not same:
            raise Failure(f"the template {disk.base} is no longer as it was under the disk of {disk.host}")
    part = next((part for part in _parts(machine) if part.role == disk.role), None)
    if part is None:
        raise Failure(f"{disk.host} has no {disk.role} disk any more", "nothing was changed")
    return part.path


def remove(project_folder: str, name: str) -> None:
    """Delete a snapshot. Raises Failure, OSError."""
    get(project_folder, name)
    folder = folder_of(project_folder, name)
    dying = f"{os.path.dirname(folder)}/.{name}{copying.PART}"
    shutil.rmtree(dying, ignore_errors=True)
    os.rename(folder, dying)
    shutil.rmtree(dying)
