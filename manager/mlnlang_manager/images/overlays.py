"""qcow2 overlays for KVM: what became different from the template, and nothing else."""

from __future__ import annotations

import json
import os

from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.images import copying, formats, growing, plans, tools
from mlnlang_manager.images.guest import configure
from mlnlang_manager.images.telling import Say

_SECTOR = 512


def build(machine: Machine, path: str, alone: bool, say: Say) -> None:
    """A qcow2 image over the template; `alone`: with all of it inside. Raises DriverError."""
    template = plans.template(machine)
    kind = checked(template)
    disk = machine.host.root_disk
    have = virtual_size(template, kind)
    assert disk is not None
    size = growing.target_size(have, disk.size_bytes, disk.free_space_bytes, say)
    size = -(-size // _SECTOR) * _SECTOR  # a disk has whole sectors
    with copying.made(path) as part:
        say(f"putting a disk over {template}")
        if _needs_copy(machine, template, kind, size > have):
            _by_copy(machine, template, kind, part, size, say)
        else:
            create(part, size, template, kind)
            configure(part, machine)
        if alone:
            tools.must(["qemu-img", "rebase", "-q", "-f", "qcow2", "-b", "", part], "qemu-img can't copy the template")
    say(f"made {path}")


def checked(template: str) -> str:
    """A template's format. Raises DriverError where it is not what its name says: it would be carried as garbage."""
    try:
        found = formats.of(template)
    except OSError as error:
        raise DriverError(f"the template {template} can't be read: {error.strerror}") from None
    named = formats.by_name(template)
    if found.format != named and (found.format, named) != ("iso", "raw"):
        raise DriverError(
            f"template {template} is a {found.format} image and not {named}, as its name says",
            hint="rename it (.qcow2, .vmdk, .vdi; others are raw)",
        )
    return named


def virtual_size(path: str, kind: str) -> int:
    """Bytes that a machine sees of an image. Raises DriverError."""
    if kind == "raw":
        return formats.of(path).virtual_size
    out = tools.must(["qemu-img", "info", "--output=json", "-f", kind, path], f"qemu-img can't read {path}")
    return int(json.loads(out)["virtual-size"])


def create(path: str, size: int, base: str, base_format: str) -> None:
    """An empty overlay."""
    argv = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", base_format, "-b", base, path, str(size)]
    tools.must(argv, "qemu-img can't make an overlay")


def holds_ext(path: str, kind: str, work: str) -> bool:
    """Whether an image is one ext file system, not a disk with partitions."""
    if kind == "raw":
        return formats.of(path).holds == "ext"
    head = f"{work}.head"
    try:
        argv = ["qemu-img", "dd", "-f", kind, "-O", "raw", "bs=512", "count=4", f"if={path}", f"of={head}"]
        tools.must(argv, f"qemu-img can't read {path}")
        return formats.of(head).holds == "ext"
    finally:
        copying.drop(head)


def _needs_copy(machine: Machine, template: str, kind: str, grows: bool) -> bool:
    """Whether the template's own file system has to be changed."""
    work = os.path.join(machine.place.images, machine.host.name)
    if not holds_ext(template, kind, work):
        return False
    plan = plans.lowered(machine).guest
    return grows or bool(plan.lines and not plan.seed)


def _by_copy(machine: Machine, template: str, kind: str, part: str, size: int, say: Say) -> None:
    """A raw copy is grown and set up; what became different from the template is kept."""
    raw = f"{part}.raw"
    copying.drop(raw)
    try:
        if kind == "raw":
            copying.copy(template, raw)
        else:
            tools.must(
                ["qemu-img", "convert", "-f", kind, "-O", "raw", template, raw], f"qemu-img can't read {template}"
            )
        growing.grow_file(raw, size, say)
        configure(raw, machine)
        create(part, size, raw, "raw")
        argv = ["qemu-img", "rebase", "-q", "-f", "qcow2", "-F", kind, "-b", template, part]
        tools.must(argv, f"qemu-img can't put the overlay on {template}")
    finally:
        copying.drop(raw)
