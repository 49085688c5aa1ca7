"""Names in a project's text: every place where one stands, and what it stands for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple

from mlnlang.semantics.sections import Section
from mlnlang.source import SourceFile, Span

Kind = Literal["project", "host", "superclass", "switch", "server", "variable", "interface", "user", "group", "prefix"]
#: How a name is written: to the letter, made of variables, or not at all (`$project`).
Form = Literal["plain", "composed", "implied"]

#: What messages call a kind of name.
TITLES: dict[Kind, str] = {
    "project": "project",
    "host": "host",
    "superclass": "superclass",
    "switch": "switch",
    "server": "server",
    "variable": "variable",
    "interface": "network card",
    "user": "account",
    "group": "group",
    "prefix": "prefix of hosts",
}


class Name(NamedTuple):
    """What a name stands for, within one project. `owner`: the block it is known in; None: all of the project."""

    kind: Kind
    text: str
    owner: Section | None = None

    def title(self) -> str:
        """`the host `web``, as messages say it."""
        sign = "$" if self.kind == "variable" else ""
        return f"the {TITLES[self.kind]} `{sign}{self.text}`"


class Occurrence(NamedTuple):
    """A name in a text: `start` to `end` without quotes, `$` and `[`; `first` to `last` with what belongs to it."""

    file: SourceFile
    path: str
    start: int
    end: int
    name: Name
    defines: bool
    form: Form
    section: Section
    first: int
    last: int

    @property
    def span(self) -> Span:
        """Where the name stands."""
        return Span(self.file, self.start, self.end)

    def size(self) -> tuple[int, int, int]:
        """Smaller for what is inside of something else."""
        return self.last - self.first, self.end - self.start, self.start

    @property
    def site(self) -> tuple[str, int, int]:
        """The place, the same in every project that holds the text."""
        return self.path, self.start, self.end


class Names:
    """All occurrences of one project."""

    def __init__(self, found: Iterable[Occurrence], pinned: dict[Name, str]) -> None:
        self._by_name: dict[Name, list[Occurrence]] = {}
        self._by_path: dict[str, list[Occurrence]] = {}
        self._by_site: dict[tuple[str, int, int], list[Occurrence]] = {}
        for occurrence in found:
            self._by_name.setdefault(occurrence.name, []).append(occurrence)
            self._by_path.setdefault(occurrence.path, []).append(occurrence)
        for here in self._by_path.values():
            here.sort(key=lambda each: (each.first, -each.last))
        self._starts = {path: [each.first for each in here] for path, here in self._by_path.items()}
        #: Names that something else than the text uses, and what that is.
        self.pinned = pinned

    def of(self, name: Name) -> list[Occurrence]:
        """Where a name stands."""
        return self._by_name.get(name, [])

    def names(self) -> list[Name]:
        """All names."""
        return list(self._by_name)

    def around(self, path: str, offset: int) -> list[Occurrence]:
        """What holds an offset or ends at it, the smallest first."""
        here = self._by_path.get(path, [])
        at = bisect_right(self._starts.get(path, []), offset)
        found = []
        while at > 0:
            at -= 1
            if here[at].last >= offset:
                found.append(here[at])
            elif here[at].first < offset - _LONGEST:
                break
        return sorted(found, key=Occurrence.size)

    def at(self, site: tuple[str, int, int]) -> list[Occurrence]:
        """What stands at a place: more than one thing where a file is included more than once."""
        if not self._by_site:
            for here in self._by_path.values():
                for occurrence in here:
                    self._by_site.setdefault(occurrence.site, []).append(occurrence)
        return self._by_site.get(site, [])


#: No name is longer than this many characters; what starts further before a place does not reach it.
_LONGEST = 4096
