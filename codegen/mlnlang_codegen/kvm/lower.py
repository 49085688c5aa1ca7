"""A KVM host, lowered to libvirt's domain.xml, the pool and volume of its disk, and its control script."""

from __future__ import annotations

from typing import Any

from mlnlang.ir import Host
from mlnlang.ir.derive import machine_uuid
from mlnlang_codegen.backend import Artefact, Lowered
from mlnlang_codegen.control import host_values
from mlnlang_codegen.guest import Devices, GuestPlan, cloud, family
from mlnlang_codegen.guest import lower as lower_guest
from mlnlang_codegen.guest.ready import with_ready
from mlnlang_codegen.kvm import disks
from mlnlang_codegen.quoting import one_line
from mlnlang_codegen.server import libvirt
from mlnlang_codegen.site import Site
from mlnlang_codegen.storage import Volume

#: Where libvirt is asked, as a word of sh.
CONNECTION = '"${MLN_LIBVIRT_URI:-qemu:///system}"'
#: The same for switches: any server with libvirt makes networks, whatever it runs.
SWITCH_CONNECTION = '"${MLN_LIBVIRT_URI:-network:///system}"'
VNC_BASE = 5900
#: Bytes of a password that VNC compares; libvirt refuses more.
VNC_PASSWORD = 8


def _has_root(host: Host) -> bool:
    """Whether the kernel's line says itself where its root is."""
    return any(word.startswith("root=") for word in (host.kernel_extra or "").split())


def command_line(host: Host, target: str) -> str:
    """The kernel's line; empty without a kernel. What the project says comes last, and so wins."""
    if not host.kernel:
        return ""
    root = [] if _has_root(host) else [f"root=/dev/{target}", "rw"]
    return " ".join([*root, "console=ttyS0", *([host.kernel_extra] if host.kernel_extra else [])])


def _devices(host: Host, found: list[Volume], targets: list[str]) -> Devices:
    swap = next((f"/dev/{t}" for t, v in zip(targets, found, strict=True) if v.role == "swap"), None)
    sources = {volume.source: f"/dev/{target}" for volume, target in zip(found, targets, strict=True)}
    # With a kernel of its own a machine's disk is a file system; else it is a disk with a boot loader.
    root = f"/dev/{targets[0]}" if host.kernel and not _has_root(host) else None
    return Devices(root, swap, sources)


def _password(text: str) -> str:
    return one_line(text, "vncpasswd").encode()[:VNC_PASSWORD].decode(errors="ignore")


def _display(host: Host) -> dict[str, Any] | None:
    display = host.display
    if display is None:
        return None
    return {
        "port": VNC_BASE + display.number if display.number is not None else None,
        # A display with a password is meant to be reached from elsewhere; one without is not.
        "listen": "0.0.0.0" if display.password else "127.0.0.1",  # noqa: S104
        "password": None if display.password is None else _password(display.password),
        "keymap": None if display.keymap is None else one_line(display.keymap, "vnckeymap"),
    }


def _seed(host: Host, guest: GuestPlan) -> dict[str, str] | None:
    """The CD-ROM that cloud-init reads. Guests with a seed have virtio disks, so its name is free."""
    return {"path": cloud.image(host), "target": "sda"} if guest.seed else None


def domain(site: Site, host: Host, found: list[disks.KvmDisk], guest: GuestPlan) -> dict[str, Any]:
    """The values of domain.xml."""
    identity = site.identity(host)
    windows = family.of(host) == "windows"
    return {
        "host": host,
        "identity": identity,
        "uuid": machine_uuid(identity),
        "cpuset": libvirt.cpu_set(host),
        "command_line": command_line(host, found[0].target),
        "clock": "localtime" if windows else "utc",
        "disks": found,
        "seed": _seed(host, guest),
        "cards": libvirt.cards(site, host),
        "card_model": "e1000e" if windows else "virtio",
        "display": _display(host),
    }


def _build_commands(host: Host, guest: GuestPlan) -> list[str]:
    return ["guestmount", "guestunmount"] if guest.lines and not host.kernel else []


def lower_host(site: Site, host: Host) -> Lowered:
    """domain.xml, pool.xml, volume.xml, control script and guest of a host."""
    volumes = disks.volumes(site, host)
    found = disks.attached(host, volumes)
    guest = lower_guest(site.project, host, _devices(host, volumes, [disk.target for disk in found]))
    guest = with_ready(guest, host, "/dev/console")
    control = host_values(
        site,
        host,
        volumes,
        guest,
        build=_build_commands(host, guest),
        run=["sed", "virsh"],
        run_files=[host.kernel, host.kernel and host.ramdisk],
    )
    control["connection"] = CONNECTION
    remote = {volume.word for volume, disk in zip(volumes, found, strict=True) if disk.kind == "network"}
    control["start_files"] = " ".join(v.word for v in control["volumes"] if v.word not in remote)
    mode = 0o600 if host.display and host.display.password is not None else 0o644
    artefacts = [Artefact("domain.xml", "kvm/domain.xml.j2", domain(site, host, found, guest), mode)]
    for name, values in (("pool", disks.pool(site, host, volumes[0])), ("volume", disks.volume(host, volumes[0]))):
        if values:
            artefacts.append(Artefact(f"{name}.xml", f"kvm/{name}.xml.j2", {name: values}))
    return Lowered((*artefacts, Artefact("control.sh", "kvm/control.sh.j2", control, 0o755)), guest)
