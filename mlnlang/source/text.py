"""A file's text, its lines, and spans in it.

Offsets count code points from 0; lines and columns count from 1, columns in code points.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Position(NamedTuple):
    """A place a person can find: line and column, both from 1."""

    line: int
    column: int


class SourceFile:
    """One file's text. `path` is what messages print; it need not exist on a disk."""

    __slots__ = ("_margins", "_starts", "had_bom", "path", "text")

    def __init__(self, path: str, text: str, *, had_bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.had_bom = had_bom
        self._starts: list[int] | None = None
        self._margins: dict[int, tuple[int, int]] = {}

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r}, {len(self.text)} characters)"

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines start; computed once, when first asked for."""
        if self._starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> Position:
        """Line and column of an offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def margin(self, offset: int) -> tuple[int, int]:
        """Of an offset's line: columns of indentation (tabs to multiples of 8), and where its text starts."""
        start = self.line_starts[bisect_right(self.line_starts, offset) - 1]
        known = self._margins.get(start)
        if known is None:
            text, at = self.text, start
            while at < len(text) and text[at] != "\n" and text[at].isspace():
                at += 1
            known = self._margins[start] = (len(text[start:at].expandtabs(8)), at)
        return known

    def line_text(self, line: int) -> str:
        """Text of a line (from 1), without its line end; empty past the end."""
        starts = self.line_starts
        if not 1 <= line <= len(starts):
            return ""
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r")

    def span(self, start: int, end: int) -> Span:
        """A span of this file."""
        return Span(self, start, end)


class Span(NamedTuple):
    """A stretch of a file: `text[start:end]`."""

    file: SourceFile
    start: int
    end: int

    @property
    def text(self) -> str:
        """What stands there."""
        return self.file.text[self.start : self.end]

    def place(self) -> str:
        """`path:line:column`, as messages print it."""
        line, column = self.file.position(self.start)
        return f"{self.file.path}:{line}:{column}"


def decode(data: bytes) -> tuple[str, bool, list[int]]:
    """Bytes as text: (text, whether a byte order mark was there, offsets of what was not UTF-8).

    A byte that is not UTF-8 becomes U+FFFD, so the rest can still be read (language, section 1).
    """
    had_bom = data.startswith(b"\xef\xbb\xbf")
    if had_bom:
        data = data[3:]
    try:
        return data.decode("utf-8"), had_bom, []
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    faults = [at for at, char in enumerate(text) if "\udc80" <= char <= "\udcff"]
    return "".join("\ufffd" if "\udc80" <= char <= "\udcff" else char for char in text), had_bom, faults
