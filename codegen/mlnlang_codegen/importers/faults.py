"""The one exception that the importers' readers raise."""

from __future__ import annotations

from mlnlang.diagnostics import Diagnostic, Rule
from mlnlang.source import SourceFile


class ImportFault(Exception):
    """A file can't be imported; the diagnostic says why and where."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def fault(rule: Rule, file: SourceFile, message: str, at: int | None = None, help: str = "") -> ImportFault:
    """A fault of a file, at an offset where one is known."""
    if at is None:
        return ImportFault(rule.at(None, message, path=file.path, help=help))
    at = max(0, min(at, len(file.text)))
    return ImportFault(rule.at(file.span(at, min(at + 1, len(file.text))), message, help=help))
