"""The management console of a User-Mode Linux kernel: questions to it, and what it tells by itself.

A request is three numbers (magic, version, length) and text; a reply three numbers (error, more, length) and text; a
notice four (magic, version, kind, length) and text. All are datagrams in the byte order of the machine
(Linux, arch/um/drivers/mconsole.h).
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

_MAGIC, _VERSION = 0xCAFEBABE, 2
_REQUEST, _REPLY, _NOTICE = struct.Struct("=III"), struct.Struct("=III"), struct.Struct("=IIII")
#: Most that fits into one datagram of a kernel.
_DATAGRAM = 4096
#: Bytes of a socket's path, without the end.
_LONGEST = 107
#: Kinds of notices.
SOCKET, PANIC, HANG, USER = range(4)


class NoAnswerError(Exception):
    """Nobody answers. `busy`: somebody holds the socket, but said nothing in time."""

    def __init__(self, message: str, *, busy: bool = False) -> None:
        super().__init__(message)
        self.busy = busy


class RefusedError(Exception):
    """The kernel answered that it can't."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a kernel tells by itself: SOCKET, PANIC, HANG, or USER with the guest's words."""

    kind: int
    text: str


def ask(path: str, command: str, timeout: float = 10, *, shared: bool = False) -> str:
    """Say something to the kernel with that socket; returns its answer.

    `shared`: the machine runs as another user, who must be able to answer. Raises NoAnswerError, RefusedError.
    """
    data = command.encode()
    with _client(shared) as client, _reached(path) as reachable:
        try:
            client.connect(reachable)
            client.send(_REQUEST.pack(_MAGIC, _VERSION, len(data)) + data + b"\0")
            return _answer(client, time.monotonic() + timeout)
        except OSError as error:
            raise NoAnswerError(f"{path}: {error.strerror or error}") from None


def _answer(client: socket.socket, until: float) -> str:
    parts: list[bytes] = []
    while True:
        if not _readable(client, until):
            raise NoAnswerError("no answer in time", busy=True)
        data = client.recv(_DATAGRAM)
        error, more, length = _REPLY.unpack_from(data)
        parts.append(data[_REPLY.size : _REPLY.size + length].split(b"\0", 1)[0])
        if not more:
            text = b"".join(parts).decode("utf-8", "backslashreplace").strip()
            if error:
                raise RefusedError(text)
            return text


class Listener:
    """Hears the notices of one kernel, at a socket in `folder` that the kernel knows as `name`, relative to it."""

    def __init__(self, folder: str, name: str, *, shared: bool = False) -> None:
        self.path = os.path.join(folder, name)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            forget(self.path)
            with _reached(self.path) as reachable:
                self._socket.bind(reachable)
            os.chmod(self.path, 0o777 if shared else 0o700)
        except BaseException:
            self.close()
            raise

    def hear(self, timeout: float) -> Notice | None:
        """The next notice, or None when there is none in time."""
        if not _readable(self._socket, time.monotonic() + timeout):
            return None
        data = self._socket.recv(_DATAGRAM)
        if len(data) < _NOTICE.size:
            return self.hear(0)
        _, _, kind, length = _NOTICE.unpack_from(data)
        text = data[_NOTICE.size : _NOTICE.size + max(0, length)].split(b"\0", 1)[0]
        return Notice(kind, text.decode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Stop hearing; the socket goes away."""
        self._socket.close()
        forget(self.path)


def forget(path: str) -> None:
    """Remove a socket that nobody hears any more."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _readable(source: socket.socket, until: float) -> bool:
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(max(0.0, until - time.monotonic()) * 1000))


@contextlib.contextmanager
def _reached(path: str) -> Iterator[str]:
    """A socket's path by way of its folder: the name may be long, and threads share their working directory."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield path
        return
    try:
        folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    except OSError as error:
        raise NoAnswerError(f"{path}: {error.strerror}") from None
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)


@contextlib.contextmanager
def _client(shared: bool) -> Iterator[socket.socket]:
    """A socket with a name, which the kernel answers to; names without a file do not reach into other networks."""
    folder = tempfile.mkdtemp(prefix="mln.")
    if len(os.fsencode(folder)) > _LONGEST - 2:
        os.rmdir(folder)
        folder = tempfile.mkdtemp(prefix="mln.", dir="/tmp")
    name = os.path.join(folder, "c")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.bind(name)
            if shared:
                os.chmod(folder, 0o711)  # noqa: S103 - to pass through
                os.chmod(name, 0o777)  # noqa: S103 - to answer
            yield client
    finally:
        forget(name)
        os.rmdir(folder)
