"""References, and highlights in the document."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.references import highlights, references
from mlnlang_lsp.places import Places, atlas, when_checked
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_REFERENCES)(when_checked(answer))
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)(answer_highlights)


def answer(ls: MlnServer, params: types.ReferenceParams) -> list[types.Location] | None:
    """Every place of the name under the cursor, in all files."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    path, offset = ls.session.key(document.uri), document.offset(params.position)
    found = references(atlas(ls), path, offset, definitions=params.context.include_declaration)
    places = Places(ls)
    return [places.location(each.span) for each in found] or None


def answer_highlights(ls: MlnServer, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
    """Every place of the name in this document: written where it is defined, else read."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    found = highlights(atlas(ls), ls.session.key(document.uri), document.offset(params.position))
    kinds = types.DocumentHighlightKind
    return [
        types.DocumentHighlight(document.range(each.start, each.end), kinds.Write if each.defines else kinds.Read)
        for each in found
    ] or None
