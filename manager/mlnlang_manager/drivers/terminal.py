"""This terminal on a pseudo terminal of the server: `python -m mlnlang_manager.drivers.terminal /dev/pts/7`.

What is typed goes there, what comes from there is shown, until Ctrl-] or the end of either.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import sys
import termios
import tty
from collections.abc import Iterator, Sequence

#: Exit code: the guest has let go of the terminal, and soon has another (EX_TEMPFAIL of sysexits.h).
GONE = 75
#: Ctrl-], which telnet and virsh take too.
LEAVE = b"\x1d"


def main(arguments: Sequence[str] | None = None) -> int:
    """Connect; returns the exit code."""
    (path,) = sys.argv[1:] if arguments is None else arguments
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return GONE
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write("mln: somebody else is at this console\n")
        os.close(descriptor)
        return 1
    try:
        if _is_gone(descriptor):
            return GONE
        sys.stderr.write("Connected; Ctrl-] leaves, Enter wakes a quiet login.\n")
        sys.stderr.flush()
        with _raw(descriptor), _raw(sys.stdin.fileno()):
            _relay(descriptor, sys.stdin.fileno(), sys.stdout.fileno())
        sys.stderr.write("\nLeft the console.\n")
    finally:
        os.close(descriptor)
    return 0


def _is_gone(descriptor: int) -> bool:
    """Whether the other end hangs up at once, as it does for a second after somebody has left."""
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(300))


@contextlib.contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    """Every byte as it is, while inside."""
    if not os.isatty(descriptor):
        yield
        return
    before = termios.tcgetattr(descriptor)
    try:
        tty.setraw(descriptor, termios.TCSANOW)
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _relay(far: int, near: int, shown: int) -> None:
    with contextlib.suppress(OSError):
        fcntl.ioctl(far, termios.TIOCSWINSZ, fcntl.ioctl(shown, termios.TIOCGWINSZ, b"\0" * 8))
    poll = select.poll()
    poll.register(far, select.POLLIN)
    poll.register(near, select.POLLIN)
    while True:
        for descriptor, event in poll.poll():
            data = _read(descriptor) if event & (select.POLLIN | select.POLLHUP) else b""
            typed, left, _ = data.partition(LEAVE) if descriptor == near else (data, b"", b"")
            _write(far if descriptor == near else shown, typed)
            if left or not data:
                return


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # the other end of a pseudo terminal is gone
        return b""


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    sys.exit(main())
