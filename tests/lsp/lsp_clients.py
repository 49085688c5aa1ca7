"""Clients for the tests: what each can do, and a handle on one that talks to a running server."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsprotocol import types
from pytest_lsp import LanguageClient

PUSH_16 = "push, utf-16"
PUSH_8 = "push, utf-8, flat and plain"
PULL_8 = "pull, utf-8"
PULL_32 = "pull, utf-32, related documents"
KINDS = (PUSH_16, PUSH_8, PULL_8, PULL_32)


def capabilities(kind: str) -> types.ClientCapabilities:
    """What a client of that kind declares."""
    pull = "pull" in kind
    rich = "flat" not in kind
    markup = [types.MarkupKind.Markdown] if rich else None
    encoding = next((unit for unit in ("utf-8", "utf-32") if unit in kind), None)
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[encoding, "utf-16"] if encoding else None),
        workspace=types.WorkspaceClientCapabilities(
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True) if pull else None,
            **(moving() if rich else {}),
        ),
        text_document=types.TextDocumentClientCapabilities(
            diagnostic=types.DiagnosticClientCapabilities(
                related_document_support="related" in kind, related_information="related" in kind
            )
            if pull
            else None,
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=rich),
            hover=types.HoverClientCapabilities(content_format=markup),
            **(telling() | leading(lines_only=not pull) if rich else {}),
            document_symbol=types.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=rich),
        ),
    )


def leading(*, lines_only: bool) -> dict[str, Any]:
    """What a client declares of rename, folding and links."""
    return {
        "rename": types.RenameClientCapabilities(prepare_support=True),
        "folding_range": types.FoldingRangeClientCapabilities(line_folding_only=lines_only),
        "document_link": types.DocumentLinkClientCapabilities(tooltip_support=True),
    }


def moving() -> dict[str, Any]:
    """What it declares of the workspace."""
    location = types.ClientSymbolResolveOptions(["location.range"])
    return {
        "workspace_edit": types.WorkspaceEditClientCapabilities(document_changes=True),
        "file_operations": types.FileOperationClientCapabilities(will_rename=True),
        "symbol": types.WorkspaceSymbolClientCapabilities(resolve_support=location),
    }


def telling() -> dict[str, Any]:
    """What a client declares of completion, actions and the like, when it can do all of it."""
    lazily = types.ClientCodeActionResolveOptions(["edit"])
    kinds = types.ClientCodeActionLiteralOptions(types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix]))
    formats = [types.MarkupKind.Markdown]
    return {
        "completion": types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(
                snippet_support=True,
                insert_replace_support=True,
                tag_support=types.CompletionItemTagOptions([types.CompletionItemTag.Deprecated]),
                documentation_format=formats,
            )
        ),
        "signature_help": types.SignatureHelpClientCapabilities(
            signature_information=types.ClientSignatureInformationOptions(
                documentation_format=formats,
                parameter_information=types.ClientSignatureParameterInformationOptions(label_offset_support=True),
                active_parameter_support=True,
            )
        ),
        "code_action": types.CodeActionClientCapabilities(
            code_action_literal_support=kinds, is_preferred_support=True, data_support=True, resolve_support=lazily
        ),
        "semantic_tokens": types.SemanticTokensClientCapabilities(
            requests=types.ClientSemanticTokensRequestOptions(
                range=True, full=types.ClientSemanticTokensRequestFullDelta(delta=True)
            ),
            token_types=[],
            token_modifiers=[],
            formats=[types.TokenFormat.Relative],
        ),
    }


@dataclass
class Editor:
    """A client with its server and a folder of its own."""

    kind: str
    client: RecordingClient
    server: types.InitializeResult
    folder: Path
    versions: itertools.count[int]

    @property
    def pulls(self) -> bool:
        """Whether the client asks for diagnostics."""
        return "pull" in self.kind

    @property
    def encoding(self) -> str:
        """The encoding that was agreed on."""
        agreed = self.server.capabilities.position_encoding
        return str(getattr(agreed, "value", agreed))

    def uri(self, name: str) -> str:
        """The URI of a file of the folder."""
        return (self.folder / name).as_uri()

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def open(self, name: str, text: str) -> int:
        """Open a document; returns its version."""
        version = next(self.versions)
        item = types.TextDocumentItem(self.uri(name), "mln", version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return version

    def edit(self, name: str, *changes: types.TextDocumentContentChangeEvent) -> int:
        """Edit a document; returns its version."""
        version = next(self.versions)
        document = types.VersionedTextDocumentIdentifier(version, self.uri(name))
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, list(changes)))
        return version

    def replace(self, name: str, text: str) -> int:
        """Give a document a new text; returns its version."""
        return self.edit(name, types.TextDocumentContentChangeWholeDocument(text))

    def close(self, name: str) -> None:
        """Close a document."""
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(name)))

    def document(self, name: str) -> types.TextDocumentIdentifier:
        """A document's identifier."""
        return types.TextDocumentIdentifier(self.uri(name))

    async def problems(self, name: str, version: int) -> Sequence[types.Diagnostic]:
        """The document's diagnostics, asked for or published for that version."""
        if self.pulls:
            return (await self.report(name)).items
        while self.client.published_versions.get(self.uri(name)) != version:
            await self.client.more()
        return self.client.diagnostics[self.uri(name)]

    async def report(self, name: str) -> types.RelatedFullDocumentDiagnosticReport:
        """The answer to a pull."""
        params = types.DocumentDiagnosticParams(self.document(name))
        answer = await self.client.text_document_diagnostic_async(params)
        assert isinstance(answer, types.RelatedFullDocumentDiagnosticReport)
        return answer

    async def published_for(self, name: str, count: int) -> Sequence[types.Diagnostic]:
        """Wait until that many diagnostics are published for a file."""
        while len(self.client.diagnostics.get(self.uri(name), ())) != count:
            await self.client.more()
        return self.client.diagnostics[self.uri(name)]


class RecordingClient(LanguageClient):
    """A client that keeps the versions diagnostics were published for."""

    editor: Editor

    def __init__(self, **more: object) -> None:
        super().__init__(**more)
        self.published_versions: dict[str, int | None] = {}
        self.publications: list[types.PublishDiagnosticsParams] = []
        self.redrawn: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    async def more(self) -> None:
        """Wait until something more is published."""
        await asyncio.wait_for(self._news.wait(), 20)
        self._news.clear()

    def take(self, params: types.PublishDiagnosticsParams) -> None:
        """Take published diagnostics."""
        self.diagnostics[params.uri] = params.diagnostics
        self.published_versions[params.uri] = params.version
        self.publications.append(params)
        self._news.set()


def record(client: RecordingClient, params: types.PublishDiagnosticsParams) -> None:
    """The client's handler of published diagnostics."""
    client.take(params)


def redrawn(client: RecordingClient, params: Any) -> None:
    """The client's handler of pictures that are out of date."""
    client.redrawn.append(params._asdict() if hasattr(params, "_asdict") else dict(vars(params)))
