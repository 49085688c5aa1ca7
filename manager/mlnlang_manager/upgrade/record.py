"""What an upgrade is about to make of a project, kept beside what is built, so that a crash loses neither."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mlnlang.ir import Host, Project, Switch
from mlnlang_manager.engine.built import Built
from mlnlang_manager.engine.journal import Journal, Run
from mlnlang_manager.engine.loading import load
from mlnlang_manager.engine.opened import Opened
from mlnlang_manager.engine.paths import STATE, state_folder, write_whole

NEXT = "next.json"
VERSION = 1
#: The id of the step that writes the compiled project.
WRITE = "write project"

Thing = TypeVar("Thing", Host, Switch)


@dataclass(frozen=True, slots=True)
class Next:
    """The project that is wanted. `held` are subjects that stay as they are; None until those are known.

    `inputs` is what the compiled project's manifest says of the files it was made from.
    """

    target: Project
    file: str
    inputs: Mapping[str, Any]
    held: tuple[str, ...] | None = None


def write_next(project_folder: str, found: Next) -> None:
    """Keep it. Raises OSError."""
    from mlnlang.ir.as_json import document

    content = {
        "version": VERSION,
        "file": found.file,
        "inputs": dict(found.inputs),
        "held": None if found.held is None else list(found.held),
        "ir": document(found.target),
    }
    write_whole(os.path.join(state_folder(project_folder), NEXT), json.dumps(content, ensure_ascii=False) + "\n")


def read_next(project_folder: str) -> Next | None:
    """What was kept; None where nothing was, or nothing that this version understands."""
    try:
        with open(os.path.join(project_folder, STATE, NEXT), encoding="utf-8") as file:
            found = json.load(file)
        if found["version"] != VERSION:
            return None
        held = None if found["held"] is None else tuple(str(subject) for subject in found["held"])
        return Next(load(found["ir"]), str(found["file"]), dict(found["inputs"]), held)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def forget_next(project_folder: str) -> None:
    """It is what is built now."""
    path = os.path.join(project_folder, STATE, NEXT)
    if os.path.exists(path):
        os.unlink(path)


@dataclass(slots=True)
class Upgraded(Built):
    """What is built while an upgrade goes on: each machine is as it was until its own steps are done."""

    next: Next | None = None
    #: Whether the compiled project is the new one, whatever the journal says.
    written: bool = False
    _before: Project | None = field(default=None, repr=False)

    @classmethod
    def of(cls, built: Built, found: Next) -> Upgraded:
        """What is built, about to become something else."""
        return cls(built.project, dict(built.marks), built.file, found, False, built.project)

    def learn(self, run: Run) -> None:
        """Take over what a run has done."""
        Built.learn(self, run)  # no super(): the class was made anew for its slots
        assert self.next
        assert self._before
        removed = {step.removeprefix("remove ") for step in run.done if step.startswith("remove ")}
        if not self.written and WRITE not in run.done:
            self.project = without(self._before, removed, self.next.target)
            return
        changing = {step.removeprefix("change ") for step in run.steps if step.startswith("change ")}
        pending = {subject for subject in changing if f"change {subject}" not in run.done}
        self.project = mixed(self._before, self.next.target, pending | set(self.held))
        self.file = self.next.file

    @property
    def held(self) -> tuple[str, ...]:
        """Subjects that stay as they are."""
        return (self.next.held if self.next else None) or ()


def mixed(old: Project, new: Project, kept: Collection[str]) -> Project:
    """The new project, with some hosts and switches as the old one has them, also those that the new one lacks."""
    return replace(
        new,
        hosts=_mixed("host", old.hosts, new.hosts, kept),
        switches=_mixed("switch", old.switches, new.switches, kept),
    )


def _mixed(kind: str, old: tuple[Thing, ...], new: tuple[Thing, ...], kept: Collection[str]) -> tuple[Thing, ...]:
    before: dict[str, Thing] = {thing.name: thing for thing in old if f"{kind} {thing.name}" in kept}
    stay = tuple(before.pop(thing.name, thing) for thing in new)
    return stay + tuple(before.values())


def without(old: Project, removed: Collection[str], new: Project) -> Project:
    """The old project without what was removed for good; what is to be made anew is still known."""
    names = {"host": {host.name for host in new.hosts}, "switch": {switch.name for switch in new.switches}}

    def stays(kind: str, name: str) -> bool:
        return f"{kind} {name}" not in removed or name in names[kind]

    return replace(
        old,
        hosts=tuple(host for host in old.hosts if stays("host", host.name)),
        switches=tuple(switch for switch in old.switches if stays("switch", switch.name)),
    )


def as_it_is(work: Opened) -> tuple[Built, Run | None]:
    """What is built, with what an unfinished run has done of it, and the last run. Nothing is written."""
    last = Journal(work.state_folder).last()
    built = work.built
    if last is None or last.ended:
        return built, last
    found = read_next(work.folder) if last.command == "upgrade" else None
    built = Upgraded.of(built, found) if found else Built(built.project, dict(built.marks), built.file)
    built.learn(last)
    return built, last
