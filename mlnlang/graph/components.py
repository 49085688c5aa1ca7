"""One connected component as a part: its blocks made, placed in layers, and joined by wires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from mlnlang.graph.cards import BAR_HEIGHT, port, ported
from mlnlang.graph.combs import Block, Hung, hung_block, rails_block, segment_block
from mlnlang.graph.geometry import Part, Point, Wire, moved, straightened
from mlnlang.graph.layered import Link, placed
from mlnlang.graph.model import Edge, Picture
from mlnlang.graph.network import Network, below, depths, root_of, subtrees
from mlnlang.graph.text import STYLES


@dataclass
class _Join:
    """Wires that go the same way from an upper block to a lower one. `outer`: the edges enter a hung subtree."""

    upper: str
    lower: str
    edges: list[Edge]


@dataclass
class _Region:
    """A component, or a subtree of one that hangs on the block `parent`."""

    picture: Picture
    net: Network
    hues: dict[str, int]
    depth: dict[str, int]
    parent: str = ""
    blocks: dict[str, Block] = field(default_factory=dict)
    joins: list[_Join] = field(default_factory=list)
    hung: dict[str, list[str]] = field(default_factory=dict)
    subtrees: dict[str, Block] = field(default_factory=dict)
    #: Where each block is in the whole.
    at: dict[str, Point] = field(default_factory=dict)
    #: The number of the first segment's colour.
    hue: int = 0


def component(picture: Picture, net: Network, keys: Sequence[str], hues: dict[str, int]) -> Part:
    """Lay out a component; its segments are numbered in `hues` so that those whose wires meet differ."""
    depth = depths(net.links, root_of(net, keys), keys)
    return _laid(_Region(picture, net, hues, depth)).part


def _laid(region: _Region) -> Hung:
    """The whole of a region; with a parent, where the parent's wires enter it."""
    _hang(region)
    segments = [key for key in region.net.segments if key in region.depth]
    region.hues |= {key: region.hue + number for number, key in enumerate(segments)}
    region.joins = _joins(region)
    _make_blocks(region, {})
    if not region.joins:
        ((root, block),) = region.blocks.items()
        region.at[root] = (0, 0)
        return _entered(region, block.part)
    if any(len(region.net.groups.get(key, ())) == 1 for key in region.blocks):
        _make_blocks(region, _port_order(region))
    return _entered(region, _joined(region))


def _hang(region: _Region) -> None:
    """Take the subtrees of blocks with many of them out of the region; each becomes a part of its own."""
    net = region.net
    for key, roots in subtrees(net, region.depth).items():
        if key not in region.depth:  # inside a subtree that is taken out already
            continue
        region.hung[key] = roots
        children: list[Hung] = []
        for root in roots:
            inside = below(net, region.depth, root)
            depth = depths(net.links, root, inside)
            inner = _Region(region.picture, net, region.hues, depth, parent=key, hue=region.hue + 1)
            children.append(_laid(inner))
            for taken in inside:
                del region.depth[taken]
        region.subtrees[key] = hung_block(children)


def _joins(region: _Region) -> list[_Join]:
    net, depth = region.net, region.depth
    found: list[_Join] = []
    for upper in depth:
        for lower in net.links[upper]:
            if depth.get(lower, 0) > depth[upper]:
                edges = _between(region, upper, lower)
                single = len(net.groups.get(upper, net.groups.get(lower, []))) == 1
                found += [_Join(upper, lower, [edge]) for edge in edges] if single else [_Join(upper, lower, edges)]
        if upper in region.hung:
            edges = [edge for root in region.hung[upper] for edge in _between(region, upper, root)]
            found.append(_Join(upper, f"{upper}/", edges))
    return found


def _between(region: _Region, one: str, other: str) -> list[Edge]:
    group, segment = (one, other) if one in region.net.groups else (other, one)
    hosts = region.net.groups[group]
    return [edge for host in hosts for edge in region.picture.wires[host.id] if edge.segment == segment]


# ---------------------------------------------------------------- blocks
def _make_blocks(region: _Region, order: dict[str, list[Edge]]) -> None:
    net = region.net
    blocks: dict[str, Block] = {}
    lowers = Counter(join.upper for join in region.joins)
    uppers = Counter(join.lower for join in region.joins)
    for key in region.depth:
        if key in net.segments:
            above, under = uppers[key], lowers[key]
            blocks[key] = segment_block(region.picture, net.segments[key], net.own[key], above, under)
        elif len(net.groups[key]) > 1:
            blocks[key] = _rails(region, key)
        else:
            blocks[key] = _router(region, key, order.get(key, []))
        if key in region.subtrees:
            blocks[f"{key}/"] = region.subtrees[key]
    region.blocks = blocks


def _rails(region: _Region, key: str) -> Block:
    net, depth = region.net, region.depth
    segments = [net.segments[other] for other in net.links[key]]
    above = [segment for segment in segments if depth.get(segment.id, -1) < depth[key]]
    lower = [segment for segment in segments if segment not in above]
    return rails_block(region.picture, net.groups[key], above, lower)


