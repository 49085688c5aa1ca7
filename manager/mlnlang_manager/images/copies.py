"""A file or folder of the server's, as what is to be written to a guest."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from mlnlang_manager.images.staging import Write


def gathered(source: str, target: str, mode: str) -> Iterator[tuple[str, Write]]:
    """Paths in the guest and what belongs there; `mode` in octal digits, or empty: as the source has it."""
    if not os.path.isdir(source):
        yield target, _file(source, mode)
        return
    found = [(path, os.path.relpath(path, source)) for path in _everything(source)]
    for path, name in sorted(found, key=lambda item: os.fsencode("." if item[1] == "." else f"./{item[1]}")):
        place = target if name == "." else f"{target.rstrip('/')}/{name}"
        if name != "." and os.path.islink(path):
            yield place, Write("link", target=os.readlink(path))
        elif os.path.isdir(path):
            yield place, Write("folder", _folder_mode(mode, os.stat(path).st_mode))
        elif os.path.isfile(path):
            yield place, _file(path, mode)


def _everything(source: str) -> Iterator[str]:
    yield source
    for folder, folders, files in os.walk(source):
        for name in (*folders, *files):
            yield os.path.join(folder, name)


def _file(path: str, mode: str) -> Write:
    return Write("file", int(mode, 8) if mode else stat.S_IMODE(os.stat(path).st_mode), source=path)


def _folder_mode(mode: str, own: int) -> int:
    """A file's mode, with the right to enter for whoever may read."""
    bits = int(mode, 8) if mode else stat.S_IMODE(own)
    for shift in (0, 3, 6):
        # 4 → 5 and 6 → 7: execution for who has no more than to read, or to read and write.
        if bits >> shift & 0o5 == 0o4:
            bits |= 0o1 << shift
    return bits
