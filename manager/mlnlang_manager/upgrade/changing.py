"""What is done to a machine that stays: moved, grown, given what is missing, set up anew, given other memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from mlnlang_manager.drivers import disks
from mlnlang_manager.drivers.protocol import Driver, DriverError, Machine, Progress, State
from mlnlang_manager.engine.memory import admitted
from mlnlang_manager.engine.work import STOP_TIMEOUT
from mlnlang_manager.upgrade.labels import FIT, GROW, SET_UP


def change(driver: Driver, backend: str, old: Machine, new: Machine, work: Sequence[str], progress: Progress) -> None:
    """Do it, in an order in which each can be done again after a crash. Raises DriverError."""
    if "move" in work:
        progress("moving its disks", 0.1)
        move(old, new)
    if GROW in work:
        progress("growing the disk", 0.2)
        grow(driver, new)
    if FIT in work or (SET_UP in work and _has_seed(new)):
        progress("making what is missing", 0.4)
        drop_swap(old, new)
        driver.build(new, progress)
    if SET_UP in work:
        progress("setting up the guest", 0.5)
        driver.reconfigure(new, progress)
    if "memory" in work:
        progress("changing its memory", 0.5)
        _memory(driver, backend, new, progress)


def _has_seed(machine: Machine) -> bool:
    """Whether cloud-init sets the guest up, from a seed that building makes anew where it is out of date."""
    from mlnlang_manager.images import plans

    return plans.lowered(machine).guest.seed is not None


def move(old: Machine, new: Machine) -> None:
    """Its files from one server's images to another's, both on this server. Raises OSError."""
    if os.path.realpath(old.place.images) == os.path.realpath(new.place.images):
        return
    others = {f"{host.name}." for host in old.place.project.hosts} - {f"{old.host.name}."}
    try:
        names = os.listdir(old.place.images)
    except FileNotFoundError:
        return
    os.makedirs(new.place.images, mode=0o700, exist_ok=True)
    for name in sorted(names):
        longer = any(name.startswith(other) and len(other) > len(old.host.name) for other in others)
        if name.startswith(f"{old.host.name}.") and not longer:
            os.rename(os.path.join(old.place.images, name), os.path.join(new.place.images, name))


def grow(driver: Driver, machine: Machine) -> None:
    """Its root disk, to the size that is asked for; one that is as large already stays. Raises DriverError."""
    wanted = root_size(machine)
    if wanted is None or driver.grow_disk(machine, wanted):
        return
    if driver.state(machine) is State.DOWN and disks.grow(machine, wanted):
        return
    raise DriverError("its disk is of a kind that can't be grown here", hint="grow it by hand, or keep its size")


def root_size(machine: Machine) -> int | None:
    """Bytes that the root disk is to have; None where the project does not say. Raises DriverError."""
    root = machine.host.root_disk
    if root is None or root.free_space_bytes is None:
        return root.size_bytes if root else None
    from mlnlang_manager.images import formats, overlays, plans

    template = plans.template(machine)
    try:
        return overlays.virtual_size(template, formats.by_name(template)) + root.free_space_bytes
    except OSError as error:
        raise DriverError(f"the template {template} can't be read: {error.strerror}") from None


def drop_swap(old: Machine, new: Machine) -> None:
    """Take a swap disk away that is to be another one, or none. Raises DriverError."""
    from mlnlang_manager.images import tools

    before, after = (next((d for d in m.host.disks if d.role == "swap"), None) for m in (old, new))
    if before is None or before == after:
        return
    path = _swap_path(Machine(replace(new.place, project=old.place.project), old.host))
    if not path or not os.path.exists(path):
        return
    if before.storage == "lvm":
        tools.must(["lvremove", "-f", path], f"lvremove can't remove {path}")
    elif after is None or os.path.getsize(path) != after.size_bytes:  # one that a crash left behind is right already
        os.unlink(path)


def _swap_path(machine: Machine) -> str:
    from mlnlang_manager.images import plans

    return next((part.path for part in plans.parts(machine) if part.role == "swap"), "")


def _memory(driver: Driver, backend: str, machine: Machine, progress: Progress) -> None:
    """Live where the driver can, else by a restart; nothing where somebody has stopped the machine meanwhile."""
    if driver.state(machine) is not State.UP or driver.set_memory(machine, machine.host.memory_mib):
        return
    progress("restarting: its memory can't be changed while it runs", 0.6)
    driver.stop(machine, STOP_TIMEOUT)
    with admitted(machine, backend, driver):
        driver.start(machine, progress)
