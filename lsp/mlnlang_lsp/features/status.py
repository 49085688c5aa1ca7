"""What the server is doing: `mln/status`, and a progress bar where a workspace takes longer to check."""

from __future__ import annotations

import asyncio
from collections import Counter

from lsprotocol import types

from mlnlang.ide.problems import Problems
from mlnlang_lsp.housekeeping import Housekeeping
from mlnlang_lsp.server import MlnServer

STATUS = "mln/status"
#: Seconds that a check may take before it is said that there is one.
PATIENCE = 0.3
#: Seconds of work after which a bar is shown.
BAR_AFTER = 1.0


def register(server: MlnServer) -> None:
    """Listen to the session."""
    status = _Status(server)
    server.session.on_state.append(status.state)
    server.session.on_others.append(_Bar(server).step)
    server.session.on_others.append(status.others)


class _Status:
    """Tells of changes of state, and of counts; keystrokes that change neither are not spoken of."""

    def __init__(self, server: MlnServer) -> None:
        self._server = server
        self._said: dict[str, object] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._housekeeping = Housekeeping(lambda: server.turns.waiting > 0)

    def state(self, state: str, message: str) -> None:
        """A check begins or ends."""
        if not self._said:
            self._say("starting", {})
        if self._timer is not None:
            self._timer.cancel()
        if state == "checking":
            self._housekeeping.checking()
            self._timer = asyncio.get_running_loop().call_later(PATIENCE, self._say_checking)
            return
        self._housekeeping.checked()
        self._server.session.spawn(self._ended(state, message))

    def others(self, done: int, total: int) -> None:
        """Projects that are not open were checked."""
        if done == total:
            self._server.session.spawn(self._ended("ready", ""))

    async def _ended(self, state: str, message: str) -> None:
        session = self._server.session
        found = await session.all_problems()
        if not message and session.workspace.is_cut:
            message = f"more than {session.settings.diagnostics.max_files} files: the others are not looked at"
        self._say(state, found, message)

    def _say_checking(self) -> None:
        self._said = {**self._said, "state": "checking"}
        self._server.protocol.notify(STATUS, self._said)

    def _say(self, state: str, found: Problems, message: str = "") -> None:
        counts = Counter(problem.severity for problems in found.values() for problem in problems)
        news: dict[str, object] = {
            "state": state, "files": len(found), "errors": counts["error"], "warnings": counts["warning"],
            "notes": counts["note"],
        }  # fmt: skip
        if message:
            news["message"] = message
        if news != self._said:
            self._said = news
            self._server.protocol.notify(STATUS, news)


class _Bar:
    """The progress bar of a workspace's first check."""

    def __init__(self, server: MlnServer) -> None:
        self._server = server
        self._began: float | None = None
        self._token: str | None = None
        self._count = 0
        window = server.client_capabilities.window
        self._possible = bool(window and window.work_done_progress)

    def step(self, done: int, total: int) -> None:
        """So many projects are checked."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        if done >= total:
            self._end(total)
        elif self._token is not None:
            self._report(types.WorkDoneProgressReport(message=f"{done}/{total}", percentage=100 * done // total))
        elif self._possible and now - self._began >= BAR_AFTER:
            self._count += 1
            self._token = f"mln-{self._count}"
            self._server.session.spawn(self._show(self._token, done, total))

    async def _show(self, token: str, done: int, total: int) -> None:
        await self._server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
        if self._token == token:
            self._report(types.WorkDoneProgressBegin("Checking the workspace", message=f"{done}/{total}", percentage=0))

    def _end(self, total: int) -> None:
        if self._token is not None:
            self._report(types.WorkDoneProgressEnd(message=f"{total} projects"))
        self._token = self._began = None

    def _report(
        self, value: types.WorkDoneProgressBegin | types.WorkDoneProgressReport | types.WorkDoneProgressEnd
    ) -> None:
        assert self._token is not None
        self._server.progress(types.ProgressParams(self._token, self._server.protocol.unstructured(value)))
