"""Formatting a whole document."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.formatting import formatting
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_FORMATTING)(answer)


def answer(ls: MlnServer, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """One edit, or none. There is one layout, so the client's options make no difference."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    workspace = ls.session.workspace
    edit = formatting(workspace.tree(ls.session.key(document.uri)).file, workspace.schema.raw_blocks)
    return [types.TextEdit(document.range(edit.span.start, edit.span.end), edit.text)] if edit else None
