"""What an image is, by its first bytes: no name is believed, and no program run."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

#: Bytes read of an image: up to the superblock of btrfs.
_HEAD = 0x11000
_EXT_SUPER = 1024
_SECTOR = 512
#: `format` as qemu-img spells it → what people read.
TITLES = {
    "raw": "raw disk",
    "qcow2": "QEMU qcow2",
    "qcow": "QEMU qcow",
    "vmdk": "VMware vmdk",
    "vdi": "VirtualBox vdi",
    "vpc": "Virtual PC vhd",
    "vhdx": "Hyper-V vhdx",
    "cow": "UML copy-on-write",
    "iso": "ISO 9660",
}
#: What a raw image holds.
HELD = {
    "ext": "an ext file system",
    "xfs": "an XFS file system",
    "btrfs": "a btrfs file system",
    "squashfs": "a squashfs file system",
    "swap": "swap space",
    "partitions": "partitions",
    "lvm": "an LVM volume",
    "": "nothing known",
}
#: Names' endings → formats; any other name is a raw image's (lib/kvm.sh and the code generators).
ENDINGS = {"qcow2": "qcow2", "qcow": "qcow", "vmdk": "vmdk", "vdi": "vdi", "vhd": "vpc", "vpc": "vpc", "vhdx": "vhdx"}


@dataclass(frozen=True, slots=True)
class Image:
    """An image: format as qemu-img spells it, what it holds (raw ones), bytes it has for its machine."""

    format: str
    holds: str
    virtual_size: int

    @property
    def title(self) -> str:
        """For people."""
        if self.format == "raw":
            return HELD[self.holds].removeprefix("an ").removeprefix("a ") if self.holds else "raw, nothing known in it"
        return TITLES[self.format]


def of(path: str) -> Image:
    """What an image or block device is. Raises OSError."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        head = file.read(_HEAD)
        file.seek(max(0, size - _SECTOR))
        tail = file.read(_SECTOR)
    return _of(head, tail, size)


def by_name(path: str) -> str:
    """The format that a name promises."""
    return ENDINGS.get(path.rpartition("/")[2].rpartition(".")[2].lower(), "raw")


def _of(head: bytes, tail: bytes, size: int) -> Image:
    if head[:4] == b"QFI\xfb" and len(head) >= 32:
        version, virtual = struct.unpack_from(">I16xQ", head, 4)
        return Image("qcow" if version == 1 else "qcow2", "", virtual)
    if head[:4] == b"KDMV" and len(head) >= 20:
        return Image("vmdk", "", struct.unpack_from("<Q", head, 12)[0] * _SECTOR)
    if head.startswith((b"# Disk DescriptorFile", b"COWD")):
        return Image("vmdk", "", size)
    if head[64:68] == b"\x7f\x10\xda\xbe" and len(head) >= 376:
        return Image("vdi", "", struct.unpack_from("<Q", head, 368)[0])
    if head[:8] == b"vhdxfile":
        return Image("vhdx", "", size)
    if head[:8] == b"conectix" or tail[:8] == b"conectix":
        footer = head if head[:8] == b"conectix" else tail
        return Image("vpc", "", struct.unpack_from(">Q", footer, 48)[0])
    if head[:4] == b"OOOM" and len(head) >= 24:
        return Image("cow", "", struct.unpack_from(">Q", head, 12)[0])
    if head[0x8001:0x8006] == b"CD001":
        return Image("iso", "", size)
    return Image("raw", _held(head), size)


def _held(head: bytes) -> str:
    if head[_EXT_SUPER + 56 : _EXT_SUPER + 58] == b"\x53\xef":
        return "ext"
    if head[:4] == b"XFSB":
        return "xfs"
    if head[0x10040:0x10048] == b"_BHRfS_M":
        return "btrfs"
    if head[:4] == b"hsqs":
        return "squashfs"
    if head[4086:4096] == b"SWAPSPACE2":
        return "swap"
    if head[512:520] == b"LABELONE" or head[536:544] == b"LVM2 001":
        return "lvm"
    return "partitions" if head[510:512] == b"\x55\xaa" or head[512:520] == b"EFI PART" else ""


@dataclass(frozen=True, slots=True)
class Superblock:
    """An ext file system: bytes it spans, whether it was closed cleanly, its label."""

    size: int
    clean: bool
    label: str


def superblock(path: str, offset: int = 0) -> Superblock | None:
    """The superblock of the ext file system at that place (Linux' Documentation/filesystems/ext4/super.rst)."""
    with open(path, "rb") as file:
        file.seek(offset + _EXT_SUPER)
        data = file.read(1024)
    if len(data) < 1024 or data[56:58] != b"\x53\xef":
        return None
    low, log, state, incompatible = (
        *struct.unpack_from("<4xI", data),
        *struct.unpack_from("<I", data, 24),
        *struct.unpack_from("<H", data, 58),
        *struct.unpack_from("<I", data, 96),
    )
    high = struct.unpack_from("<I", data, 336)[0] if incompatible & 0x80 else 0
    clean = state & 1 == 1 and not state & 2 and not incompatible & 4
    label = data[120:136].rstrip(b"\0").decode("utf-8", "replace")
    return Superblock((low | high << 32) * (1024 << log), clean, label)


def partitions(path: str) -> list[int]:
    """Where the partitions of a raw disk begin, in bytes (MBR without its extended ones, and GPT)."""
    with open(path, "rb") as file:
        head = file.read(_SECTOR)
        if head[510:512] != b"\x55\xaa":
            return []
        starts = [struct.unpack_from("<I", head, 446 + 16 * n + 8)[0] for n in range(4) if head[446 + 16 * n + 4]]
        if any(head[446 + 16 * n + 4] == 0xEE for n in range(4)):
            file.seek(_SECTOR)
            starts = list(_gpt(file.read(_SECTOR + 128 * 128)))
    return [start * _SECTOR for start in starts if start]


def _gpt(data: bytes) -> Iterator[int]:
    if data[:8] != b"EFI PART":
        return
    at, count, size = struct.unpack_from("<QII", data, 72)
    for number in range(min(count, 128)):
        entry = data[(at - 1) * _SECTOR + number * size :][:48]
        if len(entry) == 48 and any(entry[:16]):
            yield struct.unpack_from("<Q", entry, 32)[0]
