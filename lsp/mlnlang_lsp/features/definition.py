"""Go to definition."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.definition import definition
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_DEFINITION)(answer)


def answer(ls: MlnServer, params: types.DefinitionParams) -> types.Location | None:
    """Where the name under the cursor is defined."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    view = ls.session.workspace.view(ls.session.key(document.uri))
    found = definition(view, document.offset(params.position))
    return ls.session.location(found) if found is not None else None
