"""Diagnostics as a Code Quality report, which GitLab shows in merge requests (GitLab's documentation, "Code Quality").

GitLab wants a path and a line of every problem: one that has to do with no line stands at the first, one that has
to do with no file at `.`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlnlang.diagnostics.model import Diagnostic
from mlnlang.diagnostics.places import details, fingerprints, path_of, relative, start_and_end

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def document(diagnostics: Sequence[Diagnostic], base: str = "") -> list[dict[str, Any]]:
    """The whole document. `base`: see `places.relative`."""
    prints = fingerprints(diagnostics, base)
    return [_problem(found, word, base) for found, word in zip(diagnostics, prints, strict=True)]


def _problem(diagnostic: Diagnostic, fingerprint: str, base: str) -> dict[str, Any]:
    line, _, end_line, _ = start_and_end(diagnostic.span) if diagnostic.span else (1, 1, 1, 1)
    return {
        "description": "; ".join([f"{diagnostic.code}: {diagnostic.message}", *details(diagnostic)]),
        "check_name": diagnostic.slug,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": relative(path_of(diagnostic), base) or ".",
            "lines": {"begin": line, "end": end_line},
        },
    }
