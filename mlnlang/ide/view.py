"""A file in its place: which block holds an offset, and what is valid there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mlnlang.schema import BlockRow, Keyword, Schema
from mlnlang.semantics.sections import Entry, Section
from mlnlang.semantics.unit import Unit
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import Block, SyntaxTree
from mlnlang.syntax.tree import Entry as Node
from mlnlang.syntax.tree import Token


class View:
    """A file (`tree`) as a part of a unit, which may be of another file that includes it."""

    def __init__(self, schema: Schema, unit: Unit, tree: SyntaxTree, key: Callable[[str], str]) -> None:
        self.schema = schema
        self.unit = unit
        self.tree = tree
        self._key = key
        self._sections: dict[int, Section] = {}
        for section in unit.root.walk():
            if section.block is not None:
                self._sections.setdefault(id(section.block), section)

    @property
    def file(self) -> SourceFile:
        """The file's text."""
        return self.tree.file

    def section(self, offset: int) -> Section:
        """The section whose inside holds an offset of the file."""
        return self._section(self.tree, offset, [])

    def token(self, offset: int) -> Token | None:
        """The token that holds an offset, or ends at it."""
        found = None
        for token in self.tree.tokens:
            if token.start > offset:
                break
            if offset <= token.end and token.start < token.end:
                found = token
        return found

    def entry(self, offset: int) -> Entry | None:
        """The line of a block that holds an offset."""
        here = self._key(self.file.path)
        for entry in self.section(offset).entries:
            if entry.token.start <= offset <= entry.token.end and self._key(entry.file.path) == here:
                return entry
        return None

    def keyword(self, entry: Entry) -> Keyword | None:
        """The row of an entry's keyword."""
        return self.schema.keywords_in(entry.section.context).get(entry.key)

    def headed(self, offset: int) -> Section | None:
        """The section whose header holds an offset."""
        for block in blocks_around(self.tree, offset):
            if block.header.start <= offset <= block.header.end:
                return self._sections.get(id(block))
        return None

    def block_row(self, section: Section) -> BlockRow | None:
        """The row of a section's block, where a row of that name is valid."""
        return section.row if section.row and section.row.name == section.kind else None

    def _section(self, tree: SyntaxTree, offset: int, path: list[str]) -> Section:
        for block in reversed([block for block in blocks_around(tree, offset) if holds(tree, block, offset)]):
            if id(block) in self._sections:
                return self._sections[id(block)]
        return self._outer([*path, self._key(tree.file.path)])

    def _outer(self, path: list[str]) -> Section:
        """The section that a file's first level belongs to: where it is included, or the root."""
        for span, included in self.unit.includes:
            above = self._key(span.file.path)
            if included == path[-1] and above not in path and above in self.unit.trees:
                return self._section(self.unit.trees[above], span.start, path)
        return self.unit.root


def blocks_around(tree: SyntaxTree, offset: int) -> list[Block]:
    """The blocks that hold or touch an offset, header included, outer first."""
    found: list[Block] = []
    entries = tree.entries
    while True:
        inner = [entry for entry in _blocks(entries) if entry.start <= offset and _end(tree, entry, offset) >= offset]
        if not inner:
            return found
        found.append(inner[-1])
        entries = inner[-1].entries


def holds(tree: SyntaxTree, block: Block, offset: int) -> bool:
    """Whether an offset is between a block's braces."""
    last = block.close.start if block.close.end > block.close.start else _end(tree, block, offset)
    return block.open.end <= offset <= last


def inside_quotes(span: Span) -> Span:
    """A word without the quotes around it."""
    text = span.text
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0] and text.count(text[0]) == 2:
        return Span(span.file, span.start + 1, span.end - 1)
    return span


def _blocks(entries: list[Node]) -> Iterator[Block]:
    return (entry for entry in entries if isinstance(entry, Block))


def _end(tree: SyntaxTree, block: Block, offset: int) -> int:
    """Where a block ends; one that was left open goes on over blanks, so that it can be typed into."""
    if block.close.end > block.close.start or offset <= block.end:
        return block.end
    return offset if not tree.file.text[block.end : offset].strip() else block.end
