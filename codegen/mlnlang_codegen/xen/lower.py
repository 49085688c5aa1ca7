"""A Xen host or switch, lowered to the lines of xl.cfg and the elements of libvirt's domain.xml."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from mlnlang.ir import Disk, Display, Host, Interface, Switch
from mlnlang.ir.derive import machine_uuid
from mlnlang_codegen import storage
from mlnlang_codegen.backend import Artefact, Lowered
from mlnlang_codegen.control import host_values
from mlnlang_codegen.guest import Devices, GuestPlan, cloud
from mlnlang_codegen.guest import lower as lower_guest
from mlnlang_codegen.quoting import CannotCarryError, device, one_line, xl, xl_item
from mlnlang_codegen.site import Site

DEFAULT_BRIDGE = "xenbr0"
VNC_BASE = 5900
#: What libvirt takes as a set of processors; xl takes more (`all`, `node:0`).
_CPU_SET = re.compile(r"[0-9,^-]+")


@dataclass(frozen=True, slots=True)
class XenDisk:
    """A disk: its path, the guest's device, and the string of xl.cfg."""

    path: str
    target: str
    block: bool
    bus: str
    specification: str
    read_only: bool = False


def disk_targets(hvm: bool, count: int) -> list[str]:
    """Names of the disks in a guest: xvda1, xvda2… hold file systems, hda, hdb… are whole disks of a PC."""
    if not hvm:
        if count > 15:
            raise CannotCarryError("mount", "a Xen machine has 15 disks at most")
        return [f"xvda{n + 1}" for n in range(count)]
    names = [*(f"hd{letter}" for letter in "abcd"), *(f"xvd{letter}" for letter in "efghijklmnop")]
    if count > len(names):
        raise CannotCarryError("mount", f"a Xen machine has {len(names)} disks at most")
    return names[:count]


def _targets(host: Host, volumes: list[storage.Volume]) -> list[str]:
    # The swap disk's number is kept free, so that a mount's device does not move when swap is added.
    if host.hvm or any(volume.role == "swap" for volume in volumes):
        return disk_targets(host.hvm, len(volumes))
    names = disk_targets(False, len(volumes) + 1)
    return [names[0], *names[2:]]


def _disk(volume: storage.Volume, target: str) -> XenDisk:
    path = one_line(volume.path, volume.role)
    if volume.block and "," not in path:
        text = f"phy:{path},{target},w"
    else:
        # `target` takes all that is left of the string, commas and blanks inside it too.
        text = f"format=raw, vdev={target}, access=rw, target={path}"
        if path != path.rstrip():
            raise CannotCarryError(volume.role, f"{path!r} ends in a blank, which xl.cfg drops")
    bus = "ide" if target.startswith("hd") else "xen"
    return XenDisk(path, target, volume.block, bus, text)


#: The device of the cloud-init seed: the last that Xen numbers in the old way, as every kernel knows it.
_SEED_TARGET = "xvdp"


def _seed(host: Host, targets: list[str]) -> XenDisk:
    if _SEED_TARGET in targets:
        raise CannotCarryError("cloud_init", "the machine has too many disks for a seed")
    path = cloud.image(host)
    text = f"format=raw, vdev={_SEED_TARGET}, access=ro, target={path}"
    return XenDisk(path, _SEED_TARGET, False, "xen", text, True)


def bridge_of(site: Site, interface: Interface) -> str:
    """The bridge of an interface: named directly, the switch's, else the server's own."""
    if interface.bridge:
        return device(interface.bridge, "bridge")
    switch = site.switch_of(interface)
    return device(switch.bridge if switch else DEFAULT_BRIDGE, "switch")


def _card(site: Site, host: Host, interface: Interface) -> str:
    fields = [f"mac={xl_item(interface.mac, 'mac')}", f"bridge={xl_item(bridge_of(site, interface), 'bridge')}"]
    if host.hvm:
        fields = ["type=ioemu", "model=e1000", *fields]
    return ",".join(fields)


def _listen(display: Display) -> str:
    # A display with a password is meant to be reached from elsewhere; one without is not.
    return "0.0.0.0" if display.password else "127.0.0.1"  # noqa: S104


def _frame_buffer(display: Display) -> str:
    """The string of `vfb`, the display of a paravirtual guest."""
    fields = ["vnc=1", f"vnclisten={_listen(display)}"]
    fields += [f"vncdisplay={display.number}", "vncunused=0"] if display.number is not None else ["vncunused=1"]
    if display.password is not None:
        fields.append(f"vncpasswd={xl_item(display.password, 'vncpasswd')}")
    if display.keymap is not None:
        fields.append(f"keymap={xl_item(display.keymap, 'vnckeymap')}")
    return ",".join(fields)


def _display_lines(host: Host) -> list[tuple[str, str]]:
    display = host.display
    if display is None:
        return []
    if not host.hvm:
        return [("vfb", f"[ {xl(_frame_buffer(display))} ]")]
    lines = [("vnc", "1"), ("vnclisten", xl(_listen(display)))]
    if display.number is not None:
        lines += [("vncdisplay", str(display.number)), ("vncunused", "0")]
    if display.password is not None:
        lines.append(("vncpasswd", xl(display.password)))
    if display.keymap is not None:
        lines.append(("keymap", xl(display.keymap)))
    return lines


