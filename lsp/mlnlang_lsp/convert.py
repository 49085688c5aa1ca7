"""Diagnostics as the protocol has them."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import DEAD_KEYWORD, GIVEN_TWICE, UNUSED_ALLOW
from mlnlang_lsp.places import Places
from mlnlang_lsp.server import MlnServer

SOURCE = "mln"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
#: What is said of text that might as well not be there.
_TAGS = {
    DEAD_KEYWORD.code: (types.DiagnosticTag.Unnecessary, types.DiagnosticTag.Deprecated),
    GIVEN_TWICE.code: (types.DiagnosticTag.Unnecessary,),
    UNUSED_ALLOW.code: (types.DiagnosticTag.Unnecessary,),
}


class Converter:
    """Converts the diagnostics of one answer into what the client can take."""

    def __init__(self, ls: MlnServer) -> None:
        self._places = Places(ls)
        text_document = ls.client_capabilities.text_document
        client = (text_document.diagnostic or text_document.publish_diagnostics) if text_document else None
        self._related = bool(client and client.related_information)
        self._data = bool(client and client.data_support)
        self._tags = frozenset(client.tag_support.value_set) if client and client.tag_support else frozenset()

    def diagnostic(self, found: Diagnostic) -> types.Diagnostic:
        """A diagnostic; what stands elsewhere goes with it as related places, or as lines of the message."""
        notes = [*found.notes]
        related = None
        if self._related and found.related:
            related = [
                types.DiagnosticRelatedInformation(self._places.location(each.span), each.message)
                for each in found.related
            ]
        else:
            notes += [f"{each.span.place()}: {each.message}" for each in found.related]
        start = types.Position(0, 0)
        return types.Diagnostic(
            range=self._places.range(found.span) if found.span else types.Range(start, start),
            message="\n".join([found.message, *notes, *([f"help: {found.help}"] if found.help else [])]),
            severity=_SEVERITIES[found.severity],
            code=found.code,
            source=SOURCE,
            related_information=related,
            tags=[tag for tag in _TAGS.get(found.code, ()) if tag in self._tags] or None,
            data={"code": found.code, "slug": found.slug} if self._data else None,
        )
