"""From text to a tree that never fails: lexer, brace repair, Lark's LALR parser."""

from mlnlang.syntax.parser import parse
from mlnlang.syntax.tree import Block, Include, Item, RawLine, SyntaxTree
from mlnlang.syntax.words import Word, split

__all__ = ["Block", "Include", "Item", "RawLine", "SyntaxTree", "Word", "parse", "split"]
