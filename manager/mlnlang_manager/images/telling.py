"""What is done to a machine's images, for its log: lines as the generated scripts write them."""

from __future__ import annotations

import os
from collections.abc import Callable

from mlnlang_manager.drivers.protocol import Machine
from mlnlang_manager.engine.paths import log_file

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """For those who want to hear nothing."""


def teller(machine: Machine) -> Say:
    """Writes to the log of the machine, if there is a folder for it."""
    if not machine.place.log:
        return quiet
    path = log_file(machine.place.log, f"host {machine.host.name}")

    def say(line: str) -> None:
        os.makedirs(machine.place.log, mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"host {machine.host.name}: {line}\n")

    return say
