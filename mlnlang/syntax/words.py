"""Words of an item: blanks separate, quotes group, a backslash takes what follows literally (language, section 1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

#: What stands between double quotes: anything but a bare line end, escapes in pairs. Between single quotes: no escapes.
IN_DOUBLE = r'[^"\\\n]*+(?:\\(?:\r\n|[\s\S])[^"\\\n]*+)*'
IN_SINGLE = r"[^'\n]*+"

_PART = re.compile(
    rf"""(?P<blank>\s++)
  | \\(?P<join>\r?\n)
  | \\(?P<escaped>[\s\S])
  | (?<!\S)"(?P<double>{IN_DOUBLE})"
  | (?<!\S)'(?P<single>{IN_SINGLE})'
  | (?P<plain>[^\s\\"']++|["'\\])
""",
    re.VERBOSE,
)
_IN_DOUBLE = re.compile(r"\\(?:(?P<join>\r?\n)|(?P<escaped>[\s\S]))|(?P<plain>[^\\]++|\\)")
_RAW_ESCAPE = re.compile(r"\\(?:\r?\n|([{};\\]))")

#: A variable: `$name`, or `$[name]` where a letter, digit or underscore follows.
REFERENCE = re.compile(r"\$(?:\[([A-Za-z_][A-Za-z0-9_]*)\]|([A-Za-z_][A-Za-z0-9_]*))")

#: A piece of a word: its text, and whether `$name` in it is a variable.
Piece = tuple[str, bool]


class Word(NamedTuple):
    """A word with where it stands in its item, in pieces. `grouped`: quotes keep it together when it expands."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    grouped: bool

    @property
    def text(self) -> str:
        """The word with quotes and escapes resolved, variables as written."""
        return "".join(text for text, _ in self.pieces)


def is_plain(text: str) -> bool:
    """Whether an item needs no more than `str.split` to be read."""
    return "\\" not in text and '"' not in text and "'" not in text


def split(text: str) -> list[Word]:
    """The words of an item's text."""
    words: list[Word] = []
    pieces: list[Piece] = []
    start, end, grouped = 0, 0, False
    for part in _PART.finditer(text):
        kind = part.lastgroup
        if kind in ("blank", "join"):
            if pieces:
                words.append(Word(start, end, tuple(pieces), grouped))
            pieces, grouped = [], False
            continue
        if not pieces:
            start = part.start()
        end = part.end()
        if kind == "double":
            pieces.extend(_double(part["double"]) or [("", False)])
            grouped = True
        elif kind == "single":
            pieces.append((part["single"], False))
            grouped = True
        else:
            pieces.append((part[kind or 0], kind == "plain"))
    if pieces:
        words.append(Word(start, end, tuple(pieces), grouped))
    return words


def _double(text: str) -> list[Piece]:
    return [
        (part[part.lastgroup or 0], part.lastgroup == "plain")
        for part in _IN_DOUBLE.finditer(text)
        if part.lastgroup != "join"
    ]


def live_stretches(text: str) -> Iterator[tuple[int, str]]:
    """The pieces of an item's words in which `$name` is a variable, each with its offset in the text."""
    for part in _PART.finditer(text):
        if part.lastgroup == "plain":
            yield part.start(), part.group()
        elif part.lastgroup == "double":
            base = part.start("double")
            for inner in _IN_DOUBLE.finditer(part["double"]):
                if inner.lastgroup == "plain":
                    yield base + inner.start(), inner.group()


def raw_text(text: str) -> str:
    """A raw line's text: line ends behind a backslash join, and `\\{ \\} \\; \\\\` stand for the bare character."""
    return _RAW_ESCAPE.sub(lambda found: found[1] or "", text) if "\\" in text else text


def raw_offsets(text: str) -> list[int]:
    """For each character of `raw_text(text)`, and for its end, where it stands in the line as written."""
    offsets: list[int] = []
    at = 0
    for found in _RAW_ESCAPE.finditer(text):
        offsets += range(at, found.start())
        offsets += [found.start(1)] if found[1] else []
        at = found.end()
    return [*offsets, *range(at, len(text) + 1)]


def unclosed_quote(text: str) -> int | None:
    """Offset of a quote that starts a word and is never closed, if there is one."""
    for part in _PART.finditer(text):
        if part["plain"] in ('"', "'") and (part.start() == 0 or text[part.start() - 1].isspace()):
            return part.start()
    return None
