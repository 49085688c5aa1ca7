"""Logical volumes: made under a name of their own until they are done."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator, Sequence

from mlnlang.ir import Disk
from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.images import copying, formats, growing, plans, tools
from mlnlang_manager.images.guest import configure
from mlnlang_manager.images.telling import Say


def build(machine: Machine, part: plans.Part, say: Say) -> None:
    """The root or swap volume of a machine; one that is there is left. Raises DriverError."""
    disk = part.disk
    assert disk is not None
    group, name = where(part.path)
    if exists(group, name):
        say(f"volume {group}/{name} is already there")
        return
    if part.role == "swap":
        with _volume(group, name, disk, disk.size_bytes or 0) as path:
            tools.must(["mkswap", path], "mkswap can't make a swap area")
    elif disk.snapshot:
        _snapshot(machine, group, name, disk)
    else:
        _root(machine, group, name, disk, say)
    say(f"made volume {group}/{name}")


def where(path: str) -> tuple[str, str]:
    """Volume group and name of /dev/GROUP/NAME."""
    group, _, name = path.removeprefix("/dev/").partition("/")
    return group, name


def device(group: str, name: str) -> str:
    """Where a volume is to be opened."""
    return f"/dev/{group}/{name}"


def exists(group: str, name: str) -> bool:
    """Whether there is a volume of that name."""
    return tools.run(["lvs", "--noheadings", f"{group}/{name}"]).code == 0


def remove(path: str) -> bool:
    """Remove a volume; False where there is none."""
    group, name = where(path)
    if not exists(group, name):
        return False
    tools.must(["lvremove", "-f", f"{group}/{name}"], f"can't remove the volume {group}/{name}")
    return True


def _root(machine: Machine, group: str, name: str, disk: Disk, say: Say) -> None:
    from mlnlang_manager.images import overlays

    template = plans.template(machine)
    kind = overlays.checked(template) if machine.host.backend == "kvm" else "raw"
    have = overlays.virtual_size(template, kind)
    size = growing.target_size(have, disk.size_bytes, disk.free_space_bytes, say)
    with _volume(group, name, disk, size) as path:
        say(f"copying {template}")
        if kind == "raw":
            tools.must(["dd", f"if={template}", f"of={path}", "bs=4M", "conv=fsync"], "dd can't copy the template")
        else:
            argv = ["qemu-img", "convert", "-n", "-f", kind, "-O", "raw", template, path]
            tools.must(argv, "qemu-img can't copy the template")
        if formats.of(path).virtual_size > have:
            growing.fit(path, say)
        configure(path, machine)


def _snapshot(machine: Machine, group: str, name: str, disk: Disk) -> None:
    origin = disk.template or machine.host.template or ""
    if not exists(group, origin):
        raise DriverError(f"no volume {group}/{origin} to take a snapshot of")
    size = disk.size_bytes or formats.of(device(group, origin)).virtual_size
    with _volume(group, name, disk, size, ("-s",), f"{group}/{origin}") as path:
        configure(path, machine)


@contextlib.contextmanager
def _volume(group: str, name: str, disk: Disk, size: int, more: Sequence[str] = (), of: str = "") -> Iterator[str]:
    """A new volume; it gets its name when the block ends well, else it is gone."""
    part = f"{name}{copying.PART}"
    remove(f"/dev/{group}/{part}")
    options = [word for word in shlex.split(disk.lvm_options or "") if word != "lock"]
    argv = ["lvcreate", "-y", *more, "-L", f"{size}b", "-n", part, *options, of or group]
    tools.must(argv, f"can't make the volume {group}/{name}")
    try:
        yield device(group, part)
        tools.must(["lvrename", group, part, name], f"can't name the volume {group}/{name}")
    except BaseException:
        tools.run(["lvremove", "-f", f"{group}/{part}"])
        raise
