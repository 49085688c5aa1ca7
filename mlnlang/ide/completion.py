"""Completion: the keywords and blocks that are valid in the block at the cursor, and the values that are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mlnlang.ide.describing import describe, summary
from mlnlang.ide.view import View
from mlnlang.schema import Keyword
from mlnlang.schema.core import ALIASES
from mlnlang.semantics.sections import Section
from mlnlang.source import Span
from mlnlang.syntax import Block
from mlnlang.syntax.tree import Token


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word to offer: it replaces `replaces`, which ends at the cursor."""

    label: str
    kind: Literal["keyword", "block", "value", "name"]
    detail: str
    documentation: str
    replaces: Span


def completion(view: View, offset: int, servers: Iterable[str] = ()) -> list[Proposal]:
    """What may stand at an offset; nothing in comments, raw lines and lists."""
    if any(start < offset <= end for start, end in view.tree.comments):
        return []
    section = view.section(offset)
    if section.body in ("lines", "raw"):
        return []
    item = _item(view, offset)
    before = view.file.text[item.start : offset] if item else ""
    if len(before.split()) > 1 or before[-1:].isspace():
        return [] if item is None or _is_header(view, item) else _values(view, section, item, offset, servers)
    return _words(view, section, Span(view.file, offset - len(before), offset))


def _item(view: View, offset: int) -> Token | None:
    """The item that the cursor is in, or behind with only blanks between."""
    last = None
    for token in view.tree.tokens:
        if token.start >= offset:
            break
        if token.start < token.end:
            last = token
    if last is None or last.type not in ("ITEM", "INCLUDE"):
        return None
    between = view.file.text[last.end : offset]
    return last if not between.strip() and "\n" not in between else None


def _is_header(view: View, item: Token) -> bool:
    return any(isinstance(entry, Block) and entry.header is item for entry in view.tree.walk())


def _words(view: View, section: Section, replaces: Span) -> list[Proposal]:
    """Keywords and blocks of the section's kind."""
    keywords = view.schema.keywords_in(section.context).values()
    blocks = view.schema.blocks_in(section.context).values()
    offered = {
        row.name: Proposal(row.name, "keyword", summary(row), describe(row), replaces)
        for row in keywords
        if row.status != "dead"
    }
    for block in blocks:
        if block.name != "*" and block.status != "dead":
            offered.setdefault(block.name, Proposal(block.name, "block", summary(block), describe(block), replaces))
    return [offered[name] for name in sorted(offered)]


def _values(view: View, section: Section, item: Token, offset: int, servers: Iterable[str]) -> list[Proposal]:
    """Values of the keyword before the cursor: choices, on and off, names that it may point at."""
    words = view.file.text[item.start : offset].split()
    typed = "" if view.file.text[offset - 1].isspace() else words.pop()
    if len(words) > 1 and words[1:] != ["="]:
        return []
    row = view.schema.keywords_in(section.context).get(ALIASES.get(words[0], words[0]))
    if row is None:
        return []
    replaces = Span(view.file, offset - len(typed), offset)
    kind: Literal["name", "value"] = "name" if row.refers_to else "value"
    return [Proposal(value, kind, row.refers_to or row.name, "", replaces) for value in _known(view, row, servers)]


def _known(view: View, row: Keyword, servers: Iterable[str]) -> list[str]:
    if row.refers_to:
        defined = {child.raw_name for child in view.unit.root.children if child.kind == row.refers_to}
        defined |= set(servers) if row.refers_to == "server" else set()
        return sorted(name for name in defined if name and "$" not in name)
    if row.choices:
        return list(row.choices)
    return ["on", "off"] if row.kind == "flag" else []
