"""Sizes (language, section 6): memory in MiB, disks in bytes."""

from __future__ import annotations

import re

_SIZE = re.compile(r"(\d{1,15})(?:\.(\d{1,6}))?\s*([A-Za-z]*)", re.ASCII)
_POWERS = {letter: 1024**power for power, letter in enumerate("KMGTP", 1)}

#: Memory: every suffix is a power of two.
MEMORY_UNITS = {
    "": 1024**2,
    **{letter + tail: factor for letter, factor in _POWERS.items() if letter in "KMG" for tail in ("", "B", "IB")},
}
#: Disks: K, M, G, T and KiB… are powers of two; KB, MB, GB, TB powers of ten; nothing, or B, is bytes.
DISK_UNITS = {
    "": 1,
    "B": 1,
    **{letter: factor for letter, factor in _POWERS.items() if letter != "P"},
    **{letter + "IB": factor for letter, factor in _POWERS.items() if letter != "P"},
    **{letter + "B": 1000**power for power, letter in enumerate("KMGT", 1)},
}


def memory_mib(text: str) -> int | None:
    """Mebibytes, rounded up; None where the text is no size of memory."""
    size = _bytes(text, MEMORY_UNITS)
    return None if size is None else -(-size // 1024**2)


def disk_bytes(text: str) -> int | None:
    """Bytes; None where the text is no size of a disk."""
    return _bytes(text, DISK_UNITS)


def _bytes(text: str, units: dict[str, int]) -> int | None:
    found = _SIZE.fullmatch(text)
    factor = units.get(found[3].upper()) if found else None
    if not found or factor is None:
        return None
    whole, fraction = found[1], found[2] or ""
    scale: int = 10 ** len(fraction)
    return int(whole + fraction) * factor // scale


def show_memory(mib: int) -> str:
    """`256 MiB`, as messages write it."""
    return f"{mib // 1024} GiB" if mib >= 1024 and mib % 1024 == 0 else f"{mib} MiB"


def show_bytes(size: int) -> str:
    """The shortest exact form: `2 GB`, `2 GiB`, `250 MiB`, `1000 bytes`."""
    for base, names in ((1024, "KiB MiB GiB TiB"), (1000, "KB MB GB TB")):
        for power, name in reversed(list(enumerate(names.split(), 1))):
            if size and size % base**power == 0:
                return f"{size // base**power} {name}"
    return f"{size} bytes"
