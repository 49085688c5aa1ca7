"""Whose a place of the text is: which block, and which network card of it, holds a span."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlnlang.semantics.sections import Section
from mlnlang.semantics.symbols import Symbols
from mlnlang.source import Span

_KINDS = frozenset(("host", "superclass", "switch", "server"))


class Owner(NamedTuple):
    """A first-level block of a project (by its number among those drawn), and the network card where it is in one."""

    project: int
    kind: str
    name: str
    interface: str = ""


class _Stretch(NamedTuple):
    start: int
    end: int
    is_outer: bool
    owner: Owner


class Owners:
    """Finds the owners of spans. Includes count where they are spliced in, so a line may belong to several blocks."""

    def __init__(self, projects: Iterable[Symbols | None]) -> None:
        self._files: dict[str, list[_Stretch]] = {}
        for number, symbols in enumerate(projects):
            for section in symbols.root.children if symbols else ():
                if section.kind in _KINDS and section.name:
                    self._add(section, Owner(number, section.kind, section.name))
        for stretches in self._files.values():
            stretches.sort(key=lambda stretch: (stretch.start, -stretch.end))
        self._starts = {path: [stretch.start for stretch in found] for path, found in self._files.items()}

    def of(self, span: Span) -> list[Owner]:
        """The innermost blocks that hold the start of a span."""
        path = span.file.path
        stretches = self._files.get(path, [])
        found: dict[Owner, None] = {}
        innermost: _Stretch | None = None
        for at in range(bisect_right(self._starts.get(path, []), span.start) - 1, -1, -1):
            stretch = stretches[at]
            if stretch.end >= span.start:
                if innermost is not None and stretch[:2] != innermost[:2]:
                    break
                innermost = stretch
                found[stretch.owner] = None
            elif stretch.is_outer and innermost is None:
                break
        return list(reversed(found))

    def _add(self, top: Section, owner: Owner) -> None:
        for section, inner in _inside(top, owner):
            if section.block is not None:
                self._put(section.file.path, section.block.start, section.block.end, section is top, inner)
            for entry in section.entries:
                if entry.file is not section.file:
                    self._put(entry.file.path, entry.token.start, entry.token.end, False, inner)

    def _put(self, path: str, start: int, end: int, is_outer: bool, owner: Owner) -> None:
        self._files.setdefault(path, []).append(_Stretch(start, end, is_outer, owner))


def _inside(section: Section, owner: Owner) -> Iterator[tuple[Section, Owner]]:
    yield section, owner
    for child in section.children:
        is_card = child.kind == "network" and not owner.interface
        yield from _inside(child, owner._replace(interface=child.name) if is_card else owner)
