"""The form of the list line that is being typed, and which of its words comes next."""

from __future__ import annotations

from dataclasses import dataclass

from mlnlang.ide.cursor import cursor
from mlnlang.ide.scene import Scene
from mlnlang.ide.words import placeholders


@dataclass(frozen=True, slots=True)
class Signature:
    """A form as text, where each of its words is in it, which one the cursor is in, and what the block is for."""

    label: str
    parameters: tuple[tuple[int, int], ...]
    active: int | None
    documentation: str


def signature(scene: Scene, offset: int) -> Signature | None:
    """The form of the line at an offset; None outside of list blocks whose lines have one."""
    section = scene.section(offset)
    row = section.row
    if row is None or row.line is None or row.body != "lines":
        return None
    place = cursor(scene.file.text, offset)
    if place.kind != "item":
        return None
    words = placeholders(row.line)
    label = row.line.form
    spans: list[tuple[int, int]] = []
    at = 0
    for word in words:
        at = label.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    number = len(place.words)
    beyond = number >= len(words)
    active = None if beyond and row.line.most is not None else min(number, len(words) - 1)
    doc = row.doc + (f"\n\nExample: `{row.example}`" if row.example else "")
    return Signature(label, tuple(spans), active, doc)
