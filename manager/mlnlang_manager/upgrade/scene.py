"""What is there of a project, what its file wants, and what differs."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlnlang.ir import Host, Project, Switch
from mlnlang_manager.engine.opened import Opened, opened
from mlnlang_manager.projects import PLAN
from mlnlang_manager.reporting import Failure
from mlnlang_manager.settings import LOCAL, Settings
from mlnlang_manager.upgrade.changes import Difference, differences
from mlnlang_manager.upgrade.record import as_it_is

if TYPE_CHECKING:
    from mlnlang.api import Checked


@dataclass
class Scene:
    """`work` is None where nothing is compiled, `built` where mln has built nothing. `waiting`: hosts that an upgrade
    which did not come to its end has stopped, and that are to be up again."""

    found: Settings
    file: str
    checked: Checked
    target: Project
    work: Opened | None = None
    built: Project | None = None
    marks: frozenset[str] = frozenset()
    waiting: tuple[str, ...] = ()
    differences: list[Difference] = field(default_factory=list)

    @property
    def is_as_wanted(self) -> bool:
        """Whether nothing differs, and nothing waits."""
        return self.built is not None and not self.differences and not self.waiting

    @property
    def name(self) -> str:
        """The project's."""
        return self.target.name

    def is_here(self, thing: Host | Switch) -> bool:
        """Whether this server carries it."""
        return server_of(thing) in self.found.servers


def server_of(thing: Host | Switch) -> str:
    """The server that carries it, by name."""
    return thing.service_host or LOCAL


def look(found: Settings, file: str, result: Checked, work: Opened | None = None) -> Scene:
    """Compare a project's file, as it is now, with what is built. Raises Failure."""
    assert result.ir
    scene = Scene(found, file, result, result.ir, work)
    if work is None and os.path.lexists(os.path.join(found.projects, scene.name, PLAN)):
        scene.work = opened(found, scene.name)
    if scene.work and scene.work.full:
        _take_over(scene, scene.work)
    scene.differences = differences(scene.built and _known(scene), scene.target)
    return scene


def _take_over(scene: Scene, work: Opened) -> None:
    """What is built, and folders that nobody names now as they were."""
    built, last = as_it_is(work)
    scene.built, scene.marks = built.project, frozenset(built.marks)
    scene.target = replace(
        scene.target,
        templates_directory=scene.target.templates_directory or built.project.templates_directory,
        files_directory=scene.target.files_directory or built.project.files_directory,
    )
    if last and last.command == "upgrade" and last.ended != "done":
        scene.waiting = tuple(str(name) for name in last.arguments.get("up", ()))


def _known(scene: Scene) -> Project:
    """The built project without hosts of this server whose disks are not made: those are as good as new."""
    assert scene.built
    hosts = tuple(h for h in scene.built.hosts if f"host {h.name}" in scene.marks or not scene.is_here(h))
    return replace(scene.built, hosts=hosts)


def remembered_file(work: Opened) -> str:
    """The file that a project was built from. Raises Failure."""
    if not work.built.file:
        raise Failure(f"nobody knows which file `{work.name}` was built from", "name it: -f FILE", code=2)
    return work.built.file


def by_name(things: Iterable[Host]) -> dict[str, Host]:
    """Hosts by name."""
    return {thing.name: thing for thing in things}
