"""A guest's file system that is mounted: links lead inside it, never out of it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images.staging import Found, Write

_HOPS = 40


class TreeFiles:
    """The guest whose root is the folder `root`."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    def survey(self, look: Iterable[str], read: Iterable[str]) -> tuple[dict[str, Found], dict[str, bytes]]:
        """What is there, and the bytes of regular files."""
        reading = list(dict.fromkeys(read))
        seen = {path: found for path in dict.fromkeys((*look, *reading)) if (found := _found(self.real(path)))}
        return seen, {path: _bytes(self.real(path)) for path in reading if path in seen and seen[path].kind == "file"}

    def write(self, writes: dict[str, Write]) -> None:
        """Write what differs."""
        for path, write in writes.items():
            try:
                self._one(self.real(path), write)
            except OSError as error:
                raise DriverError(f"the guest's {path} can't be written: {error.strerror}") from None

    def real(self, path: str) -> str:
        """The place of a path in the tree; a link at its end stands for itself."""
        rest = [part for part in path.split("/") if part not in ("", ".")]
        real: list[str] = []
        hops = 0
        while rest:
            part = rest.pop(0)
            if part == "..":
                real = real[:-1]
                continue
            at = "/".join((self.root, *real, part))
            if not rest or not os.path.islink(at):
                real.append(part)
                continue
            hops += 1
            if hops > _HOPS:
                raise DriverError(f"too many links in the guest's {path}")
            link = os.readlink(at)
            rest = [found for found in link.split("/") if found not in ("", ".")] + rest
            real = [] if link.startswith("/") else real
        return "/".join((self.root, *real))

    def _one(self, at: str, write: Write) -> None:
        _make_above(os.path.dirname(at))
        if write.kind == "link":
            if not os.path.islink(at) or os.readlink(at) != write.target:
                _make_room(at)
                os.symlink(write.target, at)
            return
        if write.kind == "folder":
            os.makedirs(at, exist_ok=True)
        elif not _same(at, write):
            _make_room(at)
            _fill(at, write)
        found = os.stat(at)
        if (found.st_uid, found.st_gid) != (write.uid, write.gid):
            os.chown(at, write.uid, write.gid)
            found = os.stat(at)
        if stat.S_IMODE(found.st_mode) != write.mode:
            os.chmod(at, write.mode)


def _found(at: str) -> Found | None:
    try:
        status = os.lstat(at)
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return Found("link", mode, status.st_uid, status.st_gid, status.st_size, os.readlink(at))
    kind = "file" if stat.S_ISREG(status.st_mode) else "folder" if stat.S_ISDIR(status.st_mode) else "other"
    return Found(kind, mode, status.st_uid, status.st_gid, status.st_size)  # type: ignore[arg-type]


def _bytes(at: str) -> bytes:
    with open(at, "rb") as file:
        return file.read()


def _same(at: str, write: Write) -> bool:
    found = _found(at)
    return bool(found and found.kind == "file" and found.size == write.size and _bytes(at) == write.read())


def _make_above(folder: str) -> None:
    if not os.path.isdir(folder):
        _make_above(os.path.dirname(folder))
        os.mkdir(folder)
        os.chmod(folder, 0o755)  # noqa: S103 - a folder of a guest's system


def _make_room(at: str) -> None:
    if os.path.lexists(at):
        os.unlink(at)


def _fill(at: str, write: Write) -> None:
    descriptor = os.open(at, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if not write.source:
            file.write(write.content)
            return
        with open(write.source, "rb") as source:
            shutil.copyfileobj(source, file)
