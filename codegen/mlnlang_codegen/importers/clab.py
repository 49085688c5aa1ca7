"""containerlab's topologies (`*.clab.yml`).

Nodes are containers, and so are the hosts, unless another back end is asked for.
A link of two nodes is a switch of its own; nodes of the kinds `bridge` and `ovs-bridge` are bridges of the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlnlang_codegen.importers.clab_links import read_links
from mlnlang_codegen.importers.draft import Card, Draft, Machine, Segment, exact_mib, unwritable
from mlnlang_codegen.importers.tree import Leaf, Node

BRIDGES = ("bridge", "ovs-bridge")
_UNITS = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "k": 1024, "m": 1024**2, "g": 1024**3,
          "kib": 1024, "mib": 1024**2, "gib": 1024**3}  # fmt: skip

_REASONS = {
    "kind": "a host has no kind; what it is lies in its template",
    "type": "a host has no model; what it is lies in its template",
    "group": "it only says where the node stands in a drawing",
    "labels": "the language has no labels",
    "env": "a machine has no environment; its programs have",
    "ports": "a machine has addresses of its own; no ports are passed on to it",
    "startup-config": "the language sets up Linux guests, not the systems of network devices",
    "license": "the language has no licences",
    "cmd": "a machine runs its own init",
    "entrypoint": "a machine runs its own init",
    "user": "a machine runs its own init",
    "mgmt-ipv6": "a card has one address",
    "ipv6-subnet": "a card has one address",
    "prefix": "machines are called host.project",
    "bridge": "a switch of this back end is no bridge of the server",
    "mtu": "the language has no frame sizes",
    "vars": "the language has no variables of links",
}


def reason(place: str) -> str:
    """Why a setting that nobody read is lost."""
    words = re.sub(r"\[[0-9]+\]", "", place).split(".")
    return next((_REASONS[word] for word in words[::-1] if word in _REASONS), "the language has no word for it")


@dataclass
class Lab:
    """What is known while a topology is read."""

    draft: Draft
    back_end: str
    machines: dict[str, Machine] = field(default_factory=dict)
    bridges: dict[str, str] = field(default_factory=dict)
    management: Segment | None = None
    length: str = ""


class Layers:
    """A node's settings: its own, then those of its group, its kind and the defaults."""

    def __init__(self, node: Node, topology: Node) -> None:
        defaults = topology.child("defaults")
        self.node = node
        self._all = [node, *([defaults] if defaults is not None else [])]
        for section, key in (("kinds", "kind"), ("groups", "group")):
            named = topology.child(section)
            leaf = self.leaf(key)
            layer = named.child(leaf.value) if named is not None and leaf is not None else None
            if layer is not None and leaf is not None:
                self._all.insert(1, layer)
                leaf.carried(f"what `{section}.{leaf.value}` says")

    def leaf(self, name: str) -> Leaf | None:
        """The nearest setting of a name."""
        return next((layer.leaves[name] for layer in self._all if name in layer.leaves), None)

    def lists(self, name: str) -> Iterator[Leaf]:
        """The items of a list, those of the outer layers first."""
        for layer in self._all[::-1]:
            for inner in layer.all(name):
                yield from (item.text for item in inner.children if item.text is not None)


def read_topology(draft: Draft, root: Node, back_end: str) -> None:
    """All nodes and links."""
    name = root.leaves.get("name")
    if name is not None and not draft.project:
        draft.project, draft.project_leaf = name.value, name
    topology = root.child("topology")
    if topology is None:
        return
    lab = Lab(draft, back_end)
    nodes = topology.child("nodes")
    found = [(node, Layers(node, topology)) for node in _nodes(nodes)] if nodes is not None else []
    _management(lab, root.child("mgmt"), [layers for _, layers in found])
    for node, layers in found:
        _node(lab, node, layers)
    links = topology.child("links")
    read_links(lab.draft, lab.machines, lab.bridges, lab.management, links.children if links is not None else [])


def _nodes(section: Node) -> list[Node]:
    """The nodes in their order. One without settings (`r1: {}`) is a leaf of the section."""
    bare = []
    for name, leaf in section.leaves.items():
        node = Node(name, leaf.place, leaf.span)
        node.text = leaf
        bare.append(node)
    return sorted([*bare, *section.children], key=lambda node: node.span.start)


