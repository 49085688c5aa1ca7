"""A null hypervisor: nothing runs, but everything is kept account of. To rehearse a project, and to test `mln`.

MLN_SIM is JSON, or names a file of it:
  speed       factor on the time that things take: 1 is that of User-Mode Linux on an idle machine, 0 takes none
  fail        {"PHASE NAME": "message"}: that phase (build, start, stop, remove) of that host or switch fails
  never_up    [NAME, ...]: guests that start and never get ready
  lacks       [TEXT, ...]: what the server is said to lack
  memory_mib  what the server has; starts beyond it fail
MLN_SIM_KILL_AT=N ends the whole process by SIGKILL at the Nth moment that something is about to change or has changed.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Any

from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, Segment, State

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings

#: Seconds at speed 1, as measured with User-Mode Linux and a busybox template on an idle machine.
BUILD, BOOT, READY, SHUT_DOWN, REMOVE, SWITCH = 0.25, 1.0, 0.8, 3.1, 0.02, 0.05
#: The account: a line for each change, the last one of a subject counts.
ACCOUNT = "sim.jsonl"

_GUARD = threading.Lock()
_MOMENTS = count(1)


class SimDriver:
    """Keeps account of machines that are not there."""

    #: Whether its machines take memory of this server (engine.memory).
    takes_memory = False

    def __init__(self, name: str, wishes: dict[str, Any]) -> None:
        self.name = name
        self.wishes = wishes
        self.speed = float(wishes.get("speed", 1))

    # ---------------------------------------------------------------- the protocol
    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:  # noqa: ARG002
        """What the wishes say is lacking."""
        return [str(text) for text in self.wishes.get("lacks", [])]

    def build(self, machine: Machine, progress: Progress) -> None:
        """Note a disk, in two halves, as real ones are made."""
        if _record(machine).get("disk") == "whole":
            progress("disks are there")
            return
        _note(machine, disk="half")
        progress("copying the template", 0.1)
        self._pass(BUILD)
        self._may_fail("build", machine)
        progress("setting up the guest", 0.7)
        _note(machine, disk="whole", token=os.urandom(8).hex(), made_from=_digest(machine))

    def start(self, machine: Machine, progress: Progress) -> None:
        """Note that it is up."""
        record = _record(machine)
        if record.get("disk") != "whole":
            raise DriverError("is not built", hint="mln build makes it")
        if record.get("up"):
            return
        progress("booting", 0.2)
        self._pass(BOOT)
        self._may_fail("start", machine)
        self._must_fit(machine)
        _note(machine, up=True, memory=machine.host.memory_mib, begun=time.time())

    def wait_ready(self, machine: Machine, timeout: float) -> bool:
        """True but for guests that never get ready."""
        never = machine.host.name in self.wishes.get("never_up", [])
        time.sleep(min(timeout, READY * self.speed) if not never else timeout)
        return not never

    def stop(self, machine: Machine, timeout: float, *, force: bool = False) -> None:  # noqa: ARG002
        """Note that it is down."""
        if not _record(machine).get("up"):
            return
        self._may_fail("stop", machine)
        self._pass(0 if force else SHUT_DOWN)
        _note(machine, up=False)

    def state(self, machine: Machine) -> State:
        """By the account."""
        record = _record(machine)
        if record.get("up"):
            return State.PAUSED if record.get("paused") else State.UP
        return State.DOWN if record.get("disk") else State.NOT_BUILT

    def remove(self, machine: Machine) -> None:
        """Strike it off."""
        record = _record(machine)
        if record.get("up"):
            raise DriverError("is up; stop it first")
        self._may_fail("remove", machine)
        if record:
            _note(machine, disk="half")
            self._pass(REMOVE)
            _note(machine, gone=True)

    def console(self, machine: Machine) -> list[str]:
        """A word in place of a console."""
        return ["echo", f"{machine.identity} is only simulated"]

    def set_memory(self, machine: Machine, mib: int) -> bool:
        """As a balloon would."""
        _note(machine, memory=mib)
        return True

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:
        """Note the new size."""
        _note(machine, size=size_bytes)
        return True

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Note what the guest is set up from now."""
        progress("setting up the guest")
        self._pass(BUILD)
        self._may_fail("reconfigure", machine)
        _note(machine, made_from=_digest(machine))

    def start_switch(self, segment: Segment) -> None:
        """Note that it is up."""
        self._pass(SWITCH)
        self._may_fail("start", segment)
        _note(segment, up=True)

    def stop_switch(self, segment: Segment) -> None:
        """Note that it is down."""
        self._may_fail("stop", segment)
        if _record(segment).get("up"):
            _note(segment, up=False)

    def switch_state(self, segment: Segment) -> State:
        """By the account."""
        return State.UP if _record(segment).get("up") else State.DOWN

    def remove_switch(self, segment: Segment) -> None:
        """Strike it off."""
        self._may_fail("remove", segment)
        if _record(segment):
            _note(segment, gone=True)

    # ---------------------------------------------------------------- within
    def _pass(self, seconds: float) -> None:
        if self.speed:
            time.sleep(seconds * self.speed)

    def _may_fail(self, phase: str, subject: Machine | Segment) -> None:
        message = self.wishes.get("fail", {}).get(f"{phase} {_name(subject).partition(' ')[2]}")
        if message:
            raise DriverError(str(message))

    def _must_fit(self, machine: Machine) -> None:
        has = self.wishes.get("memory_mib")
        used = sum(int(r.get("memory", 0)) for r in _account(_path(machine)).values() if r.get("up"))
        if has is not None and used + machine.host.memory_mib > int(has):
            raise DriverError(f"needs {machine.host.memory_mib} MiB, and {int(has) - used} are free")


