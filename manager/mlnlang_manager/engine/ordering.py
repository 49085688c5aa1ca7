"""The steps of build, start, stop and remove, and their order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TypeVar

from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, Segment, State
from mlnlang_manager.engine.memory import admitted
from mlnlang_manager.engine.opened import Opened, Subject, subject_name
from mlnlang_manager.engine.steps import SHARED, Step, knot
from mlnlang_manager.reporting import Failure

T = TypeVar("T")
UP = (State.UP, State.PAUSED)


def states(work: Opened, subjects: Sequence[Subject], jobs: int) -> list[State]:
    """What each is doing; UNKNOWN where a driver can't tell."""

    def ask(subject: Subject) -> State:
        try:
            driver = work.driver(subject)
            return driver.state(subject) if isinstance(subject, Machine) else driver.switch_state(subject)
        except DriverError:
            return State.UNKNOWN

    return in_parallel(ask, subjects, jobs)


def in_parallel(ask: Callable[[Subject], T], subjects: Sequence[Subject], jobs: int) -> list[T]:
    """Ask about many: drivers mostly wait for others."""
    if len(subjects) < 2 or jobs < 2:
        return [ask(subject) for subject in subjects]
    with ThreadPoolExecutor(min(jobs * 2, len(subjects))) as pool:
        return list(pool.map(ask, subjects))


def check_needs(work: Opened, subjects: Sequence[Subject], phase: str, jobs: int) -> None:
    """Ask what the server lacks before the first step. Raises Failure with all of it."""

    def ask(subject: Subject) -> list[str]:
        try:
            return work.driver(subject).needs(subject, phase)
        except DriverError as error:
            return [error.message]

    lacking = sorted({line for lines in in_parallel(ask, subjects, jobs) for line in lines})
    if lacking:
        listed = "".join(f"\n  {line}" for line in lacking)
        raise Failure(f"`{work.name}` can't {phase}; missing on this server:{listed}")


def build_steps(work: Opened, machines: Iterable[Machine], jobs: int) -> list[Step]:
    """A step for each machine whose disks are not known to be made."""
    some = list(machines)
    found = states(work, some, jobs)
    return [
        _build_step(work, machine, state)
        for machine, state in zip(some, found, strict=True)
        if state is State.NOT_BUILT or subject_name(machine) not in work.built.marks
    ]


def _build_step(work: Opened, machine: Machine, state: State) -> Step:
    driver, subject = work.driver(machine), subject_name(machine)

    def run(progress: Progress) -> None:
        driver.build(machine, progress)

    def undo() -> None:
        driver.remove(machine)

    title = f"make the disks of {subject}"
    taken_back = undo if state is State.NOT_BUILT else None  # what was there before is not ours to take away
    return Step(f"build {subject}", subject, "build", title, (), disks_of(machine), run, taken_back)


def disks_of(machine: Machine) -> frozenset[str]:
    """What building takes of what is shared: templates together with others, volume groups alone."""
    found = set()
    for disk in machine.host.disks:
        template = disk.cow_base or disk.template or (machine.host.template if disk.role == "root" else None)
        if template:
            found.add(f"{SHARED}template {os.path.join(machine.place.templates or '', template)}")
        if disk.volume_group:
            found.add(f"volume group {disk.volume_group}")
    return frozenset(found)


def start_steps(
    work: Opened, machines: Sequence[Machine], segments: Sequence[Segment], *, whole: bool, ready: float | None
) -> list[Step]:
    """Switches, then hosts by boot order, each order once the one before is up; hooks where it is the whole project.

    `ready`: seconds to wait for each guest, or None.
    """
    steps: list[Step] = []
    before = _hook(work, "beforeProjectStart", (), steps) if whole else ()
    for segment in segments:
        steps.append(_switch_step(work, segment, "start", needs=before))
    wires = tuple(step.id for step in steps if step.phase == "start")
    there = before
    if whole and _has_hook(work, "beforeHostsStart"):
        steps.append(knot("switches are up", wires, before))
        there = _hook(work, "beforeHostsStart", ("switches are up",), steps)
    last: tuple[str, ...] = ()
    for order, group in groupby(machines, lambda machine: machine.host.boot_order):
        started: list[str] = []
        for machine in group:
            steps += _starting(work, machine, there, wires, last, ready)
            started.append(steps[-1].id)
        last = (f"order {order} is up",)
        steps.append(knot(last[0], tuple(started)))
    if whole:
        hosts = _hook(work, "afterHostsStart", last or ("switches are up",), steps, after=last)
        _hook(work, "afterProjectStart", hosts, steps, after=last)
    return steps


def _starting(
    work: Opened,
    machine: Machine,
    there: tuple[str, ...],
    wires: tuple[str, ...],
    last: tuple[str, ...],
    ready: float | None,
) -> list[Step]:
    """Start, and be ready."""
    driver, subject = work.driver(machine), subject_name(machine)
    cards = {f"start switch {card.switch}" for card in machine.host.interfaces}
    needs = (*there, *(wire for wire in wires if wire in cards))

    def run(progress: Progress) -> None:
        with admitted(machine, work.backend(machine), driver):
            driver.start(machine, progress)

    def undo() -> None:
        driver.stop(machine, 0, force=True)

    steps = [Step(f"start {subject}", subject, "start", f"start {subject}", needs, frozenset(), run, undo, last)]
    if ready is not None:
        steps.append(_ready_step(work, machine, ready))
    return steps


