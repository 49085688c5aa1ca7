"""The tree-sitter parser as an editor has it: compiled from the committed C, and its trees in a form to compare."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mlnlang.cli.docs import _schema
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree, parse, split
from mlnlang.syntax.tree import Block, Entry, Include, RawLine, Token

if TYPE_CHECKING:
    from tree_sitter import Language, Node

ROOT = Path(__file__).parents[2]
GRAMMAR = ROOT / "editors/tree-sitter-mln"
SCHEMA = _schema()

#: What a file holds, without blanks: `("item", word, …)`, `("block", (word, …), shape, …)`, `("raw", (word,), …)`,
#: `("line", text)`, `("include", word, …)`.
Shape = tuple[object, ...]


def build(folder: Path) -> Language:
    """Compile the parser into a library and load it."""
    from tree_sitter import Language

    library = folder / "mln.so"
    sources = [str(GRAMMAR / "src" / name) for name in ("parser.c", "scanner.c")]
    strict = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
    command = ["gcc", "-shared", "-fPIC", "-O1", "-std=c11", *strict, "-I", str(GRAMMAR / "src"), "-o", str(library)]
    subprocess.run([*command, *sources], check=True, timeout=120)
    function = ctypes.CDLL(str(library)).tree_sitter_mln
    function.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
    return Language(capsule(function(), b"tree_sitter.Language", None))


# ---------------------------------------------------------------- tree-sitter's trees
def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _words(node: Node) -> Iterator[str]:
    """The words of a header or an item, `=` among them."""
    for child in node.children:
        if child.type in ("word", "variable", "="):
            yield _text(child)
        elif child.type == "path":
            yield from _words(child)


def shape(node: Node) -> list[Shape]:
    """What stands in a file, a body or a script."""
    return [_shape(child) for child in node.named_children if child.type != "comment"]


def _shape(node: Node) -> Shape:
    if node.type == "line":
        return ("line", _text(node))
    if node.type == "include":
        return ("include", *_words(node))
    if node.type in ("item", "definition"):
        return ("item", *_words(node))
    body = node.child_by_field_name("body")
    assert body is not None
    if node.type == "raw_block":
        scripts = [inner for child in body.named_children if child.type == "script" for inner in shape(child)]
        return ("raw", tuple(_words(node)), *scripts)
    assert node.type == "block"
    return ("block", tuple(_words(node)), *shape(body))


def comments(node: Node) -> list[str]:
    """Every comment below a node."""
    if node.type == "comment":
        return [_text(node).rstrip()]
    return [found for child in node.children for found in comments(child)]


# ---------------------------------------------------------------- the compiler's trees
def own(text: str) -> SyntaxTree:
    """What the compiler reads."""
    return parse(SourceFile("x.mln", text), SCHEMA.raw_blocks, SCHEMA.block_names)


def own_shape(entries: list[Entry]) -> list[Shape]:
    """The same of the compiler's tree. An item of joined line ends alone is nothing to tree-sitter."""
    shapes = [_own_shape(entry) for entry in entries]
    return [each for each in shapes if each != ("item",)]


def _own_words(token: Token) -> tuple[str, ...]:
    return tuple(token.text[word.start : word.end] for word in split(token.text))


def _own_shape(entry: Entry) -> Shape:
    if isinstance(entry, Block):
        kind = "raw" if entry.header.text in SCHEMA.raw_blocks else "block"
        return (kind, _own_words(entry.header), *own_shape(entry.entries))
    if isinstance(entry, RawLine):
        return ("line", entry.text)
    return ("include" if isinstance(entry, Include) else "item", *_own_words(entry))


def own_comments(tree: SyntaxTree) -> list[str]:
    """Its comments."""
    return [tree.file.text[start:end].rstrip() for start, end in tree.comments]
