"""What every format is read into: a tree of settings, each of which must be accounted for.

A leaf starts without a fate. Whoever reads it says what became of it; what nobody read is lost, and reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mlnlang.source import SourceFile, Span

Fate = Literal["", "implied", "carried", "changed", "lost"]

#: The most that an honest file has.
MAX_CHARACTERS = 4 * 1024 * 1024
MAX_LEAVES = 50_000
MAX_DEPTH = 64

_RANK = {"": 0, "implied": 1, "carried": 2, "changed": 3, "lost": 4}


class Leaf:
    """One setting: its place (`domain/devices/disk/source@file`), its value, and what became of it.

    `implied`: the back end writes the same by itself. `became`: the words of the project. A setting that several
    machines share keeps the worst of its fates.
    """

    __slots__ = ("became", "fate", "group", "place", "secret", "span", "value", "why")

    def __init__(self, place: str, value: str, span: Span) -> None:
        self.place = place
        self.value = value
        self.span = span
        self.fate: Fate = ""
        self.became = ""
        self.why = ""
        self.secret = False
        self.group: Node | None = None

    def __repr__(self) -> str:
        return f"Leaf({self.place!r}, {self.value!r}, {self.fate!r})"

    def settle(self, fate: Fate, became: str = "", why: str = "") -> None:
        """Say what became of it, unless something worse was said already."""
        if _RANK[fate] > _RANK[self.fate]:
            self.fate, self.became, self.why = fate, became, why
        elif fate == self.fate == "changed" and why not in self.why:
            self.why += f"; {why}"

    def carried(self, became: str, why: str = "") -> None:
        """It stands in the project; with a reason, as something else."""
        self.settle("changed" if why else "carried", became, why)

    def implied(self, why: str) -> None:
        """Nothing needs to be said: it is so anyway."""
        self.settle("implied", "", why)

    def lost(self, why: str, group: Node | None = None) -> None:
        """The project does without it."""
        if self.fate != "lost":
            self.settle("lost", "", why)
            self.group = group


class Node:
    """A group of settings: leaves by name, one text, inner nodes. `spare` holds settings that a later one overrides."""

    __slots__ = ("children", "leaves", "name", "place", "span", "spare", "text")

    def __init__(self, name: str, place: str, span: Span) -> None:
        self.name = name
        self.place = place
        self.span = span
        self.leaves: dict[str, Leaf] = {}
        self.text: Leaf | None = None
        self.children: list[Node] = []
        self.spare: list[Leaf] = []

    def __repr__(self) -> str:
        return f"Node({self.place!r})"

    def put(self, name: str, leaf: Leaf) -> None:
        """Add a leaf; an earlier one of the same name is overridden, and lost."""
        earlier = self.leaves.get(name)
        if earlier is not None:
            earlier.lost("it is given again further down, and the last one counts")
            self.spare.append(earlier)
        self.leaves[name] = leaf

    def value(self, name: str, default: str = "") -> str:
        """A leaf's value."""
        leaf = self.leaves.get(name)
        return leaf.value if leaf is not None else default

    def child(self, name: str) -> Node | None:
        """The first inner node of a name."""
        return next((node for node in self.children if node.name == name), None)

    def all(self, name: str) -> list[Node]:
        """The inner nodes of a name."""
        return [node for node in self.children if node.name == name]

    def content(self, name: str) -> Leaf | None:
        """The text of the first inner node of a name."""
        node = self.child(name)
        return node.text if node is not None else None

    def walk(self) -> Iterator[Leaf]:
        """All leaves, in the order of the file."""
        yield from self.spare
        yield from self.leaves.values()
        if self.text is not None:
            yield self.text
        for node in self.children:
            yield from node.walk()

    def implied(self, why: str) -> None:
        """Leaves without a fate, here and below, go without saying."""
        for leaf in self.walk():
            if not leaf.fate:
                leaf.implied(why)

    def lost(self, why: str) -> None:
        """Leaves without a fate, here and below, are lost together."""
        for leaf in self.walk():
            if not leaf.fate:
                leaf.lost(why, self)


def whole(file: SourceFile) -> Span:
    """The span of a whole file."""
    return file.span(0, len(file.text))
