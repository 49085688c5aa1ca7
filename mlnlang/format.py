"""The formatter: one way to lay out a file, with the same meaning (language, section 1).

What it does:

- Four blanks a level; one item a line; `{` behind its header after one blank; `}` on a line of its own. Runs of
  blanks in an item become one; quoted parts and escapes stay as written. `keyword = value` keeps its `=`.
- An empty block is `switch lan { }`. A block that was written on one line stays there if it fits in 100 columns,
  its items separated by `; `. Lines that were apart are never joined.
- All comments stay: those on a line of their own at the level where they stand, trailing ones after two blanks.
  What stands between a header and its `{` goes behind the `{`, or above the header if it reads `#!…`, which
  would be a shell line inside a raw block.
- At most one blank line in a row, none after `{`, before `}`, or at either end of the file.
- Lines of raw blocks stay to the letter. The indentation that they have in common becomes the block's level; what
  one of them has beyond it is part of the line, and stays.
- A backslash at the end of a line stays; what it continues is indented one level deeper than the item, but in raw
  blocks, where those blanks belong to the line.
- Line ends follow the file's first one; a byte order mark stays. The last line ends like the others; an empty file
  stays empty.
- A file with syntax errors is left as it is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from mlnlang.diagnostics import Diagnostic
from mlnlang.source import SourceFile
from mlnlang.syntax import Block, Include, RawLine, SyntaxTree, parse
from mlnlang.syntax.tree import Entry, Token
from mlnlang.syntax.words import IN_DOUBLE, IN_SINGLE, is_plain

WIDTH = 100
INDENT = "    "

_BOM = "\ufeff"
#: Parts of an item: what separates words, and what is kept to the letter.
_PART = re.compile(
    rf"""(?P<gap>(?:\s|\\\r?\n)+)
  | \\[\s\S]
  | (?<!\S)"{IN_DOUBLE}"
  | (?<!\S)'{IN_SINGLE}'
  | [^\s\\"']++
  | ["'\\]
""",
    re.VERBOSE,
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def format_text(text: str, path: str, raw_blocks: frozenset[str]) -> tuple[str, list[Diagnostic]]:
    """A text formatted, and its syntax errors; with any of these, the text is returned as it is.

    `raw_blocks` names the blocks whose lines are kept to the letter (`Schema.raw_blocks`); `path` is for messages.
    """
    mark = _BOM if text.startswith(_BOM) else ""
    tree = parse(SourceFile(path, text[len(mark) :]), raw_blocks)
    if not can_format(tree):
        return text, tree.problems
    return mark + format_tree(tree), []


def can_format(tree: SyntaxTree) -> bool:
    """Whether the tree is free of syntax errors, so that nothing in it is a guess."""
    return not tree.doubtful and not any(problem.is_error for problem in tree.problems)


def format_tree(tree: SyntaxTree) -> str:
    """The text of a tree, formatted; as it is if the tree has syntax errors. A byte order mark is not part of it."""
    return _Printer(tree).print() if can_format(tree) else tree.file.text


class _Printer:
    """Walks a tree and its comments once, from the file's first character to the last."""

    def __init__(self, tree: SyntaxTree) -> None:
        self._entries = tree.entries
        self._comments = tree.comments
        self._next = 0  # the first comment that is not yet written
        self._text = tree.file.text
        self._end = 0  # how far the text is written
        self._eol = _line_end(self._text)
        self._lines: list[str] = []
        self._fresh = True  # at the start of a block: no blank line goes here
        self._takes_comment = False  # the last line may get a trailing comment

    def print(self) -> str:
        self._body(self._entries, 0)
        self._reach(len(self._text), "")
        return "".join(line + self._eol for line in self._lines)

    # ------------------------------------------------------------ lines
    def _line(self, start: int, line: str) -> None:
        """Write a line whose text stands at an offset, after a blank line if the author left one there."""
        text, end = self._text, self._end
        if not self._fresh and text.count("\n", end, start) > 1 and _BLANK_LINE.search(text, end, start):
            self._lines.append("")
        self._lines.append(line)
        self._fresh = False
        self._takes_comment = True

    def _reach(self, limit: int, indent: str, margin: str | None = None) -> None:
        """Write the comments up to an offset. `margin`: the indentation that the raw lines around have in common."""
        comments, text = self._comments, self._text
        while self._next < len(comments) and comments[self._next][0] < limit:
            start, end = comments[self._next]
            comment = text[start:end].rstrip()
            if self._takes_comment and text.find("\n", self._end, start) < 0:
                self._lines[-1] += f"  {comment}"
            else:
                self._line(start, indent + self._beyond(start, margin) + comment)
            self._takes_comment = False
            self._next += 1
            self._end = end

    def _beyond(self, start: int, margin: str | None) -> str:
        """The indentation that a line has beyond a margin."""
        lead = _lead(self._text, start)
        return lead[len(margin) :] if margin is not None and lead and lead.startswith(margin) else ""

    # ------------------------------------------------------------ entries
    def _body(self, entries: list[Entry], level: int) -> str | None:
        """Write the entries of a block; returns the margin of its raw lines."""
        indent = INDENT * level
        margin = _margin(self._text, entries)
        for entry in entries:
            start = self._start(entry)
            self._reach(start, indent, margin)
            if isinstance(entry, Block):
                self._block(entry, level)
                continue
            if isinstance(entry, RawLine):
                self._line(start, indent + self._beyond(start, margin) + self._raw(entry))
            else:
                self._line(start, indent + self._item(entry, level))
            self._end = entry.end
        return margin

    def _start(self, entry: Entry) -> int:
        if isinstance(entry, Include):
            return self._text.rfind("#include", 0, entry.start)
        return entry.start

    def _block(self, block: Block, level: int) -> None:
        indent, inner = INDENT * level, INDENT * (level + 1)
        self._above(block, indent)
        flat = self._flat(block, level)
        if flat is not None and (not block.entries or len(indent) + len(flat) <= WIDTH):
            self._line(block.start, indent + flat)
            self._end = block.end
            return
        self._line(block.start, f"{indent}{self._words(block.header.text, level)} {{")
        self._fresh = True
        self._end = block.header.end
        self._reach(block.open.start, inner)
        self._end = block.open.end
        margin = self._body(block.entries, level + 1)
        self._reach(block.close.start, inner, margin)
        self._lines.append(indent + "}")
        self._fresh = False
        self._takes_comment = True
        self._end = block.end

    def _above(self, block: Block, indent: str) -> None:
        """Write the comments between a header and its brace above both, if one of them must not go into the block."""
        last = self._next
        while last < len(self._comments) and self._comments[last][0] < block.open.start:
            last += 1
        texts = [self._text[start:end].rstrip() for start, end in self._comments[self._next : last]]
        if any(text.startswith("#!") for text in texts):
            for text in texts:
                self._line(block.start, indent + text)
                self._end = block.start
            self._next = last

    def _flat(self, block: Block, level: int) -> str | None:
        """A block on one line, if it was written so or is empty; None if it wasn't, or holds comments."""
        if self._next < len(self._comments) and self._comments[self._next][0] < block.end:
            return None
        if not block.entries:
            return f"{self._words(block.header.text, level)} {{ }}"
        if self._text.find("\n", block.start, block.end) >= 0:
            return None
        parts = (
            self._flat(entry, level)
            if isinstance(entry, Block)
            else entry.text
            if isinstance(entry, RawLine)
            else self._item(entry, level)
            for entry in block.entries
        )
        return f"{self._words(block.header.text, level)} {{ {'; '.join(part or '' for part in parts)} }}"

    # ------------------------------------------------------------ text
    def _item(self, item: Token, level: int) -> str:
        text = self._words(item.text, level)
        if _ends_in_backslash(text):  # at the end of the file; it must not join what follows to it
            text += "\\"
        elif text.endswith("\\\r"):  # nor must a line end complete this one
            text += ";"
        return f"#include {text}" if isinstance(item, Include) else text

    def _words(self, text: str, level: int) -> str:
        """An item or a header with one blank between its words."""
        if is_plain(text):
            return " ".join(text.split())

        def part(found: re.Match[str]) -> str:
            gap = found["gap"]
            if gap is None:
                return found[0]
            if "\n" not in gap:
                return " "
            eol = self._eol
            if '"' in text:  # a line end may be part of a quoted word
                eol = "\r\n" if "\\\r\n" in gap else "\n"
            before = "" if gap[0] == "\\" else " "
            after = INDENT * (level + 1) if found.end() < len(text) else ""
            return f"{before}\\{eol}{after}"

        return _PART.sub(part, text)

    def _raw(self, line: RawLine) -> str:
        """A raw line; a backslash at its end has a blank after it, or it would join the next line to it."""
        text = line.text
        if "\n" in text:
            text = text.replace("\r\n", "\n").replace("\n", self._eol)
        return f"{text} " if _ends_in_backslash(text) else text


def _line_end(text: str) -> str:
    """The first line end of a text."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _margin(text: str, entries: Iterable[Entry]) -> str | None:
    """The indentation that raw lines have in common; None where none of them leads its line."""
    leads = [lead for entry in entries if isinstance(entry, RawLine) and (lead := _lead(text, entry.start)) is not None]
    return os.path.commonprefix(leads) if leads else None  # noqa: RUF071 - these are no paths


def _lead(text: str, start: int) -> str | None:
    """White space between the start of a line and an offset in it; None where there is something else."""
    lead = text[text.rfind("\n", 0, start) + 1 : start]
    return lead if not lead.strip() else None


def _ends_in_backslash(text: str) -> bool:
    """Whether a backslash at the end has nothing before it that takes its meaning."""
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1
