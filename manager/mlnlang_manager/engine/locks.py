"""Locks between several `mln` on one server: of a project, and of what steps share."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256

from mlnlang_manager.engine.paths import LOCK, state_folder
from mlnlang_manager.engine.steps import SHARED
from mlnlang_manager.reporting import Failure, tell

#: Seconds between two looks at a lock that somebody else has.
PAUSE = 0.1


@contextmanager
def project_lock(project_folder: str, command: str, *, wait: bool = True) -> Iterator[None]:
    """Have a project alone. Another `mln` is waited for, or, without `wait`, named. Raises Failure."""
    name = os.path.basename(project_folder)
    descriptor = -1
    try:
        told = False
        while (descriptor := _take(project_folder)) < 0:
            holder = _holder(project_folder)
            if not wait:
                raise Failure(f"another mln works on `{name}`: {holder}", "try again later, or without --no-wait")
            if not told:
                tell(f"mln: waiting for another mln that works on `{name}`: {holder}")
                told = True
            time.sleep(PAUSE)
        _sign(descriptor, command)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _take(project_folder: str) -> int:
    """The open lock file, or -1 where somebody has it. One that was removed meanwhile does not count."""
    path = os.path.join(state_folder(project_folder), LOCK)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return -1


def _sign(descriptor: int, command: str) -> None:
    text = json.dumps({"pid": os.getpid(), "command": command, "since": time.strftime("%Y-%m-%d %H:%M:%S")})
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def _holder(project_folder: str) -> str:
    try:
        with open(os.path.join(project_folder, ".mln", LOCK), encoding="utf-8") as file:
            found = json.load(file)
        return f"pid {found['pid']}, `{found['command']}`, since {found['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it does not say which"


class ResourceLocks:
    """What steps of all a user's `mln` have alone or together. A file that is there is its own lock."""

    def __init__(self, folder: str | None = None) -> None:
        self.folder = folder or runtime_folder()

    @contextmanager
    def held(self, resources: Iterable[str], told: Callable[[str], None] = tell) -> Iterator[None]:
        """Have the resources; in one order, so that no two wait for each other. Raises OSError."""
        with ExitStack() as stack:
            for resource in sorted(resources, key=lambda name: name.removeprefix(SHARED)):
                stack.enter_context(self._one(resource, told))
            yield

    @contextmanager
    def _one(self, resource: str, told: Callable[[str], None]) -> Iterator[None]:
        how = fcntl.LOCK_SH if resource.startswith(SHARED) else fcntl.LOCK_EX
        name = resource.removeprefix(SHARED)
        path = name[name.index("/") :] if "/" in name else ""
        if path and os.path.isfile(path):
            descriptor = os.open(path, os.O_RDONLY)
            mine = ""
        else:
            mine = os.path.join(self.folder, sha256(name.encode()).hexdigest()[:24])
            descriptor = -1
        try:
            if mine:
                descriptor = _own(mine, how, lambda: told(f"waiting for {name}"))
            else:
                _lock(descriptor, how, lambda: told(f"waiting for {name}"))
            yield
        finally:
            if mine and descriptor >= 0 and how == fcntl.LOCK_EX:
                os.unlink(mine)
            if descriptor >= 0:
                os.close(descriptor)


def _own(path: str, how: int, waiting: Callable[[], None]) -> int:
    """The locked file, made where it is missing; the one who had it before may have removed it meanwhile."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        _lock(descriptor, how, waiting)
        try:
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def _lock(descriptor: int, how: int, waiting: Callable[[], None]) -> None:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(descriptor, how)


def runtime_folder() -> str:
    """A folder for this user alone, for as long as the server runs. Raises Failure."""
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.path.isdir(base) or not os.access(base, os.W_OK):
        base = tempfile.gettempdir()
    folder = os.path.join(base, f"mln-{os.getuid()}")
    os.makedirs(folder, mode=0o700, exist_ok=True)
    state = os.lstat(folder)
    if state.st_uid != os.getuid() or not os.path.isdir(folder) or os.path.islink(folder):
        raise Failure(f"{folder} belongs to somebody else", "set XDG_RUNTIME_DIR to a folder of yours")
    return folder
