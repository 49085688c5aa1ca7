"""Disks, cards and displays of libvirt's domain XML."""

from __future__ import annotations

from mlnlang_codegen.importers.draft import Card, Draft, Machine, put_display, unwritable
from mlnlang_codegen.importers.tree import Leaf, Node
from mlnlang_codegen.server.libvirt import DEFAULT_NETWORK
from mlnlang_codegen.storage import FILES_TOKEN, IMAGES_TOKEN

#: Networks that are bridges of the server: the bridge's name, and the settings that say so.
Bridges = dict[str, tuple[str, list[Leaf]]]

_REMOVABLE = "a drive for {0} is no part of a machine in the language"
_ROOTLESS = "the disk lies in {0}; the language names files and devices of the server"


def read(draft: Draft, machine: Machine, node: Node, bridges: Bridges) -> None:
    """All devices that the language has words for."""
    for disk in node.all("disk"):
        _disk(machine, disk)
    for interface in node.all("interface"):
        _interface(draft, machine, interface, bridges)
    for graphics in node.all("graphics"):
        _graphics(machine, graphics)
    if machine.backend == "lxc":
        for filesystem in node.all("filesystem"):
            _filesystem(machine, filesystem)


# ---------------------------------------------------------------- disks
def _disk(machine: Machine, disk: Node) -> None:
    device = disk.value("device", "disk")
    if device not in ("disk", "lun"):
        disk.lost(_REMOVABLE.format({"cdrom": "CDs", "floppy": "floppy disks"}.get(device, device)))
        return
    source = disk.child("source")
    if source is None:
        disk.lost("it has no source")
        return
    path = next((source.leaves[key] for key in ("file", "dev") if key in source.leaves), None)
    if path is None:
        where = {"network": "network storage", "volume": "a storage pool"}.get(disk.value("type"), "something else")
        disk.lost(_ROOTLESS.format(where))
        return
    target = disk.child("target")
    machine.disk(own_path(path.value), path, target.value("dev") if target is not None else "")
    for readonly in disk.all("readonly"):
        readonly.lost("a disk can be written")


def own_path(path: str) -> str:
    """A path without the tokens that stand for the project's own folders in what MLN writes."""
    for token in (IMAGES_TOKEN, FILES_TOKEN):
        if path.startswith(f"{token}/"):
            return path[len(token) + 1 :]
    return path


def _filesystem(machine: Machine, node: Node) -> None:
    """A container's file system: its root is a disk, others are lines of `mount`."""
    source, target = node.child("source"), node.child("target")
    place = target.leaves.get("dir") if target is not None else None
    kind = node.value("type", "mount")
    path = source.leaves.get({"file": "file", "block": "dev", "mount": "dir"}.get(kind, "")) if source else None
    if path is None or place is None:
        node.lost("it is no image, device or folder that is mounted somewhere")
    elif place.value == "/" and kind == "mount":
        node.lost("the container's root is a folder; the language starts machines from images and devices")
    elif place.value == "/":
        machine.settings.put("filesystem", own_path(path.value), path)
        _settle_together(path, node.leaves.get("type"), place)
    elif reason := unwritable(path.value) or unwritable(place.value):
        node.lost(reason)
    else:
        line = (own_path(path.value), place.value, "hostfs" if kind == "mount" else "auto")
        machine.mount(line, path)
        _settle_together(path, node.leaves.get("type"), place)


def _settle_together(leaf: Leaf, *others: Leaf | None) -> None:
    """What is said by the same words."""
    for other in others:
        if other is not None and leaf.fate != "lost":
            other.carried(leaf.became)


# ---------------------------------------------------------------- cards
def _interface(draft: Draft, machine: Machine, node: Node, bridges: Bridges) -> None:
    guest = node.child("guest")
    name = guest.leaves.get("dev") if guest is not None else None
    card = machine.card(name.value if name is not None else "", node)
    if name is not None and name.value == card.name:
        name.carried(f"network {card.name}")
    mac = node.child("mac")
    if mac is not None and "address" in mac.leaves:
        card.settings.put("mac", mac.leaves["address"].value, mac.leaves["address"])
    _wire(draft, machine, card, node, bridges)
    _address(card, node)


def _wire(draft: Draft, machine: Machine, card: Card, node: Node, bridges: Bridges) -> None:
    kind, source = node.leaves.get("type"), node.child("source")
    wanted = kind.value if kind is not None else ""
    leaf = source.leaves.get(wanted) if source is not None and wanted in ("bridge", "network") else None
    if leaf is None:
        if kind is not None:
            kind.lost("a card is wired to a switch or to a bridge of the server; this one is left to the back end")
        return
    bridge, said = (leaf.value, []) if wanted == "bridge" else bridges.get(leaf.value, ("", []))
    if not bridge and wanted == "network":
        to_network(draft, machine, card, leaf)
        if card.segment is not None and kind is not None:
            kind.carried(f"switch {card.segment.wanted}")
    elif card.settings.put("bridge", bridge, leaf):
        _settle_together(leaf, kind, *said)
    if source is not None and wanted == "network" and (made := source.leaves.get("bridge")) is not None:
        made.implied("the network is named, and its bridge follows from that")


def to_network(draft: Draft, machine: Machine, card: Card, leaf: Leaf) -> None:
    """Wire it to the switch that stands for a network."""
    known = (machine.family, leaf.value) in draft.segments
    if leaf.value == DEFAULT_NETWORK and not known and machine.backend in ("kvm", "lxc"):
        leaf.implied("a card that is wired to nothing is on libvirt's network `default`")
        return
    segment = draft.segment(leaf.value, machine.family, None if known else leaf)
    card.segment = segment
    if known:
        leaf.carried(f"switch {leaf.value}")


def _address(card: Card, node: Node) -> None:
    """Addresses of containers; machines are told theirs from inside."""
    for ip in node.all("ip"):
        address = ip.leaves.get("address")
        if address is None or "address" in card.settings.values:
            continue
        prefix = ip.leaves.get("prefix")
        text = f"{address.value}/{prefix.value}" if prefix is not None else address.value
        if card.settings.put("address", text, address) and prefix is not None:
            prefix.carried(f"address {text}")


# ---------------------------------------------------------------- displays
def _graphics(machine: Machine, node: Node) -> None:
    kind = node.leaves.get("type")
    if kind is None or kind.value != "vnc" or "vncdisplay" in machine.settings.values:
        return
    settings = machine.settings
    port, password, keymap = (node.leaves.get(key) for key in ("port", "passwd", "keymap"))
    if port is not None and port.value != "-1" and node.value("autoport", "no") != "yes":
        put_display(settings, port)
    if password is not None:
        settings.put("vncpasswd", password.value, password)
    if keymap is not None:
        settings.put("vnckeymap", keymap.value, keymap)
    shown = [keyword for keyword in ("vncdisplay", "vncpasswd", "vnckeymap") if keyword in settings.values]
    if shown:
        kind.carried(shown[0])
    else:
        node.lost("the language has no display without a number or a password: add `vncdisplay`")
