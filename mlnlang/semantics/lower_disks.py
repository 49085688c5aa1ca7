"""Disks and mounts of a host."""

from __future__ import annotations

from mlnlang.backends import CLOUDS
from mlnlang.ir import BackEnd, Disk, Mount
from mlnlang.ir.model import Storage
from mlnlang.semantics.config import Config
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import Line

#: Filesystems that are no disk of the machine: shares, and what the guest's kernel makes.
_NOT_A_DISK = frozenset(
    ("nfs", "nfs4", "cifs", "smbfs", "hostfs", "9p", "tmpfs", "proc", "sysfs", "devpts", "bind", "none")
)


def disks(block: Resolved, config: Config, backend: BackEnd) -> tuple[Disk, ...]:
    """The root disk, swap, and one disk for each mount that is a device or an image."""
    if backend in CLOUDS:
        return ()
    found = [_root(block, config)]
    swap = block.value("swap")
    if swap:
        root = found[0]
        storage: Storage = "lvm" if root.storage == "lvm" else "file"
        found.append(
            Disk(
                "swap",
                storage,
                size_bytes=swap,
                directory=root.directory,
                volume_group=root.volume_group,
                where=block,
            )
        )
    for mount in mounts(block):
        if mount.filesystem not in _NOT_A_DISK and ":" not in mount.source:
            found.append(
                Disk(
                    "mount",
                    "device" if mount.source.startswith("/dev/") else "file",
                    source=mount.source,
                    where=mount.where,
                )
            )
    return tuple(found)


def _root(block: Resolved, config: Config) -> Disk:
    value = block.value
    lvm = value("lvm")
    on_iscsi = bool(value("iscsi") or value("iscsi_target"))
    source = value("filesystem")
    free_space = value("free_space")
    size = value("size")
    if size is None and free_space is None and not source:
        size = config.default_size_bytes
    snapshot = block.flag("lvm_snapshot")
    on_lvm = bool(lvm) or snapshot
    return Disk(
        role="root",
        storage="device" if source else "iscsi" if on_iscsi else "lvm" if on_lvm else "file",
        template=value("template") or config.default_template,
        size_bytes=None if free_space is not None else size,
        free_space_bytes=free_space,
        directory=value("filepath"),
        source=source,
        volume_group=_group(value("lvm_vg") or config.volume_group) if on_lvm else None,
        lvm_options=lvm if isinstance(lvm, str) else None,
        snapshot=snapshot,
        cow_base=value("cow_filesystem"),
        iscsi_server=value("iscsi"),
        iscsi_target=value("iscsi_target"),
        where=block,
    )


def _group(name: str) -> str:
    """A volume group's name; the original stripped `/dev/` (old)."""
    return name.removeprefix("/dev/")


def mounts(block: Resolved) -> tuple[Mount, ...]:
    """The lines of `mount`."""
    return tuple(
        Mount(words[0], words[1], words[2], " ".join(words[3:]) or "defaults", Line(entry))
        for entry, words in block.rows("mount")
    )
