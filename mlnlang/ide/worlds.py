"""The world as an editor's checks see it: documents over the disk, nothing huge, and nothing once nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from mlnlang.world import World, WorldError

#: Largest file that is read for an editor, in bytes: what is larger would take longer than anybody waits.
MOST_BYTES = 4 * 1024 * 1024


class Superseded(Exception):
    """The texts have changed, so nobody wants the result of this check any more."""


class Limited:
    """A world without huge files."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises WorldError."""
        if self.peek(path, 0)[1] > MOST_BYTES:
            self._refuse(path, self.peek(path, 0)[1])
        data = self._world.read(path)
        if len(data) > MOST_BYTES:
            self._refuse(path, len(data))
        return data

    def _refuse(self, path: str, length: int) -> None:
        limit = f"{length} bytes, and editors check up to {MOST_BYTES // 2**20} MiB"
        raise WorldError("too-large", path, limit)

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """The beginning and the length of a file. Raises WorldError."""
        return self._world.peek(path, count)

    def exists(self, path: str) -> bool:
        """Whether anything stands at the path."""
        return self._world.exists(path)

    def names(self, path: str) -> list[str]:
        """Names in a directory."""
        return self._world.names(path)

    def cwd(self) -> str:
        """The working directory."""
        return self._world.cwd()

    def environment(self) -> Mapping[str, str]:
        """The environment."""
        return self._world.environment()


class Watched(Limited):
    """A world that breaks a check off, when it is next asked for a file, once nobody wants the result."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._wanted: Callable[[], bool] = lambda: True
        self._thread = threading.get_ident()

    def watch(self, wanted: Callable[[], bool]) -> None:
        """From now on, for this thread: go on only while `wanted` says so."""
        self._wanted = wanted
        self._thread = threading.get_ident()

    def check(self) -> None:
        """Raises Superseded when the result isn't wanted; not in a plugin's thread, where it would be a fault."""
        if threading.get_ident() == self._thread and not self._wanted():
            raise Superseded

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises WorldError and Superseded."""
        self.check()
        return super().read(path)

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """The beginning and the length of a file. Raises WorldError and Superseded."""
        self.check()
        return super().peek(path, count)
