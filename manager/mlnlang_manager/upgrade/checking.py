"""What must hold before the first step, asked without changing anything."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mlnlang.ir.plan import Plan
from mlnlang_manager.drivers.protocol import DriverError, Machine, Place, State
from mlnlang_manager.engine.built import Built
from mlnlang_manager.engine.opened import Opened, Subject
from mlnlang_manager.engine.ordering import in_parallel
from mlnlang_manager.upgrade.labels import FIT, SET_UP, Cost
from mlnlang_manager.upgrade.tasks import Todo
from mlnlang_manager.upgrade.values import size

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """A precondition: what was looked at, whether it holds, and what helps where it doesn't."""

    text: str
    holds: bool
    hint: str = ""


def checks(found: Todo, jobs: int) -> list[Check]:
    """All of them, also those that hold."""
    if found.is_nothing:
        return []
    return [
        *_moves(found),
        *_uris(found),
        *_answers(found),
        *_needs(found, jobs),
        *_room(found),
        *_shrinks(found),
    ]


def _moves(found: Todo) -> Iterator[Check]:
    name = found.scene.name
    for task in found.hosts():
        if task.move == "out":
            yield Check(
                f"host {task.name} is to move to {task.away}, which this version can't do",
                False,
                f"by hand: stop it; mln export here, mln import on {task.away}, or copy its disks and mln build there; "
                f"then mln remove -p {name} -h {task.name} here",
            )
        elif task.move == "in":
            yield Check(
                f"host {task.name} is to come from {task.away}, which this version can't do",
                False,
                f"by hand: mln export on {task.away}, mln import here; or copy its disks here and mln build",
            )


def _uris(found: Todo) -> Iterator[Check]:
    """Machines are defined where the old address leads."""
    scene = found.scene
    before, after = ({s.name: s.uri for s in (p.servers if p else ())} for p in (scene.built, scene.target))
    for host in scene.built.hosts if scene.built else ():
        server = host.service_host or ""
        if f"host {host.name}" in scene.marks and server in before and before[server] != after.get(server):
            yield Check(
                f"host {host.name} is defined at {before[server] or 'the usual address'} of {server}, "
                f"and that is to be {after.get(server) or 'the usual address'}",
                False,
                "keep the server's uri while it carries machines",
            )


def _answers(found: Todo) -> Iterator[Check]:
    """Whether the hypervisors can be asked."""
    asked = [task for task in found.tasks if task.old is not None]
    silent = [task for task in asked if task.state is State.UNKNOWN]
    for task in silent:
        yield Check(f"nothing answers for {task.difference.subject}", False, "mln doctor shows what is wrong")
    if asked and not silent:
        yield Check("what carries the machines answers", True)


# ---------------------------------------------------------------- what drivers need
def _needs(found: Todo, jobs: int) -> Iterator[Check]:
    """What this server lacks for what will be done; what is new is looked at in a copy."""
    lacking: set[str] = set()
    work = found.scene.work
    if work is not None and found.scene.built:
        lacking |= _lacking(work, [(machine, "stop") for machine in found.stop], jobs)
        lacking |= _lacking(work, [(t.old, "remove") for t in found.tasks if t.goes and t.old], jobs)
    with tempfile.TemporaryDirectory(prefix="mln-plan-") as folder:
        after = Staged(found, folder) if found.plan else found.after
        assert after
        lacking |= _lacking(after, _new_asks(found, after), jobs)
    for line in sorted(lacking):
        yield Check(f"missing on this server: {line}", False)
    if not lacking:
        yield Check("this server has what the steps need", True)


def _new_asks(found: Todo, after: Opened) -> Iterator[tuple[Subject, str]]:
    machines = {machine.host.name: machine for machine in after.machines}
    segments = {segment.switch.name: segment for segment in after.segments}
    sets_up = [task.name for task in found.hosts() if {FIT, SET_UP} & set(task.work)]
    for name in [machine.host.name for machine in found.made()] + sets_up:
        yield machines[name], "build"
    for machine in found.start:
        yield machines[machine.host.name], "start"
    for segment in found.wires:
        yield segments[segment.switch.name], "start"


