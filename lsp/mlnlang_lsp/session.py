"""A client's session: its documents, and the checks that run over them in a thread.

Each edit makes a new generation. A check waits a moment for more edits, and gives way as soon as there is a
newer generation; whoever waits for it gets the newest state. Projects that no open document belongs to are checked
one by one while nothing else is to be done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, TypeVar

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from mlnlang.api import Options
from mlnlang.api.compilation import in_order
from mlnlang.ide import Superseded, Workspace
from mlnlang.ide.problems import Problems
from mlnlang.source import Span
from mlnlang.world import Disk
from mlnlang_lsp.document import Document
from mlnlang_lsp.positions import Lines
from mlnlang_lsp.settings import Settings

#: Seconds without an edit before a check starts; where checks take longer than QUICK, half of what they take, if less
#: than LONGEST_PAUSE.
PAUSE, QUICK, LONGEST_PAUSE = 0.005, 0.1, 0.3

log = logging.getLogger("mln-lsp")
_Result = TypeVar("_Result")


class Session:
    """Documents by path, and their problems. Lives in the event loop."""

    def __init__(self, encoding: str) -> None:
        self._disk = Disk()
        # Nothing is loaded before it is known whom the user trusts.
        nothing = Options(config_paths=(), external_plugins=False)
        self.workspace = Workspace(self._disk, nothing, _back_end_check(), folders=self._disk)
        self.documents: dict[str, Document] = {}
        self.settings = Settings()
        self.folders: list[str] = []
        self.encoding = encoding
        self._worker = ThreadPoolExecutor(1, "check")
        self._generation = 0
        self._checked = -1
        self._found: Problems = {}
        self._due = 0.0
        self._took = 0.0
        self._check: asyncio.Task[None] | None = None
        self._others: asyncio.Task[None] | None = None
        self._others_due = False
        self._jobs: set[asyncio.Task[Any]] = set()
        self._edited: set[str] = set()
        self._closed = False
        #: Whether the client tells of files that change on the disk.
        self.watched = False
        #: Called whenever what was found does not count any more.
        self.on_change: list[Callable[[], None]] = []
        #: Called with `checking`, `ready` or `failed` and a message, as a check begins and ends.
        self.on_state: list[Callable[[str, str], None]] = []
        #: Called after each project that no open document belongs to: how many are done, and of how many.
        self.on_others: list[Callable[[int, int], None]] = []

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
        document = Document(item.uri, item.version, item.text, self.encoding)
        self.documents[self.key(item.uri)] = document
        self._changed(self.key(item.uri), 0)

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """The client has edited a document."""
        document = self.document(params.text_document.uri)
        if document is not None:
            document.change(params.text_document.version, params.content_changes)
            slow = self._took > QUICK
            self._changed(self.key(document.uri), min(LONGEST_PAUSE, self._took / 2) if slow else PAUSE)

    def close(self, uri: str) -> None:
        """The client has closed a document."""
        if self.documents.pop(self.key(uri), None):
            self.workspace.close(self.key(uri))
            self.workspace.changed([self.key(uri)])
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

    # ------------------------------------------------------------ settings
    def configure(self, settings: Settings) -> None:
        """From now on, these settings count."""
        self.settings = settings
        home = self._disk.environment().get("HOME", "~")
        self.workspace.configure(settings.options(self.folders, self._disk.cwd(), home))
        self.workspace.look_in(settings.scope(self.folders))
        self._others_due = settings.diagnostics.workspace and bool(self.folders)
        self.renew()

    def disk_changed(self, paths: list[str] | None) -> None:
        """Files have changed on the disk: these, or None: any, and some may have come or gone."""
        self.workspace.changed(paths)
        self.renew()

    def roots(self, path: str) -> list[str]:
        """The project files that a file is a part of; itself where there is none."""
        return self.workspace.roots(path)

    # ------------------------------------------------------------ problems
    async def problems(self) -> Problems:
        """The problems of the documents, and of what belongs with them, as they are when this returns."""
        while self._checked != self._generation and not self._closed:
            if self._check is None or self._check.done():
                self._check = asyncio.create_task(self._run_check())
            await asyncio.shield(self._check)
        return self._found

    async def all_problems(self) -> Problems:
        """The same with those of projects that no open document belongs to, as far as they are known."""
        found = await self.problems()
        others = self.workspace.problems_of_others()[0] if self._others_due else {}
        return {
            path: in_order([*found.get(path, ()), *others.get(path, ())]) for path in dict.fromkeys((*found, *others))
        }

    async def everything(self) -> Problems:
        """The same once all projects of the workspace are checked."""
        found = await self.all_problems()
        while self._others is not None and not self._others.done():
            await asyncio.shield(self._others)
            found = await self.all_problems()
        return found

    async def _run_check(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait := self._due - loop.time()) > 0:
            await asyncio.sleep(wait)
        generation = self._generation
        began = loop.time()

        def still_wanted() -> bool:
            return generation == self._generation and not self._closed

        self._tell("checking")
        try:
            found = await self.in_worker(lambda: self.workspace.problems(still_wanted))
        except Superseded:
            return
        except Exception as error:  # a fault of ours: say so, and go on with what was known
            log.exception("the check broke off")
            self._tell("failed", f"the check broke off: {type(error).__name__}")
            self._checked = self._generation
            return
        self._took = loop.time() - began
        if still_wanted():
            self._found, self._checked = found, generation
            self._tell("ready")
            if self._others_due and (self._others is None or self._others.done()):
                self._others = self.spawn(self._check_others())

    async def _check_others(self) -> None:
        """Check the rest of the workspace, a project at a time, so that documents never wait for it."""
        while self._others_due and not self._closed:
            if self._checked != self._generation:
                return  # the check that comes starts this again
            generation = self._generation

            def still_wanted(generation: int = generation) -> bool:
                return generation == self._generation and not self._closed

            try:
                more = await self.in_worker(lambda: self.workspace.others(still_wanted))
            except Superseded:
                return
            _, done, total = self.workspace.problems_of_others()
            for listener in self.on_others:
                listener(done, total)
            if not more:
                return

    async def in_worker(self, work: Callable[[], _Result]) -> _Result:
        """Do something in the thread that checks."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _tell(self, state: str, message: str = "") -> None:
        for listener in self.on_state:
            listener(state, message)

    # ------------------------------------------------------------ jobs
    def spawn(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a job beside the others, and keep it alive."""
        task = asyncio.create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    def end(self) -> None:
        """The client is gone: nothing is wanted any more."""
        self._closed = True
        for job in self._jobs:
            job.cancel()
        self._worker.shutdown(wait=False, cancel_futures=True)

    # ------------------------------------------------------------ places
    def range(self, span: Span) -> types.Range:
        """A span as the client counts."""
        document = self.documents.get(self.workspace.key(span.file.path))
        if document is not None:
            return document.range(span.start, span.end)
        return Lines(span.file.text, self.encoding).range(span.start, span.end)

    def location(self, span: Span) -> types.Location:
        """A span as a place in a file."""
        return types.Location(self.uri(self.workspace.key(span.file.path)), self.range(span))


def _back_end_check() -> Any:
    return import_module("mlnlang_codegen.rechecking").Rechecking()
