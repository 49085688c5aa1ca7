"""Spans and edits of the language as ranges, locations and workspace edits, many at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified

from mlnlang.diagnostics import Edit
from mlnlang.ide.atlas import Atlas
from mlnlang.source import SourceFile, Span
from mlnlang_lsp.document import Document
from mlnlang_lsp.positions import Lines
from mlnlang_lsp.server import MlnServer
from mlnlang_lsp.turns import Handler

_atlases: WeakKeyDictionary[MlnServer, Atlas] = WeakKeyDictionary()


def atlas(ls: MlnServer) -> Atlas:
    """The projects of the session's workspace."""
    found = _atlases.get(ls)
    if found is None or found.workspace is not ls.session.workspace:
        found = _atlases[ls] = Atlas(ls.session.workspace)
    return found


def when_checked(handler: Handler) -> Handler:
    """A handler that first waits for the check under way: only then is it known which files belong together."""

    async def answer(ls: MlnServer, params: Any) -> Any:
        await ls.session.problems()
        return await ls.turns.take(ls, handler, params)

    return answer


class Places:
    """Converts spans for one answer; a file's lines are counted once."""

    def __init__(self, ls: MlnServer) -> None:
        self._session = ls.session
        self._files: dict[SourceFile, Document | Lines] = {}

    def range(self, span: Span) -> types.Range:
        """A span as the client counts."""
        file = self._files.get(span.file)
        if file is None:
            document = self._document(span.file)
            file = self._files[span.file] = document or Lines(span.file.text, self._session.encoding)
        return file.range(span.start, span.end)

    def location(self, span: Span) -> types.Location:
        """A span as a place in a file."""
        return types.Location(self.uri(span), self.range(span))

    def uri(self, span: Span) -> str:
        """The URI of a span's file."""
        return self._session.uri(self._session.workspace.key(span.file.path))

    def edit(self, edits: Iterable[Edit], *, versioned: bool) -> types.WorkspaceEdit:
        """Edits by file. `versioned`: the client takes `documentChanges`, which name the document's version.

        Raises JsonRpcContentModified where a document has changed since it was read.
        """
        by_path: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            path = self._session.workspace.key(edit.span.file.path)
            if path in self._session.documents and self._document(edit.span.file) is None:
                raise JsonRpcContentModified
            by_path.setdefault(path, []).append(types.TextEdit(self.range(edit.span), edit.text))
        if not versioned:
            return types.WorkspaceEdit(changes={self._session.uri(path): here for path, here in by_path.items()})
        return types.WorkspaceEdit(document_changes=[self._changes(path, here) for path, here in by_path.items()])

    def _changes(self, path: str, edits: list[types.TextEdit]) -> types.TextDocumentEdit:
        document = self._session.documents.get(path)
        version = document.version if document is not None else None
        identifier = types.OptionalVersionedTextDocumentIdentifier(self._session.uri(path), version)
        return types.TextDocumentEdit(identifier, [*edits])

    def _document(self, file: SourceFile) -> Document | None:
        """The open document of a file, if it still has this text."""
        known = self._files.get(file)
        if isinstance(known, Document):
            return known
        document = self._session.documents.get(self._session.workspace.key(file.path))
        return document if document is not None and document.text[document.shift :] == file.text else None


def takes_versions(ls: MlnServer) -> bool:
    """Whether the client takes `documentChanges`."""
    workspace = ls.client_capabilities.workspace
    return bool(workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes)
