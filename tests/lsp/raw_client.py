"""A client that speaks to a server process byte by byte, so that it can also speak nonsense."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "mlnlang_lsp.main"]
#: Seconds after which a test gives up.
PATIENCE = 60
Message = dict[str, Any]


class RawClient(AbstractContextManager["RawClient"]):
    """A server with its client. `settings`: what is answered when the server asks for configuration."""

    def __init__(
        self,
        folder: Path | None = None,
        capabilities: dict[str, Any] | None = None,
        options: Any = None,
        settings: Any = None,
        environment: dict[str, str] | None = None,
        begin: bool = True,
    ) -> None:
        self._process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )
        self._messages: queue.Queue[Message | None] = queue.Queue()
        self._numbers = 0
        self._settings = settings
        self.seen: list[Message] = []
        threading.Thread(target=self._listen, daemon=True).start()
        if begin:
            params = {
                "processId": None, "rootUri": folder.as_uri() if folder else None, "capabilities": capabilities or {},
                "initializationOptions": options,
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name}] if folder else None,
            }  # fmt: skip
            self.capabilities: dict[str, Any] = self.request("initialize", params)["capabilities"]
            self.notify("initialized", {})

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._process.kill()
        self._process.wait(PATIENCE)
        for stream in (self._process.stdin, self._process.stderr):
            stream.close()

    # ------------------------------------------------------------ messages
    def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def send_body(self, body: bytes) -> None:
        """Send a message's body behind a right header."""
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def notify(self, method: str, params: Any) -> None:
        """Tell something."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> int:
        """Ask something; returns the request's number."""
        self._numbers += 1
        self._send({"id": self._numbers, "method": method, "params": params})
        return self._numbers

    def answer(self, number: int) -> Message:
        """The answer to a request, `result` or `error`."""
        return self.wait(lambda message: "method" not in message and message.get("id") == number)

    def request(self, method: str, params: Any) -> Any:
        """Ask something; returns the result."""
        return self.answer(self.ask(method, params))["result"]

    def wait(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message of a kind, seen already or to come."""
        for message in self.seen:
            if wanted(message):
                self.seen.remove(message)
                return message
        while True:
            message_ = self._messages.get(timeout=PATIENCE)
            assert message_ is not None, "the server has gone"
            if wanted(message_):
                return message_
            self.seen.append(message_)

    def close_input(self) -> int:
        """Go away without a word; returns the server's exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return self.ended()

    def ended(self) -> int:
        """Wait for the server's end; returns its exit code."""
        return self._process.wait(PATIENCE)

    def _send(self, message: Message) -> None:
        self.send_body(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            while header := stream.readline():
                length = 0
                while header.strip():
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.partition(b":")[2])
                    header = stream.readline()
                message = json.loads(stream.read(length))
                if "id" in message and "method" in message:
                    self._reply(message)
                self._messages.put(message)
        self._messages.put(None)

    def _reply(self, message: Message) -> None:
        result = None
        if message["method"] == "workspace/configuration":
            result = [self._settings for _ in message["params"]["items"]]
        self._send({"id": message["id"], "result": result})

    # ------------------------------------------------------------ documents
    def open(self, path: Path, text: str, version: int = 0) -> None:
        """Open a document."""
        item = {"uri": path.as_uri(), "languageId": "mln", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def replace(self, path: Path, text: str, version: int) -> None:
        """Give a document a new text."""
        self.change(path, version, {"text": text})

    def change(self, path: Path, version: int, *changes: Message) -> None:
        """Edit a document."""
        document = {"uri": path.as_uri(), "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [*changes]})

    def pulled(self, path: Path, previous: str | None = None) -> Message:
        """The report on a document."""
        report: Message = self.request(
            "textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}, "previousResultId": previous}
        )
        return report

    def codes(self, path: Path) -> list[str]:
        """Codes of a document's problems, asked for."""
        return [each["code"] for each in self.pulled(path)["items"]]

    def published(self, path: Path, wanted: Callable[[list[Message]], bool]) -> list[Message]:
        """The first published problems of a file that are as wanted."""
        told = self.wait(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == path.as_uri()
                and wanted(message["params"]["diagnostics"])
            )
        )
        found: list[Message] = told["params"]["diagnostics"]
        return found


PULL = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
