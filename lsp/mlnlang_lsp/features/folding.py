"""Folding ranges."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.ide.folding import Fold, folding
from mlnlang_lsp.document import Document
from mlnlang_lsp.server import MlnServer

_KINDS = {"comment": types.FoldingRangeKind.Comment, "include": types.FoldingRangeKind.Imports}


def register(server: MlnServer) -> None:
    """Register the method."""
    server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)(answer)


def answer(ls: MlnServer, params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
    """Blocks, comments, includes; whole lines for clients that fold nothing else."""
    document = ls.session.document(params.text_document.uri)
    if document is None:
        return None
    text_document = ls.client_capabilities.text_document
    client = text_document.folding_range if text_document else None
    lines_only = bool(client and client.line_folding_only)
    found = folding(ls.session.workspace.tree(ls.session.key(document.uri)))
    ranges = [each for fold in found if (each := _range(document, fold, lines_only=lines_only))]
    most = client.range_limit if client else None
    return ranges[:most] if most else ranges


def _range(document: Document, fold: Fold, *, lines_only: bool) -> types.FoldingRange | None:
    """A fold. Of a block that is folded by lines, the line of the closing brace stays in sight."""
    place = document.range(fold.start, fold.end)
    start, end = place.start, place.end
    if not lines_only:
        return types.FoldingRange(start.line, end.line, start.character, end.character, _KINDS.get(fold.kind))
    last = end.line - 1 if fold.kind == "block" and fold.closed else end.line
    return types.FoldingRange(start.line, last, kind=_KINDS.get(fold.kind)) if last > start.line else None
