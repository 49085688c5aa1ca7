"""Go to definition: of superclasses, switches and servers where they are named, and of included files."""

from __future__ import annotations

from mlnlang.ide.view import View
from mlnlang.semantics.symbols import collect
from mlnlang.source import Span


def definition(view: View, offset: int) -> Span | None:
    """Where what the cursor is on is defined, as the span of its name; None where it is no such name."""
    for span, included in view.unit.includes:
        if span.file is view.file and span.start <= offset <= span.end and included in view.unit.trees:
            return Span(view.unit.trees[included].file, 0, 0)
    entry = view.entry(offset)
    if entry is None or offset < entry.value_span().start:
        return None
    row = view.keyword(entry)
    if row is None or not row.refers_to:
        return None
    symbols = collect(view.unit)
    found = symbols.table(row.refers_to).get(" ".join(symbols.evaluator.words(entry)))
    return found.name_span() if found is not None else None