def _router(region: _Region, key: str, order: list[Edge]) -> Block:
    """A host between segments, its interfaces in the order in which their wires arrive."""
    (host,) = region.net.groups[key]
    rank = {edge.id: number for number, edge in enumerate(order)}
    edges = sorted(region.picture.wires[key], key=lambda edge: rank.get(edge.id, len(rank)))
    hung = region.hung.get(key, [])
    above = [edge for edge in edges if region.depth.get(edge.segment, len(region.depth)) < region.depth[key]]
    above += [edge for edge in edges if edge.segment == region.parent]
    lower = [edge for edge in edges if edge not in above and edge.segment not in hung]
    bundle = f"{len(hung)} networks" if hung else ""
    block = Block(ported(host, above, lower, bundle))
    for edge in [*above, *lower]:
        block.ports[edge.id] = port(block.part, edge)
    if bundle:
        written = block.part.texts[[text.shown for text in block.part.texts].index(bundle)].box
        block.ports[f"{key}/"] = (written.x + written.width // 2, block.part.height)
    return block


def _port_order(region: _Region) -> dict[str, list[Edge]]:
    """Lay out once with wires that arrive anywhere, and see in which order they like to."""
    keys = list(region.blocks)
    _, wires = _run(region, keys, fixed=False)
    found: dict[str, list[tuple[int, Edge]]] = {}
    for join, wire in zip(region.joins, wires, strict=True):
        for key, at in ((join.upper, wire[0]), (join.lower, wire[-1])):
            if key in region.net.groups:
                found.setdefault(key, []).extend((at[0], edge) for edge in join.edges)
    return {key: [edge for _, edge in sorted(met, key=lambda pair: pair[0])] for key, met in found.items()}


# ---------------------------------------------------------------- wires
def _run(region: _Region, keys: list[str], *, fixed: bool) -> tuple[list[tuple[int, int]], list[Wire]]:
    number = {key: at for at, key in enumerate(keys)}
    links = [
        Link(
            number[join.upper],
            number[join.lower],
            _end(region, join.upper, join, fixed),
            _end(region, join.lower, join, fixed),
        )
        for join in region.joins
    ]
    sizes = [(region.blocks[key].part.width, region.blocks[key].part.height) for key in keys]
    boxes, wires = placed(sizes, links)
    return [(box.x, box.y) for box in boxes], wires


def _end(region: _Region, key: str, join: _Join, fixed: bool) -> Point | None:
    """The port of a block that a join comes to."""
    block = region.blocks[key]
    if key.endswith("/"):
        return block.ports[""]
    if key in region.net.segments:
        return block.lane[-1] if block.lane and key == join.upper else None
    if len(region.net.groups[key]) > 1:
        return block.ports[join.lower if key == join.upper else join.upper]
    if not fixed:
        return None
    return block.ports[join.lower if join.lower.endswith("/") else join.edges[0].id]


def _joined(region: _Region) -> Part:
    keys = list(region.blocks)
    at, wires = _run(region, keys, fixed=True)
    part = Part()
    region.at = dict(zip(keys, at, strict=True))
    for key in keys:
        part.put(region.blocks[key].part, *region.at[key])
    for join, wire in zip(region.joins, wires, strict=True):
        lane = moved(region.blocks[join.upper].lane, *region.at[join.upper])
        for edge in join.edges:
            upper, lower = _tail(region, join.upper, edge), _tail(region, join.lower, edge)
            whole = straightened([*lane, *reversed(upper), *wire, *lower])
            from_host = join.upper in region.net.groups
            part.wires[edge.id] = whole[::-1] if from_host else whole
        if join.lower.endswith("/") and join.upper in region.net.groups:
            part.bundles.append(straightened(wire))
            part.bundles += [moved(way, *region.at[join.lower]) for way in region.blocks[join.lower].shared]
    part.width = max(part.width, *(x + 2 for wire in wires for x, _ in wire))
    part.height = max(part.height, *(y + 2 for wire in wires for _, y in wire))
    return part


def _tail(region: _Region, key: str, edge: Edge) -> Wire:
    """From a block's border inwards: along a rail to a card, or into a hung subtree."""
    return moved(region.blocks[key].tails.get(edge.id, []), *region.at[key])


def _entered(region: _Region, part: Part) -> Hung:
    """Where the parent's wires enter a region from above, with the interfaces' labels where the parent is a host."""
    if not region.parent:
        return Hung(part, {})
    root = next(iter(region.blocks))
    block = region.blocks[root]
    edges = _between(region, region.parent, root)
    if root in region.net.segments:
        return _labelled(part, root, edges)
    x, y = region.at[root]
    if len(region.net.groups[root]) == 1:
        ports = {edge.id: block.ports[edge.id] for edge in edges}
    else:
        ports = dict.fromkeys((edge.id for edge in edges), block.ports[region.parent])
    entries = {edge: (x + at[0], y + at[1]) for edge, at in ports.items()}
    return Hung(part, entries, {edge.id: _tail(region, root, edge) for edge in edges})


def _labelled(part: Part, root: str, edges: list[Edge]) -> Hung:
    """A bar below its host: the interface is written where its wire arrives, as the host has no room for so many."""
    done, entries = Part(), {}
    for edge in edges:
        shown = f"{edge.interface} {edge.address}" if edge.address else edge.interface
        text = done.write(shown, "card", (18, done.height), edge.id)
        done.cards[edge.id] = text
        done.height = text.bottom + 1
    done.height = max(done.height, STYLES["card"].line)
    done.width = max(text.box.right for text in done.texts)
    top = done.height
    done.put(part, 0, top)
    bar = part.boxes[root]
    for edge in edges:
        entries[edge.id] = (bar.x + 10, 0)
    tails: dict[str, Wire] = {edge.id: [(bar.x + 10, top + bar.y)] for edge in edges}
    assert bar.height == BAR_HEIGHT
    return Hung(done, entries, tails)
