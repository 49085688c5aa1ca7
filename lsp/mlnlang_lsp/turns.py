"""Requests take turns in a thread: the loop stays free, so that a request that is cancelled while it waits never runs.

An answer is about a version of a document. Where the document has changed before the answer is there, the request
ends with ContentModified, and the client asks again if it still wants to know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcContentModified

if TYPE_CHECKING:
    from mlnlang_lsp.server import MlnServer

Handler = Callable[..., Any]

#: Requests that are no `textDocument/…` but compute as these do.
_LIKE_THEM = frozenset(
    ("completionItem/resolve", "codeAction/resolve", "codeLens/resolve", "inlayHint/resolve", "workspace/symbol",
     "workspaceSymbol/resolve", "documentLink/resolve", "typeHierarchy/supertypes", "typeHierarchy/subtypes",
     "callHierarchy/incomingCalls", "callHierarchy/outgoingCalls", "workspace/willRenameFiles")
)  # fmt: skip
_NOTIFICATIONS = ("textDocument/did", "textDocument/publish", "textDocument/willSave")


#: Answered when a check is through, about the newest texts. VS Code shows nothing when the second ends with
#: ContentModified, and does not ask again.
_ABOUT_NEWEST = frozenset(("textDocument/diagnostic", "textDocument/prepareRename"))


def takes_turns(method: str) -> bool:
    """Whether requests of a method are answered in turn."""
    if method in _LIKE_THEM:
        return True
    return method.startswith("textDocument/") and not method.startswith(_NOTIFICATIONS) and method not in _ABOUT_NEWEST


class Turns:
    """One request at a time."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "answer")
        self._turn = asyncio.Lock()
        #: Requests that are not answered yet.
        self.waiting = 0

    async def take(self, ls: MlnServer, handler: Handler, params: Any) -> Any:
        """Answer a request when it is its turn. Raises JsonRpcContentModified."""
        settled = _version_check(ls, params)
        async with self._turn:
            settled()
            answer = await asyncio.get_running_loop().run_in_executor(self._thread, handler, ls, params)
        settled()
        return answer

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a request as waiting."""
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1

    def end(self) -> None:
        """Answer nothing any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def in_turn(handler: Handler) -> Handler:
    """The handler of a request as one that takes its turn."""

    async def answer(ls: MlnServer, params: Any) -> Any:
        with ls.turns.counted():
            return await ls.turns.take(ls, handler, params)

    return answer


def unchanged(handler: Handler) -> Handler:
    """An async handler as one that does not answer about a document that has changed."""

    async def answer(ls: MlnServer, params: Any) -> Any:
        settled = _version_check(ls, params)
        with ls.turns.counted():
            found = await handler(ls, params)
        settled()
        return found

    return answer


def _version_check(ls: MlnServer, params: Any) -> Callable[[], None]:
    uri = getattr(getattr(params, "text_document", None), "uri", None)
    document = ls.session.document(uri) if uri is not None else None
    asked = document.version if document is not None else None

    def settled() -> None:
        now = ls.session.document(document.uri) if document is not None else None
        if document is not None and (now is not document or now.version != asked):
            raise JsonRpcContentModified

    return settled
