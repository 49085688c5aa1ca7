"""Diagnostics as text: the place, the line it stands on, carets under it, and what to do.

`lines` yields lines made of (style, text) pieces and knows no terminal; `plain` joins them. The first line of
a problem has the form `file:line:column: severity: message [CODE slug]`, which editors can match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlnlang.diagnostics.model import Diagnostic
from mlnlang.source import Span

Piece = tuple[str, str]
Line = list[Piece]

TAB = 4
WIDTH = 100
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def plain(diagnostics: Iterable[Diagnostic]) -> str:
    """The text without colours."""
    return "".join("".join(text for _, text in line) + "\n" for d in diagnostics for line in lines(d))


def lines(diagnostic: Diagnostic) -> Iterator[Line]:
    """The lines of one problem, each as pieces with a style's name."""
    severity = diagnostic.severity
    place = visible(diagnostic.span.place() if diagnostic.span else diagnostic.path)
    head: Line = [("place", f"{place}: ")] if place else []
    head += [(severity, f"{severity}: "), ("message", visible(diagnostic.message))]
    yield [*head, ("code", f" [{diagnostic.code} {diagnostic.slug}]")]
    shown = [(r.span, visible(r.message), "related") for r in diagnostic.related]
    if diagnostic.span:
        shown.insert(0, (diagnostic.span, "", severity))
    margin = max((len(str(span.file.position(span.start).line)) for span, _, _ in shown), default=0) + 2
    last: str | None = diagnostic.span.file.path if diagnostic.span else None
    for span, message, style in shown:
        if span.file.path != last:
            yield [("margin", " " * (margin - 1) + "--> "), ("place", visible(span.place()))]
            last = span.file.path
        yield from _excerpt(span, message, style, margin)
    for note in diagnostic.notes:
        yield [("help", f"{'note':>{margin + 3}}: "), ("plain", visible(note))]
    if diagnostic.help:
        yield [("help", f"{'help':>{margin + 3}}: "), ("plain", visible(diagnostic.help))]
    if diagnostic.fix and diagnostic.fix.title not in diagnostic.help:
        yield [("help", f"{'fix':>{margin + 3}}: "), ("plain", visible(diagnostic.fix.title))]
    yield []


def visible(text: str) -> str:
    """Text that can't drive a terminal: control and direction characters become U+FFFD, tabs blanks."""
    return _CONTROL.sub("\ufffd", text.replace("\t", " "))


def _excerpt(span: Span, message: str, style: str, margin: int) -> Iterator[Line]:
    """The line a span starts on, and carets under the part that the span takes of it."""
    line, column = span.file.position(span.start)
    text = span.file.line_text(line)
    start = column - 1
    end = max(start, min(start + span.end - span.start, len(text)))
    before, marked, after = (_show(part) for part in (text[:start], text[start:end], text[end:]))
    before, marked, after, lead = _crop(before, marked, after)
    yield [("margin", f"{line:>{margin}} | "), ("source", lead + before + marked + after)]
    carets: Line = [
        ("margin", " " * margin + " | "),
        ("plain", " " * _cells(lead + before)),
        (style, "^" * max(1, _cells(marked))),
    ]
    yield [*carets, (style, f" {message}")] if message else carets


def _show(text: str) -> str:
    return _CONTROL.sub("\ufffd", text.replace("\t", " " * TAB))


def _crop(before: str, marked: str, after: str) -> tuple[str, str, str, str]:
    """Keep the marked part in view where the line is long."""
    lead = ""
    if len(before) + len(marked) + len(after) <= WIDTH:
        return before, marked, after, lead
    if len(before) > WIDTH // 2:
        before, lead = before[-WIDTH // 2 :], "…"
    if len(marked) > WIDTH:
        marked, after = marked[:WIDTH] + "…", ""
    room = max(8, WIDTH - len(before) - len(marked))
    if len(after) > room:
        after = after[:room] + "…"
    return before, marked, after, lead


def _cells(text: str) -> int:
    """Columns a terminal needs for the text."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # most projects are ASCII

    width = wcswidth(text)
    return width if width >= 0 else len(text)
