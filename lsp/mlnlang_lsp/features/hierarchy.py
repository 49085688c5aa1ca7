"""The type hierarchy: superclasses and what inherits from them."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from mlnlang.ide.hierarchy import Member, prepare, subtypes, supertypes
from mlnlang_lsp.places import Places, atlas, when_checked
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY)(answer)
    server.feature(types.TYPE_HIERARCHY_SUPERTYPES)(answer_supertypes)
    server.feature(types.TYPE_HIERARCHY_SUBTYPES)(when_checked(answer_subtypes))


def answer(ls: MlnServer, params: types.TypeHierarchyPrepareParams) -> list[types.TypeHierarchyItem] | None:
    """The host or superclass under the cursor."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    return _items(ls, prepare(atlas(ls), ls.session.key(document.uri), document.offset(params.position))) or None


def answer_supertypes(ls: MlnServer, params: types.TypeHierarchySupertypesParams) -> list[types.TypeHierarchyItem]:
    """Its superclass."""
    return _items(ls, supertypes(atlas(ls), *_place(params.item.data)))


def answer_subtypes(ls: MlnServer, params: types.TypeHierarchySubtypesParams) -> list[types.TypeHierarchyItem]:
    """Its heirs."""
    return _items(ls, subtypes(atlas(ls), *_place(params.item.data)))


def _place(data: Any) -> tuple[str, str, int]:
    """What `_items` has put into an item; another's data leads nowhere."""
    known = data if isinstance(data, dict) else {}
    return str(known.get("root", "")), str(known.get("path", "")), int(known.get("start", -1))


def _items(ls: MlnServer, members: list[Member]) -> list[types.TypeHierarchyItem]:
    places = Places(ls)
    return [
        types.TypeHierarchyItem(
            name=each.name,
            kind=types.SymbolKind.Class if each.kind == "superclass" else types.SymbolKind.Struct,
            uri=places.uri(each.span),
            range=places.range(each.span),
            selection_range=places.range(each.name_span),
            detail=each.detail,
            data={"root": each.root, "path": each.path, "start": each.start},
        )
        for each in members
    ]
