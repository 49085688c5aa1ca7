"""User-Mode Linux: machines are processes of this user, in the same places as the compiled scripts have them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mlnlang_manager.drivers import disks, mconsole, uml_process
from mlnlang_manager.drivers.disks import BuildingDriver
from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, Segment, State
from mlnlang_manager.drivers.uml_process import Console, Kernel

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings

#: Seconds that a kernel may take to answer and to run init, unless MLN_START_TIMEOUT says otherwise.
START = 60.0
#: Seconds that a kernel may take to halt.
HALT = 10.0
#: Seconds that a kernel is watched after it has run init: one that finds none panics at once.
GRACE = 0.3
#: Seconds in which a guest's init has its login up again.
GETTY = 5.0
#: Seconds that a kernel which keeps quiet is watched.
QUIET = 4.0
#: What the scripts use and this driver does not.
_SCRIPTS_OWN = frozenset(f"command {name}" for name in ("ps", "setsid", "timeout", "uml_mconsole"))


class UmlDriver(BuildingDriver):
    """Starts, watches and stops kernels by itself; machines with TAP devices or a window are left to their scripts."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._kernels: dict[str, Kernel] = {}

    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:
        """What the scripts say, without the programs that only they use."""
        lacking = super().needs(subject, phase)
        if isinstance(subject, Segment) or phase == "build" or self._is_wired_outside(subject):
            return lacking
        return [line for line in lacking if line not in _SCRIPTS_OWN]

    def start(self, machine: Machine, progress: Progress) -> None:
        """Start the kernel and wait until it runs the guest's init."""
        if self.state(machine) is State.UP:
            return
        kernel, shared = self._kernel(machine), bool(machine.host.sudo)
        uml_process.prepare(kernel, shared)
        if not uml_process.clear(kernel):
            raise DriverError(f"processes of an earlier {machine.identity} do not end")
        kernel.listen(shared)
        try:
            if self._is_wired_outside(machine):
                super().start(machine, progress)
            else:
                progress("starting the kernel")
                command = os.path.join(os.path.dirname(self.script(machine)), "command.sh")
                uml_process.launch(kernel, command, self.environment(machine))
                self._boot(machine, kernel, progress)
        except BaseException:
            kernel.deafen()
            raise

    def wait_ready(self, machine: Machine, timeout: float) -> bool:
        """Until the guest says so, by its kernel or on its console."""
        kernel = self._kernel(machine)
        console = Console(kernel.console_log)
        try:
            return self._wait(machine, console, timeout, lambda: kernel.is_up or console.has_come_up)
        finally:
            kernel.deafen()

    def stop(self, machine: Machine, timeout: float, *, force: bool = False) -> None:
        """Ctrl-Alt-Del for the guest, then halt for the kernel, then the end of its processes."""
        kernel = self._kernel(machine)
        kernel.deafen()
        if self._is_wired_outside(machine):
            super().stop(machine, timeout, force=force)
        elif pid := kernel.pid:
            shared = bool(machine.host.sudo)
            if force or not _ends(kernel, pid, "cad", timeout, shared):
                _ends(kernel, pid, "halt", HALT, shared)
        mconsole.forget(os.path.join(kernel.run, kernel.notices))
        if not uml_process.clear(kernel):
            raise DriverError(f"processes of {machine.identity} do not end", log=kernel.console_log)

    def state(self, machine: Machine) -> State:
        """Up while the kernel answers."""
        kernel = self._kernel(machine)
        uml_process.collect(kernel)
        try:
            if kernel.pid and kernel.is_dead:  # the helpers of a killed kernel still hold its socket, and say nothing
                raise mconsole.NoAnswerError("its process is gone")
            mconsole.ask(kernel.mconsole, "version", shared=bool(machine.host.sudo))
        except mconsole.NoAnswerError as error:
            if error.busy and uml_process.alive(kernel.pid):
                return State.UNKNOWN
            return State.DOWN if disks.root_exists(machine) else State.NOT_BUILT
        except mconsole.RefusedError:
            pass
        return State.UP

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Set the guest up again in the disks that are there."""
        if self.state(machine) in (State.UP, State.UNKNOWN):
            raise DriverError("is up; stop it first")
        super().reconfigure(machine, progress)

    def remove(self, machine: Machine) -> None:
        """Its disks, and the console's log."""
        if self.state(machine) in (State.UP, State.UNKNOWN):
            raise DriverError("is up; stop it first")
        self.remove_disks(machine, scripted=self._is_wired_outside(machine))
        kernel = self._kernel(machine)
        uml_process.clear(kernel)
        for path in (kernel.console_log, os.path.join(kernel.run, kernel.notices)):
            mconsole.forget(path)

    def console(self, machine: Machine) -> list[str]:
        """The second console, a pseudo terminal of this server, where the guest has a login. Raises DriverError."""
        if machine.host.term == "screen":
            return ["screen", "-r", self._kernel(machine).umid]
        if machine.host.term == "xterm":
            raise DriverError(f"the console of {machine.identity} is in its own window: the project says `term xterm`")
        return [sys.executable, "-m", "mlnlang_manager.drivers.terminal", self.terminal(machine)]

    def terminal(self, machine: Machine) -> str:
        """The pseudo terminal of the second console. Raises DriverError."""
        until = time.monotonic() + GETTY
        while not (path := self._second_console(machine)):
            if time.monotonic() > until:
                hint = "its init must run a getty on tty1; --log shows what the first console said"
                raise DriverError(f"the guest of {machine.identity} has nothing on its second console", hint=hint)
            time.sleep(0.1)
        return path

    def _second_console(self, machine: Machine) -> str:
        try:
            told = mconsole.ask(self._kernel(machine).mconsole, "config con1", shared=bool(machine.host.sudo))
        except (mconsole.NoAnswerError, mconsole.RefusedError):
            raise DriverError(f"{machine.identity} does not answer", hint="is it up?") from None
        path = told.partition(":")[2]
        return path if path.startswith("/dev/") else ""

    def console_log(self, machine: Machine) -> str:
        """The file with what the first console has shown."""
        return self._kernel(machine).console_log

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:
        """Grow the image and its file system while the machine is down; never a copy-on-write file."""
        return self.state(machine) in (State.DOWN, State.NOT_BUILT) and disks.grow(machine, size_bytes)

    def environment(self, subject: Machine | Segment) -> dict[str, str]:
        """With the socket where the kernel tells, if anybody hears."""
        found = super().environment(subject)
        if isinstance(subject, Machine) and self._kernel(subject).listener:
            found["MLN_UML_NOTIFY"] = self._kernel(subject).notices
        return found

    # ---------------------------------------------------------------- one kernel
    def _kernel(self, machine: Machine) -> Kernel:
        from mlnlang_codegen.uml.lower import umid

        key = f"{machine.place.run}\0{machine.identity}"
        if key not in self._kernels:
            self._kernels[key] = Kernel(umid(machine.identity), machine.place.run, machine.host.name)
        return self._kernels[key]

    def _is_wired_outside(self, machine: Machine) -> bool:
        """Whether it has devices of the server, or a window: then its script starts and stops it."""
        from mlnlang_codegen.site import Site
        from mlnlang_codegen.uml import lower

        if machine.host.term in ("screen", "xterm"):
            return True
        site, run = Site(machine.place.project), machine.place.run
        for interface in machine.host.interfaces:
            switch = lower.switch_of(site, interface)
            if lower.uses_tap(interface) or (switch and os.path.exists(f"{run}/wires/{switch.name}.bridge")):
                return True
            if os.path.exists(f"{run}/taps/{lower.tap_name(machine.identity, interface)}"):
                return True
        return False

    def _boot(self, machine: Machine, kernel: Kernel, progress: Progress) -> None:
        """Until the kernel has run init, and a moment longer. Raises DriverError."""
        console = Console(kernel.console_log)
        limit = float(os.environ.get("MLN_START_TIMEOUT") or START)
        answered = self._wait(machine, console, limit, lambda: kernel.answers or os.path.exists(kernel.mconsole))
        if not answered:
            raise DriverError(f"its kernel does not answer: {console.end}", log=kernel.console_log)
        progress("booting", 0.3)
        limit = limit if console.tells else QUIET
        if not self._wait(machine, console, limit, lambda: kernel.is_up or console.is_past_boot) and console.tells:
            raise DriverError(f"its kernel does not come to run init: {console.end}", log=kernel.console_log)
        self._wait(machine, console, GRACE, lambda: kernel.is_up)

    def _wait(self, machine: Machine, console: Console, timeout: float, arrived: Callable[[], bool]) -> bool:
        """Wait for something of a kernel that lives. Raises DriverError when it ends."""
        kernel = self._kernel(machine)
        until = time.monotonic() + timeout
        while not arrived():
            if kernel.has_panicked or console.has_panicked or kernel.is_dead:
                uml_process.wait_end(kernel.writer, 2)  # the last lines are still on their way
                end = console.end
                uml_process.clear(kernel)
                raise DriverError(f"ended while it was starting: {end}", log=kernel.console_log)
            if time.monotonic() >= until:
                return False
            kernel.hear(min(0.2, max(0.01, until - time.monotonic())))
        return True


def _ends(kernel: Kernel, pid: int, command: str, timeout: float, shared: bool) -> bool:
    """Whether the kernel ends in time when it is told that."""
    with contextlib.suppress(mconsole.NoAnswerError, mconsole.RefusedError):
        mconsole.ask(kernel.mconsole, command, min(10, max(1, timeout)), shared=shared)
    return uml_process.wait_end(pid, timeout)


def make(backend: str, settings: Settings) -> UmlDriver:
    """The driver of User-Mode Linux."""
    return UmlDriver(backend, settings)
