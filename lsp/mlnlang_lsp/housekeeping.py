"""When Python collects its garbage: never while somebody waits.

A collection of everything looks at all that is known of the projects, which takes as long as a check. So what has
proved lasting is put aside, garbage is collected from the rest in the pause that follows a check (people leave a
tenth of a second between keys, and editors ask at once), and all is gone through when the user does something else.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

#: Seconds after a check before what it left is collected, and before all is gone through.
PAUSE, IDLE = 0.06, 5.0
#: After so many checks without a pause garbage is collected even while somebody waits: each leaves about 1.5 MiB on a
#: project of 1 000 hosts.
MOST_CHECKS = 23
#: Objects that are looked at each time; if there are more, they are gone through and put aside.
MANY = 300_000


class Housekeeping:
    """Told of each check; lives in the event loop. `is_busy`: whether somebody waits for an answer."""

    def __init__(self, is_busy: Callable[[], bool]) -> None:
        self._is_busy = is_busy
        self._pause: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._untidied = 0
        self._is_first = True
        gc.disable()

    def checking(self) -> None:
        """A check begins."""
        for timer in (self._pause, self._idle):
            if timer is not None:
                timer.cancel()

    def checked(self) -> None:
        """A check is over."""
        loop = asyncio.get_running_loop()
        self._untidied += 1
        if self._untidied >= MOST_CHECKS:
            self._tidy()
        else:
            self._pause = loop.call_later(PAUSE, self._tidy_unless_busy)
        self._idle = loop.call_later(IDLE, self._everything)

    def _tidy_unless_busy(self) -> None:
        if self._is_busy():
            self._pause = asyncio.get_running_loop().call_later(PAUSE, self._tidy_unless_busy)
        else:
            self._tidy()

    def _tidy(self) -> None:
        if self._is_first:
            gc.freeze()  # the modules, and the projects as they were first
        self._is_first, self._untidied = False, 0
        gc.collect()
        if len(gc.get_objects()) > MANY:
            self._everything()

    def _everything(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
