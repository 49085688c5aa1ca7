"""Opening, editing and closing documents, and being told of changes on the disk."""

from __future__ import annotations

from lsprotocol import types

from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))(did_save)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)


def did_open(ls: MlnServer, params: types.DidOpenTextDocumentParams) -> None:
    """Take the document in."""
    ls.session.open(params.text_document)


def did_change(ls: MlnServer, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the edits."""
    ls.session.change(params)


def did_close(ls: MlnServer, params: types.DidCloseTextDocumentParams) -> None:
    """From now on the file counts."""
    ls.session.close(params.text_document.uri)


def did_save(ls: MlnServer, params: types.DidSaveTextDocumentParams) -> None:
    """The file is as the document; files that are not open may have changed too, where nobody watches them."""
    ls.session.disk_changed([ls.session.key(params.text_document.uri)] if ls.session.watched else None)


def did_change_watched_files(ls: MlnServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Files have changed on the disk."""
    paths = [ls.session.key(change.uri) for change in params.changes]
    moved = any(change.type != types.FileChangeType.Changed for change in params.changes)
    ls.session.disk_changed(None if moved else paths)