def _lacking(work: Opened, asks: Iterable[tuple[Subject, str]], jobs: int) -> set[str]:
    some = list(asks)
    phases = {id(subject): {phase for one, phase in some if one is subject} for subject, _ in some}

    def ask(subject: Subject) -> list[str]:
        try:
            return [
                line for phase in sorted(phases[id(subject)]) for line in work.driver(subject).needs(subject, phase)
            ]
        except DriverError as error:
            return [error.message]

    subjects = list({id(subject): subject for subject, _ in some}.values())
    return {line for lines in in_parallel(ask, subjects, jobs) for line in lines}


class Staged(Opened):
    """The project as it will be, its scripts in a folder of its own; disks and sockets are where they really are."""

    def __init__(self, found: Todo, folder: str) -> None:
        assert found.plan
        assert found.after
        super().__init__(found.scene.found, found.after.project, Built(found.scene.target))
        self._stage = folder
        names = {f"hosts/{machine.host.name}/" for machine in (*found.made(), *found.start)}
        names |= {f"guest/{machine.host.name}/" for machine in (*found.made(), *found.start)}
        names |= {f"{kind}/{task.name}/" for task in found.hosts() for kind in ("hosts", "guest")}
        names |= {f"switches/{segment.switch.name}/" for segment in found.wires}
        _write(found.plan, folder, names | {"lib/"})

    def _place(self, server: str) -> Place:
        return replace(super()._place(server), folder=os.path.join(self._stage, server))


def _write(plan: Plan, folder: str, wanted: set[str]) -> None:
    for file in plan.files:
        _, _, path = file.path.partition("/")
        parts = path.split("/")
        if f"{parts[0]}/" in wanted or "/".join(parts[:2]) + "/" in wanted:
            target = os.path.join(folder, file.path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8", errors="surrogatepass") as out:
                os.fchmod(out.fileno(), file.mode)
                out.write(file.content)


# ---------------------------------------------------------------- room
def _room(found: Todo) -> Iterator[Check]:
    """Whether the disks that are to be made fit, as far as that can be known: overlays and what grows take no room."""
    wanted: dict[str, int] = {}
    for machine in found.made():
        folder = _standing(machine.place.images)
        wanted[folder] = wanted.get(folder, 0) + _copied(machine)
    if found.plan and found.scene.work:
        folder = found.scene.work.folder
        wanted[folder] = wanted.get(folder, 0) + sum(len(file.content) for file in found.plan.files)
    by_device: dict[int, tuple[str, int]] = {}
    for folder, amount in wanted.items():
        device = os.stat(folder).st_dev
        by_device[device] = (folder, by_device.get(device, ("", 0))[1] + amount)
    for folder, amount in by_device.values():
        free = shutil.disk_usage(folder).free
        text = f"room in {folder}: {_mib(amount)} wanted, {_mib(free)} free"
        yield Check(text, amount <= free, "" if amount <= free else "make room, or use overlays (cow_filesystem)")


def _standing(folder: str) -> str:
    """The nearest folder above that is there."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _copied(machine: Machine) -> int:
    """Bytes that the copy of the template takes."""
    from mlnlang_manager.images import plans

    root = machine.host.root_disk
    if root is None or root.storage != "file" or root.cow_base or root.source or machine.host.backend == "kvm":
        return 0
    try:
        return os.stat(plans.template(machine)).st_blocks * 512
    except (OSError, DriverError):
        return 0  # that it is missing is told by who needs it


def _mib(amount: int) -> str:
    return size(-(-amount // _MIB) * _MIB) if amount < _MIB << 10 else f"{amount / (_MIB << 10):.1f}G"


def _shrinks(found: Todo) -> Iterator[Check]:
    """No precondition, but to be known: a disk is never made smaller in its place."""
    for task in found.hosts():
        for change in task.difference.changes:
            if change.what in ("size", "free_space") and change.cost is Cost.REBUILD and not task.move:
                yield Check(f"the disk of host {task.name} is to be smaller, which only a new disk can be", True)
