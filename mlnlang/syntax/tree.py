"""The concrete syntax tree of one file: lossless, and free of any meaning.

Leaves are lexer tokens with offsets; what lies between two of them (blanks, line ends, `;`, comments) is
trivia, read back from the text itself. So tree and text together lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mlnlang.diagnostics import Diagnostic
from mlnlang.source import SourceFile, Span

TokenType = Literal["ITEM", "OPEN", "CLOSE", "INCLUDE", "RAW"]


#: What the article writes for lines it leaves out; reported by the parser, and no line for anybody else.
ELLIPSES = frozenset(("...", "…"))


class Token:
    """A token: a whole run of words, a brace, an include, or a raw line. Virtual ones (start == end) are repairs."""

    __slots__ = ("end", "start", "text", "type")

    # Lark reads these from the last token when it adds its own end token.
    start_pos = end_pos = 0
    line = column = end_line = end_column = 1

    def __init__(self, type: TokenType, start: int, end: int, text: str) -> None:
        self.type: TokenType = type
        self.start = start
        self.end = end
        self.text = text

    def __repr__(self) -> str:
        return f"{self.type} {self.start}..{self.end} {self.text!r}"


class Item(Token):
    """A run of words: a keyword and its value, or a line of a list."""

    __slots__ = ()


class Include(Token):
    """`#include PATH`; `text` is the path as written."""

    __slots__ = ()


class RawLine(Token):
    """A line of a raw block, to the letter but for its indentation."""

    __slots__ = ()


class Block:
    """A header, `{`, entries, `}`."""

    __slots__ = ("close", "entries", "header", "open")

    def __init__(self, header: Token, open: Token, entries: list[Entry], close: Token) -> None:
        self.header = header
        self.open = open
        self.entries = entries
        self.close = close

    @property
    def start(self) -> int:
        """Offset of the header."""
        return self.header.start

    @property
    def end(self) -> int:
        """Offset after the closing brace."""
        return self.close.end


Entry: TypeAlias = "Item | Include | RawLine | Block"


@dataclass(slots=True)
class SyntaxTree:
    """A file's entries, its comments, and what was wrong with it."""

    file: SourceFile
    entries: list[Entry]
    tokens: list[Token]
    comments: list[tuple[int, int]]
    problems: list[Diagnostic] = field(default_factory=list)
    #: Where items start that are wrong by themselves: nothing more need be said about them.
    faulty: set[int] = field(default_factory=set)
    #: The braces could not be matched with confidence: what stands where is a guess.
    doubtful: bool = False
    #: Something was left out or left open: what is missing can't be told.
    incomplete: bool = False

    def span(self, node: Token | Block) -> Span:
        """Where a node stands."""
        return Span(self.file, node.start, node.end)

    def walk(self) -> Iterator[Entry]:
        """Every entry, outer before inner, in the file's order."""
        pending: list[Entry] = self.entries[::-1]
        while pending:
            entry = pending.pop()
            yield entry
            if isinstance(entry, Block):
                pending.extend(reversed(entry.entries))
