"""A compiled project, opened for work on this server."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from mlnlang.ir import Host, Switch
from mlnlang.ir import Project as Ir
from mlnlang_manager.drivers.choosing import driver_for
from mlnlang_manager.drivers.protocol import Driver, Machine, Place, Segment
from mlnlang_manager.engine.built import Built, read_built
from mlnlang_manager.engine.paths import LOG, STATE
from mlnlang_manager.projects import Project, named_project
from mlnlang_manager.settings import Settings

Subject = Machine | Segment


@dataclass(slots=True)
class _Drivers:
    settings: Settings
    known: dict[tuple[str, bool], Driver] = field(default_factory=dict)

    def of(self, backend: str, full: bool) -> Driver:
        """The driver of a back end; projects that mlnc compiled and mln has not built have scripts only."""
        key = (backend, full)
        if key not in self.known:
            self.known[key] = driver_for(backend, self.settings, scripted=not full)
        return self.known[key]


class Opened:
    """A project of the projects folder. `machines` and `segments` are those of this server, hosts in boot order.

    `ir` is what was built; where mln has not built it, it says only what `plan.json` does, and `full` is false.
    """

    def __init__(self, settings: Settings, project: Project, built: Built | None) -> None:
        self.settings = settings
        self.project = project
        self.name = project.name
        self.folder = project.folder
        self.full = built is not None
        self.built = built or Built(thin(project))
        self._drivers = _Drivers(settings)

    @property
    def ir(self) -> Ir:
        """The resolved project."""
        return self.built.project

    @property
    def state_folder(self) -> str:
        """`<project>/.mln`; it need not be there."""
        return os.path.join(self.folder, STATE)

    @property
    def log_folder(self) -> str:
        """Where each subject has its log."""
        return os.path.join(self.state_folder, LOG)

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """Hosts of this server, by boot order and name."""
        known = {host.name: host for host in self.ir.hosts}
        return tuple(
            Machine(self.place(server), known.get(name) or _thin_host(self.project, name, server))
            for name, server in self.project.hosts
            if server in self.settings.servers
        )

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Switches of this server."""
        known = {switch.name: switch for switch in self.ir.switches}
        return tuple(
            Segment(self.place(server), known.get(name) or _thin_switch(self.project, name, server))
            for name, server in self.project.switches
            if server in self.settings.servers
        )

    def place(self, server: str) -> Place:
        """Where things of a server are, by the rules of the compiled scripts (lib/settings.sh)."""
        if server not in self._places:
            self._places[server] = self._place(server)
        return self._places[server]

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {}

    def _place(self, server: str) -> Place:
        folder = os.path.join(self.folder, server)
        given = self.settings.environment
        return Place(
            self.ir,
            folder,
            os.environ.get("MLN_IMAGES") or os.path.join(folder, "images"),
            os.environ.get("MLN_RUN") or os.path.join(folder, "run"),
            self.log_folder,
            given.get("MLN_TEMPLATES") or os.environ.get("MLN_TEMPLATES") or self.ir.templates_directory,
            given.get("MLN_FILES") or os.environ.get("MLN_FILES") or self.ir.files_directory,
        )

    def driver(self, subject: Subject) -> Driver:
        """Who works on a machine or switch."""
        return self._drivers.of(self.backend(subject), self.full)

    def backend(self, subject: Subject) -> str:
        """The back end that carries it: a switch may be carried by that of its hosts."""
        key = ("host", subject.host.name) if isinstance(subject, Machine) else ("switch", subject.switch.name)
        own = subject.host.backend if isinstance(subject, Machine) else subject.switch.backend
        return self.project.backends.get(key, own)

    def chosen(self, names: Iterable[str]) -> tuple[Machine, ...]:
        """The machines of that name, or all where none is named."""
        wanted = set(names)
        return tuple(machine for machine in self.machines if not wanted or machine.host.name in wanted)

    def wired(self, machines: Sequence[Machine]) -> tuple[Segment, ...]:
        """The segments of this server that machines are wired to."""
        names = {card.switch for machine in machines for card in machine.host.interfaces}
        return tuple(segment for segment in self.segments if segment.switch.name in names)


def opened(settings: Settings, name: str) -> Opened:
    """Open a project. Raises Failure."""
    return reopened(settings, named_project(settings, name))


def reopened(settings: Settings, project: Project) -> Opened:
    """The same of one that was looked up already."""
    return Opened(settings, project, read_built(project.folder))


def subject_name(subject: Subject) -> str:
    """`host NAME` or `switch NAME`."""
    return f"host {subject.host.name}" if isinstance(subject, Machine) else f"switch {subject.switch.name}"


def thin(project: Project) -> Ir:
    """As much of a project as its plan tells."""
    hosts = tuple(_thin_host(project, name, server) for name, server in project.hosts)
    return Ir(project.name, hosts, tuple(_thin_switch(project, name, server) for name, server in project.switches))


def _thin_host(project: Project, name: str, server: str) -> Host:
    key = ("host", name)
    order = project.orders.get(name, 99)
    return Host(name, project.backends.get(key, "uml"), 0, boot_order=order, service_host=_named(server))


def _thin_switch(project: Project, name: str, server: str) -> Switch:
    return Switch(name, project.backends.get(("switch", name), "uml"), "", service_host=_named(server))


def _named(server: str) -> str | None:
    return None if server == "local" else server
