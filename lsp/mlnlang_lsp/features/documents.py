"""Opening, editing and closing documents, and being told of changes on the disk."""

from __future__ import annotations

from lsprotocol import types

from mlnlang_lsp.server import MlnServer

#: Files whose changes on the disk matter.
WATCHED = ("**/*.mln", "**/mln.conf", "**/.mln")


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)


def initialized(ls: MlnServer, _params: types.InitializedParams) -> None:
    """Ask to be told of changed files, where the client can do that."""
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching is None or not watching.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(glob) for glob in WATCHED])
    watched = types.Registration("watched-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    ls.client_register_capability(types.RegistrationParams([watched]))


def did_open(ls: MlnServer, params: types.DidOpenTextDocumentParams) -> None:
    """Take the document in."""
    ls.session.open(params.text_document)


def did_change(ls: MlnServer, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the edits."""
    ls.session.change(params)


def did_close(ls: MlnServer, params: types.DidCloseTextDocumentParams) -> None:
    """From now on the file counts."""
    ls.session.close(params.text_document.uri)


def did_save(ls: MlnServer, _params: types.DidSaveTextDocumentParams) -> None:
    """Files that are not open may have changed too."""
    ls.session.renew()


def did_change_watched_files(ls: MlnServer, _params: types.DidChangeWatchedFilesParams) -> None:
    """Files have changed on the disk."""
    ls.session.renew()
