"""The steps of an upgrade, and their order.

With the old compiled project: machines stop, those that go are removed, switches that change are taken down. Then the
new one is written. Then machines are changed and made, and what was up is started in boot order. Where a machine can't
be stopped or removed, it stays as it was, in the compiled project too, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from mlnlang_manager.drivers.protocol import Machine, Progress, Segment, State
from mlnlang_manager.engine.opened import Opened, subject_name
from mlnlang_manager.engine.ordering import disks_of, remove_steps, start_steps, stop_steps
from mlnlang_manager.engine.steps import Step
from mlnlang_manager.engine.work import STOP_TIMEOUT, How
from mlnlang_manager.upgrade.changing import change
from mlnlang_manager.upgrade.record import WRITE
from mlnlang_manager.upgrade.tasks import Task, Todo

#: What `Task.work` is called in a step's title.
_WORDS = {
    "move": "move the disks of",
    "grow": "grow the disk of",
    "fit": "make what is missing of",
    "set up": "set up the guest of",
    "memory": "change the memory of",
}
#: Writes the compiled project; is given the subjects that stay as they are.
Writer = Callable[[list[str]], None]


def upgrade_steps(found: Todo, way: How, write: Writer) -> list[Step]:
    """All steps."""
    done: set[str] = set()
    before = [_noting(step, done) for step in _before(found)]
    steps = list(before)
    if found.plan:
        steps.append(_write_step(before, done, write))
    if found.after:
        steps += [_change_step(found.after, task) for task in found.hosts() if task.work]
        steps += [_build_step(found.after, machine) for machine in found.made()]
        known = {step.id for step in steps}
        steps += [_waiting(step, known) for step in _starts(found, found.after, way)]
    return steps


def _noting(step: Step, done: set[str]) -> Step:
    """The step, which notes that it is done."""
    run = step.run

    def noted(progress: Progress) -> None:
        run(progress)
        done.add(step.id)

    return replace(step, run=noted) if step.title else step


# ---------------------------------------------------------------- with the old project
def _before(found: Todo) -> list[Step]:
    work = found.scene.work
    if work is None:
        return []
    steps = stop_steps(work, found.stop, (), whole=False, patience=STOP_TIMEOUT)
    stopping = {step.id for step in steps}
    going = [task for task in found.tasks if task.goes]
    machines = [task.old for task in going if isinstance(task.old, Machine)]
    segments = [task.old for task in going if isinstance(task.old, Segment)]
    wired = {segment.switch.name: _wired_to(found, segment) for segment in segments}
    for step in remove_steps(work, machines, segments):
        kind, _, name = step.subject.partition(" ")
        names = wired[name] if kind == "switch" else [name]
        needs = (f"stop host {host}" for host in names)
        steps.append(replace(step, needs=(*step.needs, *(each for each in needs if each in stopping))))
    return steps


def _wired_to(found: Todo, segment: Segment) -> list[str]:
    """Hosts of a switch as it is now: it is not taken from under those that run."""
    assert found.scene.work
    hosts = found.scene.work.ir.hosts
    return [host.name for host in hosts if any(card.switch == segment.switch.name for card in host.interfaces)]


def _write_step(before: Iterable[Step], done: set[str], write: Writer) -> Step:
    steps = [step for step in before if step.title]

    def run(_: Progress) -> None:
        write(sorted({step.subject for step in steps if step.id not in done}))

    ids = tuple(step.id for step in steps)
    return Step(WRITE, "project", "write", "write the compiled project", (), frozenset(), run, after=ids)


# ---------------------------------------------------------------- with the new project
def _change_step(after: Opened, task: Task) -> Step:
    subject, new, work = task.difference.subject, task.new, task.work
    assert isinstance(new, Machine)
    old = task.old if isinstance(task.old, Machine) else new

    def run(progress: Progress) -> None:
        change(after.driver(new), after.backend(new), old, new, work, progress)

    title = f"{', '.join(_WORDS[word] for word in work)} {subject}"
    return Step(f"change {subject}", subject, "change", title, (WRITE, f"stop {subject}"), disks_of(new), run)


def _build_step(after: Opened, machine: Machine) -> Step:
    subject, fresh = subject_name(machine), []

    def run(progress: Progress) -> None:
        driver = after.driver(machine)
        if driver.state(machine) is State.NOT_BUILT:
            fresh.append(True)
        driver.build(machine, progress)

    def undo() -> None:
        if fresh:  # what was there before is not ours to take away
            after.driver(machine).remove(machine)

    needs = (WRITE, f"remove {subject}")
    return Step(
        f"build {subject}", subject, "build", f"make the disks of {subject}", needs, disks_of(machine), run, undo
    )


def _starts(found: Todo, after: Opened, way: How) -> list[Step]:
    return start_steps(after, found.start, found.wires, whole=False, ready=way.timeout if way.ready else None)


def _waiting(step: Step, known: set[str]) -> Step:
    """A step of the start, once what comes before is done."""
    if step.phase != "start":
        return step
    subject = step.subject
    needs = [name for name in (WRITE, f"stop {subject}", f"change {subject}", f"build {subject}") if name in known]
    return replace(step, needs=(*step.needs, *needs), after=(*step.after, f"remove {subject}"))
