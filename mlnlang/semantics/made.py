"""Sections that a plugin makes: they read like written ones, and point at the line that asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlnlang.schema import BlockRow, Schema
from mlnlang.schema.core import ALIASES
from mlnlang.semantics.sections import Entry, Section
from mlnlang.source import Span
from mlnlang.syntax import Item, RawLine


class MadeEntry(Entry):
    """A line that stands in no file."""

    __slots__ = ("origin",)

    def __init__(self, section: Section, key: str, text: str, origin: Span, raw: bool) -> None:
        token = (RawLine if raw else Item)("RAW" if raw else "ITEM", origin.start, origin.end, text)
        super().__init__(origin.file, token, section, key, text, origin.start)
        self.origin = origin

    def span(self) -> Span:
        """What asked for the line."""
        return self.origin

    def key_span(self) -> Span:
        """What asked for the line."""
        return self.origin

    def value_span(self) -> Span:
        """What asked for the line."""
        return self.origin


def make_host(
    root: Section,
    schema: Schema,
    name: str,
    origin: Span,
    settings: Mapping[str, str],
    blocks: Mapping[tuple[str, str], Mapping[str, str]],
    lines: Mapping[str, Sequence[str]],
) -> Section:
    """The section of a host, as if its block had been written at the first level."""
    host = _section(root, schema, "host", name, origin)
    _fill(host, settings, origin)
    for (kind, block_name), inner in blocks.items():
        child = _section(host, schema, kind, block_name, origin)
        host.children.append(child)
        _fill(child, inner, origin)
    for kind, texts in lines.items():
        child = _section(host, schema, kind, "", origin)
        host.children.append(child)
        raw = child.body == "raw"
        child.entries.extend(MadeEntry(child, "", text, origin, raw) for text in texts)
    return host


def _section(parent: Section, schema: Schema, kind: str, name: str, origin: Span) -> Section:
    row: BlockRow | None = schema.blocks_in(parent.context).get(kind)
    section = Section(kind, name, row.context if row else "unknown", row, parent, origin.file, None)
    section.origin = origin
    return section


def _fill(section: Section, settings: Mapping[str, str], origin: Span) -> None:
    section.entries.extend(
        MadeEntry(section, ALIASES.get(key, key), value, origin, False) for key, value in settings.items()
    )
