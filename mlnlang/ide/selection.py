"""Selection that grows: name, word, value, line, inside of the block, block, and so on to the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlnlang.ide.view import blocks_around, holds
from mlnlang.source import Span
from mlnlang.syntax import Block, SyntaxTree, split
from mlnlang.syntax.tree import Token
from mlnlang.syntax.words import REFERENCE

_WORD = re.compile(r"\S+")


def selection(tree: SyntaxTree, offset: int) -> list[Span]:
    """The stretches that hold an offset, each larger than the one before; the last is the file."""
    found: list[tuple[int, int]] = []
    for start, end in (*_small(tree, offset), *_large(tree, offset), (0, len(tree.file.text))):
        if start <= offset <= end and start < end and (not found or _grows(found[-1], (start, end))):
            found.append((start, end))
    return [Span(tree.file, start, end) for start, end in found or [(0, len(tree.file.text))]]


def _grows(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer != inner


def _small(tree: SyntaxTree, offset: int) -> Iterator[tuple[int, int]]:
    """What is inside a line."""
    for start, end in tree.comments:
        if start <= offset <= end:
            yield from _word(tree.file.text[start:end], start, offset)
            yield start, end
            return
    token = _token(tree, offset)
    if token is None:
        return
    text, base = token.text, token.start
    for found in REFERENCE.finditer(text):
        start, end = found.span(1 if found[1] else 2)
        if base + found.start() <= offset <= base + found.end():
            if base + start <= offset:
                yield base + start, base + end
            yield base + found.start(), base + found.end()
    yield from _item(token, offset) if token.type == "ITEM" else _word(text, base, offset)
    yield base, token.end
    if token.type == "INCLUDE":
        yield tree.file.text.rfind("#include", 0, base), token.end


def _item(token: Token, offset: int) -> Iterator[tuple[int, int]]:
    """A word without and with its quotes, then the value."""
    text, base = token.text, token.start
    words = split(text)
    for word in words:
        if base + word.start <= offset <= base + word.end:
            if text[word.start] in "\"'" and text[word.end - 1] == text[word.start]:
                yield base + word.start + 1, base + word.end - 1
            yield base + word.start, base + word.end
    values = words[2:] if len(words) > 1 and words[1].text == "=" else words[1:]
    if values and base + values[0].start <= offset:
        yield base + values[0].start, base + values[-1].end


def _word(text: str, base: int, offset: int) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text):
        if base + word.start() <= offset <= base + word.end():
            yield base + word.start(), base + word.end()


def _large(tree: SyntaxTree, offset: int) -> Iterator[tuple[int, int]]:
    """The blocks around, inner first: what is between the braces, then all of it."""
    for block in reversed(blocks_around(tree, offset)):
        if holds(tree, block, offset):
            yield _inside(tree, block)
        yield block.start, max(block.end, block.header.end)


def _inside(tree: SyntaxTree, block: Block) -> tuple[int, int]:
    """The lines of a block, without the blanks around them."""
    text = tree.file.text[block.open.end : block.close.start]
    start = block.open.end + len(text) - len(text.lstrip())
    return start, block.open.end + len(text.rstrip())


def _token(tree: SyntaxTree, offset: int) -> Token | None:
    low, high = 0, len(tree.tokens)
    while low < high:  # by where tokens end: repairs lie between the others and are empty
        middle = (low + high) // 2
        if tree.tokens[middle].end < offset:
            low = middle + 1
        else:
            high = middle
    near = [each for each in tree.tokens[low : low + 3] if each.start <= offset <= each.end and each.start < each.end]
    words = [each for each in near if each.type in ("ITEM", "INCLUDE", "RAW")]
    return words[0] if words else None
