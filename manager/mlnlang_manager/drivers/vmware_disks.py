"""Disks of VMware machines: raw images that are set up as all others are, then written as growable .vmdk files."""

from __future__ import annotations

import os

from mlnlang.ir import Disk
from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress

#: As the compiled scripts make them: one file, for the adapter that the .vmx has.
_WRITE = ("qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "adapter_type=lsilogic")


def folder(machine: Machine) -> str:
    """The machine's folder: VMware writes logs and state beside the .vmx file."""
    root = machine.host.root_disk
    if root and root.directory:
        return os.path.join(machine.place.images, root.directory, machine.identity)
    return os.path.join(machine.place.images, machine.host.name)


def path_of(machine: Machine, disk: Disk) -> str:
    """Where a disk is."""
    if disk.source:
        return os.path.join(machine.place.images, disk.source)
    return os.path.join(folder(machine), f"{machine.host.name}{'-swap' if disk.role == 'swap' else ''}.vmdk")


def needs(machine: Machine) -> list[str]:
    """What this server lacks to make the disks."""
    from mlnlang_manager.images import plans, seed, tools

    plan = plans.lowered(machine).guest
    found = tools.missing("qemu-img", "debugfs", "e2fsck", "resize2fs", *(["openssl"] if plan.root_password else []))
    found += seed.lacking() if plan.seed else []
    root = machine.host.root_disk
    if root and not root.source and not os.path.exists(template := plans.template(machine)):
        found.append(f"file {template}")
    return found


def build(machine: Machine, progress: Progress) -> None:
    """Make root, swap and seed; what is there already is left as it is. Raises DriverError."""
    from mlnlang_codegen.guest import cloud

    from mlnlang_manager.images import plans, seed, telling

    say = telling.teller(machine)
    for disk in machine.host.disks:
        path = path_of(machine, disk)
        if disk.source or disk.role == "mount":
            continue
        if os.path.exists(path):
            say(f"{path} is already there")
            continue
        progress("disk")
        _make(machine, disk, path)
        say(f"made {path}")
    if cloud.is_carried(machine.host):
        progress("seed")
        seed.build(machine, plans.seed_path(machine), say)


def _make(machine: Machine, disk: Disk, path: str) -> None:
    from mlnlang_manager.images import copying, swap, tools

    raw = f"{path}.raw{copying.PART}"
    copying.drop(raw)
    try:
        with copying.made(path) as new:
            if disk.role == "swap":
                swap.make(raw, disk.size_bytes or 0)
            else:
                _root(machine, disk, raw)
            tools.must([*_WRITE, raw, new], f"qemu-img can't write {path}")
            os.chmod(new, 0o600)
    except OSError as error:
        raise DriverError(f"{error.filename or path}: {error.strerror}") from None
    finally:
        copying.drop(raw)


def _root(machine: Machine, disk: Disk, raw: str) -> None:
    """A raw copy of the template, grown, with the guest set up in it."""
    from mlnlang_manager.images import growing, guest, plans, telling, tools

    template, say = plans.template(machine), telling.teller(machine)
    say(f"copying {template}")
    tools.must(["qemu-img", "convert", "-O", "raw", template, raw], f"qemu-img can't read {template}")
    have = os.path.getsize(raw)
    growing.grow_file(raw, growing.target_size(have, disk.size_bytes, disk.free_space_bytes, say), say)
    guest.configure(raw, machine)
