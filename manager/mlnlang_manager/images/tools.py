"""Programs that work on images: quick, quiet, and never part of a terminal's process group."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from mlnlang_manager.drivers.protocol import DriverError

#: Where file system tools are when a user's PATH does not say so.
_SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True)
class Done:
    """What a program answered."""

    code: int
    out: bytes
    err: str


def search_path() -> str:
    """PATH, and the folders of the administrator's programs."""
    return f"{os.environ.get('PATH', os.defpath)}:{_SYSTEM}"


def found(name: str) -> str | None:
    """The path of a program, if this server has it."""
    return shutil.which(name, path=search_path())


def missing(*names: str) -> list[str]:
    """Those programs that this server lacks, as what is missing is told of."""
    return [f"command {name}" for name in names if not found(name)]


def run(argv: Sequence[str], *, given: bytes = b"", folder: str | None = None) -> Done:
    """Run a program to its end. Raises DriverError where there is none.

    It is in a group of its own: Ctrl-C is for us, and what writes to a disk is not torn from it.
    """
    path = found(argv[0])
    if path is None:
        raise DriverError(f"the command {argv[0]} is missing on this server")
    done = subprocess.run(  # noqa: S603 - a list, no shell
        [path, *argv[1:]],
        input=given,
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PATH": search_path(), "LC_ALL": "C"},
        process_group=0,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode("utf-8", "backslashreplace"))


def must(argv: Sequence[str], doing: str, *, fine: Sequence[int] = (0,), given: bytes = b"") -> bytes:
    """Run a program that has to succeed; returns its output. `doing` begins the error. Raises DriverError."""
    done = run(argv, given=given)
    if done.code not in fine:
        raise DriverError(f"{doing}: {said(done) or f'{argv[0]} ended with {done.code}'}")
    return done.out


def said(done: Done) -> str:
    """The last line of what a program complained of."""
    for text in (done.err, done.out.decode("utf-8", "backslashreplace")):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines:
            return lines[-1]
    return ""
