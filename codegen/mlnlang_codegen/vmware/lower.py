"""A VMware host or switch, lowered to the settings of its .vmx file and a control script."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlnlang.ir import Disk, Host, Interface, Switch
from mlnlang.ir.derive import machine_uuid
from mlnlang_codegen.backend import Artefact, Lowered
from mlnlang_codegen.control import needs, seed_needs
from mlnlang_codegen.guest import Devices, GuestPlan, cloud
from mlnlang_codegen.guest import lower as lower_guest
from mlnlang_codegen.quoting import CannotCarryError, one_line, sh, vmx
from mlnlang_codegen.site import Site
from mlnlang_codegen.storage import IMAGES_TOKEN, is_diskless, template_word, under, wanted

#: Hardware that Server 2, Workstation and Player from 6.5 and 3 on, and every ESX(i) from 4 on run.
HARDWARE_VERSION = 7
#: What needs newer hardware gets that of Workstation 10 and ESXi 5.5: UEFI, more than 8 processors or 255 GiB.
NEWER_HARDWARE_VERSION = 10
VNC_BASE = 5900
_VMNET = re.compile(r"(?:/dev/)?vmnet([0-9]{1,3})")
#: Hardware addresses VMware lets a file choose; others need its check switched off.
_OWN_MAC = re.compile(r"00:50:56:[0-3][0-9a-f]:[0-9a-f]{2}:[0-9a-f]{2}", re.I)
#: Targets of the SCSI bus; 7 is the adapter's own.
_TARGETS = (*range(7), *range(8, 16))


@dataclass(frozen=True, slots=True)
class VmwareDisk:
    """A disk: file name as the .vmx says it, and the lines of sh that make and remove it."""

    role: str
    file_name: str
    source: str = ""
    build: str = ""
    remove: str = ""
    files: tuple[str, ...] = ()


def folder_word(site: Site, host: Host) -> str:
    """The machine's folder as a word of sh: VMware writes logs and state beside the .vmx file."""
    root = host.root_disk
    if root and root.directory:
        return under("MLN_IMAGES", f"{one_line(root.directory, 'filepath').rstrip('/')}/{site.identity(host)}")
    return under("MLN_IMAGES", host.name)


def disks(site: Site, host: Host) -> list[VmwareDisk]:
    """A host's disks: root, swap, then those of its mounts."""
    folder = folder_word(site, host)
    found = [_disk(folder, host, disk) for disk in host.disks]
    known = {disk.source for disk in found}
    for mount in host.mounts:
        if not is_diskless(mount) and not mount.source.startswith("/dev/") and mount.source not in known:
            known.add(mount.source)
            found.append(_existing("mount", mount.source, "mount"))
    rank = {"root": 0, "swap": 1, "mount": 2}
    if len(found) > len(_TARGETS):
        raise CannotCarryError("mount", f"a VMware machine has {len(_TARGETS)} disks at most")
    return sorted(found, key=lambda disk: rank[disk.role])


def _existing(role: str, source: str, keyword: str) -> VmwareDisk:
    if not source:
        raise CannotCarryError(keyword, "no file is named")
    one_line(source, keyword)
    variable, token = ("MLN_FILES", "/@MLN_FILES@") if role == "mount" else ("MLN_IMAGES", IMAGES_TOKEN)
    path = source if source.startswith("/") else f"{token}/{source}"
    return VmwareDisk(role, path, source, files=(under(variable, source),))


def _disk(folder: str, host: Host, disk: Disk) -> VmwareDisk:
    if disk.role == "mount" or (disk.source and disk.role == "root"):
        return _existing(disk.role, disk.source or "", "mount" if disk.role == "mount" else "filesystem")
    name = f"{host.name}{'-swap' if disk.role == 'swap' else ''}.vmdk"
    word = f"{folder}/{name}"
    remove = f"remove_disk {word}"
    if disk.role == "swap":
        return VmwareDisk("swap", name, build=f"build_swap_disk {word} {disk.size_bytes or 0}", remove=remove)
    template = template_word(host, disk)
    size, free = wanted(disk)
    build = f"build_root_disk {word} {template} {size} {free}"
    return VmwareDisk("root", name, build=build, remove=remove, files=(template,))


