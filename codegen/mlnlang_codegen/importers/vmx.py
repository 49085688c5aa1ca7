"""VMware's .vmx files, of Workstation, Player and ESXi."""

from __future__ import annotations

import re

from mlnlang_codegen.importers.draft import Draft, Machine, exact_mib, put_display, whole_number
from mlnlang_codegen.importers.libvirt import family_of
from mlnlang_codegen.importers.libvirt_devices import own_path, to_network
from mlnlang_codegen.importers.tree import Leaf, Node

_DISK = re.compile(r"(scsi|sata|nvme|ide)([0-9]{1,3}):([0-9]{1,3})")
_CARD = re.compile(r"ethernet([0-9]{1,3})")
_VMNET = re.compile(r"(?:/dev/)?vmnet([0-9]{1,3})", re.I)
#: VMware's own networks of these kinds.
_STANDING = {"nat": "vmnet8", "hostonly": "vmnet1"}
_OFF = 'it is switched off (`present = "FALSE"`)'

#: Start of a key → why it is lost.
_REASONS = (
    (".encoding", "projects are UTF-8"),
    ("config.version", "it is the format's version, not a setting"),
    ("virtualhw", "the back end chooses the version of the hardware"),
    ("uuid", "identifiers are derived from the names of host and project"),
    ("vc.uuid", "identifiers are derived from the names of host and project"),
    ("guestos", "the back end guesses the guest's system by the template's name"),
    ("annotation", "the language has no descriptions"),
    ("nvram", "the back end names the files beside the .vmx file"),
    ("extendedconfigfile", "the back end names the files beside the .vmx file"),
    ("vmxstats", "the back end names the files beside the .vmx file"),
    ("pcibridge", "the back end chooses the buses"),
    ("tools", "what runs in the guest is the guest's"),
    ("powertype", "how a machine is stopped is the back end's"),
    ("sched", "shares of processor and memory are the server's business"),
    ("migrate", "it is the state of a running machine, not a setting"),
    ("sound", "the language has no sound"),
    ("usb", "the back end chooses the USB controllers"),
    ("ehci", "the back end chooses the USB controllers"),
    ("floppy", "a drive for floppy disks is no part of a machine in the language"),
    ("serial", "the back end makes the console"),
    ("svga", "the back end chooses the display card"),
    ("mks", "the back end chooses the display card"),
    ("cpuid", "the back end chooses how processors are grouped"),
    ("remotedisplay.vnc", "of displays, the language has VNC with a number, a password and a key map"),
    ("ethernet", "the back end makes cards and their slots its own way"),
    ("scsi", "the back end attaches disks its own way, named by their order"),
    ("sata", "the back end attaches disks its own way, named by their order"),
    ("nvme", "the back end attaches disks its own way, named by their order"),
    ("ide", "the back end attaches disks its own way, named by their order"),
)


def reason(place: str) -> str:
    """Why a setting that nobody read is lost."""
    if place.endswith((".pcislotnumber", ".slotnumber")):
        return "the back end chooses the slots"
    fitting = [(len(start), why) for start, why in _REASONS if place.startswith(start)]
    return max(fitting)[1] if fitting else "the language has no word for it"


def read_machine(draft: Draft, root: Node, fallback: str) -> None:
    """A machine; `fallback` is its name where the file gives none."""
    name = root.leaves.get("displayname")
    machine = Machine(name.value if name is not None else fallback, "vmware", name, root, "*.vmx")
    draft.machines.append(machine)
    _machine(machine, root)
    for node in _in_order(root, _DISK):
        _disk(machine, node)
    for node in _in_order(root, _CARD):
        _card(draft, machine, node)
    display = root.child("remotedisplay")
    if display is not None:
        _display(machine, display)


def _in_order(root: Node, pattern: re.Pattern[str]) -> list[Node]:
    """Nodes in the order of their numbers: SCSI, SATA, NVMe, then IDE."""
    buses = ["scsi", "sata", "nvme", "ide"]
    found = [(match, node) for node in root.children if (match := pattern.fullmatch(node.name))]

    def place(pair: tuple[re.Match[str], Node]) -> tuple[int, ...]:
        bus, *numbers = pair[0].groups() if pattern is _DISK else ("scsi", pair[0][1])
        return (buses.index(bus), *map(int, numbers))

    return [node for _, node in sorted(found, key=place)]


