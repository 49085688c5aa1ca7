"""What is to be written to a guest, gathered first: the last write of a path counts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from mlnlang_manager.drivers.protocol import DriverError


@dataclass(frozen=True, slots=True)
class Found:
    """What an image has at a path. `mode` has the permissions only."""

    kind: Literal["file", "folder", "link", "other"]
    mode: int
    uid: int
    gid: int
    size: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """Something to write: a file (its bytes, or a file of the server's), a folder, or a link to `target`."""

    kind: Literal["file", "folder", "link"]
    mode: int = 0
    uid: int = 0
    gid: int = 0
    content: bytes = b""
    source: str = ""
    target: str = ""

    @property
    def size(self) -> int:
        """Bytes of a file."""
        return os.path.getsize(self.source) if self.source else len(self.content)

    def read(self) -> bytes:
        """A file's bytes."""
        if not self.source:
            return self.content
        with open(self.source, "rb") as file:
            return file.read()


class Files(Protocol):
    """A guest's file system. Links on the way are followed inside it; one at a path's end stands for itself."""

    def survey(self, look: Iterable[str], read: Iterable[str]) -> tuple[dict[str, Found], dict[str, bytes]]:
        """What is there of the paths to look at and to read, and the bytes of the regular files to read."""
        ...

    def write(self, writes: dict[str, Write]) -> None:
        """Write all of it, verified. Raises DriverError."""
        ...


class Stage:
    """A guest's files as they will be. What the image has is read once."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.writes: dict[str, Write] = {}
        self._above: set[str] = set()
        self._read: dict[str, bytes | None] = {}
        self._looked: dict[str, Found | None] = {}

    def expect(self, read: Iterable[str] = (), look: Iterable[str] = ()) -> None:
        """Read and look at these together, for they will be asked for."""
        to_read = [path for path in dict.fromkeys(read) if path not in self._read]
        to_look = [path for path in dict.fromkeys((*look, *to_read)) if path not in self._looked]
        if not to_read and not to_look:
            return
        seen, got = self.files.survey(to_look, to_read)
        self._read.update({path: got.get(path) for path in to_read})
        self._looked.update({path: seen.get(path) for path in to_look})

    def fetch(self, path: str) -> bytes | None:
        """A file, or what is about to be written there; None where there is none."""
        staged = self.writes.get(path)
        if staged and staged.kind == "file":
            return staged.read()
        self.expect(read=[path])
        return self._read[path]

    def attributes(self, path: str) -> Found | None:
        """What the image has at a path, whatever is about to be written there."""
        self.expect(look=[path])
        return self._looked[path]

    def exists(self, path: str) -> bool:
        """Whether something is there, or will be."""
        staged = self.writes.get(path)
        if (staged and staged.kind != "link") or path in self._above:
            return True
        return self.attributes(path) is not None

    def put(self, path: str, write: Write) -> None:
        """Gather a write. Raises DriverError for a path that can't be written."""
        check_path(path)
        if write.kind == "link":
            check_path(write.target)
        else:
            above = path
            while (above := above.rpartition("/")[0]) and above not in self._above:
                self._above.add(above)
        self.writes[path] = write

    def commit(self) -> None:
        """Write what differs from what is there."""
        if self.writes:
            self.files.write(self.writes)


def check_path(path: str) -> None:
    """Raises DriverError for what debugfs can't name, or what leads out of the guest."""
    if any(sign in path for sign in '"\t\n') or ".." in path.split("/")[1:]:
        raise DriverError(f"can't write a guest's path with quotes, tabs, line ends or ..: {path!r}")
