"""Unpacking an export: plain files with plain names, or the whole is refused."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, cast

from mlnlang_manager.images import bundle, copying, tools
from mlnlang_manager.reporting import Failure

_BLOCK = 64 << 10


def unpack(path: str, box: str) -> None:
    """The files of an export below an empty folder: plain files with plain names, or none. Raises Failure, OSError."""
    if os.path.isdir(path):
        _copy_folder(path, box)
        return
    try:
        with _tar(path) as tar:
            for member in tar:
                _unpack_one(tar, member, box)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Failure(f"{path} is damaged, or no export: {error}") from None


@contextmanager
def _tar(path: str) -> Iterator[tarfile.TarFile]:
    with open(path, "rb") as file:
        magic = file.read(4)
    if magic != b"\x28\xb5\x2f\xfd":
        with tarfile.open(path, "r:*") as tar:
            yield tar
        return
    program = tools.found("zstd")
    if program is None:
        raise Failure(f"{path} needs the command zstd to be read")
    with subprocess.Popen([program, "-qdc", path], stdout=subprocess.PIPE, process_group=0) as process:  # noqa: S603
        assert process.stdout is not None
        with tarfile.open(fileobj=cast(BinaryIO, process.stdout), mode="r|") as tar:
            yield tar
        process.stdout.read()
        if process.wait():
            raise Failure(f"{path} is damaged")


def _unpack_one(tar: tarfile.TarFile, member: tarfile.TarInfo, box: str) -> None:
    """The first part of a member's name is the project's folder."""
    _, _, name = member.name.partition("/")
    if member.isdir() and (not name or bundle.safe(f"{name}/x")):
        return
    if not member.isreg() or not bundle.safe(name):
        raise Failure(f"the export has what no export has: {member.name!r}; it is refused")
    read = tar.extractfile(member)
    assert read is not None
    with _new(box, name) as write:
        while block := read.read(_BLOCK):
            if block.count(0) == len(block):
                write.seek(len(block), os.SEEK_CUR)
            else:
                write.write(block)
        write.truncate(member.size)
        if write.tell() != member.size:
            raise EOFError(f"{name} is cut off")


@contextmanager
def _new(box: str, name: str) -> Iterator[IO[bytes]]:
    path = os.path.join(box, name)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def _copy_folder(path: str, box: str) -> None:
    def refuse(error: OSError) -> None:
        raise error

    for up, folders, names in os.walk(path, onerror=refuse):
        for name in (*folders, *names):
            full = os.path.join(up, name)
            inside = os.path.relpath(full, path)
            is_folder = name in folders and not os.path.islink(full)
            plain = is_folder or (os.path.isfile(full) and not os.path.islink(full))
            if not plain or not bundle.safe(f"{inside}/x" if is_folder else inside):
                raise Failure(f"the export has what no export has: {inside!r}; it is refused")
            if not is_folder:
                os.makedirs(os.path.dirname(os.path.join(box, inside)), mode=0o700, exist_ok=True)
                copying.copy(full, os.path.join(box, inside))
