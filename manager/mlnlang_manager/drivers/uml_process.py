"""Processes of User-Mode Linux kernels: one is started, watched, and ended with all its helpers."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlnlang_manager.drivers.mconsole import PANIC, USER, Listener

#: What a console shows once a guest has come up, where the guest does not tell by itself.
_COME_UP = re.compile(
    rb"MLN-READY|[Rr]eached target (?:\S+ - )?Multi-User|Please press Enter to activate|(?:^|[\r\n])[^\r\n]*\blogin: "
)
_PANIC = b"Kernel panic - "
_COMMAND_LINE, _INIT = b"Kernel command line:", b" as init process"
#: So many lines of a console tell why a kernel ended.
_TOLD = 5


@dataclass(slots=True)
class Kernel:
    """A kernel's name and where its things are. Paths of sockets are relative to `run`, its working directory."""

    umid: str
    run: str
    host: str
    #: Our own children, while they run: the launcher, which becomes the kernel, and whoever writes its console down.
    launcher: int = 0
    writer: int = 0
    #: Where we hear its notices, while we do, and what it has told: that it answers, that its guest is up, or its end.
    listener: Listener | None = None
    answers: bool = False
    is_up: bool = False
    has_panicked: bool = False

    def hear(self, timeout: float) -> None:
        """Wait that long for a notice."""
        if self.listener is None:
            time.sleep(timeout)
        elif notice := self.listener.hear(timeout):
            self.answers = True
            self.is_up = self.is_up or notice.kind == USER
            self.has_panicked = self.has_panicked or notice.kind == PANIC

    def listen(self, shared: bool) -> None:
        """Begin to hear notices."""
        self.deafen()
        self.answers = self.is_up = self.has_panicked = False
        self.listener = Listener(self.run, self.notices, shared=shared)

    def deafen(self) -> None:
        """Hear no more."""
        if self.listener:
            self.listener.close()
            self.listener = None

    @property
    def is_dead(self) -> bool:
        """Whether its process is gone; before there is one, that which starts it."""
        return not alive(self.pid or self.launcher)

    @property
    def folder(self) -> str:
        """What the kernel itself makes: `pid` and `mconsole`."""
        return os.path.join(self.run, "uml", self.umid)

    @property
    def mconsole(self) -> str:
        """Its management socket."""
        return os.path.join(self.folder, "mconsole")

    @property
    def notices(self) -> str:
        """The socket where it tells, relative to `run`."""
        return f"notify/{self.umid}"

    @property
    def console_log(self) -> str:
        """What its first console has shown since it was started."""
        return os.path.join(self.run, "console", f"{self.host}.log")

    @property
    def pid(self) -> int:
        """Its process, which leads a group of the same number; 0 where none is known."""
        try:
            with open(os.path.join(self.folder, "pid"), encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return 0


def prepare(kernel: Kernel, shared: bool) -> None:
    """The folders of the run state; `shared`: the machine runs as another user, who must reach them."""
    for name in ("uml", "console", "notify"):
        folder = os.path.join(kernel.run, name)
        os.makedirs(folder, mode=0o755, exist_ok=True)
        if shared and name == "uml":
            os.chmod(folder, 0o1777)  # noqa: S103 - as /tmp


def launch(kernel: Kernel, command: str, environment: Mapping[str, str]) -> None:
    """Run a kernel's command.sh in a session of its own, its console written down by a process apart.

    A kernel wants a pipe for its console, for a file can't be polled; and one that panics ends its process group.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(kernel.console_log)
    reading, writing = os.pipe()
    try:
        log = (os.POSIX_SPAWN_OPEN, 1, kernel.console_log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        # Whoever waits for the end of our error output must not wait for this one.
        no_errors = (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)
        kernel.writer = _spawn(["cat"], environment, [(os.POSIX_SPAWN_DUP2, reading, 0), log, no_errors])
        outputs = [(os.POSIX_SPAWN_DUP2, writing, number) for number in (1, 2)]
        no_input = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        kernel.launcher = _spawn(["sh", command], environment, [no_input, *outputs])
    finally:
        os.close(reading)
        os.close(writing)


def _spawn(argv: list[str], environment: Mapping[str, str], actions: list[tuple[object, ...]]) -> int:
    return os.posix_spawnp(argv[0], argv, environment, setsid=True, file_actions=actions)


def collect(kernel: Kernel) -> None:
    """Take note of children that have ended."""
    kernel.launcher, kernel.writer = _if_left(kernel.launcher), _if_left(kernel.writer)


def _if_left(pid: int) -> int:
    try:
        return 0 if not pid or os.waitpid(pid, os.WNOHANG)[0] else pid
    except ChildProcessError:
        return 0


def alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has collected yet does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return bool(pid) and file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_end(pid: int, timeout: float) -> bool:
    """Wait until the process has ended."""
    until = time.monotonic() + timeout
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return not alive(pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(max(0.0, until - time.monotonic()) * 1000))
    finally:
        os.close(descriptor)


def clear(kernel: Kernel, patience: float = 5) -> bool:
    """End what is left of a kernel, and remove its files; False where processes do not end.

    One that was killed or that panicked leaves its helpers behind, in its process group.
    """
    pid = kernel.pid
    collect(kernel)
    until = time.monotonic() + patience
    while pid and list(_left(kernel, pid)):
        if time.monotonic() > until:
            return False
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.02)
        collect(kernel)
    shutil.rmtree(kernel.folder, ignore_errors=True)
    return True


def _left(kernel: Kernel, group: int) -> Iterator[int]:
    """Processes of the group that are this kernel by their own account: a number may be somebody else's by now."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return
    except PermissionError:
        pass
    words = f"\0umid={kernel.umid}\0uml_dir=uml/\0".encode()
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            if int(fields[2]) != group or fields[0] in "ZX":
                continue
            with open(f"/proc/{entry}/cmdline", "rb") as command:
                if words in command.read() and _is_in(entry, kernel.run):
                    yield int(entry)
        except OSError:
            continue


def _is_in(pid: str, run: str) -> bool:
    """Whether a process works in that folder; true where another user's won't tell."""
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", run)
    except PermissionError:
        return True


class Console:
    """Reads what the console of a kernel shows."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._at, self._text = 0, b""

    def look(self) -> bytes:
        """All it has shown so far (of long ones the end)."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self._at)
                new = file.read()
        except OSError:
            return self._text
        self._at += len(new)
        self._text = (self._text + new)[-1 << 18 :]
        return self._text

    @property
    def has_panicked(self) -> bool:
        """Whether the kernel has given up."""
        return _PANIC in self.look()

    @property
    def tells(self) -> bool:
        """Whether it shows what the kernel does; of one that is told to keep quiet, or has a window, it does not."""
        return _COMMAND_LINE in self.look()

    @property
    def is_past_boot(self) -> bool:
        """Whether the kernel has found its root and run init."""
        return _INIT in self.look()

    @property
    def has_come_up(self) -> bool:
        """Whether the guest shows that it is up."""
        return bool(_COME_UP.search(self.look()))

    @property
    def end(self) -> str:
        """Its last lines, or those up to a panic, which is followed by many that tell little."""
        text = self.look().decode("utf-8", "backslashreplace")
        before, panic, after = text.partition(_PANIC.decode())
        lines = [line.strip() for line in (before + panic + after.partition("\n")[0]).splitlines() if line.strip()]
        return "; ".join(lines[-1:] if panic else lines[-_TOLD:])
