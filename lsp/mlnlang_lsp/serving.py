"""Run the server: over the standard streams, or for one client over TCP."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from typing import Any, BinaryIO, NoReturn

from mlnlang_lsp.server import MlnServer
from mlnlang_lsp.wire import Reader, converse

INTERRUPTED = 130
#: Seconds between two looks whether the editor is still there.
LOOK_EVERY = 5.0
#: Longest header line.
_LINE = 64 * 1024


def serve_stdio() -> int:
    """Serve over standard input and output; returns the exit code."""
    protocol_out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a plugin prints must not get between the messages
    _prepare()
    server = MlnServer()
    server.protocol.set_writer(_Output(protocol_out))
    try:
        asyncio.run(_converse(server, sys.stdin.buffer))
    except (SystemExit, BrokenPipeError):  # the client said `exit`, or is gone
        pass
    finally:
        server.end()
    return server.exit_code


def serve_tcp(host: str, port: int) -> int:
    """Serve the first client that connects; returns the exit code."""
    _prepare()
    server = MlnServer()
    try:
        asyncio.run(_one_client(server, host, port))
    except SystemExit:  # the client said `exit`
        return server.exit_code
    except ConnectionError:
        return server.exit_code
    except OSError as error:
        sys.stderr.write(f"mln-lsp: can't listen on {host}:{port}: {error.strerror or error}\n")
        return 1
    finally:
        server.end()
    return server.exit_code


async def _converse(server: MlnServer, stdin: BinaryIO) -> None:
    watch = asyncio.create_task(_watch(server))
    try:
        await converse(server, await _reader(stdin))
    finally:
        watch.cancel()


async def _one_client(server: MlnServer, host: str, port: int) -> None:
    connected: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if connected.done():
            writer.close()
        else:
            connected.set_result((reader, writer))

    listening = await asyncio.start_server(take, host, port, limit=_LINE)
    name = listening.sockets[0].getsockname()
    sys.stderr.write(f"mln-lsp: listening on {name[0]}:{name[1]}\n")
    sys.stderr.flush()
    reader, writer = await connected
    listening.close()
    server.protocol.set_writer(writer)
    await converse(server, reader)


# ---------------------------------------------------------------- streams
class _Output:
    """The standard output, which must take a message as a whole."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        self._stream.write(data)
        self._stream.flush()

    def close(self) -> None:
        self._stream.flush()


class _Threaded:
    """A reader for files and terminals, which a loop can't wait for."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    async def readline(self) -> bytes:
        return await asyncio.to_thread(self._stream.readline, _LINE)

    async def readexactly(self, n: int, /) -> bytes:
        data = await asyncio.to_thread(self._stream.read, n)
        if len(data) < n:
            raise EOFError
        return data


async def _reader(stdin: BinaryIO) -> Reader:
    """The standard input. A pipe is waited for without a thread, unless it is the standard output too."""
    try:
        one, other = os.fstat(stdin.fileno()), os.fstat(1)
        if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
            return _Threaded(stdin)
        reader = asyncio.StreamReader(limit=_LINE)
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stdin)
    except (OSError, ValueError):
        return _Threaded(stdin)
    return reader


async def _watch(server: MlnServer) -> None:
    """End with the editor, even if somebody else keeps the pipe open."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if server.process_id and not _is_alive(server.process_id):
            os._exit(1)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _prepare() -> None:
    gc.disable()  # from here on it is told when to run (housekeeping)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="mln-lsp: %(levelname)s: %(message)s")
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(*_: object) -> NoReturn:
    os._exit(INTERRUPTED)  # a thread may wait for the standard input, and there is nothing to save
