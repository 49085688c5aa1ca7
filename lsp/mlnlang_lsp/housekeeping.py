"""When Python collects its garbage: never while somebody waits.

A collection of everything looks at all that is known of the projects, which takes as long as a check. So what has
proved lasting is put aside, garbage is collected from the rest after each check, and all is gone through when the
user has paused.
"""

from __future__ import annotations

import asyncio
import gc

#: Seconds after a check before what it left is collected, and before everything is gone through.
SOON, IDLE = 0.15, 5.0
#: Checks without a pause after which garbage is collected all the same.
MOST_CHECKS = 10


class Housekeeping:
    """Told of each check; lives in the event loop."""

    def __init__(self) -> None:
        self._soon: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._checks = 0
        gc.disable()

    def checking(self) -> None:
        """A check begins."""
        for timer in (self._soon, self._idle):
            if timer is not None:
                timer.cancel()

    def checked(self) -> None:
        """A check is over."""
        loop = asyncio.get_running_loop()
        self._checks += 1
        if self._checks == 1 or self._checks % MOST_CHECKS == 0:
            self._tidy()
        else:
            self._soon = loop.call_later(SOON, self._tidy)
        self._idle = loop.call_later(IDLE, self._everything)

    def _tidy(self) -> None:
        if self._checks == 1:
            gc.freeze()  # the modules, and the projects as they were first
        gc.collect()

    def _everything(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
