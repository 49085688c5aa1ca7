"""Diagnostics: pulled by clients that can do that, pushed to all others, never both."""

from __future__ import annotations

import asyncio

from lsprotocol import types

from mlnlang_lsp.convert import diagnostic
from mlnlang_lsp.server import MlnServer

#: A file's problems by path, as the client has them.
Told = dict[str, list[types.Diagnostic]]


def register(server: MlnServer) -> None:
    """Decide for pull or push."""
    text_document = server.client_capabilities.text_document
    pull = text_document.diagnostic if text_document else None
    if pull is None:
        server.session.on_change.append(_Push(server).changed)
        return
    puller = _Pull(server, with_others=bool(pull.related_document_support))
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="mln")

    async def answer(params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        return await puller.answer(params)

    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(answer)
    workspace = server.client_capabilities.workspace
    if workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
        server.session.on_change.append(puller.changed)


async def converted(server: MlnServer) -> Told:
    """All problems as the protocol has them."""
    session = server.session
    text_document = server.client_capabilities.text_document
    client = (text_document.diagnostic or text_document.publish_diagnostics) if text_document else None
    related = bool(client and client.related_information)
    found = await session.problems()
    return {path: [diagnostic(session, each, related=related) for each in problems] for path, problems in found.items()}


class _Push:
    """Publishes what each check has found; files without problems any more get an empty list."""

    def __init__(self, server: MlnServer) -> None:
        self._server = server
        self._told: Told = {}
        self._task: asyncio.Task[None] | None = None

    def changed(self) -> None:
        """Publish when the next check is done."""
        if self._task is None or self._task.done():
            self._task = self._server.session.spawn(self._publish())

    async def _publish(self) -> None:
        found = await converted(self._server)
        session = self._server.session
        for path in sorted({*found, *self._told}):
            document = session.documents.get(path)
            here = found.get(path, [])
            if document is not None or here != self._told.get(path, []):
                version = document.version if document else None
                self._server.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(session.uri(path), here, version)
                )
        self._told = {path: here for path, here in found.items() if here}


class _Pull:
    """Answers a client that asks, and tells it when files it has not edited need to be asked for again."""

    def __init__(self, server: MlnServer, *, with_others: bool) -> None:
        self._server = server
        self._with_others = with_others
        self._others: dict[str, set[str]] = {}
        self._known: Told = {}
        self._task: asyncio.Task[None] | None = None

    async def answer(self, params: types.DocumentDiagnosticParams) -> types.RelatedFullDocumentDiagnosticReport:
        """The document's problems, and those of files that are not open, where the client takes them."""
        found = await converted(self._server)
        session = self._server.session
        path = session.key(params.text_document.uri)
        items = self._known[path] = found.get(path, [])
        report = types.RelatedFullDocumentDiagnosticReport(items=items)
        if self._with_others:
            closed = {other for other in found if other not in session.documents}
            shown = closed | self._others.get(path, set())
            report.related_documents = {
                session.uri(other): types.FullDocumentDiagnosticReport(items=found.get(other, []))
                for other in sorted(shown - session.documents.keys())
            } or None
            self._others[path] = closed
        return report

    def changed(self) -> None:
        """Look, when the next check is done, whether other files are concerned."""
        if self._task is None or self._task.done():
            self._task = self._server.session.spawn(self._refresh())

    async def _refresh(self) -> None:
        found = await converted(self._server)
        session = self._server.session
        stale = [path for path in self._known if path in found and self._known[path] != found[path]]
        edited = session.take_edited()
        if any(path not in edited for path in stale):
            self._server.workspace_diagnostic_refresh(None)
        self._known = {path: found[path] for path in self._known if path in session.documents and path in found}