def _management(lab: Lab, node: Node | None, nodes: list[Layers]) -> None:
    """The network that all nodes have their eth0 on, where anything is said of it."""
    if node is None and not any(layers.leaf("mgmt-ipv4") for layers in nodes):
        return
    name = node.leaves.get("network") if node is not None else None
    lab.management = lab.draft.segment(name.value if name is not None else "mgmt", _family(lab.back_end), name)
    if node is None:
        return
    if (bridge := node.leaves.get("bridge")) is not None and _family(lab.back_end) == "bridge":
        lab.management.settings.put("bridge", bridge.value, bridge)
    subnet = node.leaves.get("ipv4-subnet") or node.leaves.get("ipv4_subnet")
    if subnet is not None and re.fullmatch(r"[0-9.]+/[0-9]{1,2}", subnet.value):
        lab.length = subnet.value.partition("/")[2]
        if any(layers.leaf("mgmt-ipv4") for layers in nodes):
            subnet.carried(f"/{lab.length} of the addresses")


def _family(back_end: str) -> str:
    return Machine("", back_end).family


def _node(lab: Lab, node: Node, layers: Layers) -> None:
    kind = layers.leaf("kind")
    if kind is not None and kind.value in BRIDGES:
        kind.carried(f"bridge {node.name}")
        lab.bridges[node.name] = node.name
        return
    machine = Machine(node.name, lab.back_end, _name_leaf(node), node)
    lab.machines[node.name] = machine
    lab.draft.machines.append(machine)
    _management_card(lab, machine, layers)
    _image(machine, layers)
    _resources(machine, layers)
    _guest(machine, layers)


def _name_leaf(node: Node) -> Leaf:
    """The node's own name is a setting too; it stands in the key."""
    if node.text is not None and not node.text.value:
        node.text.value = node.name
        return node.text
    leaf = Leaf(node.place, node.name, node.span)
    node.spare.append(leaf)
    return leaf


def _management_card(lab: Lab, machine: Machine, layers: Layers) -> None:
    mode, address = layers.leaf("network-mode"), layers.leaf("mgmt-ipv4")
    if mode is not None and mode.value == "none":
        mode.carried("no card on the management network")
        return
    if lab.management is None:
        return
    card = machine.card("eth0")
    card.segment = lab.management
    if address is not None:
        _address(card, address, lab.length)


def _address(card: Card, leaf: Leaf, length: str) -> None:
    if length:
        card.settings.put("address", f"{leaf.value}/{length}", leaf)
    else:
        card.settings.put("address", f"{leaf.value}/24", leaf, "its network's length is not said, /24 is taken")


# ---------------------------------------------------------------- what a node is
def _image(machine: Machine, layers: Layers) -> None:
    """A container's image names the template that somebody has to make of it."""
    leaf = layers.leaf("image")
    if leaf is None or not leaf.value:
        return
    if reason := unwritable(leaf.value):
        leaf.lost(reason)
        return
    short = re.sub(r"[^A-Za-z0-9.-]+", "-", leaf.value.rsplit("/", 1)[-1]).strip("-.") or "image"
    machine.settings.put("template", f"{short}.ext4", leaf, "an image of a container is no disk: make a template of it")


def _resources(machine: Machine, layers: Layers) -> None:
    if (memory := layers.leaf("memory")) is not None:
        found = re.fullmatch(r"([0-9]{1,15})\s*([A-Za-z]*)", memory.value.strip())
        factor = _UNITS.get(found[2].lower()) if found else None
        if found is None or factor is None:
            memory.lost("it is no size of memory")
        else:
            text, why = exact_mib(int(found[1]) * factor)
            machine.settings.put("memory", text, memory, why)
    if (cpu := layers.leaf("cpu")) is not None:
        found = re.fullmatch(r"([0-9]{1,6})(?:\.([0-9]{1,6}))?", cpu.value.strip())
        if found is None:
            cpu.lost("it is no number of processors")
        else:
            part = bool((found[2] or "").strip("0"))
            why = "processors are whole; the part of one is rounded up" if part else ""
            machine.settings.put("vcpus", str(int(found[1]) + part), cpu, why)
    if (cpus := layers.leaf("cpu-set")) is not None:
        machine.settings.put("cpus", cpus.value, cpus)


def _guest(machine: Machine, layers: Layers) -> None:
    for leaf in layers.lists("exec"):
        line = leaf.value.strip()
        if line:
            machine.add_line(machine.startup, line, leaf, f"startup {{ {line} }}", "it runs at each start of the guest")
    for leaf in layers.lists("binds"):
        source, _, rest = leaf.value.partition(":")
        target = rest.partition(":")[0]
        if not source or not target.startswith("/") or unwritable(leaf.value):
            leaf.lost(unwritable(leaf.value) or "it is not of the form `SOURCE:TARGET`")
            continue
        machine.files.append((source, target))
        leaf.carried(f"files {{ {source} {target} }}", "it is copied when the guest is built, not shared with it")
