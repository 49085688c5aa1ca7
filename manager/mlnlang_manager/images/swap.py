"""Swap areas, as mkswap(8) makes them (version 1; the kernel's include/linux/swap.h, union swap_header)."""

from __future__ import annotations

import os
import struct
import uuid

from mlnlang_manager.drivers.protocol import DriverError

#: Pages of the machines that MLN knows (x86) have this many bytes.
PAGE = 4096
#: mkswap makes none that is smaller.
_LEAST = 10 * PAGE
_MAGIC = b"SWAPSPACE2"


def make(path: str, size: int) -> None:
    """A new file of that many bytes, all holes but the header. Raises DriverError, OSError."""
    if size < _LEAST:
        raise DriverError(f"a swap area of {size} bytes is too small: it takes {_LEAST} at least")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.truncate(size)
        file.write(header(size))


def header(size: int) -> bytes:
    """The first page: version 1, the last page's number, no bad pages, a UUID, and the magic at the end."""
    fields = struct.pack("<III16s", 1, size // PAGE - 1, 0, uuid.uuid4().bytes)
    return (b"\0" * 1024 + fields).ljust(PAGE - len(_MAGIC), b"\0") + _MAGIC
