"""Put new bytes in a file's place."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic


def replace(name: str, data: bytes) -> Diagnostic | None:
    """Put new bytes in a file's place at once: readers see the old file or the new one. Links stay links.

    A file that isn't there yet is made. Returns why it could not be done.
    """
    from mlnlang.diagnostics.catalogue import CANNOT_WRITE

    target = os.path.realpath(name)
    try:
        if os.path.lexists(target) and not os.access(target, os.W_OK):
            raise PermissionError(0, "it is read-only")
        _swap(target, data)
    except OSError as error:
        return CANNOT_WRITE.at(None, f"`{name}` can't be written: {error.strerror or error}", path=name)
    return None


def _swap(target: str, data: bytes) -> None:
    from tempfile import mkstemp

    old = os.stat(target) if os.path.lexists(target) else None
    descriptor, new = mkstemp(prefix=".mlnc-", dir=os.path.dirname(target))
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            if old is None:
                umask = os.umask(0)
                os.umask(umask)
                os.fchmod(descriptor, 0o666 & ~umask)
            else:
                with suppress(OSError):  # only root can give files away
                    os.fchown(descriptor, old.st_uid, old.st_gid)
                os.fchmod(descriptor, old.st_mode & 0o7777)
        os.replace(new, target)
    except BaseException:
        os.unlink(new)
        raise
