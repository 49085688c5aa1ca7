"""The corpus of the tree-sitter grammar, in the form `tree-sitter test` reads: title, text, tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

_CASE = re.compile(r"^=+\n(?P<title>[^\n]+)\n=+\n\n(?P<text>.*?)\n---\n\n?(?P<tree>.*?)(?=\n*^===|\Z)", re.M | re.S)


class Case(NamedTuple):
    """A text and the tree it should give."""

    title: str
    text: str
    tree: str


def read(path: Path) -> Iterator[Case]:
    """The cases of a file. A line end before `---` belongs to the text, as for `tree-sitter test`."""
    for found in _CASE.finditer(path.read_bytes().decode()):
        yield Case(found["title"], found["text"], found["tree"].strip())


def write(path: Path, cases: list[Case]) -> None:
    """The file of these cases."""
    bar = "=" * 18
    text = "\n\n".join(f"{bar}\n{case.title}\n{bar}\n\n{case.text}\n---\n\n{case.tree}" for case in cases)
    path.write_bytes(f"{text}\n".encode())


def pretty(node: Node, field: str | None = None, depth: int = 0) -> str:
    """A tree, a node a line, with the names of its fields."""
    head = "  " * depth + (f"{field}: " if field else "") + f"({node.type}"
    inner = [
        pretty(child, node.field_name_for_child(at), depth + 1)
        for at, child in enumerate(node.children)
        if child.is_named
    ]
    return "\n".join([head, *inner]) + ")"
