"""Diagnostics as JSON: `{"version": 1, "diagnostics": […]}` (design, command lines)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlnlang.diagnostics.model import Diagnostic, Fix
from mlnlang.source import Span

VERSION = 1


def document(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """The whole document."""
    return {"version": VERSION, "diagnostics": [_diagnostic(d) for d in diagnostics]}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "slug": diagnostic.slug,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "file": diagnostic.span.file.path if diagnostic.span else diagnostic.path or None,
        "range": _range(diagnostic.span) if diagnostic.span else None,
        "related": [
            {"message": r.message, "file": r.span.file.path, "range": _range(r.span)} for r in diagnostic.related
        ],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help or None,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _range(span: Span) -> dict[str, dict[str, int]]:
    start, end = span.file.position(span.start), span.file.position(span.end)
    return {
        "start": {"line": start.line, "column": start.column},
        "end": {"line": end.line, "column": end.column},
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": "safe" if fix.safe else "suggestion",
        "edits": [{"file": e.span.file.path, "range": _range(e.span), "text": e.text} for e in fix.edits],
    }
