"""Hover."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.hover import Teller, hover
from mlnlang_lsp.knowledge import link_to, scene_of, support
from mlnlang_lsp.markup import markup
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(answer)


async def answer(ls: MlnServer, params: types.HoverParams) -> types.Hover | None:
    """What the word under the cursor is for, and what it comes to."""
    await ls.session.problems()
    found = scene_of(ls, params.text_document.uri)
    if found is None:
        return None
    document, here = found
    teller = Teller(link_to(ls), support, ls.session.settings.hover.layers)
    told = hover(here, document.offset(params.position), teller)
    if told is None:
        return None
    span, text = told
    text_document = ls.client_capabilities.text_document
    formats = text_document.hover.content_format if text_document and text_document.hover else None
    return types.Hover(markup(text, formats), document.range(span.start, span.end))
