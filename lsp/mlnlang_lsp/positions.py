"""Offsets and the protocol's positions.

The language counts code points; a client counts the code units of the encoding it has agreed on, and for it a
line ends at `\\n`, `\\r\\n` or `\\r`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from lsprotocol import types

_LINE_END = re.compile(r"\r\n|\n|\r")


class Lines:
    """A text by lines as a client counts them, in `utf-8`, `utf-16` or `utf-32` units."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self._encoding = encoding
        if "\r" in text:
            ends = [found.span() for found in _LINE_END.finditer(text)]
            self._starts = [0, *(end for _, end in ends)]
            self._ends = [*(start for start, _ in ends), len(text)]
        else:  # much quicker, and this is done after every key
            self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
            self._ends = [start - 1 for start in self._starts[1:]]
            self._starts.pop()

    def position(self, offset: int) -> types.Position:
        """The position of an offset; one inside a line end is at the end of the line."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        return types.Position(line, self._units(self.text[start : min(offset, self._ends[line])]))

    def range(self, start: int, end: int) -> types.Range:
        """The range of a stretch of the text."""
        return types.Range(self.position(start), self.position(end))

    def offset(self, position: types.Position) -> int:
        """The offset of a position; past the end of a line is its end, inside a character is before it."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._ends[position.line]
        line = self.text[start:end]
        if line.isascii() or self._encoding == "utf-32":
            return start + min(position.character, len(line))
        units = 0
        for at, char in enumerate(line):
            units += self._units(char)
            if units > position.character:
                return start + at
        return end

    def _units(self, text: str) -> int:
        if self._encoding == "utf-32" or text.isascii():
            return len(text)
        if self._encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(char > "\uffff" for char in text)
