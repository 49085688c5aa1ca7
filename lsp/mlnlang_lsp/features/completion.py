"""Completion."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.completion import Proposal, completion
from mlnlang_lsp.document import Document
from mlnlang_lsp.markup import markup
from mlnlang_lsp.server import MlnServer

_KINDS = {
    "keyword": types.CompletionItemKind.Property,
    "block": types.CompletionItemKind.Struct,
    "value": types.CompletionItemKind.EnumMember,
    "name": types.CompletionItemKind.Reference,
}


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions())(answer)


def answer(ls: MlnServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    """What may stand at the cursor."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return []
    workspace = ls.session.workspace
    offset = document.offset(params.position)
    found = completion(workspace.view(ls.session.key(document.uri)), offset, workspace.servers())
    return [_item(ls, document, proposal) for proposal in found]


def _item(ls: MlnServer, document: Document, proposal: Proposal) -> types.CompletionItem:
    span = proposal.replaces
    return types.CompletionItem(
        label=proposal.label,
        kind=_KINDS[proposal.kind],
        detail=proposal.detail,
        documentation=_documentation(ls, proposal.documentation),
        text_edit=types.TextEdit(document.range(span.start, span.end), proposal.label),
    )


def _documentation(ls: MlnServer, text: str) -> types.MarkupContent | str | None:
    if not text:
        return None
    text_document = ls.client_capabilities.text_document
    client = text_document.completion if text_document else None
    return markup(text, client.completion_item.documentation_format if client and client.completion_item else None)
