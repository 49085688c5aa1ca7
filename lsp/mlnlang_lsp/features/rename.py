"""Rename: whether a name can be changed, and the edits that do it."""

from __future__ import annotations

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from mlnlang.diagnostics import Edit
from mlnlang.ide.renaming import Refused, prepare, rename
from mlnlang_lsp.places import Places, atlas, takes_versions, when_checked
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods; asking first only for clients that can."""
    text_document = server.client_capabilities.text_document
    client = text_document.rename if text_document else None
    asks = bool(client and client.prepare_support)
    server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=asks or None))(when_checked(answer))
    if asks:
        server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)(when_checked(answer_prepare))


def answer_prepare(ls: MlnServer, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """The name under the cursor. An error that says why, where it can't be changed."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    try:
        found = prepare(atlas(ls), ls.session.key(document.uri), document.offset(params.position))
    except Refused as refused:
        raise _failed(refused) from None
    return types.PrepareRenamePlaceholder(document.range(found.start, found.end), found.text) if found else None


def answer(ls: MlnServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edits. An error that says why, where the language or another name stands against it."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    path, offset = ls.session.key(document.uri), document.offset(params.position)
    try:
        found = rename(atlas(ls), path, offset, params.new_name)
    except Refused as refused:
        raise _failed(refused) from None
    if found is None:
        return None
    edits = [Edit(each.span, params.new_name) for each in found]
    return Places(ls).edit(edits, versioned=takes_versions(ls))


def _failed(refused: Refused) -> JsonRpcException:
    return JsonRpcException(message=str(refused), code=types.LSPErrorCodes.RequestFailed.value)
