"""What stands around a place in a text, told from the few characters before it: cheap, and good in broken files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlnlang.source import SourceFile
from mlnlang.syntax.lexer import lex
from mlnlang.syntax.words import REFERENCE, split

#: Lines joined by backslashes that are looked at.
_MOST_JOINED = 20
_VARIABLE = re.compile(r"\$(?P<bracket>\[)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)?$")
_WORD_REST = re.compile(r"[^\s;{}\"'\\]*")
_NAME_REST = re.compile(r"[A-Za-z0-9_]*\]?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a text. `words` are those of its item that are complete; `typed` is the one it is in, up to it.

    `kind`: comment, include, or item; `start` is where the item starts (the place itself where there is none).
    """

    text: str
    offset: int
    kind: str
    start: int
    words: tuple[str, ...]
    typed: str
    before: str

    @property
    def typed_start(self) -> int:
        """Where the word that is being typed starts."""
        return self.offset - len(self.typed)

    @property
    def typed_end(self) -> int:
        """Where that word ends, beyond the cursor."""
        found = _WORD_REST.match(self.text, self.offset)
        return found.end() if found else self.offset

    def variable(self) -> tuple[int, int, bool] | None:
        """The reference being typed: where its `$` is, where its name ends, whether it is `$[…`."""
        line = self.text.rfind("\n", 0, self.offset) + 1
        found = _VARIABLE.search(self.text, line, self.offset)
        if found is None or _escaped(self.text, found.start()):
            return None
        rest = _NAME_REST.match(self.text, self.offset)
        end = rest.end() if rest else self.offset
        if found["bracket"] is None and self.text[end - 1 : end] == "]" and end > self.offset:
            end -= 1
        return found.start(), end, found["bracket"] is not None


def cursor(text: str, offset: int) -> Cursor:
    """The place at an offset of a text that is not of a raw block."""
    begin = _logical_line(text, offset)
    head = text[begin:offset]
    tokens, comments = lex(SourceFile("", head))
    if any(end == len(head) for _, end in comments):
        start = comments[-1][0]
        return Cursor(text, offset, "comment", begin + start, (), head[start:], head[start:])
    last = tokens[-1] if tokens else None
    if last is None or last.type in ("OPEN", "CLOSE") or head[last.end :].strip():
        return Cursor(text, offset, "item", offset, (), "", "")
    before = head[last.start :]
    if last.type == "INCLUDE":
        return Cursor(text, offset, "include", begin + last.start, (), _last_line(before), before)
    words = [before[word.start : word.end] for word in split(before)]
    typed = "" if before[-1:].isspace() or not words else words.pop()
    return Cursor(text, offset, "item", begin + last.start, tuple(words), _last_line(typed), before)


def reference_at(text: str, offset: int) -> tuple[int, int, str] | None:
    """The `$name` or `$[name]` that holds an offset: start, end, name."""
    line = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    for found in REFERENCE.finditer(text, line, len(text) if end < 0 else end):
        if found.start() <= offset <= found.end() and not _escaped(text, found.start()):
            return found.start(), found.end(), found[1] or found[2]
    return None


def _last_line(word: str) -> str:
    """Of a word that backslashes carry over line ends what stands on the last line: editors replace no more."""
    return word.rpartition("\n")[2]


def _escaped(text: str, at: int) -> bool:
    before = text[max(0, at - 64) : at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _logical_line(text: str, offset: int) -> int:
    begin = text.rfind("\n", 0, offset) + 1
    for _ in range(_MOST_JOINED):
        if begin < 2 or not text[max(0, begin - 3) : begin - 1].rstrip("\r").endswith("\\"):
            break
        begin = text.rfind("\n", 0, begin - 1) + 1
    return begin
