"""A draft as the text of a project, laid out by the formatter.

The rule for superclasses: hosts of one back end that have lines in common get a superclass with these lines, if the
file becomes shorter by it. Common are keywords with the same value in every one of them, and of the network cards
those that all have by the same name, counted from the first, with what these have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlnlang.format import format_text
from mlnlang.schema.core import CORE
from mlnlang_codegen.importers.draft import Card, Draft, Machine, Segment, row

#: Words that need no quotes.
_BARE = re.compile(r"[A-Za-z0-9_@%+:,./^~-][A-Za-z0-9_@%+:,./^~=-]*")

#: Keyword → line, of what hosts share.
_Lines = dict[str, str]


def quote(text: str) -> str:
    """A word of a project's line: bare, else in single quotes, else in double quotes with escapes."""
    if _BARE.fullmatch(text):
        return text
    if "'" not in text:
        return f"'{text}'"
    return '"' + re.sub(r'(["\\$])', r"\\\1", text) + '"'


def _value(context: str, keyword: str, text: str) -> str:
    if row(context, keyword).kind == "text" and all(map(_BARE.fullmatch, text.split(" "))):
        return text
    return quote(text)


def raw_line(text: str) -> str:
    """A line of a raw block: braces, semicolons and backslashes are escaped, all else is to the letter."""
    return re.sub(r"([\\{};])", r"\\\1", text.strip())


def write(draft: Draft, title: str) -> str:
    """The project's text. Its names must have been given."""
    lines = [*(f"# {line}" for line in title.splitlines()), "global {", f"project {quote(draft.project)}", "}"]
    for backend in dict.fromkeys(machine.backend for machine in draft.machines):
        lines += _group(backend, [m for m in draft.machines if m.backend == backend], draft)
    for segment in draft.segments.values():
        lines += ["", *_switch(segment)]
    text, problems = format_text("\n".join(lines) + "\n", "<import>", CORE.raw_blocks)
    assert not problems, problems
    return text


def _group(backend: str, machines: list[Machine], draft: Draft) -> Iterator[str]:
    """The hosts of one back end, and what they have in common."""
    common, cards = _common(machines)
    name = _superclass_name(backend, draft) if _worth_it(len(machines), common, cards) else ""
    if name:
        yield from ("", f"superclass {name} {{", *common.values())
        yield from (line for card, shared in cards.items() for line in _block(f"network {card}", shared.values()))
        yield "}"
    for machine in machines:
        yield ""
        yield from _host(machine, name, common if name else {}, cards if name else {})


def _superclass_name(backend: str, draft: Draft) -> str:
    several = len({machine.backend for machine in draft.machines}) > 1
    name = f"common-{backend}" if several else "common"
    taken = {machine.name for machine in draft.machines}
    while name in taken:
        name += "-hosts"
    return name


def _common(machines: list[Machine]) -> tuple[_Lines, dict[str, _Lines]]:
    common = _shared([_scalars(machine) for machine in machines])
    cards: dict[str, _Lines] = {}
    for column in zip(*(machine.cards for machine in machines), strict=False):
        if len({card.name for card in column}) > 1:
            break
        cards[column[0].name] = _shared([_card_lines(card) for card in column])
    while cards and not list(cards.values())[-1]:
        cards.popitem()
    return common, cards


def _shared(all_lines: list[_Lines]) -> _Lines:
    return {key: line for key, line in all_lines[0].items() if all(lines.get(key) == line for lines in all_lines[1:])}


def _worth_it(hosts: int, common: _Lines, cards: dict[str, _Lines]) -> bool:
    """Whether the lines saved are more than those that the superclass costs."""
    saved = (hosts - 1) * (len(common) + sum(map(len, cards.values())))
    return saved > hosts + 3 + 2 * len(cards)


def _scalars(machine: Machine) -> _Lines:
    """The lines of a host's keywords, in the order of the table."""
    values = machine.settings.values
    lines = {machine.backend: machine.backend}
    for keyword in dict.fromkeys((*CORE.keywords_in("host"), "extra")):
        if keyword in values:
            lines[keyword] = f"{keyword} {_value('host', keyword, values[keyword])}" if values[keyword] else keyword
    return lines


def _card_lines(card: Card) -> _Lines:
    lines = {key: f"{key} {_value('network', key, text)}" for key, text in card.settings.values.items()}
    if card.segment is not None and "bridge" not in lines:
        lines["switch"] = f"switch {card.segment.name}"
    return lines


def _host(machine: Machine, superclass: str, common: _Lines, cards: dict[str, _Lines]) -> Iterator[str]:
    yield f"host {machine.name} {{"
    if superclass:
        yield f"superclass {superclass}"
    yield from (line for key, line in _scalars(machine).items() if key not in common)
    for card in machine.cards:
        own = [line for key, line in _card_lines(card).items() if key not in cards.get(card.name, {})]
        if own or card.name not in cards:
            yield from _block(f"network {card.name}", own)
    yield from _rows("mount", machine.mounts)
    yield from _rows("files", machine.files)
    yield from _raw("startup", machine.startup)
    yield from _raw("xen_extra", machine.xen_extra)
    yield "}"


def _switch(segment: Segment) -> Iterable[str]:
    lines = [segment.backend]
    lines += [f"{key} {_value('switch', key, text)}" for key, text in segment.settings.values.items()]
    return _block(f"switch {segment.name}", lines)


def _block(header: str, lines: Iterable[str]) -> list[str]:
    inside = list(lines)
    return [f"{header} {{", *inside, "}"] if inside else [f"{header} {{ }}"]


def _rows(header: str, rows: list[tuple[str, ...]]) -> list[str]:
    return _block(header, (" ".join(map(quote, words)) for words in rows)) if rows else []


def _raw(header: str, lines: list[str]) -> list[str]:
    return _block(header, map(raw_line, lines)) if lines else []
