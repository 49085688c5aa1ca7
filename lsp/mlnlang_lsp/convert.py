"""Diagnostics as the protocol has them."""

from __future__ import annotations

from lsprotocol import types

from mlnlang.diagnostics import Diagnostic
from mlnlang_lsp.session import Session

SOURCE = "mln"
_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}


def diagnostic(session: Session, found: Diagnostic, *, related: bool) -> types.Diagnostic:
    """A diagnostic; what stands elsewhere goes with it as `related` places, or as lines of the message."""
    notes = [*found.notes]
    places = None
    if related and found.related:
        places = [types.DiagnosticRelatedInformation(session.location(r.span), r.message) for r in found.related]
    else:
        notes += [f"{r.span.place()}: {r.message}" for r in found.related]
    return types.Diagnostic(
        range=session.range(found.span) if found.span else types.Range(types.Position(0, 0), types.Position(0, 0)),
        message="\n".join([found.message, *notes, *([f"help: {found.help}"] if found.help else [])]),
        severity=_SEVERITIES[found.severity],
        code=found.code,
        source=SOURCE,
        related_information=places,
    )
