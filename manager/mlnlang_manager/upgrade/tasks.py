"""What the differences mean on this server: which machines stop, go, change, are made, and start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlnlang_manager.drivers.protocol import Machine, Segment, State
from mlnlang_manager.engine.built import Built
from mlnlang_manager.engine.opened import Opened, Subject
from mlnlang_manager.engine.ordering import UP, states
from mlnlang_manager.projects import planned
from mlnlang_manager.upgrade.changes import Difference
from mlnlang_manager.upgrade.labels import FIT, GROW, SET_UP, Cost
from mlnlang_manager.upgrade.scene import Scene, by_name, server_of

if TYPE_CHECKING:
    from mlnlang.ir.plan import Plan

_STOPS = (Cost.RESTART, Cost.MOVES, Cost.REBUILD)


@dataclass(frozen=True, slots=True)
class Task:
    """One host or switch. `old` and `new` where this server carries it; `away`: the other server that does or did.

    `move` is `out` or `in` where it goes to another server or comes from one, which this version can't do.
    """

    difference: Difference
    old: Subject | None = None
    new: Subject | None = None
    state: State = State.NOT_BUILT
    away: str = ""
    move: str = ""

    @property
    def name(self) -> str:
        """The host's or switch's."""
        return self.difference.name

    @property
    def is_up(self) -> bool:
        """Whether it runs."""
        return self.state in UP

    @property
    def label(self) -> str:
        """What becomes of it, for people."""
        found = self.difference
        if found.fate == "new":
            return "new"
        if found.fate == "gone":
            return "goes: its data is lost" if found.kind == "host" and self.old else "goes"
        if self.away and not self.move:
            return f"on {self.away}"
        return str(found.cost.value)

    @property
    def loses_data(self) -> bool:
        """Whether a disk of this server goes."""
        return self.difference.loses_data and self.old is not None and not self.move

    @property
    def stops(self) -> bool:
        """Whether it has to be down."""
        return self.difference.fate == "gone" or self.difference.cost in _STOPS

    @property
    def goes(self) -> bool:
        """Whether what is there of it is taken away, for good or to be made anew."""
        found = self.difference
        if self.old is None or found.fate == "new":
            return False
        return found.fate == "gone" or (self.stops if found.kind == "switch" else found.cost is Cost.REBUILD)

    @property
    def work(self) -> tuple[str, ...]:
        """What is done to a machine that stays: `move`, `grow`, `fit`, `set up`, `memory`."""
        found = self.difference
        if found.kind != "host" or found.fate != "stays" or found.cost is Cost.REBUILD or self.new is None:
            return ()
        some = ["move"] if found.cost is Cost.MOVES else []
        some += [what for what in (GROW, FIT, SET_UP) if found.does(what)]
        if found.cost is Cost.LIVE and self.is_up:
            some.append("memory")
        return tuple(some)


@dataclass
class Todo:
    """All that is to be done, hosts in boot order. `after` is the project as it will be; None where nothing differs."""

    scene: Scene
    plan: Plan | None = None
    after: Opened | None = None
    tasks: list[Task] = field(default_factory=list)
    stop: list[Machine] = field(default_factory=list)
    start: list[Machine] = field(default_factory=list)
    wires: list[Segment] = field(default_factory=list)

    @property
    def is_nothing(self) -> bool:
        """Whether the project is as its file says."""
        return not self.tasks and not self.start and not self.scene.differences

    def hosts(self) -> list[Task]:
        """Tasks of hosts."""
        return [task for task in self.tasks if task.difference.kind == "host"]

    def switches(self) -> list[Task]:
        """Tasks of switches."""
        return [task for task in self.tasks if task.difference.kind == "switch"]

    def up(self) -> list[str]:
        """Hosts that run when all is done, of those that are touched."""
        names = [machine.host.name for machine in self.start]
        return names + [task.name for task in self.hosts() if "memory" in task.work]

    def lost(self) -> list[str]:
        """Hosts whose data goes."""
        return sorted(task.name for task in self.tasks if task.loses_data)

    def made(self) -> list[Machine]:
        """Machines whose disks are to be made."""
        some = (t for t in self.hosts() if t.difference.fate == "new" or t.goes)
        return [task.new for task in some if isinstance(task.new, Machine)]


def todo(scene: Scene, jobs: int, *, start_new: bool = False) -> Todo:
    """What is to be done. Drivers are asked about the machines that are concerned, and about no others."""
    if not scene.differences and not scene.waiting:
        return Todo(scene)
    found = Todo(scene)
    if scene.differences:
        from mlnlang_manager.settings import generator

        found.plan = generator().generate(scene.target)
        project = planned(scene.found, scene.name, found.plan.document())
        found.after = Opened(scene.found, project, Built(scene.target, dict.fromkeys(scene.marks, "built")))
    else:
        found.after = scene.work
    assert found.after
    found.tasks = _tasks(scene, found.after, jobs)
    _choose(found, jobs, start_new=start_new)
    return found


def _tasks(scene: Scene, after: Opened, jobs: int) -> list[Task]:
    """A task for each host and switch that differs, with what it is doing now."""
    old, new = _subjects(scene.work if scene.built else None), _subjects(after)
    found = [_task(scene, difference, old, new) for difference in scene.differences if difference.kind != "project"]
    asked = [task for task in found if task.old is not None]
    known: list[State] = []
    if asked and scene.work:
        known = states(scene.work, [task.old for task in asked if task.old is not None], jobs)
    answers = {task.difference.subject: state for task, state in zip(asked, known, strict=True)}
    return [replace(task, state=answers.get(task.difference.subject, State.NOT_BUILT)) for task in found]


def _subjects(work: Opened | None) -> dict[str, Subject]:
    if work is None:
        return {}
    return {f"host {m.host.name}": m for m in work.machines} | {f"switch {s.switch.name}": s for s in work.segments}


def _task(scene: Scene, difference: Difference, old: dict[str, Subject], new: dict[str, Subject]) -> Task:
    """Where it was and will be."""
    was = None if difference.fate == "new" else old.get(difference.subject)
    will = None if difference.fate == "gone" else new.get(difference.subject)
    if difference.kind == "switch":
        return Task(difference, was, will)
    before = by_name(scene.built.hosts).get(difference.name) if scene.built else None
    wanted = by_name(scene.target.hosts).get(difference.name)
    if before and wanted and difference.fate == "stays" and scene.is_here(before) != scene.is_here(wanted):
        out = scene.is_here(before)
        return Task(difference, was, will, away=server_of(wanted if out else before), move="out" if out else "in")
    last = wanted or before
    if last and not scene.is_here(last):
        return Task(difference, None, None, away=server_of(last))
    return Task(difference, was, will)


def _choose(found: Todo, jobs: int, *, start_new: bool) -> None:
    """Which machines stop and start, and the switches that those need."""
    scene, after = found.scene, found.after
    assert after
    stopped = {task.name for task in found.hosts() if task.is_up and task.stops and task.old and not task.move}
    if scene.work and scene.built:
        found.stop = [machine for machine in scene.work.machines if machine.host.name in stopped]
    names = stopped | set(_waiting(found, jobs))
    fresh = [task.name for task in found.tasks if task.difference.fate == "new" and task.new]
    running = start_new or (bool(fresh) and _is_running(found, jobs))
    names |= set(fresh) if running else set()
    found.start = [machine for machine in after.machines if machine.host.name in names]
    found.wires = _wires(found, fresh if running else [], jobs)


def _waiting(found: Todo, jobs: int) -> list[str]:
    """Hosts that an earlier upgrade has stopped and that are down still."""
    if not found.scene.waiting or not found.scene.work:
        return []
    machines = found.scene.work.chosen(found.scene.waiting)
    told = states(found.scene.work, machines, jobs)
    return [m.host.name for m, state in zip(machines, told, strict=True) if state not in UP]


def _is_running(found: Todo, jobs: int) -> bool:
    """Whether some of the project is up: then what is new is started too."""
    if found.scene.waiting or any(task.is_up for task in found.hosts()):
        return True
    work = found.scene.work
    return bool(work and found.scene.built and set(states(work, work.machines, jobs)) & set(UP))


def _wires(found: Todo, fresh: Sequence[str], jobs: int) -> list[Segment]:
    """Segments to start: those that machines about to start need and that are not up, and those that were up."""
    assert found.after
    anew = {task.name: task for task in found.switches() if task.goes or task.difference.fate == "new"}
    needed = {segment.switch.name for segment in found.after.wired(found.start)}
    needed |= {name for name, task in anew.items() if task.is_up or name in fresh}
    up = _up_segments(found, needed - anew.keys(), jobs)
    return [segment for segment in found.after.segments if segment.switch.name in needed - up]


def _up_segments(found: Todo, names: Iterable[str], jobs: int) -> set[str]:
    work = found.scene.work
    if work is None or not found.scene.built:
        return set()
    segments = [segment for segment in work.segments if segment.switch.name in set(names)]
    told = states(work, segments, jobs)
    return {segment.switch.name for segment, state in zip(segments, told, strict=True) if state in UP}
