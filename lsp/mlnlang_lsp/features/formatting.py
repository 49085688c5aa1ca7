"""Formatting: a whole document, a range, and the line that is being typed."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.diagnostics import Edit
from mlnlang.ide.formatting import formatting, range_formatting, typed_formatting
from mlnlang_lsp.document import Document
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_FORMATTING)(answer)
    server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)(answer_range)
    typing = types.DocumentOnTypeFormattingOptions(first_trigger_character="}", more_trigger_character=["\n"])
    server.feature(types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, typing)(answer_typing)


def answer(ls: MlnServer, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """One edit, or none. There is one layout, so the client's options make no difference."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    workspace = ls.session.workspace
    edit = formatting(workspace.tree(ls.session.key(document.uri)).file, workspace.schema.raw_blocks)
    return [_edit(document, edit)] if edit else None


def answer_range(ls: MlnServer, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
    """Of the whole document's edits those within the range."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    workspace = ls.session.workspace
    file = workspace.tree(ls.session.key(document.uri)).file
    start, end = document.offset(params.range.start), document.offset(params.range.end)
    edits = range_formatting(file, workspace.schema.raw_blocks, start, end)
    return [_edit(document, edit) for edit in edits] or None


def answer_typing(ls: MlnServer, params: types.DocumentOnTypeFormattingParams) -> list[types.TextEdit] | None:
    """The indentation of the line."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    tree = ls.session.workspace.tree(ls.session.key(document.uri))
    edit = typed_formatting(tree, document.offset(params.position))
    return [_edit(document, edit)] if edit else None


def _edit(document: Document, edit: Edit) -> types.TextEdit:
    return types.TextEdit(document.range(edit.span.start, edit.span.end), edit.text)
