"""A guest's system files: fstab, kernel modules, start-up and shutdown lines."""

from __future__ import annotations

from collections.abc import Iterator

from mlnlang.ir import Host, Mount
from mlnlang_codegen.guest.devices import Devices
from mlnlang_codegen.guest.pieces import Piece, ServerPath, Verb
from mlnlang_codegen.quoting import CannotCarryError, fstab, one_line
from mlnlang_codegen.storage import is_diskless


def filesystem_of(template: str | None) -> str:
    """A root file system's type, by the template's ending; ext4 where it tells nothing (ext4 reads ext2 and 3)."""
    ending = (template or "").rpartition(".")[2].lower()
    return ending if ending in ("ext2", "ext3", "ext4", "xfs", "btrfs") else "ext4"


def mount_fields(mount: Mount, devices: Devices) -> list[str]:
    """Source, mount point, type and options of a mount, as fstab(5) has them but not escaped yet."""
    source, options = mount.source, mount.options or "defaults"
    if mount.filesystem == "hostfs":
        source, options = "none", ",".join(part for part in (mount.source, options) if part != "defaults")
    elif not is_diskless(mount):
        source = devices.mounts.get(mount.source, mount.source)
    fields = [source, mount.mount_point, mount.filesystem, options]
    if not all(fields):
        raise CannotCarryError("mount", "a line of fstab can't have an empty field")
    return fields


def fstab_pieces(host: Host, devices: Devices) -> Iterator[Piece]:
    """The whole fstab (root, proc, swap, then the `mount` lines); for a whole disk only what is added."""
    lines = [f"{devices.swap} none swap sw 0 0"] if devices.swap else []
    for mount in host.mounts:
        fields = [fstab(part, "mount").replace("\t", "\\011") for part in mount_fields(mount, devices)]
        lines.append(" ".join(fields) + " 0 0")
    if devices.root is None:
        if lines:
            yield Piece("/etc/fstab", "".join(line + "\n" for line in lines), append=True)
        return
    root = host.root_disk
    kind = filesystem_of((root.template if root else None) or host.template)
    options = "errors=remount-ro" if kind.startswith("ext") else "defaults"
    lines = [f"{devices.root} / {kind} {options} 0 1", "proc /proc proc defaults 0 0", *lines]
    yield Piece("/etc/fstab", "".join(line + "\n" for line in lines))


def modules(host: Host) -> list[tuple[str, str]]:
    """Kernel modules: names and options."""
    found = []
    for line in host.modules:
        name, _, options = one_line(line, "modules").strip().partition(" ")
        if not name or name.startswith(("#", "-", ";")):
            raise CannotCarryError("modules", f"{line!r} does not begin with a module's name")
        found.append((name, options.strip()))
    return found


def module_pieces(host: Host, family: str | None) -> Iterator[Piece]:
    """modules-load.d(5) takes names alone, options are modprobe.d(5)'s; modules(5), before it, takes both."""
    found = modules(host)
    if not found:
        return
    if family != "busybox":
        yield Piece("/etc/modules-load.d/mln.conf", "".join(f"{name}\n" for name, _ in found), when="systemd")
        options = "".join(f"options {name} {words}\n" for name, words in found if words)
        if options:
            yield Piece("/etc/modprobe.d/mln.conf", options, when="systemd")
    yield Piece("/etc/modules", "".join(f"{name} {words}".rstrip() + "\n" for name, words in found),
                append=True, when="sysv")  # fmt: skip


def has_boot_work(host: Host) -> bool:
    """Whether the guest runs lines of the project when it starts or stops."""
    return bool(host.startup or host.shutdown or host.modules)


def boot_lines(host: Host, family: str | None) -> Iterator[Verb | Piece]:
    """Start-up and shutdown lines as scripts, and what makes the guest run them."""
    for kind, lines in (("startup", host.startup), ("shutdown", host.shutdown)):
        if lines:
            yield Verb("guest_script", (kind,), "".join(line + "\n" for line in lines))
    if has_boot_work(host):
        yield Verb("guest_boot")
    if family in (None, "busybox"):
        yield from _busybox(host)


def _busybox(host: Host) -> Iterator[Piece]:
    """What busybox' init runs: one script, which may do nothing at all yet."""
    steps = ["hostname -F /etc/hostname"]
    steps += ["sh /etc/mln/boot modules"] if host.modules else []
    steps += ["ifup -a"] if any(interface.address or interface.slirp for interface in host.interfaces) else []
    steps += ["sh /etc/mln/boot start"] if host.startup else []
    yield Piece("/etc/init.d/rcS", "".join(f"{step}\n" for step in steps), "0755", append=True, when="rcS")
    if host.shutdown:
        yield Piece("/etc/inittab", "::shutdown:sh /etc/mln/boot stop\n", append=True, when="rcS")


def module_tree(host: Host) -> Iterator[Verb]:
    """The operation that copies the kernel's module tree, when one is named."""
    if host.modules_dir:
        source = one_line(host.modules_dir, "modules_dir").rstrip("/")
        yield Verb("guest_copy", (ServerPath(source), "/lib/modules/" + source.rpartition("/")[2], ""))
