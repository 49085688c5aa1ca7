"""Extract a superclass: from lines of one host, or from what several hosts have in common.

The project must mean the same afterwards, so nothing is moved that would see other variables, count otherwise, or
change the order of the network cards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mlnlang.diagnostics import Edit
from mlnlang.format import format_text
from mlnlang.ide.scene import Scene
from mlnlang.ide.view import blocks_around
from mlnlang.semantics.sections import Entry, Section
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import Block, Include
from mlnlang.syntax.tree import Token
from mlnlang.syntax.words import REFERENCE

_TAIL = re.compile(r"[ \t]*;?[ \t]*(?:#[^\n]*)?\r?(?=\n|$)")
_SEPARATOR = re.compile(r"[ \t]*;?[ \t]*")
_HEIRS = ("host", "superclass")


@dataclass
class Share:
    """What one block gives away: whole nodes, and lines out of its network blocks."""

    section: Section
    nodes: list[Token | Block] = field(default_factory=list)
    partly: dict[str, list[Entry]] = field(default_factory=dict)


def extract(scene: Scene, start: int, end: int) -> tuple[str, tuple[Edit, ...]] | None:
    """The name of the new superclass and the edits, for a selection; None where nothing can be moved safely."""
    checked = scene.checked
    if start >= end or checked is None or not scene.is_current or checked.resolved is None:
        return None
    if checked.unit.incomplete or checked.unit.doubtful:
        return None
    touched = [section for section in _blocks(scene) if _touches(section, start, end)]
    if not touched or any(_superclass_text(section) is None for section in touched):
        return None
    if len(touched) == 1:
        share = _selected(touched[0], start, end)
        name = _free_name(scene, f"{touched[0].name}-base")
        return _edits(scene, [share], name) if share else None
    shares = _common(touched)
    return _edits(scene, shares, _free_name(scene, "common")) if shares else None


def _blocks(scene: Scene) -> Iterator[Section]:
    """Hosts and superclasses that are written in this file, at the first level."""
    here = scene.view.file
    for section in scene.view.unit.root.children:
        if section.kind in _HEIRS and section.file is here and section.block is not None and section.row:
            yield section


def _touches(section: Section, start: int, end: int) -> bool:
    block = section.block
    return block is not None and block.start < end and start < block.end


def _superclass_text(section: Section) -> str | None:
    """The superclass that a block names, empty where none; None where that is not plain."""
    lines = [entry for entry in section.entries if entry.key == "superclass"]
    if len(lines) > 1 or any("$" in entry.text or entry.file is not section.file for entry in lines):
        return None
    return " ".join(lines[0].text.split()) if lines else ""


def _free_name(scene: Scene, wanted: str) -> str:
    taken = {child.name for child in scene.symbols.root.children}
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}{number}", number + 1
    return name


# ---------------------------------------------------------------- lines of one host
def _selected(section: Section, start: int, end: int) -> Share | None:
    block = section.block
    assert block is not None
    nodes: list[Token | Block] = []
    for node in block.entries:
        if node.start < end and start < node.end:
            if isinstance(node, Include):
                return None
            nodes.append(node)
    nodes = [node for node in nodes if not _is_superclass(section, node)]
    return Share(section, nodes) if nodes and _may_move(section, nodes) else None


def _is_superclass(section: Section, node: Token | Block) -> bool:
    return any(entry.token is node and entry.key == "superclass" for entry in section.entries)


def _may_move(section: Section, nodes: Sequence[Token | Block]) -> bool:
    """Whether what stays behind does not take part in what goes."""
    chosen = {id(node) for node in nodes}
    moved = {_key(section, node) for node in nodes}
    entries = [*section.entries, *section.variables.values()]
    stays = {entry.key for entry in section.entries if id(entry.token) not in chosen}
    stays |= {f"${name}" for name, entry in section.variables.items() if id(entry.token) not in chosen}
    known = {id(entry.token) for entry in entries} | {id(child.block) for child in section.children}
    if any(id(node) not in known for node in nodes):
        return False  # an earlier definition of a variable, or what was not read
    cards_stay = False
    for child in section.children:
        goes = child.block is not None and id(child.block) in chosen
        if not goes and f"{child.kind} {child.name}" in moved:
            return False
        if child.kind == "network":
            if goes and cards_stay:
                return False
            cards_stay |= not goes
    if moved & stays:
        return False
    used = {name for node in nodes for name in _references(section.file, node)}
    return not used & {
        name for name, entry in section.variables.items() if id(entry.token) not in chosen
    } and not _hides_includes(section, nodes)


def _hides_includes(section: Section, nodes: Iterable[Token | Block]) -> bool:
    """Whether lines come from other files: their place in the block is the include's."""
    chosen = {id(node) for node in nodes}
    return any(
        any(entry.file is not section.file for entry in inner.entries)
        for child in section.children
        if child.block is not None and id(child.block) in chosen
        for inner in child.walk()
    )


