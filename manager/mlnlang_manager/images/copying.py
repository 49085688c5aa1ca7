"""Copies of images: without copying where the file system can share blocks, else with holes left holes.

What is being made has the ending `.part`; it gets its name when all of it is there.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterator

from mlnlang_manager.drivers.protocol import DriverError

PART = ".part"
#: ioctl FICLONE (linux/fs.h): share all blocks of another file.
_FICLONE = 0x40049409
#: Bytes at a time, so that progress can be told, and an interruption heard.
_STEP = 8 << 20
#: What a file system says that can't share blocks, or not between these two files.
_NO_SHARING = (errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ETXTBSY, errno.EPERM)

Told = Callable[[float], None]


def _untold(_: float) -> None:
    """For copies that nobody watches."""


@contextlib.contextmanager
def made(path: str) -> Iterator[str]:
    """Make a file under a passing name; it gets its own when the block ends well, else it is gone."""
    part = f"{path}{PART}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        drop(part)
        yield part
        os.replace(part, path)
    except OSError as error:
        drop(part)
        raise DriverError(f"{path} can't be made: {error.strerror or error}") from None
    except BaseException:
        drop(part)
        raise


def drop(path: str) -> None:
    """Delete a file, if there is one."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)


def copy(source: str, target: str, told: Told = _untold) -> str:
    """Copy an image to a new file, readable by its owner only; returns `reflink` or `copy`. Raises OSError.

    The time of its last change goes along: UML's overlays insist on it.
    """
    with open(source, "rb") as read:
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as write:
            how = "reflink" if _reflink(read.fileno(), write.fileno()) else "copy"
            if how == "copy":
                _copy_data(read.fileno(), write.fileno(), told)
            status = os.fstat(read.fileno())
            os.utime(write.fileno(), ns=(status.st_atime_ns, status.st_mtime_ns))
    told(1.0)
    return how


def _reflink(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in _NO_SHARING:
            return False
        raise
    return True


def _copy_data(source: int, target: int, told: Told) -> None:
    size = os.lseek(source, 0, os.SEEK_END)
    os.ftruncate(target, size)
    for start, end in extents(source, size):
        at = start
        while at < end:
            count = _copy_some(source, target, at, min(end - at, _STEP))
            if not count:
                raise OSError(errno.EIO, "the image became shorter while it was copied")
            at += count
            told(at / size)


def _copy_some(source: int, target: int, at: int, count: int) -> int:
    try:
        return os.copy_file_range(source, target, count, at, at)
    except OSError as error:
        if error.errno not in (*_NO_SHARING, errno.ENOSYS):
            raise
    return os.pwrite(target, os.pread(source, count, at), at)


def extents(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Where a file has data: beginnings and ends of what is no hole."""
    at = 0
    while at < size:
        try:
            start = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            yield at, size
            return
        at = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, at
