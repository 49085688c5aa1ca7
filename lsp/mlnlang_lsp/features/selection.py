"""Selection ranges."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.selection import selection
from mlnlang.source import Span
from mlnlang_lsp.document import Document
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)(answer)


def answer(ls: MlnServer, params: types.SelectionRangeParams) -> list[types.SelectionRange] | None:
    """For each position the stretches around it."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    tree = ls.session.workspace.tree(ls.session.key(document.uri))
    return [_nested(document, selection(tree, document.offset(position))) for position in params.positions]


def _nested(document: Document, found: list[Span]) -> types.SelectionRange:
    outer: types.SelectionRange | None = None
    for span in reversed(found):
        outer = types.SelectionRange(document.range(span.start, span.end), outer)
    assert outer is not None
    return outer
