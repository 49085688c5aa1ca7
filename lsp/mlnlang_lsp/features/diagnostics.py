"""Diagnostics: pulled by clients that can do that, pushed to all others, never both."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable

from lsprotocol import types

from mlnlang_lsp.convert import Converter
from mlnlang_lsp.server import MlnServer

#: A file's problems by path, as the client has them.
Told = dict[str, list[types.Diagnostic]]
_WorkspaceReport = types.WorkspaceFullDocumentDiagnosticReport | types.WorkspaceUnchangedDocumentDiagnosticReport
_FileReport = types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport


def register(server: MlnServer) -> None:
    """Decide for pull or push."""
    text_document = server.client_capabilities.text_document
    pull = text_document.diagnostic if text_document else None
    if pull is None:
        push = _Push(server)
        server.session.on_change.append(push.changed)
        server.session.on_others.append(push.others)
        return
    puller = _Pull(server, with_others=bool(pull.related_document_support))
    options = types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="mln")

    async def of_document(params: types.DocumentDiagnosticParams) -> _FileReport:
        return await puller.of_document(params)

    async def of_workspace(params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        return await puller.of_workspace(params)

    server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(of_document)
    server.feature(types.WORKSPACE_DIAGNOSTIC)(of_workspace)
    server.session.on_change.append(puller.changed)
    server.session.on_others.append(puller.others)


async def converted(server: MlnServer) -> Told:
    """All problems as the protocol has them."""
    found = await server.session.all_problems()
    convert = Converter(server).diagnostic
    return {path: [convert(each) for each in problems] for path, problems in found.items()}


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

    def others(self, done: int, total: int) -> None:
        """Publish what was found in projects that are not open, once all are checked."""
        if done == total:
            self.changed()

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


class _Results:
    """Names for what was said of files, so that it need not be said twice."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, list[types.Diagnostic]]] = {}
        self._numbers = itertools.count(1)

    def name(self, path: str, items: list[types.Diagnostic]) -> str:
        """The name of a file's problems: the same as long as these are."""
        known = self._last.get(path)
        if known is None or known[1] != items:
            known = self._last[path] = (str(next(self._numbers)), items)
        return known[0]


class _Pull:
    """Answers a client that asks, and tells it when files it has not edited need to be asked for again."""

    def __init__(self, server: MlnServer, *, with_others: bool) -> None:
        self._server = server
        self._with_others = with_others
        self._others: dict[str, set[str]] = {}
        self._known: Told = {}
        self._results = _Results()
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        workspace = server.client_capabilities.workspace
        self._refreshes = bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)

    # ------------------------------------------------------------ one document
    async def of_document(self, params: types.DocumentDiagnosticParams) -> _FileReport:
        """The document's problems, and those of files that are not open, where the client takes them."""
        found = await converted(self._server)
        path = self._server.session.key(params.text_document.uri)
        items = self._known[path] = found.get(path, [])
        name = self._results.name(path, items)
        report: _FileReport = types.RelatedFullDocumentDiagnosticReport(items=items, result_id=name)
        if params.previous_result_id == name:
            report = types.RelatedUnchangedDocumentDiagnosticReport(result_id=name)
        if self._with_others:
            report.related_documents = self._related(path, found)
        return report

    def _related(
        self, path: str, found: Told
    ) -> dict[str, types.FullDocumentDiagnosticReport | types.UnchangedDocumentDiagnosticReport] | None:
        session = self._server.session
        closed = {other for other in found if other not in session.documents}
        shown = closed | self._others.get(path, set())
        self._others[path] = closed
        return {
            session.uri(other): types.FullDocumentDiagnosticReport(items=found.get(other, []))
            for other in sorted(shown - session.documents.keys())
        } or None

    # ------------------------------------------------------------ all files
    async def of_workspace(self, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
        """What has changed for any file since the client asked last; waits until something has."""
        before = {self._server.session.key(each.uri): each.value for each in params.previous_result_ids}
        while True:
            self._news.clear()
            reports = self._reports(await converted(self._server), before)
            fresh = [each for each in reports if each.kind == types.DocumentDiagnosticReportKind.Full]
            if fresh or not before or self._server.has_shut_down:
                return self._answer(params, reports)
            await self._news.wait()

    def _answer(
        self, params: types.WorkspaceDiagnosticParams, reports: list[_WorkspaceReport]
    ) -> types.WorkspaceDiagnosticReport:
        """The reports, by way of partial results where the client takes these."""
        token = params.partial_result_token
        if token is None or not reports:
            return types.WorkspaceDiagnosticReport(reports)
        value = self._server.protocol.unstructured(types.WorkspaceDiagnosticReport(reports))
        self._server.progress(types.ProgressParams(token, value))
        return types.WorkspaceDiagnosticReport([])

    def _reports(self, found: Told, before: dict[str, str]) -> list[_WorkspaceReport]:
        return [self._report(path, found.get(path, []), before.get(path)) for path in sorted({*found, *before})]

    def _report(self, path: str, items: list[types.Diagnostic], before: str | None) -> _WorkspaceReport:
        session = self._server.session
        document = session.documents.get(path)
        version = document.version if document else None
        name = self._results.name(path, items)
        uri = session.uri(path)
        if name == before:
            return types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=name, version=version)
        return types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=items, result_id=name, version=version)

    # ------------------------------------------------------------ news
    def others(self, done: int, total: int) -> None:
        """A project that is not open was checked."""
        if done == total:
            self._news.set()
            self.changed()

    def changed(self) -> None:
        """Look, when the next check is done, whether other files are concerned."""
        if self._task is None or self._task.done():
            self._task = self._server.session.spawn(self._refresh())

    async def _refresh(self) -> None:
        found = await converted(self._server)
        self._news.set()
        session = self._server.session
        stale = [path for path in self._known if path in found and self._known[path] != found[path]]
        edited = session.take_edited()
        if self._refreshes and _by_others(stale, edited):
            self._server.workspace_diagnostic_refresh(None)
        self._known = {path: found[path] for path in self._known if path in session.documents and path in found}


def _by_others(stale: Iterable[str], edited: set[str]) -> bool:
    return any(path not in edited for path in stale)
