"""Names in all projects."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.finding import Found, finding
from mlnlang.source import Span
from mlnlang_lsp.places import Places, atlas, when_checked
from mlnlang_lsp.server import MlnServer

_KINDS = {
    "project": types.SymbolKind.Namespace,
    "host": types.SymbolKind.Struct,
    "superclass": types.SymbolKind.Class,
    "switch": types.SymbolKind.Interface,
    "server": types.SymbolKind.Object,
    "prefix": types.SymbolKind.Struct,
    "interface": types.SymbolKind.Field,
    "user": types.SymbolKind.Property,
    "group": types.SymbolKind.Property,
    "variable": types.SymbolKind.Variable,
}


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolOptions(resolve_provider=True))(when_checked(answer))
    server.feature(types.WORKSPACE_SYMBOL_RESOLVE)(resolve)


def answer(
    ls: MlnServer, params: types.WorkspaceSymbolParams
) -> list[types.WorkspaceSymbol] | list[types.SymbolInformation] | None:
    """What matches. Ranges are counted later for clients that ask for them where they need one."""
    found = finding(atlas(ls), params.query)
    places = Places(ls)
    if _resolves(ls):
        return [_unplaced(places, each) for each in found]
    return [
        types.SymbolInformation(
            location=places.location(each.occurrence.span),
            name=each.text,
            kind=_KINDS[each.occurrence.name.kind],
            container_name=each.within or None,
        )
        for each in found
    ]


def resolve(ls: MlnServer, symbol: types.WorkspaceSymbol) -> types.WorkspaceSymbol:
    """Put the range in."""
    place = symbol.data if isinstance(symbol.data, list) else []
    if len(place) == 2 and isinstance(symbol.location, types.LocationUriOnly):
        file = ls.session.workspace.tree(ls.session.key(symbol.location.uri)).file
        symbol.location = Places(ls).location(Span(file, int(place[0]), int(place[1])))
    return symbol


def _resolves(ls: MlnServer) -> bool:
    workspace = ls.client_capabilities.workspace
    client = workspace.symbol.resolve_support if workspace and workspace.symbol else None
    return bool(client and "location.range" in client.properties)


def _unplaced(places: Places, found: Found) -> types.WorkspaceSymbol:
    occurrence = found.occurrence
    return types.WorkspaceSymbol(
        location=types.LocationUriOnly(places.uri(occurrence.span)),
        name=found.text,
        kind=_KINDS[occurrence.name.kind],
        container_name=found.within or None,
        data=[occurrence.start, occurrence.end],
    )
