"""What the engine asks of a hypervisor: one small protocol that every driver keeps.

A driver works on this server, changes nothing but the machine or switch it is given, and may be asked again after a
crash at any point: every method is idempotent. Methods raise `DriverError` with one line for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from mlnlang.ir import Host, Project, Switch


class State(Enum):
    """What a machine or switch is doing."""

    UP = "up"
    DOWN = "down"
    PAUSED = "paused"
    NOT_BUILT = "not built"
    UNKNOWN = "unknown"


class DriverError(Exception):
    """Work that a hypervisor, or the tools for it, could not do. `log`: a file that says more."""

    def __init__(self, message: str, *, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project's things of this server are. All paths absolute.

    `folder` is the server's folder of the compiled project (`hosts/`, `switches/`, `guest/`, scripts); `images` and
    `run` are where disks and sockets lie; `log` is a folder with one file a subject.
    """

    project: Project
    folder: str
    images: str
    run: str
    log: str
    templates: str | None = None
    files: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A host of a project on this server."""

    place: Place
    host: Host

    @property
    def identity(self) -> str:
        """`host.project`, its name everywhere."""
        return self.place.project.identity(self.host)


@dataclass(frozen=True, slots=True)
class Segment:
    """A switch of a project on this server."""

    place: Place
    switch: Switch

    @property
    def identity(self) -> str:
        """`switch.project`."""
        return f"{self.switch.name}.{self.place.project.name}"


class Progress(Protocol):
    """Told by a driver how far it is."""

    def __call__(self, phase: str, done: float = 0.0) -> None:
        """`phase` in a word or two; `done` from 0 to 1."""
        ...


class Driver(Protocol):
    """One hypervisor. `name` is the back end's; times are in seconds, memory in MiB, sizes in bytes."""

    name: str

    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:
        """What this server lacks for a phase (`build`, `start`, `stop`, `remove`), in words; asked before step one."""
        ...

    def build(self, machine: Machine, progress: Progress) -> None:
        """Make the disks, set the guest up, define the machine. Disks that are there are kept."""
        ...

    def start(self, machine: Machine, progress: Progress) -> None:
        """Start it; returns once its kernel or hypervisor answers."""
        ...

    def wait_ready(self, machine: Machine, timeout: float) -> bool:
        """Wait until the guest has come up; False when the time is over."""
        ...

    def stop(self, machine: Machine, timeout: float, *, force: bool = False) -> None:
        """Ask the guest to shut down, then take its power away. `force`: at once."""
        ...

    def state(self, machine: Machine) -> State:
        """What it is doing."""
        ...

    def remove(self, machine: Machine) -> None:
        """Undefine it, delete its disks and everything else that was made for it. It must be down."""
        ...

    def console(self, machine: Machine) -> list[str]:
        """The command that opens its console in this terminal."""
        ...

    def set_memory(self, machine: Machine, mib: int) -> bool:
        """Change the memory of a running machine; False where that takes a restart."""
        ...

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Set the guest up again in the disks that are there, and define it anew. It must be down."""
        ...

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:
        """Grow the root disk; False where the machine has to be down for it."""
        ...

    def start_switch(self, segment: Segment) -> None:
        """Make the segment."""
        ...

    def stop_switch(self, segment: Segment) -> None:
        """Take the segment away."""
        ...

    def switch_state(self, segment: Segment) -> State:
        """Whether it is there."""
        ...

    def remove_switch(self, segment: Segment) -> None:
        """Take away what was made for it for good."""
        ...
