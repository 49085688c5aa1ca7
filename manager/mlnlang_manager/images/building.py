"""A machine's disks: made, and taken away again. What is there already is left as it is.

The generated scripts make the same disks in the same places; people may mix the two.
"""

from __future__ import annotations

import contextlib
import os
import shutil

from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress
from mlnlang_manager.images import copying, growing, plans, swap, tools, volumes
from mlnlang_manager.images.guest import configure
from mlnlang_manager.images.telling import Say, teller

#: Back ends whose disks are made here; others have the scripts.
BACK_ENDS = frozenset(("uml", "kvm", "xen", "lxc"))


def handles(machine: Machine) -> bool:
    """Whether the machine's disks are made here; the scripts make the others (VMware's, iSCSI, UML on Windows…)."""
    if machine.host.backend not in BACK_ENDS:
        return False
    return not any(disk.storage == "iscsi" for disk in machine.host.disks)


def build_root(machine: Machine, progress: Progress) -> None:
    """Make the machine's disks, root, swap and seed, and set its guest up. Raises DriverError."""
    say = teller(machine)
    try:
        for part in plans.parts(machine):
            _build(machine, part, progress, say)
        _give_away(machine)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        raise DriverError(f"{name}{error.strerror or error}") from None


def remove(machine: Machine) -> None:
    """Delete the disks that `build_root` made, and what it left half made. Raises DriverError."""
    say = teller(machine)
    copying.drop(_mark(machine))
    for part in plans.parts(machine):
        if not _is_ours(part):
            continue
        if part.block:
            if tools.found("lvs") and volumes.remove(part.path):
                say(f"removed volume {part.path}")
            continue
        for ending in ("", copying.PART, f"{copying.PART}.raw", f"{copying.PART}.head"):
            _delete(part.path + ending, say)


def needs(machine: Machine) -> list[str]:
    """What this server lacks to build the machine, in words."""
    wanted = {"debugfs", "resize2fs", "e2fsck"}
    if any(disk.storage == "lvm" for disk in machine.host.disks):
        wanted |= {"lvs", "lvcreate", "lvrename", "lvremove"}
    if machine.host.backend == "kvm":
        wanted.add("qemu-img")
    plan = plans.lowered(machine).guest
    if plan.root_password is not None:
        wanted.add("openssl")
    found = tools.missing(*sorted(wanted))
    root = machine.host.root_disk
    if root and root.storage == "file" and not root.source:
        template = plans.template(machine)
        found += [] if os.path.exists(template) else [f"file {template}"]
    return found


def _build(machine: Machine, part: plans.Part, progress: Progress, say: Say) -> None:
    if part.role == "seed":
        from mlnlang_manager.images import seed

        progress("seed")
        seed.build(machine, part.path, say)
    elif part.disk is None or (not _is_ours(part) and part.role != "root"):
        return
    elif part.disk.storage == "lvm":
        progress("disk")
        volumes.build(machine, part, say)
    elif not _is_ours(part):
        _in_place(machine, part.path, say)
    elif os.path.exists(part.path):
        say(f"{part.path} is already there")
    elif part.role == "swap":
        with copying.made(part.path) as new:
            swap.make(new, part.disk.size_bytes or 0)
        say(f"made {part.path}")
    else:
        _root_file(machine, part, progress, say)


def _root_file(machine: Machine, part: plans.Part, progress: Progress, say: Say) -> None:
    disk = part.disk
    assert disk is not None
    progress("disk")
    if machine.host.backend == "kvm":
        from mlnlang_manager.images import overlays

        overlays.build(machine, part.path, bool(disk.directory and not disk.cow_base), say)
        return
    template = plans.template(machine)
    if not os.path.exists(template):
        raise DriverError(f"there is no template {template}", hint="mln templates lists those there are")
    if part.path.endswith(".cow"):
        from mlnlang_manager.images import cow

        cow.build(machine, template, part.path, say)
        return
    with copying.made(part.path) as new:
        say(f"copying {template}")
        copying.copy(template, new, lambda done: progress("copying", done))
        have = os.path.getsize(new)
        if growing.grow_file(new, growing.target_size(have, disk.size_bytes, disk.free_space_bytes, say), say):
            progress("growing", 1.0)
        progress("guest")
        configure(new, machine)
    say(f"made {part.path}")


def _in_place(machine: Machine, path: str, say: Say) -> None:
    """Set up the guest in a disk that is not made here, once."""
    mark = _mark(machine)
    if os.path.exists(mark):
        say(f"{path} is already set up")
        return
    if configure(path, machine):
        os.makedirs(machine.place.images, exist_ok=True)
        with open(mark, "w", encoding="ascii"):
            pass
        say(f"set up {path}")


def _mark(machine: Machine) -> str:
    return os.path.join(machine.place.images, f"{machine.host.name}.configured")


def _is_ours(part: plans.Part) -> bool:
    """Whether a disk is made here, and so removed."""
    if part.role == "seed":
        return True
    disk = part.disk
    if disk is None or disk.storage in ("iscsi", "device"):
        return False
    return disk.storage == "lvm" or not disk.source


def _give_away(machine: Machine) -> None:
    """Images to the user whom the project names, who must be able to reach them too."""
    owner, group = machine.host.sudo or machine.host.owner, machine.host.group
    if not owner and not group:
        return
    for part in plans.parts(machine):
        if _is_ours(part) and os.path.exists(part.path):
            try:
                shutil.chown(part.path, owner or -1, group or -1)
            except LookupError:
                raise DriverError(f"this server knows no {owner or ''}{f':{group}' if group else ''}") from None
    with contextlib.suppress(FileNotFoundError):
        os.chmod(machine.place.images, os.stat(machine.place.images).st_mode | 0o011)  # noqa: S103 - the way to them


def _delete(path: str, say: Say) -> None:
    if os.path.lexists(path):
        os.unlink(path)
        if not path.endswith((copying.PART, ".raw", ".head")):
            say(f"removed {path}")
