"""A guest's system files: fstab, kernel modules, start-up and shutdown lines."""

from __future__ import annotations

from collections.abc import Iterator

from mlnlang.ir import Host, Mount
from mlnlang_codegen.guest.devices import Devices
from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.quoting import fstab, one_line, sh
from mlnlang_codegen.storage import is_diskless

_SHELL = {"busybox": "/bin/sh"}


def filesystem_of(template: str | None) -> str:
    """A root file system's type, by the template's ending; ext4 where it tells nothing (ext4 reads ext2 and 3)."""
    ending = (template or "").rpartition(".")[2].lower()
    return ending if ending in ("ext2", "ext3", "ext4", "xfs", "btrfs") else "ext4"


def fstab_pieces(host: Host, devices: Devices) -> Iterator[Piece]:
    """The whole fstab (root, proc, swap, then the `mount` lines); for a whole disk only what is added."""
    lines = [f"{devices.swap} none swap sw 0 0"] if devices.swap else []
    lines += [_mount_line(mount, devices) for mount in host.mounts]
    if devices.root is None:
        if lines:
            yield Piece("/etc/fstab", "".join(line + "\n" for line in lines), append=True)
        return
    root = host.root_disk
    kind = filesystem_of((root.template if root else None) or host.template)
    options = "errors=remount-ro" if kind.startswith("ext") else "defaults"
    lines = [f"{devices.root} / {kind} {options} 0 1", "proc /proc proc defaults 0 0", *lines]
    yield Piece("/etc/fstab", "".join(line + "\n" for line in lines))


def _mount_line(mount: Mount, devices: Devices) -> str:
    source, options = mount.source, mount.options or "defaults"
    if mount.filesystem == "hostfs":
        source, options = "none", ",".join(part for part in (mount.source, options) if part != "defaults")
    elif not is_diskless(mount):
        source = devices.mounts.get(mount.source, mount.source)
    fields = [fstab(part, "mount") for part in (source, mount.mount_point, mount.filesystem, options)]
    return " ".join(fields) + " 0 0"


def module_pieces(host: Host, family: str) -> Iterator[Piece]:
    """Kernel modules to load at boot."""
    if not host.modules or family == "busybox":
        return
    lines = "".join(f"{one_line(module, 'modules')}\n" for module in host.modules)
    if family == "debian":
        yield Piece("/etc/modules", lines, append=True)
    else:
        yield Piece("/etc/modules-load.d/mln.conf", lines)


def script_pieces(host: Host, family: str) -> Iterator[Piece]:
    """The start-up and shutdown lines as scripts, and what makes the guest run them."""
    shell = _SHELL.get(family, "/bin/bash")
    for kind, lines in (("startup", host.startup), ("shutdown", host.shutdown)):
        if lines:
            yield Piece(f"/etc/mln/{kind}", f"#!{shell}\n" + "".join(line + "\n" for line in lines), mode="0755")
    if family == "busybox":
        yield from _busybox_pieces(host)
    elif host.startup or host.shutdown:
        values = {"startup": bool(host.startup), "shutdown": bool(host.shutdown)}
        yield Piece("/etc/init.d/mln", template="guest/mln.init.j2", values=values, mode="0755")
        yield Piece("/etc/systemd/system/mln.service", template="guest/mln.service.j2", values=values)


def _busybox_pieces(host: Host) -> Iterator[Piece]:
    lines = ["hostname -F /etc/hostname"]
    lines += [f"modprobe {one_line(module, 'modules')}" for module in host.modules]
    if any(interface.address or interface.slirp for interface in host.interfaces):
        lines.append("ifup -a")
    if host.startup:
        lines.append("/etc/mln/startup")
    yield Piece("/etc/init.d/rcS", "".join(line + "\n" for line in lines), mode="0755", append=True)
    if host.shutdown:
        yield Piece("/etc/inittab", "::shutdown:/etc/mln/shutdown\n", append=True)


def links(host: Host, family: str) -> Iterator[str]:
    """Operations that make links: run levels of System V, and systemd's target."""
    if family == "busybox" or not (host.startup or host.shutdown):
        return
    yield "guest_link ../mln.service /etc/systemd/system/multi-user.target.wants/mln.service"
    for level in "2345":
        yield f"guest_link ../init.d/mln /etc/rc{level}.d/S99mln"
    for level in "06":
        yield f"guest_link ../init.d/mln /etc/rc{level}.d/K01mln"


def module_tree(host: Host) -> Iterator[str]:
    """The operation that copies the kernel's module tree, when one is named."""
    if host.modules_dir:
        source = one_line(host.modules_dir, "modules_dir").rstrip("/")
        yield f"guest_copy {sh(source)} {sh('/lib/modules/' + source.rpartition('/')[2])} ''"
