"""Includes follow files and folders that are renamed or moved."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.moving import moving
from mlnlang_lsp.places import Places, atlas, takes_versions, when_checked
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the method, for any file: an included one may have any name."""
    workspace = server.client_capabilities.workspace
    if not (workspace and workspace.file_operations and workspace.file_operations.will_rename):
        return
    pattern = types.FileOperationPattern("**/*")
    options = types.FileOperationRegistrationOptions([types.FileOperationFilter(pattern, "file")])
    server.feature(types.WORKSPACE_WILL_RENAME_FILES, options)(when_checked(answer))


def answer(ls: MlnServer, params: types.RenameFilesParams) -> types.WorkspaceEdit | None:
    """The edits of include paths, to be made before the files are moved."""
    moves = {ls.session.key(each.old_uri): ls.session.key(each.new_uri) for each in params.files}
    edits = moving(atlas(ls), moves)
    return Places(ls).edit(edits, versioned=takes_versions(ls)) if edits else None
