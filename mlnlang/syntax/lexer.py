"""The total lexer: every text becomes tokens, never an exception (language, section 1).

A token is as large as the language allows: a whole run of words up to the end of its item. That makes about
1.2 tokens a line. Words are split later, and only where someone asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from mlnlang.source import SourceFile
from mlnlang.syntax.tree import Include, Item, RawLine, Token, TokenType
from mlnlang.syntax.words import IN_DOUBLE, IN_SINGLE

# `(…)++` of Python 3.11.2 does not go back after a body that fails half-way, unless the last alternative fails at once.
_NEVER = "(?!)"
#: Where a quote starts a word: behind a blank or at the start of an item.
_WORD_START = r"(?<![^\s;{}])(?<!\\[;{}])"

#: A run of words: plain characters, blanks inside the item, escapes, quoted words, lone quotes, `#` inside a word.
_RUN = rf"""(?:
    [^\s;{{}}\\"'\#]++
  | [^\S\n]++(?=[^\s\#;{{}}])
  | \\(?:\r\n|[\s\S])?
  | {_WORD_START}"{IN_DOUBLE}"
  | {_WORD_START}'{IN_SINGLE}'
  | ["']
  | (?<=[^\s;{{}}])\#
  | {_NEVER}
)++"""

_TOKEN = re.compile(
    rf"""[\s;]*+(?:
    (?P<OPEN>\{{)
  | (?P<CLOSE>\}})
  | \#include[^\S\n]++(?P<INCLUDE>{_RUN})
  | (?P<COMMENT>\#[^\n]*+)
  | (?P<ITEM>{_RUN})
)""",
    re.VERBOSE,
)
#: What may hide a brace in a raw line: escapes, quotes closed on the line, shell comments; else a brace itself.
_RAW_PART = re.compile(
    rf"""\\(?:\r\n|[\s\S])
  | "[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*"
  | '{IN_SINGLE}'
  | (?<!\S)\#[^\n]*+
  | (?P<brace>[{{}}])
  | (?P<end>\n)
""",
    re.VERBOSE,
)
_RAW_INCLUDE = re.compile(rf"\#include[^\S\n]++(?P<path>(?!<){_RUN})", re.VERBOSE)
_LOGICAL_LINE = re.compile(r"[^\\\n]++(?:\\[\s\S]?[^\\\n]*+)*|(?:\\[\s\S]?[^\\\n]*+)+")
_INDENT = re.compile(r"[^\S\n]*")

_MAKE = {"ITEM": Item, "INCLUDE": Include, "OPEN": Token, "CLOSE": Token}


def lex(
    file: SourceFile, raw_blocks: Iterable[str] = (), *, indented: bool = False
) -> tuple[list[Token], list[tuple[int, int]]]:
    """Cut a file's text into tokens; also returns its comments as (start, end).

    `raw_blocks` names the blocks whose lines are kept to the letter. `indented`: such a block also ends at a
    line that is indented no deeper than its header, which serves files that lack a brace.
    """
    raw_names = frozenset(raw_blocks)
    text = file.text
    tokens: list[Token] = []
    comments: list[tuple[int, int]] = []
    match = _TOKEN.match
    append = tokens.append
    at = 0
    while found := match(text, at):
        kind = cast(str, found.lastgroup)
        start, at = found.span(kind)
        if kind == "COMMENT":
            comments.append((start, at))
            continue
        header = tokens[-1] if kind == "OPEN" and tokens else None
        append(_MAKE[kind](cast(TokenType, kind), start, at, text[start:at]))
        if header is not None and header.type == "ITEM" and header.text in raw_names:
            at = _lex_raw(file, header.start, at, tokens, comments, indented)
    return tokens, comments


def lex_lines(text: str) -> list[Token]:
    """A whole text as the lines of a raw block: what `#include` puts into one."""
    tokens: list[Token] = []
    comments: list[tuple[int, int]] = []
    for line in _LOGICAL_LINE.finditer(text):
        begin = cast("re.Match[str]", _INDENT.match(text, line.start())).end()
        _raw_token(text, min(begin, line.end()), line.end(), tokens, comments)
    return tokens


def include_paths(text: str) -> Iterator[str]:
    """The paths that a text may include, as written: cheap, and generous where a comment holds one."""
    return (found["path"] for found in _RAW_INCLUDE.finditer(text)) if "#include" in text else iter(())


def _lex_raw(
    file: SourceFile, header: int, at: int, tokens: list[Token], comments: list[tuple[int, int]], indented: bool
) -> int:
    """Lines up to the brace that closes the block (balanced braces belong to the lines); returns where it stands."""
    text = file.text
    limit = file.margin(header)[0] if indented else -1
    depth = 0
    first = True
    while at < len(text):
        begin = cast("re.Match[str]", _INDENT.match(text, at)).end()
        steps_out = limit >= 0 and not first and text[begin : begin + 1] not in ("", "\n", "}")
        if steps_out and file.margin(begin)[0] <= limit:
            return at
        first = False
        end, depth = _raw_line_end(text, begin, depth)
        _raw_token(text, begin, end, tokens, comments)
        if depth < 0:
            return end
        at = end + 1
    return len(text)


def _raw_line_end(text: str, at: int, depth: int) -> tuple[int, int]:
    """Where the line ends (a newline that no backslash joins, or the brace that closes the block), and the depth."""
    if text.startswith("#", at) and not _RAW_INCLUDE.match(text, at):
        end = text.find("\n", at)
        return (end if end >= 0 else len(text)), depth
    for part in _RAW_PART.finditer(text, at):
        kind = part.lastgroup
        if kind == "end":
            return part.start(), depth
        if kind == "brace":
            depth += 1 if part.group() == "{" else -1
            if depth < 0:
                return part.start(), depth
    return len(text), depth


def _raw_token(text: str, start: int, end: int, tokens: list[Token], comments: list[tuple[int, int]]) -> None:
    line = text[start:end].rstrip()
    if not line:
        return
    if line.startswith("#include") and (found := _RAW_INCLUDE.fullmatch(line)):
        first, last = found.span("path")
        tokens.append(Include("INCLUDE", start + first, start + last, found["path"]))
    elif line.startswith("#") and not line.startswith("#!"):
        comments.append((start, start + len(line)))
    else:
        tokens.append(RawLine("RAW", start, start + len(line), line))
