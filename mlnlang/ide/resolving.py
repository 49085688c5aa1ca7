"""From a block as it is written to what it means: the resolved block, found by its names."""

from __future__ import annotations

from mlnlang.ide.scene import Scene
from mlnlang.ir import Host, Switch
from mlnlang.semantics.resolve import Resolved, ResolvedProject
from mlnlang.semantics.sections import Section


def resolved_block(scene: Scene, section: Section) -> Resolved | None:
    """A block with its superclasses laid under it; None where the project could not be resolved."""
    project = scene.resolved
    if project is None or section.parent is None:
        return None
    path: list[tuple[str, str]] = []
    entity = section
    while entity.parent is not None and entity.parent.parent is not None:
        path.append((entity.kind, entity.name))
        entity = entity.parent
    found = _entity(project, entity.kind, entity.name)
    for kind, name in reversed(path):
        found = found.block(kind, name) if found is not None else None
    return found


def _entity(project: ResolvedProject, kind: str, name: str) -> Resolved | None:
    if kind == "global":
        return project.globals
    if kind == "superclass":
        section = project.symbols.superclasses.get(name)
        return project.resolve_superclass(section) if section else None
    tables = {"host": project.hosts, "switch": project.switches, "server": project.servers}
    return tables.get(kind, {}).get(name)


def host_named(scene: Scene, name: str) -> Host | None:
    """A host of the IR."""
    return next((host for host in scene.ir.hosts if host.name == name), None) if scene.ir else None


def switch_named(scene: Scene, name: str) -> Switch | None:
    """A switch of the IR."""
    return next((switch for switch in scene.ir.switches if switch.name == name), None) if scene.ir else None


def heirs(scene: Scene, name: str) -> list[Host]:
    """The hosts that have a superclass in their chain, the IR's order."""
    return [host for host in scene.ir.hosts if name in host.chain] if scene.ir else []


def wired(scene: Scene, name: str) -> list[Host]:
    """The hosts with a card on a switch, the IR's order."""
    if scene.ir is None:
        return []
    return [host for host in scene.ir.hosts if any(card.switch == name for card in host.interfaces)]
