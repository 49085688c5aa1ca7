"""Diagnostics by the file they stand in."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlnlang.api.compilation import in_order
from mlnlang.diagnostics import Diagnostic

#: Diagnostics by normalised path; a document without problems has an empty list.
Problems = dict[str, list[Diagnostic]]


def by_file(
    results: Iterable[tuple[str, Iterable[Diagnostic]]], open_paths: Iterable[str], key: Callable[[str], str]
) -> Problems:
    """Group what was found, `results` being pairs of a root and its problems; what names no file goes to its root."""
    shown: Problems = {path: [] for path in open_paths}
    for root, diagnostics in results:
        for diagnostic in diagnostics:
            home = diagnostic.span.file.path if diagnostic.span else diagnostic.path or root
            shown.setdefault(key(home), []).append(diagnostic)
    return {path: in_order(diagnostics) for path, diagnostics in shown.items()}
