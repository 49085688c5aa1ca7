"""The variables that a place sees: lexical, innermost first (language, section 3)."""

from __future__ import annotations

from dataclasses import dataclass

from mlnlang.ide.scene import Scene
from mlnlang.semantics.sections import Entry, Section
from mlnlang.semantics.variables import BUILT_IN


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable: its value as the place sees it, and how far away it is defined. A built-in one has no definition."""

    name: str
    value: str
    distance: int
    definition: Entry | None = None


def variables(scene: Scene, section: Section) -> list[Variable]:
    """All that a place in a block sees, the nearest first, the built-in ones last."""
    found: dict[str, Variable] = {}
    distance = 0
    level: Section | None = section
    while level is not None:
        for layer in scene.layers(level):
            for name, entry in layer.variables.items():
                found.setdefault(name, Variable(name, _value(scene, entry), min(distance, 8), entry))
            distance += 1
        level = level.parent
    for name in sorted(BUILT_IN):
        found.setdefault(name, Variable(name, built_in(scene, name, section), 9))
    return list(found.values())


def built_in(scene: Scene, name: str, section: Section) -> str:
    """What a built-in variable stands for here."""
    if name == "project":
        return scene.symbols.name or "the project's name"
    host = entity(section)
    return host.name if host is not None and host.kind == "host" else "the name of the host that inherits this"


def entity(section: Section) -> Section | None:
    """The first-level block around a place; None at the first level."""
    while section.parent is not None and section.parent.parent is not None:
        section = section.parent
    return section if section.parent is not None else None


def _value(scene: Scene, entry: Entry) -> str:
    if "$" not in entry.text:
        return " ".join(entry.text.split())
    host = entity(entry.section)
    name = host.name if host is not None and host.kind == "host" else None
    return " ".join(scene.symbols.evaluator.words(entry, name))
