"""xl.cfg, in xl's own syntax and in the literals of its old Python-like form."""

from __future__ import annotations

import re

from mlnlang_codegen.importers.draft import Draft, Machine, exact_mib, put_display, whole_number
from mlnlang_codegen.importers.libvirt_devices import own_path
from mlnlang_codegen.importers.tree import Leaf, Node
from mlnlang_codegen.quoting import xl as quoted

#: Keys that the back end writes itself where nothing else is said; another value is put behind it, and the last counts.
_OWN = frozenset(
    (*("on_poweroff", "on_reboot", "on_crash", "boot", "acpi", "apic", "usb", "usbdevice", "bootloader", "uuid"),
     *("vnclisten", "vncunused", "sdl", "root"))
)  # fmt: skip
_VALUES_OF_OWN = {
    "on_poweroff": "destroy", "on_reboot": "restart", "on_crash": "destroy", "boot": "c", "acpi": "1", "apic": "1",
    "usb": "1", "usbdevice": "tablet",
}  # fmt: skip
_PLAIN = {"ramdisk": "ramdisk", "extra": "extra", "cmdline": "extra", "vcpus": "vcpus"}
_READ = frozenset(
    (*("name", "type", "builder", "memory", "maxmem", "cpus", "kernel", "firmware", "bios", "disk", "vif", "vfb"),
     *("vnc", "vncdisplay", "vncpasswd", "keymap"), *_OWN, *_PLAIN)
)  # fmt: skip
_DISPLAY = "of displays, the language has VNC with a number, a password and a key map"

#: Fields of a disk, and the values of them that say what the back end does anyway.
_USUAL_FIELDS = {"prefix": ("phy", "file", "raw", "aio"), "format": ("", "raw"), "access": ("w", "rw")}

_REASONS = {
    "uuid": "identifiers are derived from the names of host and project",
    "root": "the back end starts a machine with `root=` set to its first disk",
    "bootloader": "the back end starts with pygrub where no `kernel` is given",
    "maxmem": "a machine has all of its memory from the start",
    "vnclisten": "a display with a password is reached from everywhere, one without from the server alone",
    "disk": "the back end attaches disks its own way, named by their order",
    "vif": "the back end makes the devices of cards its own way",
    "vfb": _DISPLAY, "vnc": _DISPLAY, "vncunused": _DISPLAY, "sdl": _DISPLAY,
}  # fmt: skip


def reason(place: str) -> str:
    """Why a setting that nobody read is lost."""
    return _REASONS.get(place) or _REASONS.get(place.partition(".")[0]) or "the language has no word for it"


def read_machine(draft: Draft, root: Node, fallback: str) -> None:
    """A machine; `fallback` is its name where the file gives none."""
    name = root.leaves.get("name")
    machine = Machine(name.value if name is not None else fallback, "xen", name, root, "xl.cfg")
    draft.machines.append(machine)
    _kind(machine, root)
    _memory(machine, root)
    _system(machine, root)
    _disks(machine, root)
    for node in root.all("vif"):
        _cards(machine, node)
    _display(machine, root)
    _others(machine, root)


def _kind(machine: Machine, root: Node) -> None:
    for key in ("type", "builder"):
        leaf = root.leaves.get(key)
        if leaf is None:
            continue
        if leaf.value in ("hvm", "pvh"):
            machine.settings.put(leaf.value, "", leaf)
        elif leaf.value in ("pv", "linux", "generic"):
            leaf.carried("xen")
        else:
            _extra(machine, leaf, key)


def _memory(machine: Machine, root: Node) -> None:
    leaf = root.leaves.get("memory")
    if leaf is None:
        return
    mib = _number(leaf)
    if mib is None:
        leaf.lost("it is no number of MiB")
        return
    machine.settings.put("memory", exact_mib(mib * 1024 * 1024)[0], leaf)
    most = root.leaves.get("maxmem")
    if most is not None and _number(most) == mib:
        most.implied("a machine has all of its memory from the start")
    elif most is not None:
        _extra(machine, most, "maxmem")


