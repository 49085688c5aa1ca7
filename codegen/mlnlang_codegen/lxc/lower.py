"""A Linux container, lowered to libvirt's domain.xml. Its disk is a raw file system, made as Xen's is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlnlang.ir import Host
from mlnlang.ir.derive import machine_uuid
from mlnlang_codegen import storage
from mlnlang_codegen.backend import Artefact, Lowered
from mlnlang_codegen.control import host_values
from mlnlang_codegen.guest import Devices
from mlnlang_codegen.guest import lower as lower_guest
from mlnlang_codegen.guest.ready import with_ready
from mlnlang_codegen.quoting import CannotCarryError, one_line
from mlnlang_codegen.server import libvirt
from mlnlang_codegen.site import Site

#: Where libvirt is asked, as a word of sh.
CONNECTION = '"${MLN_LXC_URI:-lxc:///system}"'
#: The same for switches: any server with libvirt makes networks, whatever it runs.
SWITCH_CONNECTION = '"${MLN_LXC_URI:-network:///system}"'


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A file system of the container: `kind` is libvirt's (file, block, mount), `source` an image, device or folder."""

    kind: str
    source: str
    target: str


def _plain(host: Host) -> Host:
    """Without what a container has no use for: swap, and copy-on-write (the capability table says so)."""
    disks = [disk for disk in host.disks if disk.role != "swap"]
    return replace(
        host,
        disks=tuple(replace(d, cow_base=None, template=d.template or d.cow_base) if d.cow_base else d for d in disks),
    )


def file_systems(host: Host, volumes: list[storage.Volume]) -> list[FileSystem]:
    """The root, then what `mount` names: libvirt mounts disks and folders of the server, the guest all else."""
    sources = {volume.source: volume for volume in volumes}
    found = [_disk(volumes[0], "/")]
    for mount in host.mounts:
        target = one_line(mount.mount_point, "mount")
        if mount.filesystem == "hostfs":
            found.append(FileSystem("mount", one_line(mount.source, "mount"), target))
        elif mount.source in sources:
            found.append(_disk(sources[mount.source], target))
    return found


def _disk(volume: storage.Volume, target: str) -> FileSystem:
    return FileSystem("block" if volume.block else "file", volume.path, target)


def lower_host(site: Site, host: Host) -> Lowered:
    """domain.xml, control script and guest of a host."""
    host = _plain(host)
    volumes = storage.volumes(site, host)
    if not volumes or volumes[0].role != "root":
        raise CannotCarryError("template", "the host has no disk to start from")
    own_mounts = tuple(m for m in host.mounts if storage.is_diskless(m) and m.filesystem != "hostfs")
    guest = with_ready(lower_guest(site.project, replace(host, mounts=own_mounts), Devices(None)), host, "/dev/console")
    identity = site.identity(host)
    domain = {
        "host": host,
        "identity": identity,
        "uuid": machine_uuid(identity),
        "cpuset": libvirt.cpu_set(host),
        "file_systems": file_systems(host, volumes),
        "cards": libvirt.cards(site, host),
    }
    control = host_values(site, host, volumes, guest, build=(), run=["sed", "virsh"])
    control["connection"] = CONNECTION
    return Lowered(
        (
            Artefact("domain.xml", "lxc/domain.xml.j2", domain),
            Artefact("control.sh", "lxc/control.sh.j2", control, 0o755),
        ),
        guest,
    )