def _boot_lines(host: Host, root: str) -> list[tuple[str, str]]:
    lines = []
    if host.kernel:
        lines.append(("kernel", xl(host.kernel)))
        lines += [("ramdisk", xl(host.ramdisk))] if host.ramdisk else []
    elif not host.hvm:
        lines.append(("bootloader", '"pygrub"'))
    if host.hvm:
        lines += [("boot", '"c"'), ("acpi", "1"), ("apic", "1"), ("usb", "1"), ("usbdevice", '"tablet"')]
    else:
        lines.append(("root", xl(f"/dev/{root} rw")))
    if host.kernel_extra:
        lines.append(("extra", xl(host.kernel_extra)))
    return lines


def settings(site: Site, host: Host, disks: list[XenDisk]) -> list[tuple[str, str]]:
    """The lines of xl.cfg: key and quoted value, in their order."""
    identity = site.identity(host)
    lines = [
        ("name", xl(identity)),
        ("uuid", xl(machine_uuid(identity))),
        ("type", '"hvm"' if host.hvm else '"pvh"' if host.pvh else '"pv"'),
        ("memory", str(host.memory_mib)),
        ("vcpus", str(host.vcpus)),
    ]
    lines += [("cpus", xl(host.cpus))] if host.cpus else []
    lines += _boot_lines(host, disks[0].target)
    lines.append(("disk", _list([disk.specification for disk in disks])))
    lines.append(("vif", _list([_card(site, host, interface) for interface in host.interfaces])))
    lines += _display_lines(host)
    ends = (("on_poweroff", "destroy"), ("on_reboot", "restart"), ("on_crash", "destroy"))
    return [*lines, *((event, xl(action)) for event, action in ends)]


def _list(items: list[str]) -> str:
    if not items:
        return "[ ]"
    return "[\n" + "".join(f"    {xl(item)},\n" for item in items) + "]"


def _plain_disk(disk: Disk) -> Disk:
    # No copy-on-write file in Xen (the capability table says so): the base is copied instead.
    return replace(disk, cow_base=None, template=disk.template or disk.cow_base) if disk.cow_base else disk


def lower_host(site: Site, host: Host) -> Lowered:
    """xl.cfg, domain.xml, control script and guest of a host."""
    if any(disk.cow_base for disk in host.disks):
        host = replace(host, disks=tuple(map(_plain_disk, host.disks)))
    volumes = storage.volumes(site, host)
    if not volumes or volumes[0].role != "root":
        raise CannotCarryError("template", "the host has no disk to start from")
    targets = _targets(host, volumes)
    disks = [_disk(volume, target) for volume, target in zip(volumes, targets, strict=True)]
    swap = next((f"/dev/{target}" for target, v in zip(targets, volumes, strict=True) if v.role == "swap"), None)
    sources = {volume.source: f"/dev/{target}" for volume, target in zip(volumes, targets, strict=True)}
    if cloud.is_carried(host):
        disks.append(_seed(host, targets))
    # A full virtual machine starts from a whole disk, a paravirtual one from a file system.
    root = None if host.hvm else f"/dev/{targets[0]}"
    guest = lower_guest(site.project, host, Devices(root, swap, sources))
    mode = 0o600 if host.display and host.display.password is not None else 0o644
    config = {"identity": site.identity(host), "settings": settings(site, host, disks), "extra": host.xen_extra}
    control = host_values(
        site,
        host,
        volumes,
        guest,
        build=_build_commands(host, guest),
        run=["sed", "xl"],
        run_files=[host.kernel, host.ramdisk],
    )
    return Lowered(
        (
            Artefact("xl.cfg", "xen/xl.cfg.j2", config, mode),
            Artefact("domain.xml", "xen/domain.xml.j2", _domain(site, host, disks), mode),
            Artefact("control.sh", "xen/control.sh.j2", control, 0o755),
        ),
        guest,
    )


def _build_commands(host: Host, guest: GuestPlan) -> list[str]:
    return ["guestmount", "guestunmount"] if host.hvm and guest.lines else []


def _domain(site: Site, host: Host, disks: list[XenDisk]) -> dict[str, Any]:
    extra = f" {host.kernel_extra}" if host.kernel_extra else ""
    display = host.display
    return {
        "host": host,
        "identity": site.identity(host),
        "uuid": machine_uuid(site.identity(host)),
        "cpuset": host.cpus if host.cpus and _CPU_SET.fullmatch(host.cpus) else "",
        "command_line": f"root=/dev/{disks[0].target} rw{extra}" if not host.hvm else extra.strip(),
        "disks": disks,
        "cards": [(interface.mac, bridge_of(site, interface)) for interface in host.interfaces],
        "display": display,
        "port": VNC_BASE + display.number if display and display.number is not None else None,
        "listen": _listen(display) if display else "",
    }


def lower_switch(site: Site, switch: Switch) -> Lowered:
    """The control script of a switch, which is a bridge of the server."""
    values = {
        "name": switch.name,
        "identity": f"{switch.name}.{site.project.name}",
        "bridge": device(switch.bridge, "bridge"),
        "tap": device(switch.tap, "tap") if switch.tap else "",
        "external": switch.external,
    }
    return Lowered((Artefact("control.sh", "server/bridge-switch.sh.j2", values, 0o755),))
