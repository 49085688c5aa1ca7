"""Values to propose for a keyword: choices, names, free addresses, and what the project says elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mlnlang.ide.cursor import Cursor
from mlnlang.ide.offers import Proposal, Stretch
from mlnlang.ide.scene import Scene
from mlnlang.ide.segments import Segment, segment
from mlnlang.schema import Keyword
from mlnlang.schema.values import ValueFault, parse_netmask
from mlnlang.semantics.lower_network import dotted
from mlnlang.semantics.sections import Section

#: Values used elsewhere that are proposed.
_MOST = 8
_REUSED = frozenset(("memory", "disk", "path", "word", "number", "ip", "netmask"))


def values(scene: Scene, section: Section, row: Keyword, place: Cursor) -> Iterator[Proposal]:
    """What may follow a keyword."""
    stretch = Stretch(place.typed_start, place.offset, place.typed_end)
    if row.refers_to:
        yield from names(scene, row.refers_to, stretch)
        return
    for at, choice in enumerate(_choices(row)):
        yield Proposal(choice, "value", row.name, stretch, sort=f"1{at:02}")
    taken: set[str] = set()
    if section.context == "network" and row.kind in ("address", "ip", "netmask"):
        for proposal in _of_the_segment(scene, section, row, stretch):
            taken.add(proposal.label)
            yield proposal
    if row.kind in _REUSED and not row.secret and not row.choices and row.name != "tun_address":
        yield from _used(scene, section, row, stretch, taken, place)


def _choices(row: Keyword) -> tuple[str, ...]:
    if row.choices:
        return row.choices
    if row.kind in ("flag", "flag-or-text"):
        return ("off", "on")
    return ("yes", "no") if row.kind == "yes-no" else ()


def names(scene: Scene, kind: str, stretch: Stretch) -> Iterator[Proposal]:
    """What is defined of a kind: superclasses, switches, servers (those of mln.conf too)."""
    known: dict[str, str] = {}
    for child in _first_level(scene):
        if child.kind == kind and child.name and "$" not in child.name:
            known.setdefault(child.name, kind)
    if kind == "server":
        for name in scene.config.servers:
            known.setdefault(name, "server of mln.conf")
    for name, detail in sorted(known.items()):
        yield Proposal(name, "name", detail, stretch, sort=f"1{name}", subject=(kind, name))


def _first_level(scene: Scene) -> list[Section]:
    table = scene.symbols.root.children
    if scene.is_current or scene.checked is None:
        return table
    here = {id(child) for child in table}
    return [*table, *(child for child in scene.view.unit.root.children if id(child) not in here)]


# ---------------------------------------------------------------- addresses
def _of_the_segment(scene: Scene, section: Section, row: Keyword, stretch: Stretch) -> Iterator[Proposal]:
    if row.kind == "address":
        yield Proposal("dhcp", "value", "asks a server of the segment", stretch, sort="2dhcp")
    project = scene.ir
    if project is None:
        return
    switch = _setting(scene, section, "switch")
    found = segment(project, switch)
    where = f"on `{switch}`" if switch else "in the project"
    if row.kind == "netmask":
        yield from _masks(found, stretch)
    elif row.kind == "address":
        bare = _setting(scene, section, "netmask") is not None
        for at, (address, length) in enumerate(found.free()):
            text = address if bare else f"{address}/{length}"
            yield Proposal(text, "address", f"free {where}", stretch, sort=f"1{at:02}")
    elif row.name == "gateway":
        for at, (address, count) in enumerate(found.gateways.most_common(_MOST)):
            many = "one card" if count == 1 else f"{count} cards"
            yield Proposal(address, "address", f"gateway of {many} {where}", stretch, sort=f"1{at:02}")
        for at, (address, host) in enumerate(list(found.holders.items())[:_MOST]):
            if address not in found.gateways:
                yield Proposal(address, "address", f"address of {host} {where}", stretch, sort=f"2{at:02}")
    elif row.name == "broadcast":
        for net, _ in found.nets.most_common(_MOST):
            if net.version == 4:
                yield Proposal(str(net.broadcast_address), "address", f"last of {net}", stretch, sort="1")


def _masks(found: Segment, stretch: Stretch) -> Iterator[Proposal]:
    lengths: Counter[tuple[int, int]] = Counter()
    for net, count in found.nets.items():
        lengths[net.version, net.prefixlen] += count
    for at, ((version, length), _) in enumerate(lengths.most_common(_MOST)):
        text = dotted(length) if version == 4 else str(length)
        yield Proposal(text, "address", f"/{length}, as the segment has it", stretch, sort=f"1{at:02}")


def _setting(scene: Scene, section: Section, key: str) -> str | None:
    """A keyword's value in a block or what it inherits."""
    for layer in scene.layers(section):
        entry = layer.entry(key)
        if entry is not None:
            return " ".join(scene.symbols.evaluator.words(entry)) or None
    return None


# ---------------------------------------------------------------- what the project says elsewhere
def _used(
    scene: Scene, section: Section, row: Keyword, stretch: Stretch, taken: set[str], place: Cursor
) -> Iterator[Proposal]:
    counts: Counter[str] = Counter()
    for other in scene.symbols.root.walk():
        if other.context == section.context:
            for entry in other.entries:
                if entry.key == row.name and "$" not in entry.text and entry.text.strip():
                    counts[" ".join(entry.text.split())] += 1
    if row.kind == "netmask":
        counts = Counter({text: count for text, count in counts.items() if _is_mask(text)})
    own = place.text[place.typed_start : place.typed_end]
    if counts[own] == 1:
        del counts[own]
    for at, (text, count) in enumerate(counts.most_common(_MOST)):
        if text not in taken:
            times = "once" if count == 1 else f"{count} times"
            yield Proposal(text, "value", f"used {times} in the project", stretch, sort=f"4{at:02}")


def _is_mask(text: str) -> bool:
    try:
        return parse_netmask(text) >= 0
    except ValueFault:
        return False
