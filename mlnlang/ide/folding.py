"""Folding: blocks, runs of comment lines, runs of includes. Works from the text alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mlnlang.syntax import Block, Include, SyntaxTree


@dataclass(frozen=True, slots=True)
class Fold:
    """What can be hidden: `start` to `end` in the text; the lines of both differ. `closed`: a brace stands behind."""

    kind: Literal["block", "comment", "include"]
    start: int
    end: int
    closed: bool = False


def folding(tree: SyntaxTree) -> list[Fold]:
    """Everything that can be folded, in the order of the text: outer before inner."""
    found = [*_blocks(tree), *_runs(tree, "comment", tree.comments), *_runs(tree, "include", _includes(tree))]
    find = tree.file.text.find
    return sorted(
        (fold for fold in found if find("\n", fold.start, fold.end) >= 0), key=lambda fold: (fold.start, -fold.end)
    )


def _blocks(tree: SyntaxTree) -> Iterator[Fold]:
    """From behind the brace to the closing one, or to the end of what an open block holds."""
    for block in tree.walk():
        if isinstance(block, Block):
            start = block.open.end if block.open.end > block.open.start else block.header.end
            yield Fold("block", start, block.close.start, block.close.start < block.close.end)


def _includes(tree: SyntaxTree) -> list[tuple[int, int]]:
    return [(token.start, token.end) for token in tree.tokens if isinstance(token, Include)]


def _runs(tree: SyntaxTree, kind: Literal["comment", "include"], places: Iterable[tuple[int, int]]) -> Iterator[Fold]:
    """Stretches of lines that hold nothing else."""
    text, position = tree.file.text, tree.file.position
    before = "#include" if kind == "include" else ""
    run: tuple[int, int, int] | None = None  # start, end, line
    for start, end in places:
        if text[text.rfind("\n", 0, start) + 1 : start].strip() != before:
            continue
        line = position(start).line
        if run is not None and line == run[2] + 1:
            run = (run[0], end, line)
            continue
        if run is not None:
            yield Fold(kind, run[0], run[1])
        run = (start, end, line)
    if run is not None:
        yield Fold(kind, run[0], run[1])
