"""What a check of a project leaves to the next one, so that a keystroke costs what it changes.

A first-level block of a file whose text has not changed is taken over as it is, values read. It depends on nothing
but its own text unless it names variables; then also on what these are in its superclasses and in `global`. Every
block bears a mark that goes from check to check while its content is the same, wherever it stands; a host whose
marks, and whose superclasses' marks, are the same has the same IR.

Blocks are never changed but for their links, which each check sets anew, and their parent. Where something was
found that depends on more than a block (variables in a circle, very many problems), nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import UNDEFINED_VARIABLE
from mlnlang.ir import Host
from mlnlang.ir.model import Where
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import Entry, Line, Section
from mlnlang.semantics.symbols import MANY, Symbols
from mlnlang.semantics.unit import Unit
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import Block
from mlnlang.syntax.words import REFERENCE

#: So many variables that are not defined: the evaluator may have stopped telling.
_MOST_UNDEFINED = 100


_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Kept:
    """A block that was understood. `around` is what it was read in; None where that makes no difference."""

    node: Block
    section: Section
    is_open: bool
    problems: list[Diagnostic] = field(default_factory=list)
    around: object = None


@dataclass(slots=True)
class _File:
    """The blocks of one text, by where they start."""

    file: SourceFile
    blocks: dict[int, _Kept] = field(default_factory=dict)


class Place:
    """Where the values of a host come from: its newest block, though the IR may be of an older check."""

    __slots__ = ("block",)

    def __init__(self, block: Resolved) -> None:
        self.block = block

    def span(self, keyword: str = "") -> Span | None:
        """The value of a keyword, or the host's name."""
        return self.block.span(keyword)

    def given(self, keyword: str) -> bool:
        """Whether the keyword was written."""
        return self.block.given(keyword)


class InnerPlace:
    """The same for a block of a host, or with `at` for a line of it."""

    __slots__ = ("_at", "_host", "_key")

    def __init__(self, host: Place, key: tuple[str, str], at: int | None = None) -> None:
        self._host = host
        self._key = key
        self._at = at

    def span(self, keyword: str = "") -> Span | None:
        """The value of a keyword, or the block's name; the whole line."""
        place = self._newest()
        return place.span(keyword) if place else None

    def given(self, keyword: str) -> bool:
        """Whether the keyword was written."""
        place = self._newest()
        return place.given(keyword) if place else False

    def _newest(self) -> Where | None:
        block = self._host.block.block(*self._key)
        if block is None or self._at is None:
            return block
        return Line(block.lines[self._at])