def make(backend: str, settings: Settings) -> SimDriver:  # noqa: ARG001
    """The driver, by what MLN_SIM says. Raises DriverError."""
    text = os.environ.get("MLN_SIM", "")
    try:
        if text and not text.lstrip().startswith("{"):
            with open(text, encoding="utf-8") as file:
                text = file.read()
        wishes = json.loads(text or "{}")
    except (OSError, ValueError) as error:
        raise DriverError(f"MLN_SIM: {error}") from None
    return SimDriver(backend, wishes)


def _name(subject: Machine | Segment) -> str:
    return f"host {subject.host.name}" if isinstance(subject, Machine) else f"switch {subject.switch.name}"


def _path(subject: Machine | Segment) -> str:
    return os.path.join(os.path.dirname(subject.place.log), ACCOUNT)


def _digest(machine: Machine) -> str:
    from hashlib import sha256

    return sha256(repr(machine.host).encode()).hexdigest()[:16]


def moment() -> None:
    """A moment at which the whole process may be made to end."""
    at = os.environ.get("MLN_SIM_KILL_AT")
    if not at:
        return
    if next(_MOMENTS) == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(10)


_known: dict[str, tuple[int, dict[str, dict[str, Any]]]] = {}


def _account(path: str) -> dict[str, dict[str, Any]]:
    """The records by subject; only what was added since the last look is read."""
    at, records = _known.get(path, (0, {}))
    try:
        size = os.stat(path).st_size
    except FileNotFoundError:
        _known.pop(path, None)
        return {}
    if size < at:
        at, records = 0, {}
    if size > at:
        with open(path, "rb") as file:
            file.seek(at)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        for line in whole.splitlines():
            _enter(records, line)
        at += len(whole)
    _known[path] = (at, records)
    return records


def _enter(records: dict[str, dict[str, Any]], line: bytes) -> None:
    try:
        change = json.loads(line)
        name = change.pop("subject")
    except (ValueError, KeyError):
        return
    if change.get("gone"):
        records.pop(name, None)
    else:
        records.setdefault(name, {}).update(change)


def _record(subject: Machine | Segment) -> dict[str, Any]:
    with _GUARD:
        return dict(_account(_path(subject)).get(_name(subject), {}))


def _note(subject: Machine | Segment, **change: Any) -> None:
    moment()
    path = _path(subject)
    line = json.dumps({"subject": _name(subject), **change}) + "\n"
    with _GUARD:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode())
        finally:
            os.close(descriptor)
    moment()
