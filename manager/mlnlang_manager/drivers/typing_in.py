"""A command in a guest by its console: log in as root where that needs no password, or one that the project tells."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import select
import shlex
import termios
import time
import tty
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mlnlang_manager.drivers.protocol import DriverError

#: A line that is longer does not get through a terminal.
_LONGEST = 3500
_LOGIN, _PASSWORD = re.compile(rb"login: ?$"), re.compile(rb"[Pp]assword: ?$")
_SHELL = re.compile(rb"[#$%>] ?(?:\x1b\[6n)?$")
_REFUSED = re.compile(rb"[Ll]ogin incorrect|[Pp]ermission denied|[Aa]uthentication failure")
#: Seconds without a word after which a quiet console is woken.
_QUIET = 2.0


class GoneError(DriverError):
    """The guest let go of the terminal before anything was typed; soon it will have another, with a new login."""


@dataclass(slots=True)
class Typist:
    """Somebody at a pseudo terminal whose other end is a guest's console."""

    terminal: int
    until: float
    shown: bytes = b""
    logged_in: bool = field(default=False)

    def type(self, text: str) -> None:
        """Type a line; what was shown before is forgotten."""
        self.shown = b""
        data = text.encode() + b"\n"
        try:
            while data:
                data = data[os.write(self.terminal, data) :]
        except OSError:
            raise GoneError("its console is gone") from None

    def read(self, seconds: float) -> bool:
        """Read what comes; False when nothing does. Raises DriverError when the time is over."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise DriverError(f"its console gives no answer; it last showed: {self.last!r}")
        poll = select.poll()
        poll.register(self.terminal, select.POLLIN)
        if not poll.poll(min(seconds, left) * 1000):
            return False
        try:
            data = os.read(self.terminal, 4096)
        except OSError:
            data = b""
        if not data:
            raise GoneError("its console is gone")
        self.shown += data
        return True

    @property
    def last(self) -> str:
        """The end of what was shown."""
        return self.shown[-80:].decode("utf-8", "backslashreplace").strip()


def execute(path: str, argv: Sequence[str], timeout: float, password: str | None = None) -> tuple[int, bytes]:
    """Run a command at the terminal; returns its exit code, and what it said on both outputs. Raises DriverError.

    In the end the terminal is closed, for which the guest hangs up: nobody stays logged in.
    """
    line = shlex.join(argv)
    if "\n" in line or len(line.encode()) > _LONGEST:
        raise DriverError("the command does not fit into a line of a console")
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError as error:
        raise GoneError(f"{path}: {error.strerror}") from None
    try:
        _take(terminal)
        with suppress(termios.error):
            tty.setraw(terminal, termios.TCSANOW)
        return _run(Typist(terminal, time.monotonic() + timeout), line, password)
    finally:
        os.close(terminal)


def _take(terminal: int) -> None:
    try:
        fcntl.flock(terminal, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DriverError("somebody else is at its console") from None


def _run(typist: Typist, line: str, password: str | None) -> tuple[int, bytes]:
    _reach_shell(typist, password)
    # What is typed comes back as it was typed: no mark is in it.
    mark = secrets.token_hex(8)
    begin, end = f"{mark}-begin".encode(), re.compile(rf"{mark}-end-(\d+)".encode())
    try:
        typist.type(f"printf '%s-%s\\n' {mark} begin; ( {line} ) </dev/null 2>&1; printf '%s-%s-%d\\n' {mark} end $?")
        while not (found := end.search(typist.shown)):
            typist.read(1)
    except DriverError as error:
        with suppress(OSError):
            os.write(typist.terminal, b"\x03")
        # Whoever tries again would run it twice.
        raise DriverError(error.message) from None
    text = typist.shown[: found.start()].partition(begin)[2].replace(b"\r\n", b"\n").removeprefix(b"\n")
    return int(found[1]), text


def _reach_shell(typist: Typist, password: str | None) -> None:
    typist.type("")
    woken = time.monotonic()
    while True:
        if typist.read(0.3):
            continue
        if _LOGIN.search(typist.shown):
            if typist.logged_in and _REFUSED.search(typist.shown):
                raise DriverError("root may not log in at its console without a password that the project tells")
            typist.logged_in = True
            typist.type("root")
        elif _PASSWORD.search(typist.shown):
            if password is None:
                typist.type("")
                raise DriverError(
                    "its console asks for root's password", hint="mln console, or give it a key and use ssh"
                )
            typist.type(password)
        elif _SHELL.search(typist.shown):
            return
        elif time.monotonic() > woken + _QUIET:
            woken = time.monotonic()
            typist.type("")
