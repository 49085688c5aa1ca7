"""Descriptions in the form that a client declares to know."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types


def markup(text: str, formats: Sequence[types.MarkupKind] | None) -> types.MarkupContent | str:
    """Markdown, or plain text; a bare string for a client that declares neither."""
    if types.MarkupKind.Markdown in (formats or ()):
        return types.MarkupContent(types.MarkupKind.Markdown, text)
    plain = text.replace("`", "")
    return types.MarkupContent(types.MarkupKind.PlainText, plain) if formats else plain
