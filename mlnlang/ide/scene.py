"""What an editor's question is about: a file as it is now, and its project as the last check has seen it.

While somebody types, the two differ. The check's unit is then still good for telling which block a place is in, as
long as no brace, quote or comment came or went; that keeps the answers to each keystroke cheap in large projects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from mlnlang.api import Checked
from mlnlang.ide.view import View
from mlnlang.ide.workspace import Workspace
from mlnlang.ir import Project
from mlnlang.semantics.config import Config
from mlnlang.semantics.resolve import ResolvedProject
from mlnlang.semantics.sections import Section
from mlnlang.semantics.symbols import Symbols, collect
from mlnlang.source import SourceFile, Span, decode
from mlnlang.world import World, WorldError

#: Characters that may change which block a place is in.
_STRUCTURE = frozenset("{}\"'\\#")
#: Views of checked projects that are kept.
_MOST_VIEWS = 3

_views: WeakKeyDictionary[Workspace, dict[tuple[int, str], tuple[Checked, View]]] = WeakKeyDictionary()

_good: WeakKeyDictionary[Workspace, dict[str, Checked]] = WeakKeyDictionary()


@dataclass(eq=False)
class Scene:
    """A file of a workspace. `checked` may be older than `text`; `is_current` tells."""

    workspace: Workspace
    path: str
    checked: Checked | None
    #: The latest check of the project that came as far as the IR.
    good: Checked | None = None

    @cached_property
    def file(self) -> SourceFile:
        """The file as it is now."""
        try:
            text, had_bom, _ = decode(self.workspace.world.read(self.path))
        except WorldError:
            text, had_bom = "", False
        return SourceFile(self.path, text, had_bom=had_bom)

    @cached_property
    def changed(self) -> set[str]:
        """The files of the checked project that are not any more as they were checked."""
        found = self.checked.inputs if self.checked is not None else {}
        return {path for path, data in found.items() if not _same(self.workspace.world, path, data)}

    @property
    def is_current(self) -> bool:
        """Whether the project was checked as it is now."""
        return self.checked is not None and not self.changed

    @cached_property
    def view(self) -> View:
        """The file in its place, as it is now."""
        if self.checked is not None and self.is_current and self.path in self.checked.unit.trees:
            return _view_of(self.workspace, self.checked, self.path)
        return self.workspace.view(self.path)

    @cached_property
    def symbols(self) -> Symbols:
        """What the project defines: as it is now, or as it was at the last check."""
        if self.checked is not None and self.checked.symbols is not None:
            return self.checked.symbols
        return collect(self.view.unit)

    @property
    def config(self) -> Config:
        """What mln.conf settles."""
        return self.workspace.config

    @property
    def ir(self) -> Project | None:
        """The project's IR, perhaps of an older state."""
        return self.good.ir if self.good is not None else None

    @property
    def resolved(self) -> ResolvedProject | None:
        """The resolved project that the IR was made from."""
        return self.good.resolved if self.good is not None else None

    def layers(self, section: Section) -> Iterator[Section]:
        """A block and the ones it inherits from, nearest first; found by name, so also while somebody types."""
        yield section
        path: list[tuple[str, str]] = []
        entity = section
        while entity.parent is not None and entity.parent.parent is not None:
            path.append((entity.kind, entity.name))
            entity = entity.parent
        seen = {entity.name}
        while (above := self._above(entity)) is not None and above.name not in seen:
            seen.add(above.name)
            entity, inner = above, above
            for kind, name in reversed(path):
                found = inner.child(kind, name)
                if found is None:
                    break
                inner = found
            else:
                yield inner

    def _above(self, entity: Section) -> Section | None:
        entry = entity.entry("superclass") if entity.kind in ("host", "superclass") else None
        return self.symbols.superclasses.get(" ".join(self.symbols.evaluator.words(entry))) if entry else None

    def section(self, offset: int) -> Section:
        """The block that holds an offset: of the last check where that can be told, else read anew."""
        if self.checked is not None and self.changed == {self.path} and self.path in self.checked.unit.trees:
            old = self.checked.unit.trees[self.path].file.text
            before = _moved(old, self.file.text, offset)
            if before is not None:
                return _view_of(self.workspace, self.checked, self.path).section(before)
        return self.view.section(offset)

    def span(self, start: int, end: int) -> Span:
        """A span of the file as it is now."""
        return Span(self.file, start, end)


def scene(workspace: Workspace, path: str) -> Scene:
    """The scene of a file."""
    path = workspace.key(path)
    checked = workspace.checked(path)
    known = _good.setdefault(workspace, {})
    if checked is not None and checked.ir is not None:
        known[checked.path] = checked
    return Scene(workspace, path, checked, known.get(checked.path) if checked is not None else None)


def _same(world: World, path: str, data: bytes) -> bool:
    try:
        return world.read(path) == data
    except WorldError:
        return False


def _view_of(workspace: Workspace, checked: Checked, path: str) -> View:
    known = _views.setdefault(workspace, {})
    found = known.get((id(checked), path))
    if found is None:
        for old in list(known)[: len(known) - _MOST_VIEWS + 1]:
            del known[old]
        view = View(workspace.schema, checked.unit, checked.unit.trees[path], workspace.key)
        found = known[id(checked), path] = (checked, view)
    return found[1]


def _moved(old: str, new: str, offset: int) -> int | None:
    """Where an offset of the new text was in the old one; None where the edit may have moved a block's bounds."""
    head = _common(old, new)
    room = min(len(old), len(new)) - head
    tail = min(room, _common(old[head:][::-1], new[head:][::-1]))
    changed = old[head : len(old) - tail] + new[head : len(new) - tail]
    if not _STRUCTURE.isdisjoint(changed) or new[len(new) - tail :].lstrip()[:1] == "{":
        return None
    start = new.rfind("\n", 0, head) + 1
    line = new[start : head + len(new) - tail - head]
    if "#" in line or "\\" in new[max(0, start - 3) : start]:
        return None
    if offset <= head:
        return offset
    return max(head, offset - (len(new) - len(old)))


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
