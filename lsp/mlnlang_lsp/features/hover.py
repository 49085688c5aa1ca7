"""Hover."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.hover import hover
from mlnlang_lsp.markup import markup
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(answer)


def answer(ls: MlnServer, params: types.HoverParams) -> types.Hover | None:
    """What the word under the cursor is for."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    found = hover(ls.session.workspace.view(ls.session.key(document.uri)), document.offset(params.position))
    if found is None:
        return None
    span, text = found
    text_document = ls.client_capabilities.text_document
    formats = text_document.hover.content_format if text_document and text_document.hover else None
    return types.Hover(markup(text, formats), document.range(span.start, span.end))