def _key(section: Section, node: Token | Block) -> str:
    if isinstance(node, Block):
        child = next((child for child in section.children if child.block is node), None)
        return f"{child.kind} {child.name}" if child else ""
    entry = next((entry for entry in section.entries if entry.token is node), None)
    if entry is not None:
        return entry.key
    return next((f"${name}" for name, other in section.variables.items() if other.token is node), "")


def _references(file: SourceFile, node: Token | Block) -> set[str]:
    return {found[1] or found[2] for found in REFERENCE.finditer(file.text, node.start, node.end)}


# ---------------------------------------------------------------- what several have in common
def _common(sections: Sequence[Section]) -> list[Share] | None:
    if len({_superclass_text(section) for section in sections}) > 1:
        return None
    shares = [Share(section) for section in sections]
    lines = [_plain_lines(section, section) for section in sections]
    for key, entry in lines[0].items():
        same = [line.get(key) for line in lines]
        if key != "superclass" and all(other is not None and _same(other, entry) for other in same):
            for share, other in zip(shares, same, strict=True):
                assert other is not None
                share.nodes.append(other.token)
    _share_blocks(shares)
    _share_cards(shares)
    return shares if shares[0].nodes or shares[0].partly else None


def _plain_lines(section: Section, home: Section) -> dict[str, Entry]:
    """Lines by keyword, of those given once, in this file, without variables of the host's own."""
    counts = Counter(entry.key for entry in section.entries)
    own = {*home.variables, *section.variables}
    return {
        entry.key: entry
        for entry in section.entries
        if entry.key and counts[entry.key] == 1 and entry.file is home.file and not own & _references_in(entry.text)
    }


def _references_in(text: str) -> set[str]:
    return {found[1] or found[2] for found in REFERENCE.finditer(text)}


def _same(one: Entry, other: Entry) -> bool:
    return one.text.split() == other.text.split()


def _whole_blocks(section: Section) -> dict[tuple[str, str], Section]:
    """Inner blocks by kind and name, of those given once, that could move as a whole."""
    counts = Counter((child.kind, child.name) for child in section.children)
    return {
        (child.kind, child.name): child
        for child in section.children
        if counts[child.kind, child.name] == 1
        and child.block is not None
        and child.file is section.file
        and not section.variables.keys() & _references(section.file, child.block)
        and not any(entry.file is not section.file for inner in child.walk() for entry in inner.entries)
    }


def _share_blocks(shares: list[Share]) -> None:
    tables = [_whole_blocks(share.section) for share in shares]
    for key, child in tables[0].items():
        same = [table.get(key) for table in tables]
        if key[0] != "network" and all(other is not None and _shape(other) == _shape(child) for other in same):
            for share, other in zip(shares, same, strict=True):
                assert other is not None
                assert other.block is not None
                share.nodes.append(other.block)


def _shape(section: Section) -> object:
    """What two blocks that say the same have in common."""
    lines = tuple((entry.key, entry.text if entry.raw else tuple(entry.text.split())) for entry in section.entries)
    variables = tuple((name, entry.text) for name, entry in section.variables.items())
    return section.kind, section.name, lines, variables, tuple(_shape(child) for child in section.children)


def _share_cards(shares: list[Share]) -> None:
    """Network cards from the first one on, as long as all have them in the same order."""
    tables = [_whole_blocks(share.section) for share in shares]
    orders = [[child for child in share.section.children if child.kind == "network"] for share in shares]
    for cards in zip(*orders, strict=False):
        keys = {(card.kind, card.name) for card in cards}
        if len(keys) != 1 or not all(
            table.get(next(iter(keys))) is card for table, card in zip(tables, cards, strict=True)
        ):
            return
        if all(_shape(card) == _shape(cards[0]) for card in cards):
            for share, card in zip(shares, cards, strict=True):
                assert card.block is not None
                share.nodes.append(card.block)
        elif not _share_lines(shares, cards):
            return


