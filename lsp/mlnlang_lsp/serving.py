"""Run the server: over the standard streams, or for one client over TCP."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from typing import Any, NoReturn

from pygls.io_ import run_async

from mlnlang_lsp.server import MlnServer

INTERRUPTED = 130


def serve_stdio() -> int:
    """Serve over standard input and output; returns the exit code."""
    protocol_out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a plugin prints must not get between the messages
    _prepare()
    server = MlnServer()
    server.start_io(sys.stdin.buffer, protocol_out)
    return server.exit_code


def serve_tcp(host: str, port: int) -> int:
    """Serve the first client that connects; returns the exit code."""
    _prepare()
    server = MlnServer()
    try:
        asyncio.run(_one_client(server, host, port))
    except SystemExit:  # the client said `exit`
        return server.exit_code
    except OSError as error:
        sys.stderr.write(f"mln-lsp: can't listen on {host}:{port}: {error.strerror or error}\n")
        return 1
    return server.exit_code


async def _one_client(server: MlnServer, host: str, port: int) -> None:
    connected: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if connected.done():
            writer.close()
        else:
            connected.set_result((reader, writer))

    listening = await asyncio.start_server(take, host, port)
    name = listening.sockets[0].getsockname()
    sys.stderr.write(f"mln-lsp: listening on {name[0]}:{name[1]}\n")
    sys.stderr.flush()
    reader, writer = await connected
    listening.close()
    server.protocol.set_writer(writer)
    await run_async(threading.Event(), reader, server.protocol, logging.getLogger("pygls"), server.report_server_error)


def _prepare() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="mln-lsp: %(levelname)s: %(message)s")
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(*_: object) -> NoReturn:
    os._exit(INTERRUPTED)  # a thread waits for the standard input, and there is nothing to save
