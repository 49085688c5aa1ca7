"""Diagnostics as workflow commands of GitHub Actions, which become annotations at the lines of a change.

`::error file=…,line=…,endLine=…,col=…,endColumn=…,title=…::message` (GitHub's documentation, "workflow commands").
"""

from __future__ import annotations

from collections.abc import Iterable

from mlnlang.diagnostics.model import Diagnostic
from mlnlang.diagnostics.places import details, path_of, relative, start_and_end
from mlnlang.diagnostics.render import visible

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def commands(diagnostics: Iterable[Diagnostic], base: str = "") -> str:
    """A line for each problem; nothing where there is none. `base`: see `places.relative`."""
    return "".join(_command(diagnostic, base) + "\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic, base: str) -> str:
    properties = {**_place(diagnostic, base), "title": f"{diagnostic.code} {diagnostic.slug}"}
    related = [f"{visible(r.span.place())}: {visible(r.message)}" for r in diagnostic.related]
    lines = [visible(line) for line in (diagnostic.message, *details(diagnostic))]
    text = "\n".join([lines[0], *related, *lines[1:]])
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {named}::{_data(text)}"


def _place(diagnostic: Diagnostic, base: str) -> dict[str, str]:
    path = relative(path_of(diagnostic), base)
    if diagnostic.span is None:
        return {"file": path} if path else {}
    line, column, end_line, end_column = start_and_end(diagnostic.span)
    place = {"file": path, "line": str(line), "endLine": str(end_line)}
    # Over several lines the runner takes no columns.
    return place | ({"col": str(column), "endColumn": str(end_column)} if line == end_line else {})


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
