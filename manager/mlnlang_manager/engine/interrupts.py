"""Ctrl-C and its kin: the first ends the work cleanly, the second at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mlnlang_manager.engine import processes

_TOLD = b"interrupted: tidying up what is under way (again: stop at once)\n"
_HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """`code` is 0, or the exit code of the signal that came."""

    def __init__(self) -> None:
        self.code = 0

    def heed(self, number: int, _frame: FrameType | None) -> None:
        """The handler."""
        if self.code:
            processes.signal_all(signal.SIGKILL)
            os._exit(128 + number)  # whatever the threads do
        self.code = 128 + number
        processes.signal_all(number)
        if number == signal.SIGINT:
            os.write(2, _TOLD)  # the stream may be in use by whom we interrupt


@contextmanager
def heeded() -> Iterator[Interrupts]:
    """Heed signals while inside; those that are ignored stay so."""
    interrupts = Interrupts()
    numbers = [number for number in _HEEDED if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupts.heed) for number in numbers}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