def _ready_step(work: Opened, machine: Machine, seconds: float) -> Step:
    driver, subject = work.driver(machine), subject_name(machine)

    def run(progress: Progress) -> None:
        progress("waiting for the guest", 0.6)
        if not driver.wait_ready(machine, seconds):
            raise DriverError(f"the guest did not come up within {seconds:g} s",
                              hint=f"it is left running: mln console {work.name} {machine.host.name}")  # fmt: skip

    title = f"wait until {subject} is ready"
    return Step(f"ready {subject}", subject, "ready", title, (f"start {subject}",), frozenset(), run, waits=True)


def _switch_step(
    work: Opened, segment: Segment, phase: str, needs: tuple[str, ...] = (), after: tuple[str, ...] = ()
) -> Step:
    driver, subject = work.driver(segment), subject_name(segment)
    act = {"start": driver.start_switch, "stop": driver.stop_switch, "remove": driver.remove_switch}[phase]

    def run(_: Progress) -> None:
        act(segment)

    def undo() -> None:
        driver.stop_switch(segment)

    bridge = frozenset((f"bridge {segment.switch.bridge}",)) if segment.switch.bridge else frozenset[str]()
    back = undo if phase == "start" else None
    return Step(f"{phase} {subject}", subject, phase, f"{phase} {subject}", needs, bridge, run, back, after)


def stop_steps(
    work: Opened,
    machines: Sequence[Machine],
    segments: Sequence[Segment],
    *,
    whole: bool,
    patience: float,
    force: bool = False,
) -> list[Step]:
    """Hosts in the reverse of their boot order, then switches; hooks where it is the whole project."""
    steps: list[Step] = []
    before = _hook(work, "beforeProjectStop", (), steps) if whole else ()
    before = _hook(work, "beforeHostsStop", before, steps) if whole else before
    last: tuple[str, ...] = ()
    for order, group in groupby(reversed(machines), lambda machine: machine.host.boot_order):
        stopped = [_stop_step(work, machine, before, last, patience, force) for machine in group]
        steps += stopped
        last = (f"order {order} is down",)
        steps.append(knot(last[0], tuple(step.id for step in stopped)))
    after = _hook(work, "afterHostsStop", before, steps, after=last) if whole else before
    down = [_switch_step(work, segment, "stop", after, last) for segment in segments]
    steps += down
    if whole:
        _hook(work, "afterProjectStop", after, steps, after=(*last, *(step.id for step in down)))
    return steps


def _stop_step(
    work: Opened, machine: Machine, needs: tuple[str, ...], after: tuple[str, ...], patience: float, force: bool
) -> Step:
    driver, subject = work.driver(machine), subject_name(machine)

    def run(progress: Progress) -> None:
        progress("shutting down", 0.2)
        driver.stop(machine, patience, force=force)

    title = f"stop {subject}"
    return Step(f"stop {subject}", subject, "stop", title, needs, frozenset(), run, after=after, waits=True)


def remove_steps(work: Opened, machines: Sequence[Machine], segments: Sequence[Segment]) -> list[Step]:
    """Hosts, then switches. Hosts must be down."""
    steps = [_remove_step(work, machine) for machine in machines]
    gone = tuple(step.id for step in steps)
    steps.append(knot("hosts are removed", gone))
    return [*steps, *(_switch_step(work, segment, "remove", after=("hosts are removed",)) for segment in segments)]


def _remove_step(work: Opened, machine: Machine) -> Step:
    driver, subject = work.driver(machine), subject_name(machine)

    def run(_: Progress) -> None:
        driver.remove(machine)

    vg = frozenset(name for name in disks_of(machine) if not name.startswith(SHARED))
    return Step(f"remove {subject}", subject, "remove", f"remove {subject}", (), vg, run)


def _has_hook(work: Opened, name: str) -> bool:
    return any(os.path.isfile(path) for path in _hook_files(work, name))


def _hook_files(work: Opened, name: str) -> list[str]:
    return [os.path.join(work.folder, server, "hooks", f"{name}.sh") for server in work.project.here(work.settings)]


def _hook(
    work: Opened, name: str, needs: tuple[str, ...], steps: list[Step], after: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Add a hook's step, if there is such a hook; returns what the steps behind it need."""
    from mlnlang_manager.engine.hooks import run_hook

    files = [path for path in _hook_files(work, name) if os.path.isfile(path)]
    if not files:
        return needs

    def run(progress: Progress) -> None:
        for path in files:
            run_hook(work, path, progress)

    steps.append(Step(f"hook {name}", "project", "hook", f"run the hook {name}", needs, frozenset(), run, after=after))
    return (f"hook {name}",)


def reconfigure_steps(work: Opened, machines: Sequence[Machine]) -> list[Step]:
    """Set guests up again."""
    return [_reconfigure_step(work, machine) for machine in machines]


def _reconfigure_step(work: Opened, machine: Machine) -> Step:
    driver, subject = work.driver(machine), subject_name(machine)

    def run(progress: Progress) -> None:
        driver.reconfigure(machine, progress)

    title = f"set up the guest of {subject} again"
    return Step(f"reconfigure {subject}", subject, "reconfigure", title, (), frozenset(), run)
