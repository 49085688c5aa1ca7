"""Formatting: the formatter's text as one small edit."""

from __future__ import annotations

from mlnlang.diagnostics import Edit
from mlnlang.format import format_text
from mlnlang.source import SourceFile, Span


def formatting(file: SourceFile, raw_blocks: frozenset[str]) -> Edit | None:
    """The edit that formats a file; None where there is nothing to do, or its errors make it unsafe."""
    text, problems = format_text(file.text, file.path, raw_blocks)
    if text == file.text or any(problem.is_error for problem in problems):
        return None
    return difference(file, text)


def difference(file: SourceFile, text: str) -> Edit:
    """What differs between a file's text and another one, as one edit of whole lines."""
    old, new = file.text.splitlines(keepends=True), text.splitlines(keepends=True)
    room = min(len(old), len(new))
    head = next((at for at in range(room) if old[at] != new[at]), room)
    tail = next((at for at in range(room - head) if old[-1 - at] != new[-1 - at]), room - head)
    start = sum(map(len, old[:head]))
    end = len(file.text) - sum(map(len, old[len(old) - tail :]))
    return Edit(Span(file, start, end), "".join(new[head : len(new) - tail]))
