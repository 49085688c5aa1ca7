"""The outside world as the compiler sees it: files, working directory, environment.

Nothing else in the language reads a file. `Disk` is the real one, `Memory` serves tests, and `Overlay`
lays an editor's unsaved buffers over another world.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Literal, Protocol

#: Largest file that is read, in bytes. A project is text that a person wrote.
MAX_FILE_BYTES = 32 * 1024 * 1024

Fault = Literal["missing", "directory", "special", "denied", "too-large", "broken"]


class WorldError(Exception):
    """A file could not be read: `fault` says in which way, `detail` what the system said."""

    def __init__(self, fault: Fault, path: str, detail: str = "") -> None:
        super().__init__(f"{path}: {fault} {detail}".strip())
        self.fault: Fault = fault
        self.path = path
        self.detail = detail


class World(Protocol):
    """What the compiler may ask of the outside."""

    def read(self, path: str) -> bytes:
        """The bytes of a regular file. Raises WorldError."""
        ...

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """The first bytes of a regular file of any size, and its length in bytes. Raises WorldError."""
        ...

    def exists(self, path: str) -> bool:
        """Whether anything stands at the path."""
        ...

    def names(self, path: str) -> list[str]:
        """Names in a directory, sorted; none where it can't be listed."""
        ...

    def cwd(self) -> str:
        """The working directory, absolute."""
        ...

    def environment(self) -> Mapping[str, str]:
        """The environment's variables."""
        ...


class Folders(Protocol):
    """What an editor may ask besides: which files there are."""

    def below(self, folder: str, enter: Callable[[str, Collection[str]], bool]) -> Iterator[str]:
        """The regular files below a folder, without those of folders that `enter` refuses."""
        ...


class Disk:
    """The real world."""

    def read(self, path: str) -> bytes:
        """Read a regular file; FIFOs, devices and directories are refused before they can block."""
        try:
            found = os.stat(path)
            if stat.S_ISDIR(found.st_mode):
                raise WorldError("directory", path)
            if not stat.S_ISREG(found.st_mode):
                raise WorldError("special", path)
            if found.st_size > MAX_FILE_BYTES:
                raise WorldError("too-large", path, f"{found.st_size} bytes")
            with open(path, "rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            raise WorldError(_fault_of(error), path, _reason(error)) from None
        if len(data) > MAX_FILE_BYTES:  # files of /proc have size 0 and any length
            raise WorldError("too-large", path, f"more than {MAX_FILE_BYTES} bytes")
        return data

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """The beginning and the length of a regular file."""
        try:
            found = os.stat(path)
            if not stat.S_ISREG(found.st_mode):
                raise WorldError("directory" if stat.S_ISDIR(found.st_mode) else "special", path)
            with open(path, "rb") as file:
                return file.read(count), found.st_size
        except (OSError, ValueError) as error:
            raise WorldError(_fault_of(error), path, _reason(error)) from None

    def exists(self, path: str) -> bool:
        """Whether anything stands at the path."""
        try:
            return os.path.exists(path)
        except ValueError:  # a NUL in the path
            return False

    def names(self, path: str) -> list[str]:
        """Names in a directory, sorted; none where it can't be listed."""
        try:
            return sorted(os.listdir(path))
        except (OSError, ValueError):
            return []

    def below(self, folder: str, enter: Callable[[str, Collection[str]], bool]) -> Iterator[str]:
        """The regular files below a folder, sorted folder by folder; links to folders are not followed.

        `enter` is given each folder with the names of its files, and says whether to look into it.
        """
        pending = [folder]
        while pending:
            here = pending.pop()
            try:
                with os.scandir(here) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
                files = [entry.name for entry in entries if entry.is_file()]
                folders = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            except (OSError, ValueError):
                continue
            if enter(here, files):
                yield from (os.path.join(here, name) for name in files)
                pending += reversed(folders)

    def cwd(self) -> str:
        """The working directory; `/` where it has been removed."""
        try:
            return os.getcwd()
        except OSError:
            return "/"

    def environment(self) -> Mapping[str, str]:
        """The process's environment."""
        return os.environ


class Memory:
    """A world made of a dictionary: path → text or bytes. Paths are taken as they are given."""

    def __init__(
        self,
        files: Mapping[str, str | bytes],
        *,
        cwd: str = "/",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._files = {
            os.path.normpath(os.path.join(cwd, path)): text if isinstance(text, bytes) else text.encode()
            for path, text in files.items()
        }
        self._cwd = cwd
        self._environment = dict(environment or {})

    def write(self, path: str, text: str) -> None:
        """Give a file a new text."""
        self._files[os.path.normpath(os.path.join(self._cwd, path))] = text.encode()

    def remove(self, path: str) -> None:
        """Take a file away, if it is there."""
        self._files.pop(os.path.normpath(os.path.join(self._cwd, path)), None)

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises WorldError where there is none."""
        path = os.path.normpath(os.path.join(self._cwd, path))
        if path in self._files:
            return self._files[path]
        raise WorldError("directory" if self.exists(path) else "missing", path)

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """The beginning and the length of a file. Raises WorldError where there is none."""
        data = self.read(path)
        return data[:count], len(data)

    def exists(self, path: str) -> bool:
        """Whether a file, or a folder of files, stands at the path."""
        path = os.path.normpath(os.path.join(self._cwd, path))
        return path in self._files or any(name.startswith(path.rstrip("/") + "/") for name in self._files)

    def names(self, path: str) -> list[str]:
        """Names of the files and folders in a folder."""
        folder = os.path.normpath(os.path.join(self._cwd, path)).rstrip("/") + "/"
        return sorted({name[len(folder) :].split("/")[0] for name in self._files if name.startswith(folder)})

    def below(self, folder: str, enter: Callable[[str, Collection[str]], bool]) -> Iterator[str]:
        """The files below a folder, as `Disk` lists them."""
        names = self.names(folder)
        paths = [os.path.join(folder, name) for name in names]
        files = [path for path in paths if os.path.normpath(os.path.join(self._cwd, path)) in self._files]
        if enter(folder, [os.path.basename(path) for path in files]):
            yield from files
            for path in paths:
                if path not in files:
                    yield from self.below(path, enter)

    def cwd(self) -> str:
        """The working directory given at the start."""
        return self._cwd

    def environment(self) -> Mapping[str, str]:
        """The environment given at the start."""
        return self._environment


class Overlay:
    """Texts laid over another world: what an editor holds but has not saved, or a standard input."""

    def __init__(self, base: World, texts: Mapping[str, str | bytes]) -> None:
        self._base = base
        self._texts = texts

    def read(self, path: str) -> bytes:
        """The laid-over text, else what the base world has."""
        text = self._texts.get(path)
        if text is None:
            return self._base.read(path)
        return text if isinstance(text, bytes) else text.encode("utf-8", "replace")

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """Of the laid-over text, else of what the base world has."""
        if path not in self._texts:
            return self._base.peek(path, count)
        data = self.read(path)
        return data[:count], len(data)

    def exists(self, path: str) -> bool:
        """Whether either world has it."""
        return path in self._texts or self._base.exists(path)

    def names(self, path: str) -> list[str]:
        """The base world's."""
        return self._base.names(path)

    def cwd(self) -> str:
        """The base world's."""
        return self._base.cwd()

    def environment(self) -> Mapping[str, str]:
        """The base world's."""
        return self._base.environment()


def _fault_of(error: OSError | ValueError) -> Fault:
    if not isinstance(error, OSError):
        return "missing"
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP):
        return "missing"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "denied"
    return "directory" if error.errno == errno.EISDIR else "broken"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