def _is(leaf: Leaf | None, word: str) -> bool:
    return leaf is not None and leaf.value.upper() == word


def _machine(machine: Machine, root: Node) -> None:
    leaves = root.leaves
    if (memory := leaves.get("memsize")) is not None:
        mib = whole_number(memory.value)
        if mib is None:
            memory.lost("it is no number of MiB")
        else:
            machine.settings.put("memory", exact_mib(mib * 1024 * 1024)[0], memory)
    if (processors := leaves.get("numvcpus")) is not None:
        machine.settings.put("vcpus", processors.value, processors)
    if (firmware := leaves.get("firmware")) is not None:
        if firmware.value.lower() == "efi":
            machine.settings.put("firmware", "uefi", firmware)
        elif firmware.value.lower() == "bios":
            firmware.implied("a machine starts by its BIOS where nothing else is said")
    if (guest := leaves.get("guestos")) is not None and (family := family_of(guest.value)):
        machine.settings.put("family", family, guest, "the language knows families, not versions")


# ---------------------------------------------------------------- disks
def _disk(machine: Machine, node: Node) -> None:
    if _is(node.leaves.get("present"), "FALSE"):
        node.lost(_OFF)
        return
    kind, name = node.leaves.get("devicetype"), node.leaves.get("filename")
    if kind is not None and "disk" not in kind.value.lower():
        node.lost("a drive for CDs is no part of a machine in the language")
        return
    if name is None or (kind is None and not name.value.lower().endswith(".vmdk")):
        node.lost("it names no disk image")
        return
    path = own_path(name.value)
    relative = not path.startswith("/") and path == name.value
    machine.disk(path, name, node.name.replace(":", "-"))
    if name.fate == "carried" and relative:
        name.carried(name.became, "the file is looked for in the images folder, not beside the .vmx file")


# ---------------------------------------------------------------- cards
def _card(draft: Draft, machine: Machine, node: Node) -> None:
    if _is(node.leaves.get("present"), "FALSE"):
        node.lost(_OFF)
        return
    card = machine.card(tree=node)
    own, generated = node.leaves.get("address"), node.leaves.get("generatedaddress")
    kind = node.leaves.get("addresstype")
    if own is not None and not (kind is not None and kind.value.lower() in ("generated", "vpx")):
        card.settings.put("mac", own.value, own)
    elif generated is not None:
        card.settings.put("mac", generated.value, generated, "the address that VMware chose is kept from now on")
    network, connection = node.leaves.get("networkname"), node.leaves.get("connectiontype")
    kind_of = (connection.value if connection is not None else "").lower()
    vnet = _VMNET.fullmatch(node.value("vnet"))
    named = network is not None and network.value and not _VMNET.fullmatch(network.value)
    if kind_of in _STANDING and connection is not None:
        card.settings.put("bridge", _STANDING[kind_of], connection)
    elif network is not None and named and kind_of != "bridged":
        to_network(draft, machine, card, network)
        if connection is not None and connection.value.lower() == "custom":
            connection.implied("the card is on a switch of its own")
        if vnet is not None:
            node.leaves["vnet"].lost("the numbers of virtual networks are given anew")
    elif vnet is not None:
        card.settings.put("bridge", f"vmnet{vnet[1]}", node.leaves["vnet"])
    elif kind_of == "bridged" and connection is not None:
        connection.implied("a card that is wired to nothing is on VMware's bridged network")


# ---------------------------------------------------------------- display
def _display(machine: Machine, node: Node) -> None:
    enabled = node.leaves.get("vnc.enabled")
    if not _is(enabled, "TRUE") or enabled is None:
        return
    settings = machine.settings
    port, password, keymap = (node.leaves.get(f"vnc.{key}") for key in ("port", "password", "keymap"))
    if port is not None:
        put_display(settings, port)
    if password is not None:
        settings.put("vncpasswd", password.value, password)
    if keymap is not None:
        settings.put("vnckeymap", keymap.value, keymap)
    shown = [keyword for keyword in ("vncdisplay", "vncpasswd", "vnckeymap") if keyword in settings.values]
    if shown:
        enabled.carried(shown[0])
    else:
        enabled.lost("the language has no display without a number or a password: add `vncdisplay`")
