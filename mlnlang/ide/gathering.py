"""Find every name in a project's text: what blocks and lines define, and what values and lists refer to.

What a word of a list names is told by the form of its lines (`GROUP [USER…]`); what a value names, by the row of its
keyword. Cards, accounts and groups are known in one host, unless blocks along a chain of superclasses name them: these
are merged, so there it is one name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, islice, repeat
from typing import NamedTuple

from mlnlang.ide.names import Form, Kind, Name, Names, Occurrence
from mlnlang.ide.view import inside_quotes
from mlnlang.schema import Schema
from mlnlang.semantics.bindings import Reference, definition_name, name_references, references, scope_of
from mlnlang.semantics.sections import Entry, Section
from mlnlang.semantics.symbols import Symbols
from mlnlang.semantics.unit import Unit
from mlnlang.semantics.variables import BUILT_IN, Evaluator
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import Include
from mlnlang.syntax.words import REFERENCE, is_plain, split

_WORD = re.compile(r"\S+")
#: Words of a line's form → what stands there.
_SLOTS: dict[str, Kind] = {"USER": "user", "GROUP": "group", "SERVER": "server"}
_POINTED: dict[str, Kind] = {"host": "host", "superclass": "superclass", "switch": "switch", "server": "server"}
_TOP: dict[str, Kind] = _POINTED
#: Accounts of a cloud are none of a machine.
_NOT_OF_GUESTS = ("cloud", "global-openstack")
#: Where a word of such a form defines what it names.
_DEFINING = {"users": "user", "groups": "group"}


class _Pending(NamedTuple):
    """A card, account or group, whose owner is found at the end. `span` None: a plugin names it, not the text."""

    kind: Kind
    text: str
    entity: Section | None
    span: Span | None = None
    defines: bool = False
    form: Form = "plain"
    section: Section | None = None


def gather(unit: Unit, schema: Schema, symbols: Symbols, key: Callable[[str], str]) -> Names:
    """All names of a unit whose symbols are collected. `key` gives the one spelling of a path."""
    gathering = _Gathering(schema, symbols, key)
    gathering.run(unit)
    return Names(gathering.found, gathering.pinned)


class _Gathering:
    def __init__(self, schema: Schema, symbols: Symbols, key: Callable[[str], str]) -> None:
        self.found: list[Occurrence] = []
        self.pinned: dict[Name, str] = {}
        self._schema = schema
        self._symbols = symbols
        self._evaluator = symbols.evaluator
        self._key = key
        self._paths: dict[int, str] = {}
        self._pending: list[_Pending] = []

    def run(self, unit: Unit) -> None:
        """Walk the unit."""
        root = unit.root
        self._section(root, None)
        for entity in root.children:
            inherits = entity.kind in ("host", "superclass") and entity.row is not None
            for section in entity.walk():
                self._header(section, entity if inherits else None)
                self._section(section, entity if inherits else None)
        self._include_paths(unit)
        self._settle()

    # ------------------------------------------------------------ blocks
    def _header(self, section: Section, entity: Section | None) -> None:
        parent, row = section.parent, section.row
        if parent is None or row is None:
            return
        if "$" in section.raw_name:
            for reference in name_references(section):
                self._variable(section.file, reference)
        if parent.parent is None and section.kind in _TOP:
            self._add(_TOP[section.kind], section.name, section, inside_quotes(section.name_span()), section)
        elif section.kind == "network" and section.context == "network" and row.named and entity is not None:
            text = self._evaluator.name(section)
            form: Form = "plain" if text == section.raw_name else "composed"
            self._pending.append(
                _Pending("interface", text, entity, inside_quotes(section.name_span()), True, form, section)
            )
        elif parent.context == "groups" and row.name == "*" and entity is not None:
            span = section.header_span()
            span = Span(span.file, span.start, span.start + len(section.kind))
            self._pending.append(_Pending("group", section.kind, entity, span, True, "plain", section))
        elif section.kind == "autoenum":
            self._autoenum(section)

    def _autoenum(self, section: Section) -> None:
        """Hosts with addresses get them on a card that has its name from the plugin."""
        entry = section.entry("superclass")
        superclass = self._symbols.superclasses.get(" ".join(self._evaluator.words(entry))) if entry else None
        if superclass is not None and section.entry("address") is not None:
            self._pending.append(_Pending("interface", "eth0", superclass))

    # ------------------------------------------------------------ lines
    def _section(self, section: Section, entity: Section | None) -> None:
        self._definitions(section)
        body = section.body
        if body == "lines":
            slots = _slots(section.row.line.form) if section.row and section.row.line else ()
            if slots and not section.context.startswith(_NOT_OF_GUESTS):
                for entry in section.entries:
                    self._list_line(entry, slots, entity)
        for entry in section.entries:
            if "$" in entry.text:
                for reference in references(entry):
                    self._variable(entry.file, reference)
        if body in ("keywords", "open"):
            self._values(section)

    def _values(self, section: Section) -> None:
        rows = self._schema.keywords_in(section.context)
        for entry in section.entries:
            row = rows.get(entry.key)
            if row is not None and row.refers_to in _POINTED:
                self._value(entry, _POINTED[row.refers_to])
            elif entry is self._symbols.project:
                self._value(entry, "project", defines=True)
            elif entry.key == "hostprefix" and section.context == "autoenum":
                self._value(entry, "prefix", defines=True)

    def _value(self, entry: Entry, kind: Kind, *, defines: bool = False) -> None:
        words = _spelt(self._evaluator, entry)
        if len(words) != 1 or (kind == "switch" and words[0][1].startswith("/")):
            return
        span, text, form = words[0]
        if "$" not in text:
            owner = entry.section if kind == "prefix" else self._owner(kind, text)
            self._occurs(Name(kind, text, owner), span, defines, form, entry.section)

    def _list_line(self, entry: Entry, slots: tuple[Kind | None, ...], entity: Section | None) -> None:
        section = entry.section
        defining = _DEFINING.get(section.context)
        words = _spelt(self._evaluator, entry, len(slots) - 1 if slots[-1] is None else None)
        for kind, (span, text, form) in zip(chain(slots, repeat(slots[-1])), words, strict=False):
            if kind is None or "$" in text or not text:
                continue
            if kind == "server":
                self._occurs(Name(kind, text, self._owner(kind, text)), span, False, form, section)
            else:
                self._pending.append(_Pending(kind, text, entity, span, kind == defining, form, section))

    # ------------------------------------------------------------ variables
    def _definitions(self, section: Section) -> None:
        if not section.variables:
            return
        known = {id(entry) for entry in section.definitions}
        odd = [entry for entry in section.variables.values() if id(entry) not in known]
        for entry in (*section.definitions, *odd):
            start, end = definition_name(entry)
            name = Name("variable", entry.key, section)
            reach = (entry.token.start, end)
            self._occurs(name, Span(entry.file, start, end), True, "plain", entry.section, reach)
            for reference in references(entry, of_variable=True):
                self._variable(entry.file, reference)

    def _variable(self, file: SourceFile, reference: Reference) -> None:
        """A reference to a variable; one that is bound to nothing is known in all of the project."""
        owner = scope_of(reference.definition) if reference.definition is not None else None
        form: Form = "implied" if owner is None and reference.name in BUILT_IN else "plain"
        name = Name("variable", reference.name, owner)
        if form == "implied" and reference.name == "project" and self._symbols.name:
            name = Name("project", self._symbols.name)
        span = Span(file, reference.name_start, reference.name_end)
        self._occurs(name, span, False, form, reference.section, (reference.start, reference.end))

    def _include_paths(self, unit: Unit) -> None:
        """Variables in include paths are those of `global`."""
        root = unit.root
        for tree in unit.trees.values():
            if "#include" not in tree.file.text:
                continue
            for node in tree.tokens:
                if isinstance(node, Include) and "$" in node.text:
                    for found in REFERENCE.finditer(node.text):
                        name = found[1] or found[2]
                        start = node.start + found.start(1 if found[1] else 2)
                        self._variable(tree.file, Reference(
                            node.start + found.start(), node.start + found.end(), start, start + len(name), name, root,
                            root.variables.get(name),
                        ))  # fmt: skip

    # ------------------------------------------------------------ the end
    def _settle(self) -> None:
        """Find whom cards, accounts and groups belong to: the topmost block along the chain that names them too."""
        named: dict[tuple[Kind, str], set[Section | None]] = {}
        for each in self._pending:
            named.setdefault((each.kind, each.text), set()).add(each.entity)
        for each in self._pending:
            entities = named[each.kind, each.text]
            owner = None
            if None not in entities and each.entity is not None:
                owner = [level for level in each.entity.chain() if level in entities][-1]
            name = Name(each.kind, each.text, owner)
            if each.span is not None and each.section is not None:
                self._occurs(name, each.span, each.defines, each.form, each.section)
            else:
                self.pinned[name] = "autoenum gives its addresses to the card of this name"

    def _add(self, kind: Kind, text: str, owner: Section, span: Span, section: Section) -> None:
        if text and "$" not in text:
            form: Form = "plain" if text == section.raw_name else "composed"
            self._occurs(Name(kind, text, self._owner(kind, text)), span, True, form, owner)

    def _owner(self, kind: Kind, text: str) -> Section | None:
        """Servers that a project describes are its own; all others are the same everywhere."""
        in_project = kind == "server" and self._symbols.root.context != "conf"
        return self._symbols.servers.get(text) if in_project else None

    def _occurs(
        self,
        name: Name,
        span: Span,
        defines: bool,
        form: Form,
        section: Section,
        reach: tuple[int, int] | None = None,
    ) -> None:
        file = span.file
        path = self._paths.get(id(file))
        if path is None:
            path = self._paths[id(file)] = self._key(file.path)
        first, last = reach or (span.start, span.end)
        self.found.append(Occurrence(file, path, span.start, span.end, name, defines, form, section, first, last))


@lru_cache(maxsize=256)
def _slots(form: str) -> tuple[Kind | None, ...]:
    """What the words of a line name, by its form, the last for all that follow; nothing where none names anything."""
    words = form.translate(_NO_SIGNS).split()
    slots = [*(_SLOTS.get(word) for word in words), *(() if "…" in form else (None,))]
    while len(slots) > 1 and slots[-1] is slots[-2] is None:
        slots.pop()
    return tuple(slots) if any(slots) else ()


_NO_SIGNS = str.maketrans("", "", "[]…")


def _spelt(evaluator: Evaluator, entry: Entry, most: int | None = None) -> list[tuple[Span, str, Form]]:
    """The words of an entry: where each stands without its quotes, what it says, and how it is written.

    `most`: so many are of interest.
    """
    text, file, base = entry.text, entry.file, entry.start
    if is_plain(text):
        words = list(islice(_WORD.finditer(text), most))
        if "$" not in text[: words[-1].end() if words else 0]:
            return [(Span(file, base + word.start(), base + word.end()), word.group(), "plain") for word in words]
    written, values = split(text), evaluator.words(entry)
    if len(written) != len(values):
        return []
    return [
        (
            inside_quotes(Span(file, base + word.start, base + word.end)),
            value,
            "plain" if value == word.text else "composed",
        )
        for word, value in zip(written, values, strict=True)
    ]