def _number(leaf: Leaf) -> int | None:
    """A number, also with a 0 in front, which means octal to xl."""
    text = leaf.value.strip()
    if re.fullmatch(r"0[0-7]{1,18}", text):
        return int(text, 8)
    return whole_number(text)


def _system(machine: Machine, root: Node) -> None:
    settings = machine.settings
    for key, keyword in _PLAIN.items():
        leaf = root.leaves.get(key)
        if leaf is None or not leaf.value:
            continue
        number = _number(leaf) if keyword == "vcpus" else None
        settings.put(keyword, str(number) if number is not None else leaf.value, leaf)
    kernel = root.leaves.get("kernel")
    if kernel is not None and kernel.value.rsplit("/", 1)[-1] == "hvmloader":
        kernel.implied("it is the firmware of full virtual machines, which xl finds by itself")
    elif kernel is not None and kernel.value:
        settings.put("kernel", kernel.value, kernel)
    loader = root.leaves.get("bootloader")
    own_loader = "kernel" not in settings.values and "hvm" not in settings.values
    if loader is not None and own_loader and loader.value.rsplit("/", 1)[-1] == "pygrub":
        loader.implied("the back end starts with pygrub where no `kernel` is given")
    _firmware(machine, root)
    _processors(machine, root)


def _firmware(machine: Machine, root: Node) -> None:
    for key in ("firmware", "bios"):
        leaf = root.leaves.get(key)
        if leaf is not None and leaf.value in ("ovmf", "uefi"):
            machine.settings.put("firmware", "uefi", leaf)
        elif leaf is not None and leaf.value in ("bios", "seabios", "rombios"):
            leaf.implied("a machine starts by its BIOS where nothing else is said")
        elif leaf is not None:
            _extra(machine, leaf, key)


def _processors(machine: Machine, root: Node) -> None:
    if (leaf := root.leaves.get("cpus")) is not None:
        machine.settings.put("cpus", leaf.value, leaf)
    for node in root.all("cpus"):
        items = [item.text for item in node.children if item.text is not None]
        text = ",".join(item.value for item in items)
        for item in items:
            machine.settings.put("cpus", text, item)


# ---------------------------------------------------------------- disks
def _disks(machine: Machine, root: Node) -> None:
    """The disk that `root` names comes first, else the first one written."""
    disks = []
    for node in root.all("disk"):
        for item in node.children:
            device = item.value("vdev")
            if item.value("devtype") == "cdrom" or device.endswith(":cdrom") or "cdrom" in item.leaves:
                item.lost("a drive for CDs is no part of a machine in the language")
            elif "target" in item.leaves:
                disks.append(item)
    start = root.value("root").removeprefix("/dev/").partition(" ")[0]
    chosen = [disk for disk in disks if start and _device(disk) == start]
    for disk in [*chosen, *(disk for disk in disks if disk not in chosen)]:
        leaf = disk.leaves["target"]
        machine.disk(own_path(leaf.value.strip()), leaf, re.sub(r"\W", "-", _device(disk)))
        for field, usual in _USUAL_FIELDS.items():
            if leaf.fate != "lost" and field in disk.leaves and disk.value(field).lower() in usual:
                disk.leaves[field].implied("a disk is a raw image or a device, and can be written")


def _device(disk: Node) -> str:
    return disk.value("vdev").removeprefix("/").removeprefix("dev/").partition(":")[0]


# ---------------------------------------------------------------- cards
def _cards(machine: Machine, node: Node) -> None:
    for item in node.children:
        card = machine.card(tree=item)
        if item.text is not None:
            item.text.carried(f"network {card.name}")
            continue
        for field, keyword in (("mac", "mac"), ("bridge", "bridge")):
            if (leaf := item.leaves.get(field)) is not None:
                card.settings.put(keyword, leaf.value, leaf)
        if (address := item.leaves.get("ip")) is not None:
            text = address.value if "/" in address.value else f"{address.value}/24"
            card.settings.put("address", text, address, "the guest gets it; its netmask is not said, /24 is taken")


