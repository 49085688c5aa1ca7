"""A client's session: its documents, and the check that runs over them in a thread.

Each edit makes a new generation. A check waits a moment for more edits, and gives way as soon as there is a
newer generation; whoever waits for it gets the newest state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from mlnlang.ide import Superseded, Workspace
from mlnlang.ide.problems import Problems
from mlnlang.source import Span
from mlnlang.world import Disk
from mlnlang_lsp.document import Document
from mlnlang_lsp.positions import Lines

#: Seconds without an edit before a check starts.
PAUSE = 0.05


class Session:
    """Documents by path, and their problems. Lives in the event loop."""

    def __init__(self, encoding: str) -> None:
        self.workspace = Workspace(Disk(), back_end_check=import_module("mlnlang_codegen").check)
        self.documents: dict[str, Document] = {}
        self._encoding = encoding
        self._worker = ThreadPoolExecutor(1, "check")
        self._generation = 0
        self._checked = -1
        self._found: Problems = {}
        self._due = 0.0
        self._check: asyncio.Task[None] | None = None
        self._jobs: set[asyncio.Task[Any]] = set()
        self._edited: set[str] = set()
        #: Called whenever what was found does not count any more.
        self.on_change: list[Callable[[], None]] = []

    # ------------------------------------------------------------ documents
    def key(self, uri: str) -> str:
        """The path a URI stands for; what is no file is its own path."""
        return self.workspace.key(to_fs_path(uri) or uri)

    def uri(self, path: str) -> str:
        """The URI of a path, spelt as the client spells it."""
        document = self.documents.get(path)
        return document.uri if document else from_fs_path(path) or path

    def document(self, uri: str) -> Document | None:
        """The open document of a URI."""
        return self.documents.get(self.key(uri))

    def open(self, item: types.TextDocumentItem) -> None:
        """The client has opened a document."""
        document = Document(item.uri, item.version, item.text, self._encoding)
        self.documents[self.key(item.uri)] = document
        self._changed(self.key(item.uri), 0)

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """The client has edited a document."""
        document = self.document(params.text_document.uri)
        if document is not None:
            document.change(params.text_document.version, params.content_changes)
            self._changed(self.key(document.uri), PAUSE)

    def close(self, uri: str) -> None:
        """The client has closed a document."""
        if self.documents.pop(self.key(uri), None):
            self.workspace.close(self.key(uri))
            self.renew()

    def _changed(self, path: str, pause: float) -> None:
        self.workspace.put(path, self.documents[path].text)
        self._edited.add(path)
        self.renew(pause)

    def renew(self, pause: float = 0) -> None:
        """Something has changed, perhaps on the disk: what was found does not count any more."""
        self._generation += 1
        self._due = asyncio.get_running_loop().time() + pause
        for listener in self.on_change:
            listener()

    def take_edited(self) -> set[str]:
        """The paths edited since this was last asked: a client asks for these by itself."""
        edited, self._edited = self._edited, set()
        return edited

    # ------------------------------------------------------------ problems
    async def problems(self) -> Problems:
        """The problems of the documents as they are when this returns."""
        while self._checked != self._generation:
            if self._check is None or self._check.done():
                self._check = asyncio.create_task(self._run_check())
            await asyncio.shield(self._check)
        return self._found

    async def _run_check(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait := self._due - loop.time()) > 0:
            await asyncio.sleep(wait)
        generation = self._generation

        def still_wanted() -> bool:
            return generation == self._generation

        try:
            found = await loop.run_in_executor(self._worker, self.workspace.problems, still_wanted)
        except Superseded:
            return
        if still_wanted():
            self._found, self._checked = found, generation

    def spawn(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a job beside the others, and keep it alive."""
        task = asyncio.create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    # ------------------------------------------------------------ places
    def range(self, span: Span) -> types.Range:
        """A span as the client counts."""
        document = self.documents.get(self.workspace.key(span.file.path))
        if document is not None:
            return document.range(span.start, span.end)
        return Lines(span.file.text, self._encoding).range(span.start, span.end)

    def location(self, span: Span) -> types.Location:
        """A span as a place in a file."""
        return types.Location(self.uri(self.workspace.key(span.file.path)), self.range(span))
