"""The outline of a file: its blocks, nested as they are written."""

from __future__ import annotations

from dataclasses import dataclass

from mlnlang.source import Span
from mlnlang.syntax import Block, SyntaxTree
from mlnlang.syntax.tree import Entry


@dataclass(frozen=True, slots=True)
class Symbol:
    """A block: `kind` is its first word, `name` the rest; `span` all of it, `header` what stands before the brace."""

    kind: str
    name: str
    span: Span
    header: Span
    children: tuple[Symbol, ...]


def outline(tree: SyntaxTree) -> tuple[Symbol, ...]:
    """The file's blocks."""
    return _symbols(tree, tree.entries)


def _symbols(tree: SyntaxTree, entries: list[Entry]) -> tuple[Symbol, ...]:
    return tuple(_symbol(tree, entry) for entry in entries if isinstance(entry, Block))


def _symbol(tree: SyntaxTree, block: Block) -> Symbol:
    kind, _, name = " ".join(block.header.text.split()).partition(" ")
    header = tree.span(block.header)
    span = Span(tree.file, block.start, max(block.end, header.end))
    return Symbol(kind, name, span, header, _symbols(tree, block.entries))