def vmnet_of(site: Site, switch: Switch) -> int:
    """The number N of a switch's vmnetN."""
    number = site.vmnets.get(f"{switch.name}.{site.project.name}")
    if number is None:
        raise CannotCarryError("switch", "the project has more switches than VMware has virtual networks")
    return number


def _network(site: Site, interface: Interface) -> tuple[int | None, str]:
    """A virtual network and its name for an interface; None is the bridged one."""
    bridge = _VMNET.fullmatch(interface.bridge or "")
    if bridge and int(bridge[1]) != 0:
        return int(bridge[1]), f"vmnet{bridge[1]}"
    switch = site.switch_of(interface)
    if switch and switch.backend == "vmware" and not interface.bridge:
        return vmnet_of(site, switch), f"{switch.name}.{site.project.name}"
    return None, ""


def _card(site: Site, index: int, interface: Interface) -> list[tuple[str, str]]:
    key = f"ethernet{index}"
    number, network = _network(site, interface)
    # libvirt's reader insists on networkName; VMware does not mind it.
    lines = [("present", "TRUE"), ("startConnected", "TRUE"), ("virtualDev", "e1000")]
    if number is None:
        lines += [("connectionType", "bridged"), ("networkName", "bridged")]
    else:
        lines += [("connectionType", "custom"), ("vnet", f"/dev/vmnet{number}"), ("networkName", network)]
    lines += [("addressType", "static"), ("address", one_line(interface.mac, "mac"))]
    if not _OWN_MAC.fullmatch(interface.mac):
        lines.append(("checkMACAddress", "FALSE"))
    return [(f"{key}.{name}", value) for name, value in lines]


def bios_uuid(identity: str) -> str:
    """The machine's UUID in VMware's spelling: bytes in pairs, a hyphen in the middle."""
    digits = machine_uuid(identity).replace("-", "")
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    return f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}"


def _display(host: Host) -> list[tuple[str, str]]:
    display = host.display
    if display is None:
        return []
    lines = [("RemoteDisplay.vnc.enabled", "TRUE")]
    if display.number is not None:
        lines.append(("RemoteDisplay.vnc.port", str(VNC_BASE + display.number)))
    if display.password is not None:
        lines.append(("RemoteDisplay.vnc.password", display.password))
    if display.keymap is not None:
        lines.append(("RemoteDisplay.vnc.keyMap", display.keymap))
    return lines


def _guest_os(host: Host) -> str:
    from mlnlang_codegen.vmware.guest_os import guest_os

    root = host.root_disk
    return guest_os((root.template if root else None) or host.template)


_MACHINE = (
    ("pciBridge0.present", "TRUE"),
    ("pciBridge4.present", "TRUE"),
    ("pciBridge4.virtualDev", "pcieRootPort"),
    ("pciBridge4.functions", "8"),
    ("vmci0.present", "TRUE"),
    ("hpet0.present", "TRUE"),
    ("floppy0.present", "FALSE"),
    ("usb.present", "TRUE"),
    ("tools.syncTime", "FALSE"),
    ("powerType.powerOff", "soft"),
    ("powerType.powerOn", "soft"),
    ("powerType.suspend", "soft"),
    ("powerType.reset", "soft"),
    # The file was moved by us, not by a person: keep the UUID, ask nothing.
    ("uuid.action", "keep"),
    ("msg.autoAnswer", "TRUE"),
)


def hardware_version(host: Host) -> int:
    """The oldest virtual hardware that the machine fits on, so that the most products run it."""
    large = host.vcpus > 8 or host.memory_mib > 255 * 1024
    return NEWER_HARDWARE_VERSION if large or host.firmware == "uefi" else HARDWARE_VERSION


