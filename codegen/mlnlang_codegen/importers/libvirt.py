"""libvirt's domain and network XML (virsh dumpxml, virsh net-dumpxml)."""

from __future__ import annotations

import re

from mlnlang_codegen.importers import libvirt_devices as devices
from mlnlang_codegen.importers.draft import Draft, Machine, exact_mib, whole_number
from mlnlang_codegen.importers.tree import Leaf, Node

#: Domain type → back end, and what is not the same about it.
_TYPES = {
    "kvm": ("kvm", ""),
    "xen": ("xen", ""),
    "vmware": ("vmware", ""),
    "qemu": ("kvm", "emulation without the processor's help is no back end; KVM is QEMU with that help"),
    "hvf": ("kvm", "the accelerator of macOS is no back end"),
    "lxc": ("lxc", ""),
}
#: Words that back ends put before those of `extra`.
_OWN_WORDS = {"xen": "root=/dev/xvda1 rw", "kvm": "root=/dev/vda rw console=ttyS0"}
_OTHER = "there is no such back end; KVM is the nearest that libvirt has"
_BYTES, _DECIMAL, _BINARY = ("b", "bytes"), "KMGTPE", "KMGTPE"

#: Place (without `domain/`) → why it is lost. The longest that fits counts.
_REASONS = (
    ("uuid", "identifiers are derived from the names of host and project"),
    ("@id", "it is the number of a running machine, not a setting"),
    ("title", "the language has no descriptions"),
    ("description", "the language has no descriptions"),
    ("metadata", "it is meant for another program"),
    ("os/boot", "a machine starts from its first disk"),
    ("os/type@machine", "the back end chooses the board"),
    ("os/type@arch", "machines are of the server's own architecture"),
    ("os/loader", "`firmware` says only bios or uefi; the back end finds the file"),
    ("os/nvram", "the back end makes the firmware's variables"),
    ("features", "the back end chooses the features of the board"),
    ("cpu", "the back end chooses the model of the processor"),
    ("clock", "the back end sets the clock"),
    ("on_", "what happens at the machine's end is the back end's"),
    ("currentMemory", "a machine has all of its memory from the start"),
    ("resource", "it is the server's business where the process is put"),
    ("seclabel", "it is the server's business how the process is guarded"),
    ("devices/emulator", "the back end finds the emulator"),
    ("devices/controller", "the back end makes the controllers that its devices need"),
    ("devices/input", "the back end chooses keyboard and pointer"),
    ("devices/video", "the back end chooses the display card"),
    ("devices/sound", "the language has no sound"),
    ("devices/audio", "the language has no sound"),
    ("devices/channel", "the language has no channels between guest and server"),
    ("devices/memballoon", "a machine has all of its memory from the start"),
    ("devices/console", "the back end makes the console"),
    ("devices/serial", "the back end makes the console"),
    ("devices/parallel", "the language has no parallel ports"),
    ("devices/filesystem", "the language has no folders shared through the hypervisor"),
    ("devices/hostdev", "the language passes no devices of the server on"),
    ("devices/redirdev", "the language passes no devices on"),
    ("devices/tpm", "the language has no security chips"),
    ("devices/rng", "the language has no source of random numbers"),
    ("devices/watchdog", "the language has no watchdogs"),
    ("devices/graphics", "of displays, the language has VNC with a number, a password and a key map"),
    ("devices/disk", "the back end attaches disks its own way, named by their order"),
    ("devices/interface", "the back end makes the devices of cards its own way"),
)
_NETWORK_REASONS = (
    ("name", "no machine of this import is wired to it"),
    ("bridge@name", "no machine of this import is wired to it"),
    ("uuid", "identifiers are derived from names"),
    ("forward", "a switch joins machines; it forwards nothing to other networks"),
    ("ip", "a switch has no address and no DHCP server; a host can have both"),
    ("dns", "a switch has no name server; a host can be one"),
    ("domain", "a switch has no domain"),
    ("mac", "the server chooses its bridge's hardware address"),
    ("bridge@", "the server chooses how its bridge behaves"),
    ("portgroup", "a switch has no port groups"),
    ("vlan", "a switch has no VLANs"),
    ("@connections", "it is a count of a running network, not a setting"),
)
_DEFAULT = "the language has no word for it"


def reason(place: str) -> str:
    """Why a setting that nobody read is lost."""
    top, _, rest = place.partition("/") if "/" in place.partition("@")[0] else (*place.partition("@")[:1], "", "")
    if not rest:
        rest = place[len(top) :]
    rows = _NETWORK_REASONS if top == "network" else _REASONS
    fitting = [(len(start), why) for start, why in rows if rest.startswith(start)]
    return max(fitting)[1] if fitting else _DEFAULT


def gather(tops: list[Node]) -> tuple[list[Node], list[Node]]:
    """The domains and the networks of a file, also inside of wrappers such as `<domainsnapshot>`."""
    nodes = [node for top in tops for node in (top, *top.children)]
    return [n for n in nodes if n.name == "domain"], [n for n in nodes if n.name == "network"]


# ---------------------------------------------------------------- networks
def read_network(draft: Draft, node: Node, bridges: devices.Bridges) -> None:
    """A network as a switch, or among `bridges` where it is a bridge of the server's own."""
    name = node.content("name")
    bridge = node.child("bridge")
    bridge_name = bridge.leaves.get("name") if bridge is not None else None
    forward = node.child("forward")
    text = name.value if name is not None else "lan"
    if forward is not None and forward.value("mode") == "bridge" and bridge_name is not None:
        said = [bridge_name, forward.leaves["mode"]]
        bridges[text] = (bridge_name.value, [*said, name] if name is not None else said)
        return
    segment = draft.segment(text, "bridge", name)
    segment.tree = segment.tree or node
    if bridge_name is not None:
        segment.settings.put("bridge", bridge_name.value, bridge_name)


