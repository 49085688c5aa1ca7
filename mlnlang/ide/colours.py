"""What each word of a file is, for editors that colour by meaning.

The tree's tokens are all that is read: nothing is lexed again, and lines that look the same are told apart once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlnlang.ide.scene import Scene
from mlnlang.ide.words import placeholder_at
from mlnlang.schema import BlockRow, Keyword, Schema
from mlnlang.schema.core import ALIASES
from mlnlang.schema.values import OFF, ON
from mlnlang.semantics.variables import BUILT_IN, holds_hash
from mlnlang.syntax import Block, Include, RawLine, SyntaxTree
from mlnlang.syntax.tree import Entry, Token
from mlnlang.syntax.words import REFERENCE, split

TYPES = (
    "keyword", "property", "class", "struct", "type", "interface", "parameter", "namespace", "variable", "enumMember",
    "number", "string", "operator", "macro", "comment",
)  # fmt: skip
MODIFIERS = ("declaration", "definition", "readonly", "deprecated", "defaultLibrary")

_TYPE = {name: number for number, name in enumerate(TYPES)}
_BIT = {name: 1 << number for number, name in enumerate(MODIFIERS)}
_DEFINES = _BIT["declaration"] | _BIT["definition"]
#: Kinds of blocks → what their names are.
_NAMES = {"host": "struct", "superclass": "class", "switch": "type", "server": "interface", "network": "parameter"}
_NUMBERS = frozenset(("number", "memory", "disk", "address", "ip", "netmask", "mac", "mode"))
_DEFINITION = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")


class Colour(NamedTuple):
    """A stretch of one line: offset, length, number in TYPES, bits of MODIFIERS."""

    start: int
    length: int
    type: int
    modifiers: int


_Part = tuple[int, int, int, int]


class Palette:
    """Tells the words of a schema's files apart; remembers lines by their text."""

    #: Lines that are remembered.
    MOST = 50_000

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._known: dict[tuple[str, str, str], tuple[_Part, ...]] = {}

    def line(self, row: BlockRow | None, context: str, text: str) -> tuple[_Part, ...]:
        """The parts of an item of a block."""
        body = row.body if row else "open"
        key = (body, context, text)
        found = self._known.get(key)
        if found is None:
            parts = _list_line(row, text) if body == "lines" and row else _keyword_line(self.schema, context, text)
            found = self._remember(key, _one_line_each(text, parts))
        return found

    def header(self, row: BlockRow | None, context: str, text: str, named: BlockRow | None) -> tuple[_Part, ...]:
        """The parts of a header; `named`: the row of a block that groups blocks by name alone."""
        key = ("{", f"{context} {named.name if named else ''}", text)
        found = self._known.get(key)
        if found is None:
            found = self._remember(key, _one_line_each(text, _header(row, text, named)))
        return found

    def _remember(self, key: tuple[str, str, str], parts: Iterable[_Part]) -> tuple[_Part, ...]:
        if len(self._known) >= self.MOST:
            self._known.clear()
        found = self._known[key] = tuple(parts)
        return found


def colours(scene: Scene, palette: Palette, start: int = 0, end: int | None = None) -> list[Colour]:
    """The colours of a file, or of a stretch of it, in the order of the text."""
    tree = scene.workspace.tree(scene.path)
    outer = scene.section(0)
    names: set[str] = set(BUILT_IN)
    for section in scene.symbols.root.walk():
        names.update(section.variables)
    last = len(tree.file.text) if end is None else end
    walk = _Walk(palette, tree, names, start, last)
    walk.entries(tree.entries, outer.row, outer.context, None)
    found = walk.found
    comment = _TYPE["comment"]
    for begin, stop in tree.comments:
        if stop >= start and begin <= last:
            found.append(Colour(begin, stop - begin, comment, 0))
    found.sort()
    return found


class _Walk:
    """One pass over a tree."""

    def __init__(self, palette: Palette, tree: SyntaxTree, names: set[str], start: int, end: int) -> None:
        self.found: list[Colour] = []
        self._palette = palette
        self._text = tree.file.text
        self._names = names
        self._start, self._end = start, end

    def entries(self, entries: list[Entry], row: BlockRow | None, context: str, named: BlockRow | None) -> None:
        """The entries of a block of that row; `named` as for headers."""
        for entry in entries:
            if isinstance(entry, Block):
                if entry.start <= self._end and (entry.end >= self._start or entry.close.start == entry.close.end):
                    self._block(entry, context, named)
            elif isinstance(entry, Include):
                self._include(entry)
            elif entry.end < self._start or entry.start > self._end:
                continue
            elif isinstance(entry, RawLine):
                self._raw(entry)
            else:
                self._put(entry.start, self._palette.line(row, context, entry.text))

    def _block(self, block: Block, context: str, named: BlockRow | None) -> None:
        schema = self._palette.schema
        kind, _, name = block.header.text.partition(" ")
        row = named
        if row is None:
            known = schema.blocks_in(context)
            row = known.get(ALIASES.get(kind, kind)) or known.get("*")
        self._put(block.start, self._palette.header(row, context, block.header.text, named))
        groups = row is not None and row.named and not name.strip() and named is None and _only_blocks(block)
        self.entries(block.entries, row, row.context if row else "unknown", row if groups else None)

    def _put(self, start: int, parts: Iterable[_Part]) -> None:
        self.found += [Colour(start + at, length, type_, modifiers) for at, length, type_, modifiers in parts]

    def _raw(self, line: Token) -> None:
        if "$" not in line.text:
            return
        for found in REFERENCE.finditer(line.text):
            if (found[1] or found[2]) in self._names:
                self._put(line.start, [_variable(found.start(), found)])

    def _include(self, token: Token) -> None:
        at = self._text.rfind("#include", 0, token.start)
        if token.end < self._start or at > self._end:
            return
        self.found.append(Colour(at, len("#include"), _TYPE["macro"], 0))
        self._put(token.start, _one_line_each(token.text, _value(0, token.text, "string")))


