"""Where a problem is, and which it is, as the formats of others want to know it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from mlnlang.diagnostics.model import Diagnostic
from mlnlang.source import Span

#: How far from its start, in characters, text tells a problem from others. A file may be one long line.
_MOST = 300


def path_of(diagnostic: Diagnostic) -> str:
    """The file that a problem is in, as it was named; empty where no file has to do with it."""
    return diagnostic.span.file.path if diagnostic.span else diagnostic.path


def relative(path: str, base: str) -> str:
    """A path as services show it: without `./`, and from `base` (absolute, or empty) where it lies below that."""
    path = os.path.normpath(path) if path else ""
    below = base.rstrip("/") + "/"
    return path[len(below) :] if base and path.startswith(below) else path


def start_and_end(span: Span) -> tuple[int, int, int, int]:
    """Line and column where a span starts, line and column behind its end; all from 1, columns in code points."""
    return (*span.file.position(span.start), *span.file.position(span.end))


def details(diagnostic: Diagnostic) -> list[str]:
    """What is to be said besides the message, a line each: notes, help, and the fix where the help does not name it."""
    lines = [*diagnostic.notes]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help else []
    if diagnostic.fix and diagnostic.fix.title not in diagnostic.help:
        lines.append(f"fix: {diagnostic.fix.title}")
    return lines


def fingerprints(diagnostics: Iterable[Diagnostic], base: str) -> list[str]:
    """For each problem a word that stays the same when its line moves; no two are alike.

    It is made of the rule, the file, the text of the line and of the span, and counts where all that is alike.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for diagnostic in diagnostics:
        what = (diagnostic.code, relative(path_of(diagnostic), base), *_words(diagnostic))
        seen[what] += 1
        text = "\0".join((*what, str(seen[what])))
        found.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return found


def _words(diagnostic: Diagnostic) -> tuple[str, str]:
    span = diagnostic.span
    if span is None:
        return "", diagnostic.message
    text, at = span.file.text, span.start
    start = max(at - span.file.position(at).column + 1, at - _MOST)
    end = text.find("\n", at, at + _MOST)
    line = text[start : end if end >= 0 else at + _MOST]
    return line.strip(), text[at : min(span.end, at + _MOST)]
