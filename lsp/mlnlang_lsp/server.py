"""The server: pygls, a session, and the features, one module each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from mlnlang import __version__
from mlnlang_lsp.session import Session
from mlnlang_lsp.turns import Turns, in_turn, takes_turns, unchanged

log = logging.getLogger("mln-lsp")

#: Modules of `features`, each with `register(server)`.
FEATURES = (
    "configuration",
    "status",
    "documents",
    "diagnostics",
    "formatting",
    "hover",
    "completion",
    "symbols",
    "definition",
    "references",
    "rename",
    "folding",
    "selection",
    "links",
    "hierarchy",
    "moving",
    "workspace_symbols",
    "signature",
    "semantic_tokens",
    "actions",
    "lenses",
    "hints",
    "commands",
    "graph",
)


class _Protocol(LanguageServerProtocol):
    """pygls without its own copies of documents: it counts other characters as line ends, and moves positions."""

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    def send_error(self, number: Any, error: types.ResponseError) -> None:
        """Answer a request with an error; `number` None: it could not be read."""
        self._send_data({"jsonrpc": "2.0", "id": number, "error": {"code": error.code, "message": error.message}})

    def unstructured(self, value: Any) -> Any:
        """A value of the protocol as plain data."""
        return self._converter.unstructure(value)

    def _send_handler_result(self, future: Any, *, msg_id: Any) -> None:
        """As pygls does, but without a word in the log about what is no fault."""
        if not future.cancelled() and isinstance(error := future.exception(), JsonRpcContentModified):
            self._request_futures.pop(msg_id, None)
            self.send_error(msg_id, error.to_response_error())
            return
        super()._send_handler_result(future, msg_id=msg_id)


class MlnServer(LanguageServer):
    """The language server. `session` is there once the client has said `initialize`; `exit_code` is for the process."""

    session: Session
    protocol: _Protocol
    initialization_options: Any = None

    def __init__(self) -> None:
        super().__init__("mln-lsp", __version__, protocol_cls=_Protocol)
        self.exit_code = 1
        self.has_shut_down = False
        self.turns = Turns()
        self.feature(types.INITIALIZE)(_initialize)
        self.feature(types.SHUTDOWN)(_shut_down)

    def feature(self, feature_name: str, options: Any = None) -> Callable[[Any], Any]:
        """Register a handler. Requests about texts are answered in turn, in a thread unless the handler is async."""
        register = super().feature(feature_name, options)

        def decorate(handler: Any) -> Any:
            if takes_turns(feature_name):
                wrap = unchanged if asyncio.iscoroutinefunction(handler) else in_turn
                register(wrap(handler))
            else:
                register(handler)
            return handler

        return decorate

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 - pygls's signature
        """Say in the log that something went wrong; who asked has got an answer that says so."""
        log.error("%s", error)

    def progress(self, params: types.ProgressParams) -> None:
        """Send a part of an answer, or the state of a progress bar."""
        self.protocol.notify(types.PROGRESS, params)

    def end(self) -> None:
        """The client is gone."""
        self.turns.end()
        if hasattr(self, "session"):
            self.session.end()


def _initialize(ls: MlnServer, params: types.InitializeParams) -> None:
    """Only now it is known what the client can do, and pygls has not yet told it what the server can."""
    ls.initialization_options = params.initialization_options
    encoding = ls.workspace.position_encoding
    ls.session = Session(str(encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding))
    for name in FEATURES:
        import_module(f"mlnlang_lsp.features.{name}").register(ls)


def _shut_down(ls: MlnServer, _params: None) -> None:
    ls.exit_code = 0
    ls.has_shut_down = True
