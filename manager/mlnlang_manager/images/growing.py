"""File systems that grow with their disks."""

from __future__ import annotations

import os

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images import formats, tools
from mlnlang_manager.images.telling import Say

#: Exit codes of e2fsck(8): nothing to mend, and mended.
_MENDED = (0, 1, 2)


def target_size(have: int, size: int | None, free: int | None, say: Say) -> int:
    """Bytes that a disk gets: as asked, or the template's and some more; never less than the template's."""
    wanted = have + free if free else (size or 0)
    if 0 < wanted < have:
        say(f"size {wanted} is below the template's {have} bytes; the template's is kept")
    return max(have, wanted)


def grow_file(path: str, size: int, say: Say) -> bool:
    """Make an image that long, and its file system as long; False where it is already. Raises DriverError, OSError."""
    if size <= os.path.getsize(path):
        return False
    os.truncate(path, size)
    fit(path, say)
    return True


def fit(path: str, say: Say) -> None:
    """Let an ext file system fill its disk; others are left as they are. Raises DriverError."""
    found = formats.superblock(path)
    if found is None:
        say("warning: no ext file system in the template: the added space is left unused behind it")
        return
    if not found.clean:
        tools.must(["e2fsck", "-f", "-y", path], "e2fsck can't mend the copy of the template", fine=_MENDED)
    done = tools.run(["resize2fs", "-f", path])
    if done.code:
        # What looks clean need not be; once it has been looked through, it grows or never will.
        tools.must(["e2fsck", "-f", "-y", path], "e2fsck can't mend the copy of the template", fine=_MENDED)
        done = tools.run(["resize2fs", path])
    if done.code:
        raise DriverError(f"resize2fs can't grow the file system: {tools.said(done)}")
