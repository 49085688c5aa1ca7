"""Hover: what the word under the cursor is for, what it comes to here, and who set it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlnlang.diagnostics.catalogue import BY_SLUG, RULES
from mlnlang.ide.cursor import reference_at
from mlnlang.ide.describing import Support, describe, describe_rule, no_support
from mlnlang.ide.layers import Layer, default_of, layers, shown
from mlnlang.ide.resolving import host_named, resolved_block
from mlnlang.ide.scene import Scene
from mlnlang.ide.scope import built_in, variables
from mlnlang.ide.summaries import Link, card_text, place, summary_of
from mlnlang.ide.view import View
from mlnlang.ide.words import placeholders
from mlnlang.schema import Keyword
from mlnlang.semantics.sections import Entry, Section
from mlnlang.semantics.variables import BUILT_IN
from mlnlang.source import Span
from mlnlang.syntax.words import split

_ALLOW = re.compile(r"#\s*mln:\s*allow\s*\(([^)]*)\)?")
_SLUG = re.compile(r"[A-Za-z0-9-]+")
#: Layers that are shown of a value.
_MOST = 12


@dataclass(frozen=True)
class Teller:
    """How much is told: how places are shown, what the back ends say, and whether each layer of a value is named."""

    link: Link = place
    support: Support = no_support
    layers: bool = True


def hover(scene: Scene, offset: int, teller: Teller | None = None) -> tuple[Span, str] | None:
    """The word and what there is to say of it in Markdown; None where nobody knows the word."""
    teller = teller or Teller()
    view = scene.view
    comment = next(((start, end) for start, end in view.tree.comments if start <= offset <= end), None)
    if comment is not None:
        return _rule(view, comment, offset)
    section = view.section(offset)
    reference = reference_at(view.file.text, offset)
    if reference is not None and (found := _variable(scene, section, reference, teller)):
        return found
    for span, included in view.unit.includes:
        if span.file is view.file and span.start <= offset <= span.end:
            return span, f"Includes `{included}`"
    headed = view.headed(offset)
    if headed is not None:
        return _header(scene, headed, offset, teller)
    entry = view.entry(offset)
    return _entry(scene, entry, offset, teller) if entry is not None and not entry.raw else None


# ---------------------------------------------------------------- comments, variables
def _rule(view: View, comment: tuple[int, int], offset: int) -> tuple[Span, str] | None:
    allow = _ALLOW.match(view.file.text, *comment)
    for word in _SLUG.finditer(view.file.text, *allow.span(1)) if allow else ():
        rule = RULES.get(word.group().upper()) or BY_SLUG.get(word.group().lower())
        if rule is not None and word.start() <= offset <= word.end():
            return Span(view.file, *word.span()), describe_rule(rule)
    return None


def _variable(
    scene: Scene, section: Section, reference: tuple[int, int, str], teller: Teller
) -> tuple[Span, str] | None:
    start, end, name = reference
    found = next((each for each in variables(scene, section) if each.name == name), None)
    span = scene.span(start, end)
    if found is None:
        return None
    if found.definition is None:
        return span, f"`${name}` — built in: {built_in(scene, name, section)}" if name in BUILT_IN else ""
    where = found.definition.section
    owner = "in `global`" if where.kind == "global" or where.parent is None else f"in `{where.title()}`"
    lines = [f"`${name}` = `{found.value}`", f"Defined {owner}, {teller.link(found.definition.span())}"]
    written = " ".join(found.definition.text.split())
    if written != found.value:
        lines.append(f"Written `{written}`")
    return span, "\n\n".join(lines)


# ---------------------------------------------------------------- headers
def _header(scene: Scene, section: Section, offset: int, teller: Teller) -> tuple[Span, str] | None:
    header = section.header_span()
    word = _first_word(header)
    if offset <= word.end:
        row = scene.view.block_row(section)
        return (word, describe(row, teller.support)) if row else None
    if not section.name:
        return None
    span = section.name_span()
    if section.kind == "network":
        return (span, text) if (text := _card(scene, section)) else None
    text = summary_of(scene, section.kind, section.name, teller.link)
    return (span, text) if text else None


def _card(scene: Scene, section: Section) -> str:
    host = section.parent
    found = host_named(scene, host.name) if host is not None and host.kind == "host" else None
    card = next((each for each in found.interfaces if each.name == section.name), None) if found else None
    if card is None or found is None:
        return ""
    given = "" if card.mac_given else ", derived from the names"
    return f"**network `{card.name}`** of `{found.name}`\n\n- {card_text(card)}\n- Hardware address `{card.mac}`{given}"


def _first_word(span: Span) -> Span:
    return Span(span.file, span.start, span.start + len(span.text.split(None, 1)[0])) if span.text.strip() else span


# ---------------------------------------------------------------- lines
def _entry(scene: Scene, entry: Entry, offset: int, teller: Teller) -> tuple[Span, str] | None:
    row = scene.view.keyword(entry)
    if row is None:
        return _line(entry, offset)
    if offset <= entry.key_span().end:
        parts = [describe(row, teller.support), _value(scene, entry, row, teller)]
        return entry.key_span(), "\n\n".join(part for part in parts if part)
    name = " ".join(scene.symbols.evaluator.words(entry))
    if row.refers_to and (text := summary_of(scene, row.refers_to, name, teller.link)):
        return entry.value_span(), text
    text = _value(scene, entry, row, teller)
    return (entry.value_span(), text) if text else None


def _line(entry: Entry, offset: int) -> tuple[Span, str] | None:
    """A word of a list line: which one of the form it is."""
    row = entry.section.row
    if row is None or row.line is None or row.body != "lines":
        return None
    wanted = placeholders(row.line)
    for number, word in enumerate(split(entry.text)):
        start, end = entry.start + word.start, entry.start + word.end
        if start <= offset <= end:
            which = wanted[min(number, len(wanted) - 1)]
            form = " ".join(f"**{each}**" if each == which else each for each in wanted)
            return Span(entry.file, start, end), f"{form}\n\n{row.doc}"
    return None


def _value(scene: Scene, entry: Entry, row: Keyword, teller: Teller) -> str:
    """What a keyword comes to in its block, and every layer that set it."""
    block = resolved_block(scene, entry.section)
    if block is None or entry.key not in block.settings or row.status == "dead":
        return ""
    if row.secret:
        return ""
    title = ", ".join(reversed([each.title() for each in _around(entry.section)]))
    lines = [f"In `{title}`: `{entry.key}` = **{shown(entry.key, block)}**"]
    if teller.layers:
        lines.append("\n".join(_told(scene, layers(block, entry.key), row, teller)))
    return "\n\n".join(line for line in lines if line)


def _told(scene: Scene, found: list[Layer], row: Keyword, teller: Teller) -> Iterator[str]:
    for at, layer in enumerate(found[:_MOST]):
        counts = " — this counts" if at == 0 else ""
        written = f", written `{layer.written}`" if layer.written else ""
        yield f"- {layer.value}: {teller.link(layer.span)}, {layer.owner}{written}{counts}"
    default, source = default_of(row.name, row.default, scene.config)
    if default:
        yield f"- {default}: the default {source}"


def _around(section: Section) -> Iterator[Section]:
    current: Section | None = section
    while current is not None and current.parent is not None:
        yield current
        current = current.parent
