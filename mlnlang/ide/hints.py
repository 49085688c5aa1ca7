"""Inlay hints: what a line leads to but does not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from mlnlang.ide.layers import layers, shown
from mlnlang.ide.resolving import host_named, resolved_block
from mlnlang.ide.scene import Scene
from mlnlang.ide.summaries import Link, host_line, place
from mlnlang.ir import Host
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import Entry, Section

#: Inherited values that are shown behind a host's superclass, in this order.
_TELLING = ("memory", "template", "service_host", "size", "vcpus")
_MOST = 60


@dataclass(frozen=True)
class Hint:
    """A text behind an offset. `subject` is what `tooltip` tells more of."""

    offset: int
    text: str
    subject: tuple[str, ...] = ()


def hints(
    scene: Scene,
    start: int,
    end: int,
    *,
    addresses: bool = True,
    inherited: bool = True,
    servers: bool = True,
) -> list[Hint]:
    """The hints of a stretch of a file, as far as they are wanted. They speak of the last sound state."""
    found: list[Hint] = []
    if scene.ir is None or not scene.is_current:
        return found
    here = scene.view.file
    for section in scene.view.unit.root.walk():
        if section.block is None or section.file is not here or section.block.start > end or section.block.end < start:
            continue
        if section.context == "autoenum":
            found += _enumerated(scene, section, addresses, servers)
        elif section.kind == "host" and inherited and section.parent and section.parent.parent is None:
            found += _inherited(scene, section)
        elif section.context == "network" and addresses:
            found += _length(scene, section)
    return sorted((hint for hint in found if start <= hint.offset <= end), key=lambda hint: hint.offset)


# ---------------------------------------------------------------- autoenum
def made_by(scene: Scene, section: Section) -> list[Host]:
    """The hosts that a plugin has made from a block."""
    project, resolved = scene.ir, scene.resolved
    if project is None or resolved is None:
        return []
    origin = section.name_span()
    names = [name for name, host in resolved.hosts.items() if host.own is not None and host.own.origin == origin]
    known = {host.name: host for host in project.hosts}
    return [known[name] for name in names if name in known]


def _enumerated(scene: Scene, section: Section, addresses: bool, servers: bool) -> Iterator[Hint]:
    hosts = made_by(scene, section)
    number = section.entry("numhosts")
    if not hosts:
        return
    if number is not None and addresses and number.file is section.file:
        text = _range([host.name for host in hosts])
        given = [card.address for host in hosts for card in host.interfaces if card.address not in (None, "dhcp")]
        if given:
            text += f", {_addresses([address for address in given if address])}"
        yield Hint(number.span().end, text, ("made", str(section.header_span().start)))
    if servers:
        yield from _servers(section, hosts)


def _range(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} … {names[-1]}"


def _addresses(given: list[str]) -> str:
    first, last = given[0], given[-1]
    if len(given) == 1 or first == last:
        return first
    if ip_address(first).version == 4 and first.rpartition(".")[0] == last.rpartition(".")[0]:
        return f"{first}–{last.rpartition('.')[2]}"
    return f"{first} – {last}"


def _servers(section: Section, hosts: list[Host]) -> Iterator[Hint]:
    """Behind each line of `service_hosts` the hosts that its server gets."""
    listed = section.child("service_hosts")
    if listed is None:
        return
    told: set[str] = set()
    for entry in listed.entries:
        name = entry.text.split()[0] if entry.text.split() else ""
        here = [host.name for host in hosts if host.service_host == name]
        if not here or name in told or entry.file is not section.file:
            continue
        told.add(name)
        numbers = [at for at, host in enumerate(hosts) if host.service_host == name]
        in_a_row = numbers[-1] - numbers[0] + 1 == len(numbers)
        yield Hint(entry.span().end, _range(here) if in_a_row else f"{len(here)} hosts", ("on", name))


# ---------------------------------------------------------------- hosts
def _inherited(scene: Scene, section: Section) -> Iterator[Hint]:
    """Behind `superclass NAME` the values that come with it."""
    line = section.entry("superclass")
    block = resolved_block(scene, section)
    if line is None or block is None or line.file is not section.file:
        return
    told = [_told(block, word) for word in _TELLING if _is_inherited(block, word)][:3]
    if told:
        yield Hint(line.span().end, ", ".join(told), ("inherited", section.name))


def _is_inherited(block: Resolved, word: str) -> bool:
    entry = block.settings.get(word)
    return entry is not None and block.own is not None and entry.section is not block.own


def _told(block: Resolved, word: str) -> str:
    entry: Entry = block.settings[word]
    return f"{word} {shown(word, block)} ({entry.section.name})"


def _length(scene: Scene, section: Section) -> Iterator[Hint]:
    """Behind an address without a length the one it gets, by `netmask` or by default."""
    line = section.entry("address")
    host = section.parent
    if line is None or host is None or line.file is not section.file or "/" in line.text or "$" in line.text:
        return
    found = host_named(scene, host.name) if host.kind == "host" else None
    card = next((each for each in found.interfaces if each.name == section.name), None) if found else None
    if card is not None and card.prefix_length is not None and section.entry("netmask") is None:
        yield Hint(line.span().end, f"/{card.prefix_length}", ("card", host.name, card.name))


# ---------------------------------------------------------------- tooltips
def tooltip(scene: Scene, subject: tuple[str, ...], link: Link = place) -> str:
    """What stands behind a hint, in Markdown."""
    match subject:
        case ("made", offset):
            hosts = next(
                (made_by(scene, section) for section in scene.view.unit.root.walk()
                 if section.file is scene.view.file and section.block and section.header_span().start == int(offset)),
                [],
            )  # fmt: skip
            return _listed([f"`{host.name}`: {host_line(host)}" for host in hosts])
        case ("on", name) if scene.ir is not None:
            return _listed([f"`{host.name}`" for host in scene.ir.hosts if host.service_host == name])
        case ("inherited", name) if scene.resolved is not None and name in scene.resolved.hosts:
            block = scene.resolved.hosts[name]
            return _listed([_line(block, word, link) for word in block.settings if _can_be_told(block, word)])
        case ("card", host, card):
            found = host_named(scene, host)
            wire = next((each for each in found.interfaces if each.name == card), None) if found else None
            return f"Netmask `{wire.netmask or wire.prefix_length}`, hardware address `{wire.mac}`" if wire else ""
    return ""


def _can_be_told(block: Resolved, word: str) -> bool:
    row = block.keywords.get(word)
    return bool(word) and _is_inherited(block, word) and not (row and row.secret)


def _line(block: Resolved, word: str, link: Link) -> str:
    layer = layers(block, word)[0]
    return f"`{word}` {layer.value}: {link(layer.span)}, {layer.owner}"


def _listed(lines: list[str]) -> str:
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n".join(f"- {line}" for line in [*lines[:_MOST], *more])
