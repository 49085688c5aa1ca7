"""A document as the client holds it."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from mlnlang_lsp.positions import Lines

BOM = "\ufeff"


class Document:
    """A document's URI, version and text. pygls keeps one too, but counts other characters as line ends."""

    def __init__(self, uri: str, version: int | None, text: str, encoding: str) -> None:
        self.uri = uri
        self.version = version
        self._encoding = encoding
        self.lines = Lines(text, encoding)

    @property
    def text(self) -> str:
        """The text, as the client sees it."""
        return self.lines.text

    @property
    def shift(self) -> int:
        """What to add to an offset of the language, which takes a byte order mark off."""
        return 1 if self.text.startswith(BOM) else 0

    def change(self, version: int | None, changes: Iterable[types.TextDocumentContentChangeEvent]) -> None:
        """Apply edits in their order."""
        for change in changes:
            text = change.text
            if isinstance(change, types.TextDocumentContentChangePartial):
                old = self.text
                start, end = self.lines.offset(change.range.start), self.lines.offset(change.range.end)
                text = old[:start] + text + old[max(start, end) :]
            self.lines = Lines(text, self._encoding)
        self.version = version

    def offset(self, position: types.Position) -> int:
        """A position as an offset of the language."""
        return max(0, self.lines.offset(position) - self.shift)

    def range(self, start: int, end: int) -> types.Range:
        """A stretch in offsets of the language as a range."""
        return self.lines.range(start + self.shift, end + self.shift)
