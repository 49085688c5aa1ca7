"""Links of a containerlab topology, in the brief form and in the extended one."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlnlang_codegen.importers.draft import Card, Draft, Machine, Segment
from mlnlang_codegen.importers.tree import Leaf, Node

#: Names on the left of an endpoint that are no nodes.
_SERVER, _MANAGEMENT, _MACVLAN = "host", "mgmt-net", "macvlan"


@dataclass
class End:
    """An end of a link: a node and its interface, and the leaves that say so."""

    node: str
    interface: str
    leaves: list[Leaf]
    mac: Leaf | None = None
    card: Card | None = None


@dataclass
class _Links:
    draft: Draft
    machines: dict[str, Machine]
    bridges: dict[str, str]
    management: Segment | None
    names: set[str] = field(default_factory=set)


def read_links(
    draft: Draft, machines: dict[str, Machine], bridges: dict[str, str], management: Segment | None, links: list[Node]
) -> None:
    """Wire the cards."""
    lab = _Links(draft, machines, bridges, management)
    for link in links:
        ends = _ends(link)
        if len(ends) != 2:
            link.lost("a link has two ends of the form `node:interface`")
            continue
        for end in ends:
            _make_card(lab, end)
        _join(lab, link, *ends)


# ---------------------------------------------------------------- reading
def _ends(link: Node) -> list[End]:
    ends = [end for node in link.all("endpoints") for item in node.children if (end := _end(item))]
    single = link.child("endpoint")
    if single is not None and (end := _end(single)):
        ends.append(end)
    kind = link.leaves.get("type")
    there = link.leaves.get("host-interface")
    if kind is not None and len(ends) == 1 and kind.value in (_SERVER, _MANAGEMENT, _MACVLAN):
        ends.append(End(kind.value, there.value if there is not None else "", [kind, *([there] if there else [])]))
    elif kind is not None and kind.value == "veth" and len(ends) == 2:
        kind.implied("a link joins two cards where nothing else is said")
    return ends


def _end(item: Node) -> End | None:
    if item.text is not None:
        node, colon, interface = item.text.value.partition(":")
        return End(node, interface, [item.text]) if colon else None
    node_leaf, interface_leaf = item.leaves.get("node"), item.leaves.get("interface")
    if node_leaf is None:
        return None
    leaves = [node_leaf, *([interface_leaf] if interface_leaf is not None else [])]
    return End(node_leaf.value, interface_leaf.value if interface_leaf else "", leaves, item.leaves.get("mac"))


def _make_card(lab: _Links, end: End) -> None:
    machine = lab.machines.get(end.node)
    if machine is None:
        return
    end.card = machine.card(end.interface)
    why = "" if end.card.name == end.interface else "the card is called otherwise: the name can't be had, or is taken"
    for leaf in end.leaves:
        leaf.carried(f"host {end.node} {{ network {end.card.name} }}", why)
    if end.mac is not None:
        end.card.settings.put("mac", end.mac.value, end.mac)


# ---------------------------------------------------------------- wiring
def _join(lab: _Links, link: Node, one: End, other: End) -> None:
    if one.card is None and other.card is None:
        link.lost("neither end is a node of the topology")
    elif one.card is not None and other.card is not None:
        segment = lab.draft.segment(_name(lab, one.node, other.node), lab.machines[one.node].family)
        one.card.segment = other.card.segment = segment
    elif one.card is not None:
        _to_other(lab, one.card, other)
    elif other.card is not None:
        _to_other(lab, other.card, one)


def _name(lab: _Links, one: str, other: str) -> str:
    """`one-other`, numbered where the two have several links."""
    name, number = f"{one}-{other}", 2
    while name in lab.names:
        name, number = f"{one}-{other}-{number}", number + 1
    lab.names.add(name)
    return name


def _to_other(lab: _Links, card: Card, end: End) -> None:
    """Wire a card to what is no node: a bridge, the server, the management network."""
    first = end.leaves[0]
    if end.node in lab.bridges:
        card.settings.put("bridge", end.node, first)
        _rest(end, "a bridge has no named ports")
    elif end.node == _SERVER and end.interface:
        card.settings.put("tun_iface", end.interface, first, "the server's end of the link is a TAP device")
        _rest(end, "", f"tun_iface {end.interface}")
    elif end.node == _MANAGEMENT and lab.management is not None:
        card.wire(lab.management, first)
        _rest(end, "a switch has no named ports")
    else:
        for leaf in end.leaves:
            leaf.lost("a card is wired to a switch or to a bridge of the server; this one is left to the back end")


def _rest(end: End, why: str, became: str = "") -> None:
    for leaf in end.leaves[1:]:
        if why:
            leaf.lost(why)
        else:
            leaf.carried(became)
