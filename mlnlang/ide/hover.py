"""Hover: what the keyword or block under the cursor is for."""

from __future__ import annotations

from mlnlang.ide.describing import describe
from mlnlang.ide.view import View
from mlnlang.source import Span


def hover(view: View, offset: int) -> tuple[Span, str] | None:
    """The word and its description in Markdown; None where the cursor is on no word that a row knows."""
    headed = view.headed(offset)
    if headed is not None:
        row = view.block_row(headed)
        span = _first_word(headed.header_span())
        return (span, describe(row)) if row and offset <= span.end else None
    entry = view.entry(offset)
    if entry is None or entry.raw:
        return None
    keyword = view.keyword(entry)
    return (entry.key_span(), describe(keyword)) if keyword and offset <= entry.key_span().end else None


def _first_word(span: Span) -> Span:
    return Span(span.file, span.start, span.start + len(span.text.split(None, 1)[0])) if span.text.strip() else span
