"""Programs that are run for a machine or switch: each in a process group of its own, its output in a log."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

_RUNNING: set[int] = set()
_GUARD = threading.Lock()
#: Seconds between two looks at a log that grows.
_TICK_MS = 200


def run(
    argv: Sequence[str],
    log: str,
    environment: Mapping[str, str],
    *,
    folder: str | None = None,
    marks: str | None = None,
    each_line: Callable[[str], None] | None = None,
) -> tuple[int, str]:
    """Run a program, its output appended to `log`; returns the exit code and the output. Raises OSError.

    `marks` is a folder where the process is noted while it runs, so that after a crash of ours it can be waited for.
    An exception of `each_line` ends the program's group, gently.
    """
    descriptor = os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "rb+", buffering=0) as output:
        start = output.seek(0, os.SEEK_END)
        with (
            subprocess.Popen(  # noqa: S603 - a list, no shell
                [*_guard(), *argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                env=dict(environment),
                process_group=0,
            ) as process,
            _noted(process.pid, marks),
        ):
            lines = _Lines(output.fileno(), start, each_line)
            try:
                _wait(process, lines.read_on)
                lines.read_on()
            except BaseException:
                end(process)
                raise
        return process.returncode, lines.text


def end(process: subprocess.Popen[bytes], patience: float = 10) -> None:
    """End a program's group: ask it, wait, then kill it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def signal_all(number: int) -> None:
    """Pass a signal on to the groups of all that runs."""
    for pid in tuple(_RUNNING):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)


def wait_for_strays(marks: str, patience: float = 30) -> None:
    """Wait for programs of an `mln` that was killed, and end those that go on and on."""
    try:
        names = os.listdir(marks)
    except FileNotFoundError:
        return
    until = time.monotonic() + patience
    for name in names:
        pid, _, born = name.partition("-")
        while _born(pid) == born:
            if time.monotonic() > until:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(int(pid), signal.SIGKILL)
                until += 5
            time.sleep(0.05)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(marks, name))


@contextlib.contextmanager
def _noted(pid: int, marks: str | None) -> Iterator[None]:
    path = ""
    if marks:
        os.makedirs(marks, mode=0o700, exist_ok=True)
        path = os.path.join(marks, f"{pid}-{_born(str(pid))}")
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    with _GUARD:
        _RUNNING.add(pid)
    try:
        yield
    finally:
        with _GUARD:
            _RUNNING.discard(pid)
        if path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def _born(pid: str) -> str:
    """When a process was started, in ticks since the boot; empty where there is none, or only its remains."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


@cache
def _guard() -> tuple[str, ...]:
    """What ends a program gently when we are killed: util-linux' setpriv."""
    found = shutil.which("setpriv")
    return (found, "--pdeathsig", "TERM", "--") if found else ()


def _wait(process: subprocess.Popen[bytes], tick: Callable[[], None]) -> None:
    """Wait without delay, and look at the log now and then."""
    if not hasattr(os, "pidfd_open"):  # no Linux
        process.wait()
        return
    descriptor = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while not poll.poll(_TICK_MS):
            tick()
        process.wait()
    finally:
        os.close(descriptor)


class _Lines:
    """Reads what was added to a log."""

    def __init__(self, descriptor: int, start: int, each_line: Callable[[str], None] | None) -> None:
        self._descriptor, self._at, self._each = descriptor, start, each_line
        self._rest = ""
        self.text = ""

    def read_on(self) -> None:
        """Read what is new."""
        while data := os.pread(self._descriptor, 1 << 16, self._at):
            self._at += len(data)
            text = data.decode("utf-8", "backslashreplace")
            self.text += text
            *lines, self._rest = (self._rest + text).split("\n")
            if self._each:
                for line in lines:
                    self._each(line)
