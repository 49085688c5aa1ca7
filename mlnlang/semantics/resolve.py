"""Superclasses resolved (language, section 5): the nearest value wins, blocks merge, lists grow.

A `Resolved` block keeps the entries, not copies of their values, so every value still knows where it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlnlang.schema import Keyword, Schema, ValueFault, read
from mlnlang.schema.core import STANDS_FOR
from mlnlang.semantics.sections import FAULTY, UNREAD, Entry, Section
from mlnlang.semantics.symbols import Symbols
from mlnlang.semantics.variables import Evaluator
from mlnlang.source import Span


class Resolved:
    """A block with its superclasses' layers laid under it: `own` over `base`."""

    __slots__ = ("_scope", "base", "children", "context", "host", "kind", "lines", "name", "own", "settings")

    def __init__(self, scope: Scope, kind: str, name: str, context: str) -> None:
        self._scope = scope
        self.kind = kind
        self.name = name
        self.context = context
        self.host: str | None = None  # whom `$hostname` stands for
        self.settings: dict[str, Entry] = {}
        self.children: dict[tuple[str, str], Resolved] = {}
        self.lines: list[Entry] = []
        self.own: Section | None = None
        self.base: Resolved | None = None

    def __repr__(self) -> str:
        return f"Resolved({self.kind!r}, {self.name!r})"

    @property
    def keywords(self) -> dict[str, Keyword]:
        """The rows of the keywords that are valid here."""
        return self._scope.schema.keywords_in(self.context)

    # ------------------------------------------------------------ values
    def value(self, keyword: str) -> Any:
        """The typed value of a keyword; None where it is not set, or where it is faulty (which was reported)."""
        entry = self.settings.get(keyword)
        if entry is None:
            return None
        typed = entry.typed
        if typed is UNREAD or (entry.dynamic and self.host is not None):
            typed = self._scope.typed(entry, self.context, self.host)
        return None if typed is FAULTY else typed

    def flag(self, keyword: str) -> bool:
        """Whether a flag is set and not switched off."""
        return self.value(keyword) not in (None, False)

    def text(self, keyword: str) -> str | None:
        """The value's words joined, whatever its kind."""
        entry = self.settings.get(keyword)
        if entry is None:
            return None
        return " ".join(self._scope.evaluator.words(entry, self.host))

    def words(self, entry: Entry) -> tuple[str, ...]:
        """The words of one of this block's lines, variables put in."""
        return self._scope.evaluator.words(entry, self.host)

    def block(self, kind: str, name: str = "") -> Resolved | None:
        """An inner block."""
        found = self.children.get((kind, name))
        return found._seen_by(self.host) if found else None

    def blocks(self, kind: str) -> Iterator[Resolved]:
        """The inner blocks of a kind, in the order they were first written."""
        for (child_kind, _), child in self.children.items():
            if child_kind == kind:
                yield child._seen_by(self.host)

    def rows(self, kind: str = "") -> Iterator[tuple[Entry, tuple[str, ...]]]:
        """The lines of a list block, as words."""
        block = self.block(kind) if kind else self
        row = block.own.row if block and block.own else None
        for entry in block.lines if block else ():
            words = self._scope.evaluator.words(entry, self.host)
            if entry.dynamic and row and row.line and not row.line.fits(words):
                continue
            if words and entry.typed is not FAULTY:
                yield entry, words

    def texts(self, kind: str) -> tuple[str, ...]:
        """The lines of a raw block."""
        block = self.block(kind)
        return tuple(self._scope.evaluator.line(entry, self.host) for entry in block.lines) if block else ()

    def _seen_by(self, host: str | None) -> Resolved:
        """This block, as the host sees it that it now belongs to: inherited blocks are shared until then."""
        if self.host == host or host is None:
            return self
        seen = Resolved(self._scope, self.kind, self.name, self.context)
        seen.host = host
        seen.settings, seen.children, seen.lines = self.settings, self.children, self.lines
        seen.own, seen.base = self.own, self.base
        return seen

    # ------------------------------------------------------------ provenance
    @property
    def sections(self) -> Iterator[Section]:
        """The layers, nearest first."""
        block: Resolved | None = self
        while block is not None:
            if block.own is not None:
                yield block.own
            block = block.base

    def span(self, keyword: str = "") -> Span | None:
        """Where a keyword's value stands; where the block starts if none is named or it is not set."""
        entry = self.settings.get(keyword) or self.settings.get(STANDS_FOR.get(keyword, keyword))
        if entry is not None:
            return entry.value_span()
        for (kind, _), child in self.children.items():
            if kind == keyword:
                return child.span()
        return self.own.name_span() if self.own else None

    def given(self, keyword: str) -> bool:
        """Whether the keyword or an inner block of that kind was written."""
        return keyword in self.settings or any(kind == keyword for kind, _ in self.children)

    def layers(self, keyword: str) -> list[Entry]:
        """Every line that sets a keyword, the one that counts first."""
        return [
            entry
            for section in self.sections
            for entry in reversed(section.entries)
            if entry.key == keyword and entry.key
        ]


