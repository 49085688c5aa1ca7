"""Root disks of machines that are down: they grow, and their guests are set up again, whatever the format."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, Segment
from mlnlang_manager.drivers.scripted import ScriptedDriver

#: Where a copy-on-write file of User-Mode Linux, version 3, has the path of what lies under it, and its room in bytes.
_NAME_AT, _NAME_LENGTH = 32, 4096
#: Work on a raw image of a disk.
Change = Callable[[str], object]


class BuildingDriver(ScriptedDriver):
    """A driver whose disks `images` makes wherever it can; the scripts make the others."""

    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:
        """What this server lacks."""
        from mlnlang_manager.images import building

        if isinstance(subject, Machine) and phase == "build" and building.handles(subject):
            return building.needs(subject)
        return super().needs(subject, phase)

    def build(self, machine: Machine, progress: Progress) -> None:
        """Make the disks and set the guest up."""
        from mlnlang_manager.images import building

        if building.handles(machine):
            building.build_root(machine, progress)
        else:
            super().build(machine, progress)

    def remove_disks(self, machine: Machine, *, scripted: bool = False) -> None:
        """Delete the disks that were made; `scripted`: there is more that only the script removes."""
        from mlnlang_manager.images import building

        if building.handles(machine) and not scripted:
            building.remove(machine)
        else:
            super().remove(machine)

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Set the guest up again in the disks that are there."""
        progress("setting up the guest")
        set_up_again(machine)


def root_path(machine: Machine) -> str:
    """The root disk: an image or a device; empty where there is none."""
    from mlnlang_manager.images import plans

    return next((part.path for part in plans.parts(machine) if part.role == "root"), "")


def root_exists(machine: Machine) -> bool:
    """Whether the root disk is there."""
    path = root_path(machine)
    return bool(path) and os.path.exists(path)


def grow(machine: Machine, size_bytes: int, path: str = "") -> bool:
    """Let the root disk grow, with the file system that fills it; it never shrinks.

    False where it can't: nothing that is made here, or a copy-on-write file of User-Mode Linux. Raises DriverError.
    """
    from mlnlang_manager.images import growing, telling

    root, path = machine.host.root_disk, path or root_path(machine)
    if root is None or root.source or root.storage not in ("file", "lvm") or path.endswith(".cow"):
        return False
    if not os.path.exists(path):
        raise DriverError(f"there is no {path}", hint="mln build makes it")
    say = telling.teller(machine)
    if root.storage == "lvm":
        _grow_volume(path, size_bytes, lambda: growing.fit(path, say))
    elif _format(path) == "raw":
        growing.grow_file(path, size_bytes, say)
    elif virtual_size(path) < size_bytes:
        _grow_image(path, size_bytes, lambda raw: growing.grow_file(raw, size_bytes, say))
    return True


def set_up_again(machine: Machine, path: str = "") -> None:
    """Do to the guest what the project says now. Raises DriverError."""
    from mlnlang_manager.images import guest

    path = path or root_path(machine)
    if not path or not os.path.exists(path):
        raise DriverError(f"there is no {path or 'root disk'}", hint="mln build makes it")

    def change(raw: str) -> bool:
        return guest.configure(raw, machine)

    kind = _format(path)
    if kind == "cow":
        _change_cow(path, change)
    elif kind == "raw":
        change(path)
    else:
        _change_image(path, kind, change)


def _grow_volume(path: str, size_bytes: int, fit: Callable[[], None]) -> None:
    from mlnlang_manager.images import tools

    if int(tools.must(["blockdev", "--getsize64", path], f"can't read the size of {path}")) < size_bytes:
        tools.must(["lvextend", "-L", f"{size_bytes}b", path], "lvextend can't make the volume larger")
        fit()


def _grow_image(path: str, size_bytes: int, change: Change) -> None:
    from mlnlang_manager.images import tools

    kind = _format(path)
    if kind == "qcow2" and not holds_ext(path, kind):
        tools.must(["qemu-img", "resize", "-q", "-f", kind, path, str(size_bytes)], "qemu-img can't make it larger")
    else:
        _change_image(path, kind, change)


def _format(path: str) -> str:
    """`raw`, `cow` (User-Mode Linux), or what qemu-img calls it."""
    if path.startswith("/dev/"):
        return "raw"
    with open(path, "rb") as file:
        if file.read(4) == b"OOOM":
            return "cow"
    return "raw" if path.endswith(".img") else str(_told(path)["format"])


def _told(path: str) -> dict[str, Any]:
    """What qemu-img tells of an image. Raises DriverError."""
    from mlnlang_manager.images import tools

    told: dict[str, Any] = json.loads(tools.must(["qemu-img", "info", "--output=json", path], "qemu-img can't read it"))
    return told


def virtual_size(path: str) -> int:
    """Bytes that a machine sees of an image."""
    return int(_told(path)["virtual-size"])


def holds_ext(path: str, kind: str = "") -> bool:
    """Whether an image is one ext file system, not a disk with partitions."""
    from mlnlang_manager.images import overlays

    return overlays.holds_ext(path, kind or _format(path), path)


def _change_image(path: str, kind: str, change: Change) -> None:
    """Change a raw copy of an image and put it in the image's place, over the same template as before."""
    from mlnlang_manager.images import copying, tools

    told = _told(path)
    base, base_format = told.get("full-backing-filename"), told.get("backing-filename-format", "raw")
    raw = f"{path}{copying.PART}.raw"
    copying.drop(raw)
    try:
        tools.must(["qemu-img", "convert", "-f", kind, "-O", "raw", path, raw], f"qemu-img can't read {path}")
        change(raw)
        with _replaced(path) as new:
            if base:
                tools.must(["qemu-img", "create", "-q", "-f", kind, "-F", "raw", "-b", raw, new], f"can't write {new}")
                rebase = ["qemu-img", "rebase", "-q", "-f", kind, "-F", base_format, "-b", base, new]
                tools.must(rebase, f"qemu-img can't put the overlay on {base}")
            else:
                argv = ["qemu-img", "convert", "-f", "raw", "-O", kind, *_options(kind), raw, new]
                tools.must(argv, f"qemu-img can't write {new}")
    finally:
        copying.drop(raw)


def _options(kind: str) -> list[str]:
    return ["-o", "adapter_type=lsilogic"] if kind == "vmdk" else []


def _change_cow(path: str, change: Change) -> None:
    """The same of a copy-on-write file of User-Mode Linux."""
    from mlnlang_manager.images import copying, cow, tools

    with open(path, "rb") as file:
        file.seek(_NAME_AT)
        base = os.fsdecode(file.read(_NAME_LENGTH).split(b"\0", 1)[0])
    raw = f"{path}{copying.PART}.raw"
    copying.drop(raw)
    try:
        tools.must(["uml_moo", path, raw], f"uml_moo can't read {path}")
        change(raw)
        with _replaced(path) as new:
            cow.write(new, base, raw)
    finally:
        copying.drop(raw)


@contextmanager
def _replaced(path: str) -> Iterator[str]:
    """A new file that takes the place of another, and has its owner, when the block ends well."""
    from mlnlang_manager.images import copying

    status = os.stat(path)
    with copying.made(path) as new:
        yield new
        os.chmod(new, status.st_mode & 0o777)
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
