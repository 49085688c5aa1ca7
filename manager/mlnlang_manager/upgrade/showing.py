"""A plan for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mlnlang_manager.upgrade.changes import Change, Difference
from mlnlang_manager.upgrade.checking import Check
from mlnlang_manager.upgrade.labels import Cost
from mlnlang_manager.upgrade.tasks import Task, Todo

_SIGNS = {"new": "+", "gone": "-", "stays": "~"}


def lines(found: Todo, checked: Sequence[Check], file: str) -> Iterator[str]:
    """The plan, hosts and switches in the order of the work."""
    scene = found.scene
    if found.is_nothing:
        yield f"`{scene.name}` is as {file} says: nothing to do"
        return
    yield f"`{scene.name}`" + (f", as {file} wants it:" if scene.built else f" is not built; {file} wants:")
    for difference in scene.differences:
        if difference.kind == "project":
            yield "~ project: no interruption"
            yield from _values(difference.changes)
    for task in in_order(found):
        yield _head(task)
        yield from _values(task.difference.changes if task.difference.fate == "stays" else ())
        if steps := todo_of(found, task):
            yield f"      to do: {', '.join(steps)}"
    for name in left_down(found):
        yield f"~ host {name}: start (an upgrade that did not come to its end has stopped it)"
    yield from _checks(checked)
    yield from _summary(found)


def in_order(found: Todo) -> list[Task]:
    """Tasks as they are worked on: what goes, last started first; switches; hosts by boot order."""
    hosts = found.hosts()
    gone = [task for task in hosts if task.difference.fate == "gone"]
    order = {machine.host.name: number for number, machine in enumerate(found.after.machines if found.after else ())}
    stay = [task for task in hosts if task.difference.fate != "gone"]
    stay.sort(key=lambda task: order.get(task.name, len(order)))
    return [*reversed(gone), *found.switches(), *stay]


def left_down(found: Todo) -> list[str]:
    """Hosts that start only because they were stopped before."""
    known = {task.name for task in found.hosts()}
    return [machine.host.name for machine in found.start if machine.host.name not in known]


def todo_of(found: Todo, task: Task) -> list[str]:
    """The steps of a host or switch, in words."""
    if task.move or (task.away and not task.move):
        return []
    host = task.difference.kind == "host"
    stops = host and any(machine.host.name == task.name for machine in found.stop)
    starts = any(task.name == (m.host.name if host else "") for m in found.start)
    starts |= not host and any(segment.switch.name == task.name for segment in found.wires)
    makes = host and any(machine.host.name == task.name for machine in found.made())
    steps = [("stop", stops), ("remove" if host else "take down", task.goes), ("build", makes)]
    steps += [("change memory" if word == "memory" else word, True) for word in task.work]
    return [word for word, wanted in (*steps, ("start", starts)) if wanted]


def _head(task: Task) -> str:
    found = task.difference
    state = " (up)" if task.is_up else ""
    away = f", on {task.away}: not reached by this version, run mln there" if task.away and not task.move else ""
    label = found.fate if away and found.fate != "stays" else "changes" if away else task.label
    return f"{_SIGNS[found.fate]} {found.subject}{state}: {label}{away}"


def _values(changes: Iterable[Change]) -> Iterator[str]:
    rows = [(change.what, arrow(change.old, change.new), change.cost) for change in changes]
    wide = max((len(what) for what, _, _ in rows), default=0)
    for what, change, cost in rows:
        yield f"      {what:<{wide}}  {change}" + (f"  ({cost.value})" if cost is not Cost.NOTHING else "")


def arrow(old: str, new: str) -> str:
    """A change in words."""
    if old and new:
        return f"{old} → {new}"
    return f"+ {new}" if new else f"- {old}" if old else "changes"


def _checks(checked: Sequence[Check]) -> Iterator[str]:
    if checked:
        yield "before the first step:"
    for check in checked:
        yield f"  {'ok     ' if check.holds else 'PROBLEM'} {check.text}" + (f"; {check.hint}" if check.hint else "")


def _summary(found: Todo) -> Iterator[str]:
    tasks = found.tasks
    counts = [
        ("new", sum(task.difference.fate == "new" for task in tasks)),
        ("changed", sum(task.difference.fate == "stays" for task in tasks)),
        ("gone", sum(task.difference.fate == "gone" for task in tasks)),
    ]
    told = ", ".join(f"{count} {word}" for word, count in counts if count)
    yield f"in all: {told or 'no machine or switch changes'}" + (
        f"; {len(found.start)} to start" if found.start else ""
    )
    if lost := found.lost():
        yield f"the data of {', '.join(lost)} is lost: mln upgrade asks for --yes-lose-data"
    if names_change(found):
        yield "other guests' lists of host names stay as they are until mln reconfigure sets those up again"


def names_change(found: Todo) -> bool:
    """Whether machines that are not touched know the others by names or addresses that change."""
    if not found.scene.built:
        return False
    changed = any(
        task.difference.fate != "stays"
        or any(c.what.endswith((" address", "prefix_length")) for c in task.difference.changes)
        for task in found.hosts()
    )
    touched = {task.name for task in found.hosts()}
    return changed and any(host.name not in touched for host in found.scene.target.hosts)


def document(found: Todo, checked: Sequence[Check], file: str) -> dict[str, Any]:
    """The same as JSON."""
    scene = found.scene
    project = [difference for difference in scene.differences if difference.kind == "project"]
    return {
        "project": scene.name,
        "file": file,
        "built": scene.built is not None,
        "changes": [_project(d) for d in project] + [_task(found, task) for task in in_order(found)],
        "starts": [machine.host.name for machine in found.start],
        "data_lost": found.lost(),
        "checks": [{"text": c.text, "holds": c.holds, "hint": c.hint} for c in checked],
    }


def _project(found: Difference) -> dict[str, Any]:
    return {"kind": "project", "name": found.name, "fate": "stays", "label": Cost.NOTHING.value, "state": "",
            "server": "", "data_lost": False, "steps": [], "values": values(found.changes)}  # fmt: skip


def _task(found: Todo, task: Task) -> dict[str, Any]:
    return {
        "kind": task.difference.kind,
        "name": task.name,
        "fate": task.difference.fate,
        "label": task.label,
        "state": task.state.value if task.old else "",
        "server": task.away,
        "data_lost": task.loses_data,
        "steps": todo_of(found, task),
        "values": values(task.difference.changes if task.difference.fate == "stays" else ()),
    }


def values(changes: Iterable[Change]) -> list[dict[str, str]]:
    """Changes as JSON."""
    return [{"what": c.what, "old": c.old, "new": c.new, "label": c.cost.value} for c in changes]