def _share_lines(shares: list[Share], cards: Sequence[Section]) -> bool:
    """Lines that a card of all hosts has in common; False where there is none."""
    if any(card.children or card.body != "keywords" or "$" in card.raw_name for card in cards):
        return False
    lines = [_plain_lines(card, share.section) for card, share in zip(cards, shares, strict=True)]
    found = False
    for key, entry in lines[0].items():
        same = [line.get(key) for line in lines]
        if all(other is not None and _same(other, entry) for other in same):
            found = True
            for share, other, card in zip(shares, same, cards, strict=True):
                assert other is not None
                share.partly.setdefault(card.name, []).append(other)
    return found


# ---------------------------------------------------------------- edits
def _edits(scene: Scene, shares: list[Share], name: str) -> tuple[str, tuple[Edit, ...]] | None:
    file = shares[0].section.file
    outer = blocks_around(scene.view.tree, _block(shares[0].section).start)
    text = _superclass(scene, shares[0], name)
    if text is None or not outer or scene.view.section(0).parent is not None:
        return None
    at = file.text.rfind("\n", 0, outer[0].start) + 1
    at = at if not file.text[at : outer[0].start].strip() else outer[0].start
    edits = [Edit(Span(file, at, at), text)]
    for share in shares:
        edits += _taken_from(share, name)
    return name, tuple(sorted(edits, key=lambda edit: edit.span.start))


def _block(section: Section) -> Block:
    assert section.block is not None
    return section.block


def _superclass(scene: Scene, share: Share, name: str) -> str | None:
    """The new block, laid out; None where the formatter finds fault with it."""
    file = share.section.file
    above = _superclass_text(share.section)
    parts = [f"superclass {above}"] if above else []
    parts += [_source(file, node.start, node.end) for node in sorted(share.nodes, key=lambda node: node.start)]
    for card, entries in share.partly.items():
        lines = [file.text[entry.token.start : entry.token.end] for entry in entries]
        parts.append("\n".join([f"network {card} {{", *lines, "}"]))
    text, problems = format_text(f"superclass {name} {{\n" + "\n".join(parts) + "\n}\n", file.path,
                                 scene.workspace.schema.raw_blocks)  # fmt: skip
    if any(problem.is_error for problem in problems):
        return None
    text += "\n"
    return text.replace("\n", "\r\n") if "\r\n" in file.text else text


def _source(file: SourceFile, start: int, end: int) -> str:
    """A node with the blanks before it, by which raw lines are measured, and the comment behind it."""
    begin = file.text.rfind("\n", 0, start) + 1
    begin = begin if not file.text[begin:start].strip() else start
    tail = _TAIL.match(file.text, end)
    return file.text[begin : tail.end() if tail else end].replace("\r\n", "\n")


def _taken_from(share: Share, name: str) -> Iterator[Edit]:
    section = share.section
    file, block = section.file, _block(section)
    line = section.entry("superclass")
    if line is not None:
        yield Edit(line.value_span(), name)
    else:
        gap = file.text[block.open.end : block.entries[0].start]
        lead = gap[gap.rindex("\n") :].lstrip("\n") if "\n" in gap else ""
        eol = "\r\n" if "\r\n" in file.text else "\n"
        text = f"{eol}{lead}superclass {name}" if "\n" in gap else f" superclass {name};"
        yield Edit(Span(file, block.open.end, block.open.end), text)
    for node in share.nodes:
        yield Edit(_cut(file, node.start, node.end), "")
    for child in section.children:
        entries = share.partly.get(child.name, []) if child.kind == "network" else []
        if entries and len(entries) == len(child.entries) and not child.variables:
            yield Edit(_cut(file, _block(child).start, _block(child).end), "")
            continue
        for entry in entries:
            yield Edit(_cut(file, entry.token.start, entry.token.end), "")


def _cut(file: SourceFile, start: int, end: int) -> Span:
    """What to remove with a node: its whole line where it has one of its own, else what separates it from the next."""
    text = file.text
    begin = text.rfind("\n", 0, start) + 1
    tail = _TAIL.match(text, end)
    if not text[begin:start].strip() and tail:
        return Span(file, begin, min(tail.end() + 1, len(text)))
    separator = _SEPARATOR.match(text, end)
    return Span(file, start, separator.end() if separator else end)
