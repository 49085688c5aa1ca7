"""Copy-on-write files of User-Mode Linux, version 3: a header, a bitmap with a bit a sector, and the sectors.

The format is that of Linux' arch/um/drivers/cow_user.c (`struct cow_header_v3`), big endian.
"""

from __future__ import annotations

import os
import struct

from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.images import copying
from mlnlang_manager.images.guest import configure
from mlnlang_manager.images.telling import Say

_MAGIC, _VERSION, _SECTOR, _ALIGN, _BITMAP = 0x4F4F4F4D, 3, 512, 4096, 0
#: `backing_file` has PATH_MAX bytes behind the numbers.
_PATH = 4096
_HEAD = struct.Struct(">IIIQIII")
#: Bytes compared at a time.
_BLOCK = 4096


def build(machine: Machine, base: str, path: str, say: Say) -> None:
    """An overlay of a raw template, with the guest set up in it. Raises DriverError, OSError."""
    with copying.made(path) as part:
        whole = f"{part}.raw"
        copying.drop(whole)
        try:
            copying.copy(base, whole)
            configure(whole, machine)
            write(part, os.path.abspath(base), whole)
        finally:
            copying.drop(whole)
    say(f"made {path}")


def write(path: str, base: str, changed: str, named: str = "") -> None:
    """A new overlay that makes `changed` out of `base`; both are of one length. Raises DriverError, OSError.

    `named`: where the base will be, with the time of change that it has.
    """
    name = os.fsencode(named or base)
    if len(name) >= _PATH:
        raise DriverError(f"the template's path is too long for an overlay: {base}")
    with open(base, "rb") as old, open(changed, "rb") as new:
        size = os.fstat(old.fileno()).st_size
        if os.fstat(new.fileno()).st_size != size:
            raise DriverError("an overlay of User-Mode Linux is as long as its template: take no size with it")
        offset, length, data = layout(size)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            when = int(os.fstat(old.fileno()).st_mtime)
            out.write(_HEAD.pack(_MAGIC, _VERSION, when & 0xFFFFFFFF, size, _SECTOR, _ALIGN, _BITMAP))
            out.write(name.ljust(_PATH, b"\0"))
            out.truncate(data + size)
            bits = _differences(old.fileno(), new.fileno(), out.fileno(), size, data)
            os.pwrite(out.fileno(), bits.ljust(length, b"\0"), offset)


def layout(size: int) -> tuple[int, int, int]:
    """Where the bitmap is, its bytes, and where the sectors are (`cow_sizes` of the kernel)."""
    offset = _aligned(_HEAD.size + _PATH)
    length = (size // _SECTOR + 7) // 8
    return offset, length, _aligned(offset + length)


def _aligned(number: int) -> int:
    return -(-number // _ALIGN) * _ALIGN


def _differences(old: int, new: int, out: int, size: int, data: int) -> bytes:
    """Write the sectors that differ; returns the bitmap."""
    bits = bytearray((size // _SECTOR + 7) // 8)
    last = 0
    for start, end in sorted((*copying.extents(old, size), *copying.extents(new, size))):
        for at in range(max(last, start // _BLOCK * _BLOCK), end, _BLOCK):
            last = at + _BLOCK
            block = os.pread(new, min(_BLOCK, size - at), at)
            if block != os.pread(old, len(block), at):
                os.pwrite(out, block, data + at)
                for sector in range(at // _SECTOR, (at + len(block)) // _SECTOR):
                    bits[sector // 8] |= 1 << sector % 8
    return bytes(bits)


def base_of(path: str) -> str:
    """The file that an overlay lies over. Raises DriverError."""
    with open(path, "rb") as file:
        head = file.read(_HEAD.size + _PATH)
    if len(head) < _HEAD.size + _PATH or head[:8] != struct.pack(">II", _MAGIC, _VERSION):
        raise DriverError(f"{path} is no overlay of User-Mode Linux that is known here")
    return os.fsdecode(head[_HEAD.size :].partition(b"\0")[0])


def merge(path: str, out: str) -> None:
    """Write what a machine sees of an overlay to a new raw image. Raises DriverError, OSError."""
    base = base_of(path)
    with open(path, "rb") as file:
        _, _, when, size, sector, _, _ = _HEAD.unpack(file.read(_HEAD.size))
        status = os.stat(base)
        if sector != _SECTOR or (status.st_size, int(status.st_mtime) & 0xFFFFFFFF) != (size, when):
            raise DriverError(f"{base} is no longer as it was when {path} was laid over it")
        offset, length, data = layout(size)
        bits = os.pread(file.fileno(), length, offset)
        copying.copy(base, out)
        with open(out, "r+b") as target:
            for number, byte in enumerate(bits):
                for bit in range(8) if byte else ():
                    at = (number * 8 + bit) * _SECTOR
                    if byte >> bit & 1:
                        os.pwrite(target.fileno(), os.pread(file.fileno(), _SECTOR, data + at), at)
