"""Lines above blocks: how many hosts use a superclass or switch, and how large the project is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Literal

from mlnlang.ide.scene import Scene
from mlnlang.ir import Project
from mlnlang.semantics.sections import Section
from mlnlang.source import Span

_MOST_PLACES = 1000


@dataclass(frozen=True)
class Lens:
    """A line above a name: `references` shows the places that use it, `compile` offers to compile the project."""

    span: Span
    kind: Literal["references", "compile", "size"]
    title: str
    name: tuple[str, str] = ("", "")


def lenses(scene: Scene, *, references: bool = True, compiling: bool = True) -> list[Lens]:
    """The lenses of a file, as far as they are wanted."""
    project = scene.ir
    here = scene.view.file
    found: list[Lens] = []
    if project is None:
        return found
    users = Counter(name for host in project.hosts for name in host.chain)
    wires = Counter(switch for host in project.hosts for switch in {c.switch for c in host.interfaces if c.switch})
    on = Counter(host.service_host for host in project.hosts if host.service_host)
    counts: dict[str, Counter[str]] = {"superclass": users, "switch": wires, "server": on}
    for section in scene.view.unit.root.children:
        if section.file is not here or section.block is None:
            continue
        if references and section.kind in counts and section.row and section.name:
            number = counts[section.kind][section.name]
            title = "no host uses this" if not number else f"{number} host{' uses' if number == 1 else 's use'} this"
            found.append(Lens(section.name_span(), "references", title, (section.kind, section.name)))
        line = section.entry("project") if section.kind == "global" else None
        if compiling and line is not None and line.file is here:
            found.append(Lens(line.span(), "compile", "compile"))
            found.append(Lens(line.span(), "size", size_of(project)))
    return found


def size_of(project: Project) -> str:
    """`3 hosts, 1 switch`."""
    hosts, switches = len(project.hosts), len(project.switches)
    return f"{hosts} host{'' if hosts == 1 else 's'}, {switches} switch{'' if switches == 1 else 'es'}"


def users_of(scene: Scene, kind: str, name: str) -> list[Span]:
    """The lines that name a superclass, switch or server, or the hosts that have it by way of others."""
    schema = scene.workspace.schema
    places: dict[str, list[Span]] = defaultdict(list)
    for section in scene.symbols.root.walk():
        known = schema.keywords_in(section.context)
        for entry in section.entries:
            row = known.get(entry.key)
            if row is not None and row.refers_to == kind and _names(scene, section, entry.text, name):
                places[entry.file.path].append(entry.value_span())
    found = [span for path in sorted(places) for span in sorted(places[path], key=lambda span: span.start)]
    return found[:_MOST_PLACES]


def _names(scene: Scene, section: Section, text: str, name: str) -> bool:
    if "$" not in text:
        return text.strip().strip("\"'") == name
    return any(
        " ".join(scene.symbols.evaluator.words(entry)) == name for entry in section.entries if entry.text == text
    )
