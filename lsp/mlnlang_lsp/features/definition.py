"""Go to definition and to declaration."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.definition import declaration, definition
from mlnlang.source import Span
from mlnlang_lsp.places import Places, atlas
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_DEFINITION)(answer)
    server.feature(types.TEXT_DOCUMENT_DECLARATION)(answer_declaration)


def answer(ls: MlnServer, params: types.DefinitionParams) -> types.Location | list[types.Location] | None:
    """Where the name under the cursor is defined."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    found = definition(atlas(ls), ls.session.key(document.uri), document.offset(params.position))
    return _locations(ls, found)


def answer_declaration(ls: MlnServer, params: types.DeclarationParams) -> types.Location | list[types.Location] | None:
    """Where it is first given."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    found = declaration(atlas(ls), ls.session.key(document.uri), document.offset(params.position))
    return _locations(ls, found)


def _locations(ls: MlnServer, found: list[Span]) -> types.Location | list[types.Location] | None:
    """One place by itself, several in a list."""
    places = Places(ls)
    locations = [places.location(span) for span in found]
    return locations if len(locations) > 1 else locations[0] if locations else None
