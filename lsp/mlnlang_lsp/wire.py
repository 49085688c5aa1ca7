"""Messages off the wire: headers, JSON, and an answer where a message is none.

pygls has a loop for this too, but it leaves a request without an answer when it can't read it, and stops at
nothing: a client would wait for ever.
"""

from __future__ import annotations

import json
import logging
from typing import Any, Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from mlnlang_lsp.server import MlnServer

#: Largest message that is read, in bytes, and longest header line: what is longer is no message of an editor.
MOST_BYTES = 256 * 1024 * 1024
MOST_HEADERS = 32

log = logging.getLogger("mln-lsp")


class Reader(Protocol):
    """Bytes from the client."""

    async def readline(self) -> bytes:
        """A line with its end; empty when the client is gone."""
        ...

    async def readexactly(self, n: int, /) -> bytes:
        """So many bytes."""
        ...


async def converse(server: MlnServer, reader: Reader) -> None:
    """Handle messages until the client is gone, or sends what can't be followed."""
    while (body := await _body(reader)) is not None:
        if body:
            take(server, body)


async def _body(reader: Reader) -> bytes | None:
    """The next message; empty for one without a sound length, None at the end."""
    length = -1
    for _ in range(MOST_HEADERS):
        try:
            line = await reader.readline()
        except ValueError:  # longer than a stream's buffer
            log.error("the client sends no headers")
            return None
        if not line:
            return None
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
        if not line.strip():
            break
    if length > MOST_BYTES:
        log.error("a message of %d bytes is too long", length)
        return None
    if length < 0:
        log.warning("a message without its length is passed over")
        return b""
    try:
        return await reader.readexactly(length) if length else b""
    except EOFError:  # IncompleteReadError
        return None


def take(server: MlnServer, body: bytes) -> None:
    """Handle a message, or say what is wrong with it."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        _refuse(server, None, types.ErrorCodes.ParseError, "this is no JSON")
        return
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        number = message.get("id") if isinstance(message, dict) else None
        _refuse(server, number, types.ErrorCodes.InvalidRequest, "this is no message of JSON-RPC 2.0")
        return
    try:
        structured = server.protocol.structure_message(message)
    except JsonRpcException:
        if "method" in message and "id" in message:
            _refuse(server, message["id"], types.ErrorCodes.InvalidParams, f"{message['method']}: wrong parameters")
        return
    if not _is_early(server, message):
        server.protocol.handle_message(structured)


def _is_early(server: MlnServer, message: dict[str, Any]) -> bool:
    """Whether a message comes before `initialize`, or a request after `shutdown`: refused, as the protocol wants."""
    method = message.get("method")
    if method is None or method in (types.INITIALIZE, types.EXIT):
        return False
    if hasattr(server, "session") and not server.has_shut_down:
        return False
    if "id" in message:
        code = types.ErrorCodes.InvalidRequest if server.has_shut_down else types.ErrorCodes.ServerNotInitialized
        _refuse(server, message["id"], code, "the session has not begun, or is over")
    return True


def _refuse(server: MlnServer, number: Any, code: types.ErrorCodes, reason: str) -> None:
    number = number if isinstance(number, int | str) else None
    server.protocol.send_error(number, types.ResponseError(code.value, reason))
