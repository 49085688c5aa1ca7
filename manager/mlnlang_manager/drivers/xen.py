"""Xen: by `xl`; by libvirt where there is no `xl`, or where MLN_XEN_URI names one."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mlnlang_manager.drivers import disks
from mlnlang_manager.drivers.disks import BuildingDriver
from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, State
from mlnlang_manager.drivers.scripted import ScriptedDriver

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings


class XenDriver(BuildingDriver):
    """Scripts start and stop the domains; what they are doing, and changes to them, are asked of `xl` here.

    `xl` does not tell whether a guest has come up: it counts as ready as soon as its domain is there.
    """

    def state(self, machine: Machine) -> State:
        """What `xl list DOMAIN` says; a domain that it does not know is down when its disk is there."""
        from mlnlang_manager.images import tools

        done = tools.run(["xl", "list", machine.identity])
        if done.code:
            return State.DOWN if disks.root_exists(machine) else State.NOT_BUILT
        # Name, ID, Mem, VCPUs, State, Time(s), as xl(1) has them.
        fields = done.out.decode("utf-8", "replace").strip().splitlines()[-1].split()
        return State.PAUSED if len(fields) > 5 and "p" in fields[4] else State.UP

    def remove(self, machine: Machine) -> None:
        """Its disks. It must be down."""
        self._must_be_down(machine)
        self.remove_disks(machine)

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Set the guest up again; the domain is made anew at every start."""
        self._must_be_down(machine)
        super().reconfigure(machine, progress)

    def console(self, machine: Machine) -> list[str]:
        """The domain's console; Ctrl-] leaves it."""
        return ["xl", "console", machine.identity]

    def set_memory(self, machine: Machine, mib: int) -> bool:
        """By the balloon, up to what the domain was started with."""
        return self._changed("mem-set", machine, f"{mib}m")

    def set_vcpus(self, machine: Machine, count: int) -> bool:
        """Change the number of processors of a running machine; False where that takes a restart."""
        return self._changed("vcpu-set", machine, str(count))

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:
        """Grow the disk and its file system while the machine is down."""
        return self.state(machine) in (State.DOWN, State.NOT_BUILT) and disks.grow(machine, size_bytes)

    def _changed(self, command: str, machine: Machine, value: str) -> bool:
        from mlnlang_manager.images import tools

        return tools.run(["xl", command, machine.identity, value]).code == 0

    def _must_be_down(self, machine: Machine) -> None:
        if self.state(machine) in (State.UP, State.PAUSED):
            raise DriverError("is up; stop it first")


def make(backend: str, settings: Settings) -> ScriptedDriver:
    """The driver of Xen."""
    from mlnlang_manager.images import tools

    if find_spec("libvirt") and (os.environ.get("MLN_XEN_URI") or not tools.found("xl")):
        from mlnlang_manager.drivers.libvirt import LibvirtDriver

        return LibvirtDriver(backend, settings)
    return XenDriver(backend, settings)
