"""The server: pygls, a session, and the features, one module each."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from mlnlang import __version__
from mlnlang_lsp.session import Session

#: Modules of `features`, each with `register(server)`.
FEATURES = ("documents", "diagnostics", "formatting", "hover", "completion", "symbols", "definition")


class _Protocol(LanguageServerProtocol):
    """pygls without its own copy of edited documents: it counts other characters as line ends, and moves positions."""

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Iterator[Any]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None


class MlnServer(LanguageServer):
    """The language server. `session` is there once the client has said `initialize`; `exit_code` is for the process."""

    session: Session

    def __init__(self) -> None:
        super().__init__("mln-lsp", __version__, protocol_cls=_Protocol)
        self.exit_code = 1
        self.feature(types.INITIALIZE)(_initialize)
        self.feature(types.SHUTDOWN)(_shut_down)


def _initialize(ls: MlnServer, _params: types.InitializeParams) -> None:
    """Only now it is known what the client can do, and pygls has not yet told it what the server can."""
    encoding = ls.workspace.position_encoding
    ls.session = Session(str(encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding))
    for name in FEATURES:
        import_module(f"mlnlang_lsp.features.{name}").register(ls)


def _shut_down(ls: MlnServer, _params: None) -> None:
    ls.exit_code = 0