def _only_blocks(block: Block) -> bool:
    return bool(block.entries) and all(isinstance(entry, Block) for entry in block.entries)


# ---------------------------------------------------------------- the parts of a line
def _header(row: BlockRow | None, text: str, named: BlockRow | None) -> Iterator[_Part]:
    words = split(text)
    rest = words
    if named is None and words:
        old = _BIT["deprecated"] if row and row.status == "dead" else 0
        yield words[0].start, words[0].end - words[0].start, _TYPE["keyword"], old
        rest = words[1:]
    if row is not None and row.name == "*" and words:
        rest = []
    kind = _NAMES.get(row.name if row else "", "parameter")
    for word in rest:
        for at, length, type_, bits in _value(word.start, text[word.start : word.end], kind):
            yield at, length, type_, bits | (_DEFINES if type_ == _TYPE[kind] and kind != "parameter" else 0)


def _keyword_line(schema: Schema, context: str, text: str) -> Iterator[_Part]:
    words = split(text)
    if not words:
        return
    first = words[0]
    definition = _DEFINITION.fullmatch(text, first.start, first.end)
    rest = words[1:]
    if definition and rest and text[rest[0].start : rest[0].end] == "=":
        yield first.start, first.end - first.start, _TYPE["variable"], _DEFINES
        row = None
    else:
        row = schema.keywords_in(context).get(ALIASES.get(first.text, first.text))
        yield from _key(row, first.start, text[first.start : first.end])
    if rest and text[rest[0].start : rest[0].end] == "=":
        yield rest[0].start, 1, _TYPE["operator"], 0
        rest = rest[1:]
    for word in rest:
        written = text[word.start : word.end]
        kind = _kind(row, word.text)
        for part in _value(word.start, written, kind):
            defines = _DEFINES if kind == "namespace" and part[2] == _TYPE[kind] else 0
            yield (*part[:3], part[3] | defines)


def _key(row: Keyword | None, start: int, written: str) -> Iterator[_Part]:
    if row is None:
        yield from _value(start, written, "property")
        return
    bits = _BIT["deprecated"] if row.status == "dead" else 0 if row.plugin else _BIT["defaultLibrary"]
    yield start, len(written), _TYPE["enumMember" if row.kind == "flag" else "property"], bits


def _kind(row: Keyword | None, word: str) -> str:
    if row is None:
        return "string"
    if row.refers_to:
        return _NAMES.get(row.refers_to, "string")
    if row.name == "project":
        return "namespace"
    switched = row.kind in ("flag", "flag-or-text", "yes-no") and word.lower() in OFF | ON
    if switched or word in row.choices or word.lower() == "dhcp":
        return "enumMember"
    return "number" if row.kind in _NUMBERS else "string"


def _list_line(row: BlockRow, text: str) -> Iterator[_Part]:
    for number, word in enumerate(split(text)):
        wanted = placeholder_at(row.line, number) if row.line else None
        written = text[word.start : word.end]
        literals = (wanted or "").strip("[]…").split("|")
        kind = "string"
        if literals[0] == "SERVER":
            kind = "interface"
        elif word.text in literals:
            kind = "enumMember"
        elif word.text.isdecimal():
            kind = "number"
        elif number == 0 and literals[0] in ("USER", "GROUP"):
            kind = "parameter"
        yield from _value(word.start, written, kind)


def _value(start: int, written: str, kind: str) -> Iterator[_Part]:
    """A word, its references apart."""
    if "$" not in written or written[0] == "'" or holds_hash(written):
        yield start, len(written), _TYPE[kind], 0
        return
    at = 0
    for found in REFERENCE.finditer(written):
        if written[: found.start()].endswith("\\"):
            continue
        if found.start() > at:
            yield start + at, found.start() - at, _TYPE[kind], 0
        yield _variable(start + found.start(), found)
        at = found.end()
    if at < len(written):
        yield start + at, len(written) - at, _TYPE[kind], 0


def _variable(start: int, found: re.Match[str]) -> _Part:
    built_in = (found[1] or found[2]) in BUILT_IN
    bits = _BIT["readonly"] | _BIT["defaultLibrary"] if built_in else 0
    return start, found.end() - found.start(), _TYPE["variable"], bits


def _one_line_each(text: str, parts: Iterable[_Part]) -> Iterator[_Part]:
    """The same parts, those that go over a line end cut there."""
    if "\n" not in text and "\r" not in text:
        yield from parts
        return
    for start, length, type_, bits in parts:
        at = start
        for piece in re.split(r"(\r\n|\r|\n)", text[start : start + length]):
            if piece.strip():
                yield at, len(piece), type_, bits
            at += len(piece)
