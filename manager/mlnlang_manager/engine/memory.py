"""The server's memory, where machines start at the same time: each looks at what the others are about to take."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mlnlang_manager.drivers.protocol import Driver, DriverError, Machine
from mlnlang_manager.engine.locks import ResourceLocks, runtime_folder

#: Back ends whose machines are processes of this server.
OURS = ("uml", "kvm")
ACCOUNT = "memory.json"
MIB = 1 << 20


@contextmanager
def admitted(machine: Machine, backend: str, driver: Driver) -> Iterator[None]:
    """Hold a machine's memory in reserve while it starts. Raises DriverError where the server has not as much."""
    elsewhere = any(server.uri for server in machine.place.project.servers if server.name == machine.host.service_host)
    if backend not in OURS or elsewhere or not getattr(driver, "takes_memory", True):
        yield
        return
    key = f"{os.getpid()}-{threading.get_ident()}"
    wanted = machine.host.memory_mib
    with _account() as account:
        free = available(backend)
        others = sum(account.values())
        if free is not None and wanted + others > free:
            raise DriverError(f"needs {wanted} MiB of memory, and {max(0, free - others)} MiB are left on this server",
                              hint="stop other machines, or give this one less")  # fmt: skip
        account[key] = wanted
    try:
        yield
    finally:
        with _account() as account:
            account.pop(key, None)


def available(backend: str) -> int | None:
    """MiB that new machines can have: User-Mode Linux takes them from /dev/shm. None where nobody tells."""
    found: list[int] = []
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            found += [int(line.split()[1]) // 1024 for line in file if line.startswith("MemAvailable:")]
        if backend == "uml":
            state = os.statvfs("/dev/shm")  # noqa: S108 - no file of ours
            found.append(state.f_bavail * state.f_frsize // MIB)
    except (OSError, ValueError, IndexError):
        pass
    return min(found, default=None)


@contextmanager
def _account() -> Iterator[dict[str, int]]:
    """What is held in reserve, by process and thread; entries of processes that are gone don't count."""
    path = os.path.join(runtime_folder(), ACCOUNT)
    with ResourceLocks().held(("server memory",), _silent):
        try:
            with open(path, encoding="ascii") as file:
                account = {str(key): int(value) for key, value in json.load(file).items()}
        except (OSError, ValueError, AttributeError):
            account = {}
        account = {key: mib for key, mib in account.items() if _alive(key)}
        yield account
        if account:
            with open(path, "w", encoding="ascii") as file:
                json.dump(account, file)
        elif os.path.exists(path):
            os.unlink(path)


def _silent(_: str) -> None:
    """Nobody wants to know: it takes no time."""


def _alive(key: str) -> bool:
    return os.path.exists(f"/proc/{key.partition('-')[0]}")
