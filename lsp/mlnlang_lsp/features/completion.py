"""Completion; descriptions only when a proposal is looked at."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from mlnlang.ide.completion import completion
from mlnlang.ide.documentation import documentation
from mlnlang.ide.offers import Proposal
from mlnlang.ide.scene import scene
from mlnlang_lsp.document import Document
from mlnlang_lsp.knowledge import link_to, scene_of, support
from mlnlang_lsp.markup import markup
from mlnlang_lsp.server import MlnServer

TRIGGERS = ("$", "[", "/", " ", "#", "(")
_KINDS = {
    "keyword": types.CompletionItemKind.Property,
    "block": types.CompletionItemKind.Struct,
    "value": types.CompletionItemKind.EnumMember,
    "name": types.CompletionItemKind.Reference,
    "variable": types.CompletionItemKind.Variable,
    "file": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
    "address": types.CompletionItemKind.Value,
}


def register(server: MlnServer) -> None:
    """Register the methods."""
    options = types.CompletionOptions(trigger_characters=[*TRIGGERS], resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(answer)
    server.feature(types.COMPLETION_ITEM_RESOLVE)(resolve)


def answer(ls: MlnServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    """What may stand at the cursor."""
    found = scene_of(ls, params.text_document.uri)
    if found is None:
        return []
    document, here = found
    typed = (params.context.trigger_character if params.context else None) or ""
    make = _Items(ls, document)
    return [make.item(proposal) for proposal in completion(here, document.offset(params.position), typed=typed)]


class _Items:
    """Makes items as the client can take them."""

    def __init__(self, ls: MlnServer, document: Document) -> None:
        client = _client(ls)
        self._document = document
        self._snippets = bool(client and client.snippet_support) and ls.session.settings.completion.snippets
        self._replaces = bool(client and client.insert_replace_support)
        self._tags = bool(client and client.tag_support)
        self._deprecated = bool(client and client.deprecated_support)
        self._adjusts = bool(
            client
            and client.insert_text_mode_support
            and types.InsertTextMode.AdjustIndentation in client.insert_text_mode_support.value_set
        )
        self._ranges: dict[tuple[int, int], types.Range] = {}

    def item(self, proposal: Proposal) -> types.CompletionItem:
        """The item of a proposal."""
        text = proposal.text(snippets=self._snippets)
        snippet = self._snippets and proposal.snippet
        dead = proposal.deprecated
        return types.CompletionItem(
            label=proposal.label,
            kind=_KINDS[proposal.kind],
            detail=proposal.detail or None,
            sort_text=proposal.sort or None,
            filter_text=proposal.filter_text or None,
            tags=[types.CompletionItemTag.Deprecated] if dead and self._tags else None,
            deprecated=True if dead and self._deprecated and not self._tags else None,
            insert_text_format=types.InsertTextFormat.Snippet if snippet else None,
            insert_text_mode=types.InsertTextMode.AdjustIndentation if "\n" in text and self._adjusts else None,
            text_edit=self._edit(proposal, text),
            data={"uri": self._document.uri, "subject": [*proposal.subject]} if proposal.subject else None,
        )

    def _edit(self, proposal: Proposal, text: str) -> types.TextEdit | types.InsertReplaceEdit:
        stretch = proposal.stretch
        insert = self._range(stretch.start, stretch.cursor)
        if not self._replaces:
            return types.TextEdit(insert, text)
        return types.InsertReplaceEdit(text, insert, self._range(stretch.start, stretch.end))

    def _range(self, start: int, end: int) -> types.Range:
        found = self._ranges.get((start, end))
        if found is None:
            found = self._ranges[start, end] = self._document.range(start, end)
        return found


def resolve(ls: MlnServer, item: types.CompletionItem) -> types.CompletionItem:
    """The item with its description."""
    data: Any = item.data
    if not isinstance(data, dict) or "subject" not in data:
        return item
    workspace = ls.session.workspace
    here = scene(workspace, ls.session.key(str(data.get("uri"))))
    text = documentation(here, [str(each) for each in data["subject"]], link_to(ls), support)
    if text:
        client = _client(ls)
        item.documentation = markup(text, client.documentation_format if client else None)
    return item


def _client(ls: MlnServer) -> types.ClientCompletionItemOptions | None:
    text_document = ls.client_capabilities.text_document
    client = text_document.completion if text_document else None
    return client.completion_item if client else None
