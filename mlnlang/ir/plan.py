"""The plan: everything a back end wants done, as plain data. `mlnc` writes it, `mln` executes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

VERSION = 1

Phase = Literal["build", "start", "stop", "status", "remove"]


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to write: path below the project's folder with `/`, text, and mode (0o600 where it holds a secret)."""

    path: str
    content: str
    mode: int = 0o644

    @property
    def digest(self) -> str:
        """SHA-256 of the content in UTF-8, hexadecimal."""
        return sha256(self.content.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Action:
    """A step on a server: `subject` is `host NAME` or `switch NAME`; steps of one phase run in `order`, ascending."""

    server: str
    phase: Phase
    order: int
    subject: str
    backend: str
    script: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Files and actions of a project, sorted."""

    project: str
    files: tuple[PlannedFile, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def digest(self) -> str:
        """One digest over all files: equal digests mean equal output."""
        total = sha256()
        for file in self.files:
            total.update(f"{file.path}\0{file.mode:o}\0{file.digest}\n".encode())
        return total.hexdigest()

    def document(self) -> dict[str, Any]:
        """`plan.json`: the actions, and the files by digest (their texts lie beside it)."""
        return {
            "version": VERSION,
            "project": self.project,
            "digest": self.digest,
            "actions": [
                {
                    "server": a.server,
                    "phase": a.phase,
                    "order": a.order,
                    "subject": a.subject,
                    "backend": a.backend,
                    "script": a.script,
                }
                for a in self.actions
            ],
            "files": [{"path": f.path, "mode": f"{f.mode:04o}", "sha256": f.digest} for f in self.files],
        }


def plan(project: str, files: Iterable[PlannedFile], actions: Iterable[Action]) -> Plan:
    """A plan with its parts in their one order."""
    phases = ("build", "start", "stop", "status", "remove")
    return Plan(
        project,
        tuple(sorted(files, key=lambda f: f.path)),
        tuple(sorted(actions, key=lambda a: (a.server, phases.index(a.phase), a.order, a.subject))),
    )