class Reuse:
    """Of one project; given to each of its checks in turn: loading, `fits`, validating, lowering, `keep`."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._last: dict[tuple[str, str], Section] = {}
        self._hosts: dict[str, tuple[object, Host, Place]] = {}
        self._project = ""
        self._variables: dict[str, tuple[str, ...]] = {}
        self._names: dict[object, frozenset[str]] = {}
        self._bound: dict[tuple[frozenset[str], Section | None], object] = {}
        self._closed_only = False
        self._taken: dict[Section, _Kept] = {}
        self._made: dict[Section, tuple[SourceFile, _Kept]] = {}

    # ------------------------------------------------------------ loading
    def begin(self, *, closed_only: bool = False) -> None:
        """A unit is about to be loaded. `closed_only`: don't take over blocks with variables."""
        self._closed_only = closed_only
        self._taken, self._made = {}, {}

    def forget(self) -> None:
        """Nothing is taken over any more."""
        self._files, self._last, self._hosts = {}, {}, {}
        self._taken, self._made = {}, {}

    @property
    def is_used(self) -> bool:
        """Whether this check has taken anything over."""
        return bool(self._taken)

    def take(self, file: SourceFile, node: Block) -> Section | None:
        """The section that was made of a first-level block, if it still can be used."""
        known = self._files.get(file.path)
        kept = known.blocks.get(node.start) if known is not None and known.file is file else None
        if kept is None or kept.node is not node or kept.section in self._taken:
            return None
        if kept.is_open and self._closed_only:
            return None
        self._taken[kept.section] = kept
        return kept.section

    def made(self, file: SourceFile, node: Block, section: Section) -> None:
        """A section was made of a first-level block, and of nothing else."""
        self._made[section] = (file, _Kept(node, section, "$" in file.text[node.start : node.end]))

    def loaded(self, root: Section) -> None:
        """The unit is complete."""
        for section in self._taken:
            section.parent = root

    def fits(self, symbols: Symbols) -> bool:
        """Whether the blocks taken over mean what they meant. If not, load again without those with variables."""
        self._project, self._variables = symbols.name, _variables(symbols)
        self._bound.clear()
        for section in symbols.root.children:
            if section not in self._taken:
                self._mark(section)
        return all(not kept.is_open or kept.around == self._seen_by(section) for section, kept in self._taken.items())

    def _mark(self, section: Section) -> None:
        old = self._last.get((section.kind, section.raw_name))
        section.mark = old.mark if old is not None and _same(old, section) else object()

    def _seen_by(self, section: Section) -> object:
        """What the values of a block's own lines depend on outside of it."""
        return self._project, any(level.broken for level in section.chain()), self._values(section)

    def _level(self, section: Section) -> object:
        return section.mark, section.broken, self._values(section)

    def _values(self, section: Section) -> object:
        """What superclasses and `global` say of the variables that a block names, and of those in their values."""
        names = self._names.get(section.mark)
        if names is None:
            names = self._names[section.mark] = _names(section)
        if not names:
            return None
        if (names, section.superclass) not in self._bound:
            self._bound[names, section.superclass] = self._closure(names, section.superclass)
        return self._bound[names, section.superclass]

    def _closure(self, names: frozenset[str], above: Section | None) -> object:
        levels = list(above.chain()) if above is not None else []
        found: dict[str, tuple[str, ...]] = {}
        pending = list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                texts = [
                    f"{at} {level.variables[name].text}" for at, level in enumerate(levels) if name in level.variables
                ]
                found[name] = (*texts, *self._variables.get(name, ()))
                pending += (other for text in found[name] for other in _referenced(text))
        return tuple(sorted(found.items()))

    # ------------------------------------------------------------ values
    def problems_of(self, section: Section) -> list[Diagnostic] | None:
        """What was found in a block that was taken over; None: it must be read."""
        kept = self._taken.get(section)
        return kept.problems if kept else None

    def read(self, section: Section, problems: list[Diagnostic]) -> None:
        """A block has been read, and this was found."""
        if section in self._made:
            self._made[section][1].problems = problems

    # ------------------------------------------------------------ hosts
    def host(self, block: Resolved, common: object, make: Callable[[], tuple[Host, bool]]) -> Host:
        """A host's IR: as it was, or made anew. `make` also tells whether it may be kept.

        `common`: what it depends on besides its layers.
        """
        sections = list(block.sections)
        if sections[0].mark is None:  # a plugin has made it
            self._mark(sections[0])
            self._last[sections[0].kind, sections[0].raw_name] = sections[0]
        key = (common, self._project, tuple(map(self._level, sections)))
        known = self._hosts.get(block.name)
        if known is not None and known[0] == key:
            known[2].block = block
            return known[1]
        host, lasting = make()
        self._hosts.pop(block.name, None)
        if lasting and (place := _settle(host, block)) is not None:
            self._hosts[block.name] = (key, host, place)
        return host

    # ------------------------------------------------------------ the end
    def keep(self, symbols: Symbols, unit: Unit, found: int, read: int) -> None:
        """The check has come through: `found` values were wrong; the evaluator had `read` problems before hosts."""
        problems = symbols.evaluator.problems
        odd = any(problem.slug != UNDEFINED_VARIABLE.slug for problem in problems)
        if odd or found > MANY or len(problems) > _MOST_UNDEFINED:
            self.forget()
            return
        if len(problems) > read:
            self._hosts.clear()
        files = {tree.file.path for tree in unit.trees.values()}
        self._files = {path: known for path, known in self._files.items() if path in files}
        places = [problem.span for problem in problems if problem.span is not None]
        for section, (file, kept) in self._made.items():
            self._keep_block(section, file, kept, places)
        self._last = {(section.kind, section.raw_name): section for section in _marked(symbols)}
        self._hosts = {name: host for name, host in self._hosts.items() if name in symbols.hosts}
        marks = {section.mark for section in self._last.values()}
        self._names = {mark: names for mark, names in self._names.items() if mark in marks}

    def _keep_block(self, section: Section, file: SourceFile, kept: _Kept, places: Iterable[Span]) -> None:
        known = self._files.get(file.path)
        if known is None or known.file is not file:
            known = self._files[file.path] = _File(file)
        if any(span.file is file and kept.node.start <= span.start < kept.node.end for span in places):
            known.blocks.pop(kept.node.start, None)  # what was found is only found by reading it again
            return
        kept.around = self._seen_by(section) if kept.is_open else None
        known.blocks[kept.node.start] = kept