# ---------------------------------------------------------------- display
def _display(machine: Machine, root: Node) -> None:
    """The display of a full virtual machine, or the first frame buffer of a paravirtual one."""
    buffers = [item for node in root.all("vfb") for item in node.children if item.leaves]
    for place in (root, *buffers):
        if (sdl := place.leaves.get("sdl")) is not None and sdl.value == "0":
            sdl.implied("no window is opened where nothing is said")
        enabled = place.leaves.get("vnc")
        off = enabled is not None and enabled.value == "0"
        other = "type" in place.leaves and place is not root and place.value("type") != "vnc"
        if off or other or "vncdisplay" in machine.settings.values:
            continue
        _one_display(machine, place, enabled)


def _one_display(machine: Machine, place: Node, enabled: Leaf | None) -> None:
    settings, found = machine.settings, False
    for field, keyword in (("vncdisplay", ""), ("vncpasswd", "vncpasswd"), ("keymap", "vnckeymap")):
        leaf = place.leaves.get(field)
        if leaf is None:
            continue
        if keyword == "vncpasswd" and not leaf.value:
            leaf.implied("there is no password")
            continue
        if not keyword:
            put_display(settings, leaf, 0)
        else:
            settings.put(keyword, leaf.value, leaf)
        found |= leaf.fate in ("carried", "changed")
    kind = place.leaves.get("type") if place.name else None
    for leaf in (enabled, kind):
        if leaf is not None and found:
            leaf.carried("vncdisplay" if "vncdisplay" in settings.values else "vncpasswd")


# ---------------------------------------------------------------- everything else
def _others(machine: Machine, root: Node) -> None:
    """Keys without a keyword go to `xen_extra`, as do values that differ from what the back end writes."""
    for key, leaf in root.leaves.items():
        if leaf.fate or key in ("uuid", "root", "vncunused", "vnc", "vncdisplay", "vncpasswd", "keymap"):
            continue
        if key == "vnclisten" and leaf.value == ("0.0.0.0" if "vncpasswd" in machine.settings.values else "127.0.0.1"):  # noqa: S104
            continue
        if key in _VALUES_OF_OWN and leaf.value == _VALUES_OF_OWN[key] and _writes(machine, key):
            continue
        if key not in _READ or key in _OWN:
            _extra(machine, leaf, key)
    for node in root.children:
        if node.name and node.name not in ("disk", "vif", "vfb", "cpus"):
            _extra_list(machine, node)


def _writes(machine: Machine, key: str) -> bool:
    """Whether the back end writes the key for this machine."""
    return key.startswith("on_") or "hvm" in machine.settings.values


def _extra(machine: Machine, leaf: Leaf, key: str) -> None:
    if re.fullmatch(r"[0-9]+|0[xX][0-9A-Fa-f]+", leaf.value):
        line = f"{key} = {leaf.value}"
    else:
        line = f"{key} = {_string(leaf.value)}"
    machine.add_line(machine.xen_extra, line, leaf, f"xen_extra {{ {line} }}")


def _string(text: str) -> str:
    """The string of xl; a control character in it is refused by the line that it is put on."""
    return quoted(text) if text.isprintable() else f'"{text}"'


def _extra_list(machine: Machine, node: Node) -> None:
    items = [item.text for item in node.children if item.text is not None and not item.children]
    if len(items) != len(node.children):
        node.lost("xl reads lists of strings and numbers, not lists of lists")
        return
    line = f"{node.name} = [ {', '.join(_string(item.value) for item in items)} ]"
    for item in items or ([node.text] if node.text is not None else []):
        if not any(line == other for other in machine.xen_extra):
            machine.add_line(machine.xen_extra, line, item, f"xen_extra {{ {line} }}")
        else:
            item.carried(f"xen_extra {{ {line} }}")