@dataclass
class Scope:
    """What a resolved block needs to read its values."""

    schema: Schema
    evaluator: Evaluator
    _reported: set[Entry] = field(default_factory=set)

    def typed(self, entry: Entry, context: str, host: str | None) -> Any:
        """Read a value that was not read where it stands: of a plugin, or of a keyword that names `$hostname`."""
        row = self.schema.keywords_in(context).get(entry.key)
        words = self.evaluator.words(entry, host)
        if row is None:
            return " ".join(words) if words else True
        try:
            value = read(row, words)
        except ValueFault as fault:
            if entry.dynamic and entry not in self._reported:  # what is not dynamic was read where it stands
                self._reported.add(entry)
                problem = fault.rule.at(entry.value_span(), f"{fault.message}, for the host `{host}`", help=fault.help)
                self.evaluator.problems.append(problem)
            return FAULTY
        if not entry.dynamic:
            entry.typed = value
        return value


@dataclass
class ResolvedProject:
    """A project whose names, superclasses and variables are settled; what plugins see and change."""

    name: str
    symbols: Symbols
    scope: Scope
    globals: Resolved
    hosts: dict[str, Resolved] = field(default_factory=dict)
    switches: dict[str, Resolved] = field(default_factory=dict)
    servers: dict[str, Resolved] = field(default_factory=dict)
    _superclasses: dict[Section, Resolved] = field(default_factory=dict, repr=False)

    def resolve_host(self, section: Section) -> Resolved:
        """A host with its chain of superclasses."""
        base = self.resolve_superclass(section.superclass) if section.superclass else None
        resolved = layer(self.scope, section, base)
        resolved.host = section.name
        return resolved

    def resolve_superclass(self, section: Section) -> Resolved:
        """A superclass with all above it; each is resolved once."""
        pending: list[Section] = []
        above: Section | None = section
        while above is not None and above not in self._superclasses:
            pending.append(above)
            above = above.superclass
        for level in reversed(pending):
            base = self._superclasses[level.superclass] if level.superclass else None
            self._superclasses[level] = layer(self.scope, level, base)
        return self._superclasses[section]

    def combined(self, host: Resolved, kind: str) -> Resolved | None:
        """A plugin's block in `global` with the host's laid over it (language, section 8)."""
        base, own = self.globals.block(kind), host.block(kind)
        if base is None or own is None:
            found = own or base
            return found._seen_by(host.host) if found else None
        result: Resolved = base
        for section in reversed(list(own.sections)):
            result = layer(self.scope, section, result)
        return result._seen_by(host.host)


def resolve(symbols: Symbols, schema: Schema) -> ResolvedProject:
    """Resolve all hosts, switches and servers of a project."""
    scope = Scope(schema, symbols.evaluator)
    merged = Resolved(scope, "global", "", "global")
    for section in symbols.globals:
        merged = layer(scope, section, merged)
    project = ResolvedProject(symbols.name, symbols, scope, merged)
    for name, section in symbols.hosts.items():
        project.hosts[name] = project.resolve_host(section)
    project.switches = {name: layer(scope, section, None) for name, section in symbols.switches.items()}
    project.servers = {name: layer(scope, section, None) for name, section in symbols.servers.items()}
    return project


def layer(scope: Scope, section: Section, base: Resolved | None) -> Resolved:
    """A section laid over what it inherits."""
    resolved = Resolved(scope, section.kind, section.name, section.context)
    resolved.own, resolved.base = section, base
    if base is not None:
        resolved.settings = base.settings.copy()
        resolved.children = base.children.copy()
        resolved.lines = base.lines
    body = section.body
    if body == "keywords" or body == "open":
        settings = resolved.settings
        for entry in section.entries:
            settings[entry.key] = entry
    if body != "keywords":
        resolved.lines = _grown(scope, resolved.lines, section.entries)
    for child in section.children:
        key = (child.kind, child.name)
        resolved.children[key] = layer(scope, child, resolved.children.get(key))
    return resolved


def _grown(scope: Scope, inherited: Sequence[Entry], own: Sequence[Entry]) -> list[Entry]:
    """The parent's lines first, then the heir's that are not the same (old)."""
    if not inherited:
        return list(own)
    line = scope.evaluator.line
    known = {line(entry) for entry in inherited}
    return [*inherited, *(entry for entry in own if line(entry) not in known)]
