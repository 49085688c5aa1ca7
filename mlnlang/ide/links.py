"""Links: included files, templates, key files, and the files that a `files` block copies; those that are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mlnlang.ide.atlas import Atlas, Chart
from mlnlang.ide.view import inside_quotes
from mlnlang.semantics.sections import Entry
from mlnlang.source import Span
from mlnlang.syntax import split

#: Keywords whose value is looked for in mln.conf's directory of templates.
_TEMPLATES = frozenset(("template", "default_template", "cow_filesystem"))

LinkKind = Literal["include", "template", "key", "file"]
_TIPS: dict[LinkKind, str] = {
    "include": "Open the included file",
    "template": "Open the template",
    "key": "Open the key file",
    "file": "Open the file that is copied",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A path in a text, and the file it leads to."""

    span: Span
    target: str
    kind: LinkKind


def links(atlas: Atlas, path: str) -> list[Link]:
    """The links of a file, in its order."""
    path = atlas.workspace.key(path)
    charts = atlas.around(path)
    found: dict[tuple[int, int], Link] = {}
    exists: dict[str, bool] = {}
    for link in (link for chart in charts for link in (*_includes(chart, path), *_named(atlas, chart, path))):
        there = exists.get(link.target)
        if there is None:
            there = exists[link.target] = link.kind == "include" or atlas.workspace.world.exists(link.target)
        if there:
            found.setdefault((link.span.start, link.span.end), link)
    return [found[place] for place in sorted(found)]


def tip(kind: LinkKind, target: str) -> str:
    """What following a link does."""
    return f"{_TIPS[kind]} ({target})"


def _includes(chart: Chart, path: str) -> Iterator[Link]:
    for span, target in chart.unit.includes:
        if chart.key(span.file.path) == path:
            yield Link(inside_quotes(span), target, "include")


def _named(atlas: Atlas, chart: Chart, path: str) -> Iterator[Link]:
    """Files that keywords and list lines name."""
    for section in chart.unit.root.walk():
        if section.context not in ("host", "conf", "sshkey", "files"):
            continue
        for entry in section.entries:
            if chart.key(entry.file.path) != path:
                continue
            if section.body == "lines":
                yield from _of_line(atlas, chart, entry, section.context)
            elif entry.key in _TEMPLATES:
                yield from _template(atlas, chart, entry)


def _template(atlas: Atlas, chart: Chart, entry: Entry) -> Iterator[Link]:
    value = " ".join(chart.symbols.evaluator.words(entry))
    place = atlas.workspace.config.templates
    if value and "$" not in value and (place or os.path.isabs(value)):
        target = chart.key(os.path.join(place or "/", value))
        yield Link(inside_quotes(entry.value_span()), target, "template")


def _of_line(atlas: Atlas, chart: Chart, entry: Entry, context: str) -> Iterator[Link]:
    """`USER FILE` of sshkey, found beside the text; `SOURCE TARGET` of files, found in mln.conf's directory."""
    written, values = split(entry.text), chart.symbols.evaluator.words(entry)
    at = 1 if context == "sshkey" else 0
    if len(written) != len(values) or len(values) <= at or "$" in values[at] or (at == 1 and len(values) != 2):
        return
    value, word = values[at], written[at]
    place = os.path.dirname(entry.file.path)
    if context == "files":
        place = atlas.workspace.config.files or place
    if value.startswith("~/"):
        value = atlas.workspace.world.environment().get("HOME", "~") + value[1:]
    span = inside_quotes(Span(entry.file, entry.start + word.start, entry.start + word.end))
    yield Link(span, chart.key(os.path.join(place, value)), "key" if at == 1 else "file")