def settings(site: Site, host: Host, found: list[VmwareDisk]) -> list[tuple[str, str]]:
    """The settings of the .vmx file in their order, unquoted."""
    identity = site.identity(host)
    lines = [
        (".encoding", "UTF-8"),
        ("config.version", "8"),
        ("virtualHW.version", str(hardware_version(host))),
        ("displayName", identity),
        ("guestOS", _guest_os(host)),
        ("memsize", str(-(-host.memory_mib // 4) * 4)),
        ("numvcpus", str(host.vcpus)),
        ("uuid.bios", bios_uuid(identity)),
        ("uuid.location", bios_uuid(identity)),
        ("nvram", f"{host.name}.nvram"),
        *([("firmware", "efi")] if host.firmware == "uefi" else []),
        ("scsi0.present", "TRUE"),
        ("scsi0.virtualDev", "lsilogic"),
    ]
    for target, disk in zip(_TARGETS, found, strict=False):
        key = f"scsi0:{target}"
        kind = ("deviceType", "scsi-hardDisk")
        for name, value in (("present", "TRUE"), ("fileName", disk.file_name), kind):
            lines.append((f"{key}.{name}", value))
    if cloud.is_carried(host):
        seed = (("present", "TRUE"), ("deviceType", "cdrom-image"), ("fileName", cloud.image(host)))
        lines += [(f"ide1:0.{name}", value) for name, value in (*seed, ("startConnected", "TRUE"))]
    for index, interface in enumerate(host.interfaces):
        lines += _card(site, index, interface)
    return lines + _display(host) + list(_MACHINE)


def _seed(host: Host, guest: GuestPlan) -> list[VmwareDisk]:
    word = cloud.image_word(host)
    return [VmwareDisk("seed", "", build=f"build_seed {word}", remove=f"remove_disk {word}")] if guest.seed else []


def lower_host(site: Site, host: Host) -> Lowered:
    """.vmx file, control script and guest of a host."""
    if len(host.interfaces) > 10:
        raise CannotCarryError("network", "a VMware machine has 10 network cards at most")
    found = disks(site, host)
    if not found or found[0].role != "root":
        raise CannotCarryError("template", "the host has no disk to start from")
    letters = [f"/dev/sd{chr(ord('a') + n)}" for n in range(len(found))]
    swap = next((device for device, disk in zip(letters, found, strict=True) if disk.role == "swap"), None)
    sources = {disk.source: device for device, disk in zip(letters, found, strict=True)}
    # A template of VMware is a whole disk: its file systems lie in partitions.
    guest = lower_guest(site.project, host, Devices(None, swap, sources))
    secret = host.display is not None and host.display.password is not None
    own = [disk for disk in found if disk.build]
    build = ["guestmount", "guestunmount"] if guest.lines and found[0].build else []
    build += ["mkswap"] if any(disk.role == "swap" for disk in own) else []
    control = {
        "name": host.name,
        "identity": site.identity(host),
        "folder": folder_word(site, host),
        "disks": [*found, *_seed(host, guest)],
        "build_needs": needs(
            [*build, *guest.commands, "qemu-img", "sed"],
            [*(word for disk in found for word in disk.files), *guest.server_files],
        )
        + seed_needs(guest),
    }
    lines = [(key, vmx(value)) for key, value in settings(site, host, found)]
    return Lowered(
        (
            Artefact(f"{host.name}.vmx", "vmware/machine.vmx.j2", {"settings": lines}, 0o600 if secret else 0o644),
            Artefact("control.sh", "vmware/control.sh.j2", control, 0o755),
        ),
        guest,
    )


def lower_switch(site: Site, switch: Switch) -> Lowered:
    """The control script of a switch, which is one of VMware's virtual networks."""
    identity = f"{switch.name}.{site.project.name}"
    values = {"name": switch.name, "identity": identity, "number": vmnet_of(site, switch), "word": sh(identity)}
    return Lowered((Artefact("control.sh", "vmware/switch.sh.j2", values, 0o755),))
