"""The journal of a project: what was begun and what was done, so that work can go on after a crash."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlnlang_manager.engine.paths import JOURNAL

#: A journal beyond this many bytes is put aside as `journal.jsonl.old` when new work begins.
LONG = 1 << 20


@dataclass(slots=True)
class Run:
    """One command's work as the journal tells it. `ended` is empty where `mln` did not live to see the end."""

    id: str
    command: str
    arguments: dict[str, Any]
    steps: tuple[str, ...] = ()
    begun: dict[str, float] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    ended: str = ""

    @property
    def torn(self) -> list[str]:
        """Steps that were begun and about whose end nothing is known."""
        return [s for s in self.begun if s not in self.done and s not in self.undone and s not in self.failed]

    @property
    def left(self) -> list[str]:
        """Steps that are not done."""
        return [step for step in self.steps if step not in self.done]


class Journal:
    """Appends to `journal.jsonl`; a line is on the disk before the work it speaks of goes on. Raises OSError."""

    def __init__(self, state_folder: str) -> None:
        self.path = os.path.join(state_folder, JOURNAL)
        self._descriptor = -1

    def begin(self, command: str, arguments: dict[str, Any], steps: Sequence[str]) -> str:
        """A run begins; returns its id."""
        self.open()
        identity = f"{time.time():.6f}-{os.getpid()}"
        self._write(event="begin", run=identity, command=command, arguments=arguments, steps=list(steps))
        return identity

    def step(self, step: str, event: str, message: str = "") -> None:
        """A step's `begin`, `done`, `failed` or `undone`."""
        more = {"message": message} if message else {}
        self._write(event=event, step=step, **more)

    def end(self, outcome: str) -> None:
        """The run is over: `done`, `failed` or `interrupted`."""
        self._write(event="end", outcome=outcome)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def runs(self) -> list[Run]:
        """What the journal tells, oldest first; lines that a crash has torn are passed over."""
        try:
            with open(self.path, encoding="utf-8", errors="replace") as file:
                return _runs(file)
        except FileNotFoundError:
            return []

    def last(self) -> Run | None:
        """The last run, if there is one."""
        runs = self.runs()
        return runs[-1] if runs else None

    def open(self) -> None:
        """Open it to go on with the last run, or to begin one."""
        self.close()
        if os.path.exists(self.path) and os.path.getsize(self.path) > LONG:
            os.replace(self.path, f"{self.path}.old")
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")

    def _write(self, **content: Any) -> None:
        line = json.dumps({**content, "time": round(time.time(), 3)}, ensure_ascii=False) + "\n"
        data = line.encode("utf-8", "surrogatepass")
        while data:  # a disk that is nearly full takes a part
            data = data[os.write(self._descriptor, data) :]
        os.fdatasync(self._descriptor)


def _runs(lines: Iterable[str]) -> list[Run]:
    runs: list[Run] = []
    for line in lines:
        try:
            entry = json.loads(line)
            _add(runs, entry)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return runs


def _add(runs: list[Run], entry: dict[str, Any]) -> None:
    event = entry["event"]
    if event == "begin" and "run" in entry:
        steps = tuple(str(step) for step in entry["steps"])
        runs.append(Run(str(entry["run"]), str(entry["command"]), dict(entry["arguments"]), steps))
    elif not runs:
        return
    elif event == "end":
        runs[-1].ended = str(entry["outcome"])
    elif event in ("begin", "done"):
        (runs[-1].begun if event == "begin" else runs[-1].done)[str(entry["step"])] = float(entry["time"])
    elif event == "failed":
        runs[-1].failed[str(entry["step"])] = str(entry.get("message", ""))
    elif event == "undone":
        runs[-1].undone.add(str(entry["step"]))
