"""The outline of a document."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from mlnlang.ide.outline import Symbol, outline
from mlnlang_lsp.document import Document
from mlnlang_lsp.server import MlnServer

_KINDS = {
    "global": types.SymbolKind.Namespace,
    "host": types.SymbolKind.Struct,
    "superclass": types.SymbolKind.Class,
    "switch": types.SymbolKind.Interface,
    "server": types.SymbolKind.Object,
    "network": types.SymbolKind.Field,
}


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(answer)


def answer(
    ls: MlnServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
    """The blocks: as a tree, or flat for a client that knows no trees."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    found = outline(ls.session.workspace.tree(ls.session.key(document.uri)))
    text_document = ls.client_capabilities.text_document
    client = text_document.document_symbol if text_document else None
    if client and client.hierarchical_document_symbol_support:
        return [_tree(document, symbol) for symbol in found]
    return [flat for symbol in found for flat in _flat(document, symbol, None)]


def _tree(document: Document, symbol: Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=_name(symbol),
        detail=symbol.kind if symbol.name else None,
        kind=_kind(symbol),
        range=document.range(symbol.span.start, symbol.span.end),
        selection_range=document.range(symbol.header.start, symbol.header.end),
        children=[_tree(document, child) for child in symbol.children],
    )


def _flat(document: Document, symbol: Symbol, above: str | None) -> Iterator[types.SymbolInformation]:
    place = types.Location(document.uri, document.range(symbol.span.start, symbol.span.end))
    yield types.SymbolInformation(location=place, name=_name(symbol), kind=_kind(symbol), container_name=above)
    for child in symbol.children:
        yield from _flat(document, child, _name(symbol))


def _name(symbol: Symbol) -> str:
    return symbol.name or symbol.kind or "{ }"  # an empty name is against the protocol


def _kind(symbol: Symbol) -> types.SymbolKind:
    return _KINDS.get(symbol.kind, types.SymbolKind.Property)
