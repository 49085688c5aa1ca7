"""Disks of a KVM machine: where they lie, how libvirt attaches them, and the pool and volume of the first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mlnlang.ir import Disk, Host
from mlnlang_codegen import storage
from mlnlang_codegen.guest import family
from mlnlang_codegen.quoting import CannotCarryError, one_line
from mlnlang_codegen.site import Site
from mlnlang_codegen.storage import IMAGES_TOKEN, Volume, under

TEMPLATES_TOKEN = "/@MLN_TEMPLATES@"  # noqa: S105 - no secret
#: Suffix of an image's name → its format; any other is raw.
_FORMATS = {"qcow2": "qcow2", "qcow": "qcow", "vmdk": "vmdk", "vdi": "vdi", "vhd": "vpc", "vpc": "vpc"}
_OVERLAY_TOOLS = ("qemu-img", "awk", "truncate", "e2fsck", "resize2fs", "debugfs", "od")
ISCSI_PORT = 3260


@dataclass(frozen=True, slots=True)
class KvmDisk:
    """A disk of domain.xml. `kind` is libvirt's: file, block or network (iSCSI: `path` is the target and its unit)."""

    kind: str
    format: str
    path: str
    target: str
    bus: str
    server: str = ""
    port: int = 0


def image_format(path: str) -> str:
    """An image's format, guessed from its suffix as qemu-img spells it."""
    return _FORMATS.get(path.rpartition("/")[2].rpartition(".")[2].lower(), "raw")


def template_of(host: Host) -> str:
    """The image that the root disk starts from; empty for none."""
    root = host.root_disk
    return (root and (root.cow_base or root.template)) or host.template or ""


def _is_overlay(disk: Disk) -> bool:
    if disk.storage in ("lvm", "iscsi"):
        return False
    return bool(disk.cow_base) or not (disk.source or disk.storage == "device")


def volumes(site: Site, host: Host) -> list[Volume]:
    """A host's disks: root, swap, then those of its mounts."""
    found = storage.volumes(site, host)
    root = host.root_disk
    if root is None:
        raise CannotCarryError("template", "the host has no disk to start from")
    if _is_overlay(root):
        found[0] = _overlay(site, host, root)
    elif root.storage == "iscsi":
        where = found[0].attach.removeprefix("iscsi_login ")
        found[0] = replace(found[0], build=f"build_iscsi {where}", attach="", detach="")
    elif root.storage == "lvm" and not root.snapshot:
        build = f"template_format {image_format(template_of(host))}\n{found[0].build}"
        found[0] = replace(found[0], build=build, commands=(*found[0].commands, "qemu-img", "awk"))
    return found


def _overlay(site: Site, host: Host, disk: Disk) -> Volume:
    if disk.directory:
        path = f"{one_line(disk.directory, 'filepath').rstrip('/')}/{site.identity(host)}"
    else:
        path = f"{host.name}.qcow2"
    word = under("MLN_IMAGES", path)
    template = storage.template_word(host, replace(disk, template=disk.cow_base or disk.template))
    size, free = storage.wanted(disk)
    # An image in a folder that servers share must not need a template that only one of them has.
    how = " alone" if disk.directory and not disk.cow_base else ""
    base = image_format(template_of(host))
    return Volume(
        "root",
        path if path.startswith("/") else f"{IMAGES_TOKEN}/{path}",
        word,
        build=f"template_format {base}\nbuild_overlay {word} {template} {size} {free}{how}",
        remove=f"remove_file {word}",
        commands=_OVERLAY_TOOLS,
        files=(template,),
    )


def targets(host: Host, count: int) -> list[str]:
    """The guest's names for its disks, in order: it numbers virtio disks as it finds them.

    Windows has drivers for SATA disks from the start, Linux for virtio.
    """
    if count > 24:
        raise CannotCarryError("mount", "a KVM machine has 24 disks at most")
    return [f"{'sd' if _is_windows(host) else 'vd'}{chr(ord('a') + n)}" for n in range(count)]


def _is_windows(host: Host) -> bool:
    return family.of(host) == "windows"


def attached(host: Host, found: list[Volume]) -> list[KvmDisk]:
    """The disks as domain.xml has them."""
    bus = "sata" if _is_windows(host) else "virtio"
    return [
        _attached(host, volume, target, bus) for volume, target in zip(found, targets(host, len(found)), strict=True)
    ]


def _attached(host: Host, volume: Volume, target: str, bus: str) -> KvmDisk:
    disk = host.root_disk
    if volume.role == "root" and disk and disk.storage == "iscsi":
        server, port = portal(disk.iscsi_server or "")
        return KvmDisk("network", "raw", f"{disk.iscsi_target}/0", target, bus, server, port)
    if volume.block:
        return KvmDisk("block", "raw", volume.path, target, bus)
    made_here = volume.role == "root" and disk and _is_overlay(disk)
    return KvmDisk("file", "qcow2" if made_here else image_format(volume.path), volume.path, target, bus)


def portal(text: str) -> tuple[str, int]:
    """Name and port of an iSCSI server: `NAME`, `NAME:PORT`, `[IPV6]:PORT`."""
    server, _, port = text.rpartition(":")
    if text.startswith("[") or (server and ":" not in server):
        if text.endswith("]"):
            return text.strip("[]"), ISCSI_PORT
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise CannotCarryError("iscsi", f"{port!r} is no port")
        return server.strip("[]"), int(port)
    return text, ISCSI_PORT


def pool(site: Site, host: Host, root: Volume) -> dict[str, Any] | None:
    """The pool that the root disk lies in, for libvirt; None for a disk that was there before."""
    disk = host.root_disk
    assert disk is not None
    if disk.storage == "lvm":
        group = disk.volume_group or storage.DEFAULT_VOLUME_GROUP
        return {"type": "logical", "name": group, "path": f"/dev/{group}"}
    if disk.storage == "iscsi":
        server, port = portal(disk.iscsi_server or "")
        values = {"server": server, "port": port, "target": disk.iscsi_target, "path": "/dev/disk/by-path"}
        return {"type": "iscsi", "name": f"iscsi.{site.identity(host)}", **values}
    if not _is_overlay(disk):
        return None
    folder, _, _ = root.path.rpartition("/")
    whose = site.identity(host) if disk.directory else site.project.name
    return {"type": "dir", "name": f"images.{whose}", "path": folder or "/"}


def volume(host: Host, root: Volume) -> dict[str, Any] | None:
    """The root disk as a volume of that pool. An overlay's size is its template's until it is grown."""
    disk = host.root_disk
    assert disk is not None
    name = root.path.rpartition("/")[2]
    if disk.storage == "lvm":
        return {"type": "block", "name": name, "path": root.path, "bytes": disk.size_bytes} if disk.size_bytes else None
    if not _is_overlay(disk):
        return None
    template = template_of(host)
    base = template if template.startswith("/") else f"{TEMPLATES_TOKEN}/{template}"
    backing = {"template": base, "format": image_format(template)} if template else {}
    return {"type": "file", "name": name, "path": root.path, "bytes": None, **backing} if backing else None