# ---------------------------------------------------------------- domains
def read_domain(draft: Draft, node: Node, bridges: devices.Bridges) -> None:
    """A domain as a host. `bridges`: networks that are bridges of the server."""
    name = node.content("name")
    machine = Machine(name.value if name is not None else "host", _back_end(node), name, node, "domain.xml")
    draft.machines.append(machine)
    _memory(machine, node)
    _processors(machine, node)
    _system(machine, node)
    _family(machine, node)
    inner = node.child("devices")
    if inner is not None:
        devices.read(draft, machine, inner, bridges)
    _command_line(machine, node)


def _back_end(node: Node) -> str:
    leaf = node.leaves.get("type")
    backend, why = _TYPES.get(leaf.value if leaf is not None else "", ("kvm", _OTHER))
    if leaf is not None:
        leaf.carried(backend, why)
    return backend


def _factor(unit: str) -> int | None:
    """Bytes of a unit as libvirt has them: `KiB` (or `k`) where none is given; `KB` is 1000."""
    if unit in _BYTES:
        return 1
    found = re.fullmatch(r"([KMGTPE])(iB|B)?", unit[:1].upper() + unit[1:])
    if not found:
        return None
    power = _DECIMAL.index(found[1]) + 1
    base = 1000 if found[2] == "B" else 1024
    return int(base**power)


def _bytes(node: Node) -> int | None:
    number = whole_number(node.text.value) if node.text is not None else None
    factor = _factor(node.value("unit", "KiB"))
    return number * factor if number is not None and factor is not None else None


def _memory(machine: Machine, node: Node) -> None:
    memory = node.child("memory")
    if memory is None or memory.text is None:
        return
    size = _bytes(memory)
    if size is None:
        memory.lost("it is no size of memory")
        return
    text, why = exact_mib(size)
    if machine.settings.put("memory", text, memory.text, why) and (unit := memory.leaves.get("unit")):
        unit.carried(f"memory {text}")
    current = node.child("currentMemory")
    if current is not None and _bytes(current) == size:
        current.implied("a machine has all of its memory from the start")


def _processors(machine: Machine, node: Node) -> None:
    vcpu = node.child("vcpu")
    if vcpu is None:
        return
    if vcpu.text is not None:
        machine.settings.put("vcpus", vcpu.text.value, vcpu.text)
    if (cpus := vcpu.leaves.get("cpuset")) is not None:
        machine.settings.put("cpus", cpus.value, cpus)
    if (placement := vcpu.leaves.get("placement")) is not None and placement.value == "static":
        placement.implied("it is libvirt's default")
    if (current := vcpu.leaves.get("current")) is not None:
        current.lost("a machine has all of its processors from the start")


def _system(machine: Machine, node: Node) -> None:
    system = node.child("os")
    if system is None:
        return
    kind = system.content("type")
    if kind is not None and machine.backend == "xen":
        if kind.value == "hvm":
            machine.settings.put("hvm", "", kind)
        elif kind.value == "xenpvh":
            machine.settings.put("pvh", "", kind)
        elif kind.value in ("xen", "linux"):
            kind.carried("xen")
    elif kind is not None and kind.value == "hvm":
        kind.implied("the back end virtualises in full")
    for element, keyword in (("kernel", "kernel"), ("initrd", "ramdisk")):
        if (leaf := system.content(element)) is not None and leaf.value:
            machine.settings.put(keyword, leaf.value, leaf)
    _firmware(machine, system)


def _firmware(machine: Machine, system: Node) -> None:
    firmware, loader = system.leaves.get("firmware"), system.child("loader")
    if firmware is not None and firmware.value in ("efi", "bios"):
        if firmware.value == "efi":
            machine.settings.put("firmware", "uefi", firmware)
        else:
            firmware.implied("a machine starts by its BIOS where nothing else is said")
    elif loader is not None and (pflash := loader.leaves.get("type")) is not None and pflash.value == "pflash":
        machine.settings.put("firmware", "uefi", pflash)


def _family(machine: Machine, node: Node) -> None:
    """The guest's kind, from libosinfo's identifier."""
    metadata = node.child("metadata")
    if metadata is None:
        return
    for inner in metadata.children:
        for info in inner.all("libosinfo:os"):
            leaf = info.leaves.get("id")
            if leaf is not None and (family := family_of(leaf.value)):
                machine.settings.put("family", family, leaf, "the language knows families, not versions")


_FAMILIES = (
    ("windows", r"microsoft\.com|windows|^win"),
    ("debian", r"debian|ubuntu"),
    ("redhat", r"redhat|rhel|centos|fedora|rocky|alma|oracle"),
    ("suse", r"suse|sles"),
)


def family_of(text: str) -> str:
    """The guest's family by a name of its system; empty where it tells nothing."""
    return next((family for family, pattern in _FAMILIES if re.search(pattern, text, re.I)), "")


def _command_line(machine: Machine, node: Node) -> None:
    """Words for the kernel, without those that the back end puts before them."""
    system = node.child("os")
    leaf: Leaf | None = system.content("cmdline") if system is not None else None
    if leaf is None or not leaf.value:
        return
    text = " ".join(leaf.value.split()) if "\n" in leaf.value else leaf.value
    why = "" if text == leaf.value else "its line ends become blanks"
    if "hvm" not in machine.settings.values:
        text = text.removeprefix(_OWN_WORDS.get(machine.backend, "")).strip()
    if not text:
        leaf.implied("the back end writes these words itself")
        return
    machine.settings.put("extra", text, leaf, why)
