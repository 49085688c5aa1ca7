"""The unit tree: a project's blocks with all includes spliced in. Every entry still knows its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mlnlang.schema import BlockRow
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import Block, RawLine
from mlnlang.syntax.tree import Token

#: The value of an entry that could not be read; it was reported where it stands.
FAULTY: Final = type("Faulty", (), {"__repr__": lambda _: "FAULTY", "__bool__": lambda _: False})()
UNREAD: Final = type("Unread", (), {"__repr__": lambda _: "UNREAD"})()


class Entry:
    """A line of a block: a keyword with its value, a variable's definition, or a line of a list.

    `text` is what has to be evaluated: the value of a keyword or variable, the whole of a list line.
    """

    __slots__ = ("dynamic", "file", "key", "section", "start", "text", "token", "typed", "words")

    def __init__(self, file: SourceFile, token: Token, section: Section, key: str, text: str, start: int) -> None:
        self.file = file
        self.token = token
        self.section = section
        self.key = key
        self.text = text
        self.start = start  # offset of `text` in the file
        self.words: tuple[str, ...] | None = None
        self.typed: Any = UNREAD
        self.dynamic = False  # depends on the host that inherits it

    def __repr__(self) -> str:
        return f"Entry({self.key!r}, {self.text!r}, {self.span().place()})"

    @property
    def raw(self) -> bool:
        """Whether the line is kept to the letter."""
        return type(self.token) is RawLine

    def span(self) -> Span:
        """The whole line."""
        return Span(self.file, self.token.start, self.token.end)

    def key_span(self) -> Span:
        """The keyword."""
        text = self.token.text
        first = text.split(None, 1)[0] if text else ""
        return Span(self.file, self.token.start, self.token.start + len(first))

    def value_span(self) -> Span:
        """The value; the keyword where there is none."""
        if not self.text.strip():
            return self.key_span()
        return Span(self.file, self.start, self.start + len(self.text))


@dataclass(frozen=True, slots=True)
class Line:
    """Provenance of what is made of one line of a list."""

    entry: Entry

    def span(self, keyword: str = "") -> Span | None:  # noqa: ARG002
        """The whole line, whatever is asked for."""
        return self.entry.value_span()

    def given(self, keyword: str) -> bool:  # noqa: ARG002
        """A line is always written."""
        return True


class Section:
    """A block: its header, lines, variables and inner blocks. The root section stands for the whole unit."""

    __slots__ = (
        "block", "broken", "children", "context", "definitions", "entries", "file", "kind", "mark", "name",
        "origin", "parent", "raw_name", "row", "superclass", "variables",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        raw_name: str,
        context: str,
        row: BlockRow | None,
        parent: Section | None,
        file: SourceFile,
        block: Block | None,
    ) -> None:
        self.kind = kind
        self.raw_name = raw_name
        self.name = raw_name
        self.context = context
        self.row = row
        self.parent = parent
        self.file = file
        self.block = block
        self.origin: Span | None = None  # what a plugin made this section from
        self.entries: list[Entry] = []
        self.children: list[Section] = []
        self.variables: dict[str, Entry] = {}
        self.definitions: list[Entry] = []  # of variables, also those that a later one in the block replaces
        self.superclass: Section | None = None
        self.broken = False  # it names a superclass that can't be had
        self.mark: object = None  # the same for as long as an edited text says the same (reuse)

    def __repr__(self) -> str:
        return f"Section({self.title()!r})"

    def title(self) -> str:
        """`host web`, as messages name it."""
        return f"{self.kind} {self.name}".strip()

    @property
    def body(self) -> str:
        """How the lines are read: keywords, open, lines or raw."""
        return self.row.body if self.row else "open"

    def header_span(self) -> Span:
        """The header, without the brace."""
        if self.origin is not None:
            return self.origin
        if self.block is None:
            return Span(self.file, 0, 0)
        header = self.block.header
        return Span(self.file, header.start, header.end)

    def name_span(self) -> Span:
        """The name in the header; the header where there is none."""
        if self.origin is not None or self.block is None:
            return self.header_span()
        header = self.block.header
        parts = header.text.split(None, 1)
        if len(parts) < 2:
            return self.header_span()
        return Span(self.file, header.end - len(parts[1]), header.end)

    def entry(self, key: str) -> Entry | None:
        """The last line with a keyword, which is the one that counts."""
        for entry in reversed(self.entries):
            if entry.key == key:
                return entry
        return None

    def child(self, kind: str, name: str = "") -> Section | None:
        """The first inner block of a kind and name."""
        return next((child for child in self.children if child.kind == kind and child.name == name), None)

    def walk(self) -> Iterator[Section]:
        """This section and all inside it, outer first."""
        pending = [self]
        while pending:
            section = pending.pop()
            yield section
            pending.extend(reversed(section.children))

    def chain(self) -> Iterator[Section]:
        """This section, its superclass, and so on."""
        section: Section | None = self
        while section is not None:
            yield section
            section = section.superclass