def _marked(symbols: Symbols) -> Iterable[Section]:
    yield from symbols.root.children
    yield from (section for section in symbols.hosts.values() if section.origin is not None)


def _variables(symbols: Symbols) -> dict[str, tuple[str, ...]]:
    """The variables that are neither in a host nor in a superclass: name → texts."""
    found: dict[str, tuple[str, ...]] = {name: (entry.text,) for name, entry in symbols.root.variables.items()}
    for block in symbols.globals:
        for section in block.walk():
            for name, entry in section.variables.items():
                found[name] = (*found.get(name, ()), entry.text)
    return found


def _referenced(text: str) -> frozenset[str]:
    if "$" not in text:
        return _NONE
    return frozenset(found[1] or found[2] for found in REFERENCE.finditer(text))


def _names(section: Section) -> frozenset[str]:
    """The variables that a block names."""
    if section.block is not None:
        return _referenced(section.file.text[section.block.start : section.block.end])
    return _NONE.union(*(_referenced(entry.text) for level in section.walk() for entry in level.entries))


def _same(one: Section, other: Section) -> bool:
    """Whether two blocks say the same."""
    return (
        one.kind == other.kind
        and one.raw_name == other.raw_name
        and one.context == other.context
        and len(one.entries) == len(other.entries)
        and len(one.children) == len(other.children)
        and all(map(_same_line, one.entries, other.entries))
        and list(one.variables) == list(other.variables)
        and all(map(_same_line, one.variables.values(), other.variables.values()))
        and all(map(_same, one.children, other.children))
    )


def _same_line(one: Entry, other: Entry) -> bool:
    return one.text == other.text and one.key == other.key and one.raw == other.raw


def _settle(host: Host, block: Resolved) -> Place | None:
    """Give a host and its parts places that can follow the newest check; None where one of them can't."""
    place = Place(block)
    parts = [part for value in map(partial(getattr, host), host.__slots__) if type(value) is tuple for part in value]
    parts = [part for part in parts if hasattr(part, "where")]
    found = [_following(part.where, place) for part in parts]
    if None in found:
        return None
    for part, where in zip([host, *parts], [place, *found], strict=True):
        object.__setattr__(part, "where", where)  # nobody else has seen them yet
    return place


def _following(where: Where, host: Place) -> Where | None:
    if where is host.block:
        return host
    for key, child in host.block.children.items():
        if isinstance(where, Line):
            for at, entry in enumerate(child.lines):
                if entry is where.entry:
                    return InnerPlace(host, key, at)
        elif isinstance(where, Resolved) and (where.kind, where.name) == key:
            return InnerPlace(host, key)
    return None
