"""VMware Workstation, Player and Server: `vmrun` runs machines, vmware-vdiskmanager or qemu-img grows their disks."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mlnlang_manager.drivers import disks, vmware_disks
from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, Segment, State
from mlnlang_manager.drivers.scripted import ScriptedDriver

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings

_SETTING = re.compile(r"\s*([\w.:-]+)\s*=\s*(.*)")
#: Devices and values that the project decides on: what is gone from it is gone from the machine.
_OURS = re.compile(
    r"(?:ethernet|scsi|ide|sata|serial|floppy)\d|memsize$|numvcpus$|firmware$|remotedisplay\.", re.IGNORECASE
)
#: Seconds between two questions to VMware.
_STEP = 1.0


class VmwareDriver(ScriptedDriver):
    """Scripts make the device nodes of switches and remove machines; the rest is asked of `vmrun` here."""

    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:
        """What this server lacks."""
        if isinstance(subject, Machine) and phase == "build":
            return vmware_disks.needs(subject)
        return super().needs(subject, phase)

    def build(self, machine: Machine, progress: Progress) -> None:
        """The disks, and the .vmx as the project has it now."""
        vmware_disks.build(machine, progress)
        self._refresh(machine)

    def start(self, machine: Machine, progress: Progress) -> None:
        """Start it without a window."""
        state = self.state(machine)
        if state is State.UP:
            return
        if state is State.NOT_BUILT:
            raise DriverError("is not built", hint="mln build makes it")
        self._refresh(machine)
        progress("starting")
        self._must("start", machine, "nogui")

    def wait_ready(self, machine: Machine, timeout: float) -> bool:
        """Until VMware Tools run in the guest; without them nobody can tell."""
        until = time.monotonic() + timeout
        while True:
            if self.state(machine) is not State.UP:
                raise DriverError("ended while it was starting", log=self._log(machine))
            if self._vmrun("checkToolsState", self.vmx(machine))[1].strip() == "running":
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(min(_STEP, max(0.0, until - time.monotonic())))

    def stop(self, machine: Machine, timeout: float, *, force: bool = False) -> None:
        """Ask the guest by VMware Tools, then switch it off."""
        if self.state(machine) is not State.UP:
            return
        until = time.monotonic() + timeout
        if not force and self._vmrun("stop", self.vmx(machine), "soft")[0] == 0:
            while self.state(machine) is State.UP and time.monotonic() < until:
                time.sleep(0.2)
        if self.state(machine) is State.UP:
            self._must("stop", machine, "hard")

    def state(self, machine: Machine) -> State:
        """What `vmrun list` says."""
        path = self.vmx(machine)
        code, text = self._vmrun("list")
        if code:
            raise DriverError(f"vmrun can't list the machines: {_last(text)}")
        if any(line == path or line == os.path.realpath(path) for line in text.splitlines()):
            return State.UP
        return State.DOWN if os.path.exists(path) else State.NOT_BUILT

    def console(self, machine: Machine) -> list[str]:
        """There is none for a terminal. Raises DriverError."""
        raise DriverError(f"VMware shows {machine.identity} in a window only", hint=f"vmplayer {self.vmx(machine)}")

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Set the guest up again in its disk, and the .vmx."""
        self._must_be_down(machine)
        progress("setting up the guest")
        disks.set_up_again(machine, self.root_path(machine))
        self._refresh(machine)

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:
        """Grow the disk, and a bare file system in it, while the machine is down."""
        from mlnlang_manager.images import tools

        root, path = machine.host.root_disk, self.root_path(machine)
        if root is None or root.source or self.state(machine) is State.UP:
            return False
        if tools.found("vmware-vdiskmanager") and os.path.exists(path) and not disks.holds_ext(path):
            if disks.virtual_size(path) < size_bytes:
                size = f"{-(-size_bytes // (1 << 20))}MB"
                tools.must(["vmware-vdiskmanager", "-x", size, path], "vmware-vdiskmanager can't make it larger")
            return True
        return disks.grow(machine, size_bytes, path)

    # ---------------------------------------------------------------- where
    def vmx(self, machine: Machine) -> str:
        """The machine's configuration."""
        return os.path.join(vmware_disks.folder(machine), f"{machine.host.name}.vmx")

    def root_path(self, machine: Machine) -> str:
        """Its root disk; empty for a machine without one."""
        root = machine.host.root_disk
        return vmware_disks.path_of(machine, root) if root else ""

    def _log(self, machine: Machine) -> str:
        path = os.path.join(vmware_disks.folder(machine), "vmware.log")
        return path if os.path.exists(path) else ""

    # ---------------------------------------------------------------- vmrun
    def _vmrun(self, *words: str) -> tuple[int, str]:
        from mlnlang_manager.images import tools

        done = tools.run(["vmrun", "-T", os.environ.get("MLN_VMRUN_TYPE") or "ws", *words])
        return done.code, done.out.decode("utf-8", "backslashreplace") + done.err

    def _must(self, command: str, machine: Machine, word: str) -> None:
        code, text = self._vmrun(command, self.vmx(machine), word)
        if code:
            raise DriverError(f"vmrun can't {command} it: {_last(text)}", log=self._log(machine))

    def _must_be_down(self, machine: Machine) -> None:
        if self.state(machine) is State.UP:
            raise DriverError("is up; stop it first")

    def _refresh(self, machine: Machine) -> None:
        """Put what was compiled last into the .vmx; what VMware noted there stays."""
        from mlnlang_manager.engine.paths import write_whole
        from mlnlang_manager.images import plans

        path = self.vmx(machine)
        compiled = os.path.join(os.path.dirname(self.script(machine)), f"{machine.host.name}.vmx")
        old = ""
        try:
            with open(compiled, encoding="utf-8") as file:
                text = file.read()
            with suppress(FileNotFoundError), open(path, encoding="utf-8", errors="surrogateescape") as file:
                old = file.read()
        except OSError as error:
            raise DriverError(f"{error.filename} can't be read: {error.strerror}", hint="build it again") from None
        for name in ("IMAGES", "FILES", "TEMPLATES"):
            text = text.replace(f"/@MLN_{name}@", plans.real_path(machine.place, f"/@MLN_{name}@/").rstrip("/"))
        new = merged(text, old)
        if new != old:
            write_whole(path, new)


def merged(compiled: str, old: str) -> str:
    """A compiled .vmx with VMware's own settings of the old one behind it."""
    known = {found[1].lower() for line in compiled.splitlines() if (found := _SETTING.match(line))}
    devices = {name.partition(".")[0] for name in known if "." in name}
    kept = [line for line in old.splitlines() if (found := _SETTING.match(line)) and _stays(found[1], known, devices)]
    return compiled + "".join(f"{line}\n" for line in kept)


def _stays(name: str, known: set[str], devices: set[str]) -> bool:
    name = name.lower()
    if name in known:
        return False
    if not _OURS.match(name):
        return True
    # What VMware itself noted of a device that is still there.
    device, _, field = name.partition(".")
    return device in devices and (field.startswith("generatedaddress") or field in ("pcislotnumber", "redo"))


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it says nothing")


def make(backend: str, settings: Settings) -> VmwareDriver:
    """The driver of VMware."""
    return VmwareDriver(backend, settings)
