"""How hosts and segments hang together: what stands alone, which hosts do what others do, and what is above what.

Hosts that are wired to one segment alone are drawn with it. Hosts that are wired to the same several segments are
drawn as one where they are many. What is left, segments and the hosts between them, is a graph in two colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mlnlang.graph.model import Node, NodeKind, Picture

#: So many hosts between the same segments are still drawn one by one.
FEW = 3
#: So many subtrees of one block are drawn in rows and columns.
MANY = 5

_WAYS_OUT: frozenset[NodeKind] = frozenset(("bridge", "slirp", "tap", "socket", "default"))


@dataclass
class Network:
    """What is drawn in one frame. `links`: the neighbours of segments and groups, by the key of each."""

    segments: dict[str, Node] = field(default_factory=dict)
    own: dict[str, list[Node]] = field(default_factory=dict)
    groups: dict[str, list[Node]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    alone: list[Node] = field(default_factory=list)
    unwired: list[Node] = field(default_factory=list)

    def components(self) -> list[list[str]]:
        """The parts that no wire joins."""
        found: list[list[str]] = []
        seen: set[str] = set()
        for first in self.links:
            if first not in seen:
                reached = list(depths(self.links, first, self.links))
                seen.update(reached)
                found.append([key for key in self.links if key in set(reached)] if len(reached) > 1 else reached)
        return found


def network(picture: Picture, nodes: Iterable[Node]) -> Network:
    """Sort out the nodes of one frame."""
    found = Network()
    hosts: list[Node] = []
    for node in nodes:
        if node.is_host:
            hosts.append(node)
        elif node.kind == "unwired":
            found.unwired.append(node)
        else:
            found.segments[node.id] = node
            found.own[node.id] = []
            found.links[node.id] = []
    alike: dict[tuple[str, ...], list[Node]] = {}
    for host in hosts:
        ways = dict.fromkeys(edge.segment for edge in picture.wires[host.id] if edge.segment in found.segments)
        if not ways:
            found.alone.append(host)
        elif len(ways) == 1:
            found.own[next(iter(ways))].append(host)
        else:
            alike.setdefault(tuple(sorted(ways)), []).append(host)
    _link(found, alike)
    return found


def _link(found: Network, alike: dict[tuple[str, ...], list[Node]]) -> None:
    for ways, members in alike.items():
        for group in [members] if len(members) > FEW else [[host] for host in members]:
            key = group[0].id
            found.groups[key] = group
            found.links[key] = [segment for segment in found.segments if segment in ways]
            for segment in ways:
                found.links[segment].append(key)


def depths(links: dict[str, list[str]], root: str, within: Iterable[str]) -> dict[str, int]:
    """Steps from a root to all that can be reached."""
    inside = within if isinstance(within, (set, dict)) else set(within)
    found = {root: 0}
    queue = [root]
    for key in queue:
        for other in links[key]:
            if other in inside and other not in found:
                found[other] = found[key] + 1
                queue.append(other)
    return found


def root_of(net: Network, keys: Sequence[str]) -> str:
    """What stands on top: a way out, else the segment with most neighbours; the end of a chain."""
    segments = [key for key in keys if key in net.segments]
    outside = [key for key in segments if net.segments[key].kind in _WAYS_OUT and net.links[key]]
    most = max(len(net.links[key]) for key in segments)
    if outside:
        return max(outside, key=lambda key: len(net.links[key]))
    if most <= 2:
        return next((key for key in segments if len(net.links[key]) == 1), segments[0])
    return next(key for key in segments if len(net.links[key]) == most)


def subtrees(net: Network, depth: dict[str, int]) -> dict[str, list[str]]:
    """Blocks with many subtrees, and the roots of those: nothing but the block joins them to the rest."""
    closed: set[str] = set()
    for key in sorted(depth, key=lambda key: -depth[key]):
        around = [other for other in net.links[key] if other in depth]
        above = [other for other in around if depth[other] < depth[key]]
        if len(above) == 1 and all(other in closed for other in around if depth[other] > depth[key]):
            closed.add(key)
    found: dict[str, list[str]] = {}
    for key in depth:
        if key in net.groups and len(net.groups[key]) > 1:
            continue
        hung = [other for other in net.links[key] if depth.get(other, 0) > depth[key] and other in closed]
        if len(hung) >= MANY:
            found[key] = hung
    return found


def below(net: Network, depth: dict[str, int], root: str) -> list[str]:
    """A closed subtree: its root and all under it."""
    found = [root]
    for key in found:
        found += [other for other in net.links[key] if depth.get(other, 0) > depth[key]]
    return found
