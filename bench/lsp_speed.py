"""How fast `mln-lsp` answers, measured through the protocol: after each key of a recorded trace, on a large project
(1 000 hosts, 10 000 lines, five files) and on a small file; and yaml-language-server beside it, on a file of equal
size, in the same run.

    python bench/lsp_speed.py [--servers DIR] [--keys N]

yaml-language-server comes from npm into `.cache/lsp-servers` (git-ignored); without npm it is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from projects import in_files, project
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
MLNC = Path(sys.executable).with_name("mlnc")
MLN_LSP = [sys.executable, "-m", "mlnlang_lsp.main"]
YAML = "yaml-language-server@1.24.0"
#: Milliseconds, and seconds and MiB for the last two: what the project promises, at the 95th percentile.
TARGETS = {
    "diagnostics after a key": 100, "completion": 30, "document symbols": 30, "folding ranges": 30,
    "semantic tokens (range)": 30, "hover": 30, "start to first diagnostics": 1000, "memory": 150,
}  # fmt: skip
SMALL_TARGET = 20
#: What is typed into the small file: a line between two blocks.
SMALL_LINE, SMALL_TYPED = 23, "superclass other { xen; memory 96M; template t }"
FIRST = "start to first diagnostics"
CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "diagnostic": {}, "publishDiagnostics": {"versionSupport": True},
        "completion": {"completionItem": {"snippetSupport": True}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True}, "foldingRange": {"lineFoldingOnly": True},
        "semanticTokens": {
            "requests": {"full": {"delta": True}, "range": True},
            "tokenTypes": [], "tokenModifiers": [], "formats": ["relative"],
        },
    },
}  # fmt: skip


class Server:
    """A language server in a process of its own."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.began = perf_counter()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        params = {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": CAPABILITIES}
        self.capabilities = self.request("initialize", params)["capabilities"]
        self.notify("initialized", {})

    @property
    def pulls(self) -> bool:
        """Whether it answers questions for diagnostics."""
        return "diagnosticProvider" in self.capabilities

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far, over all threads."""
        total = 0
        for path in Path(f"/proc/{self._process.pid}/task").glob("*/schedstat"):
            total += int(path.read_text().split()[0])
        return total / 1e9

    @property
    def memory(self) -> float:
        """Peak memory in MiB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024

    def notify(self, method: str, params: Any) -> None:
        """Tell something."""
        self._send({"method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        """Ask something, and wait for the answer."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        answer = self.wait(lambda message: message.get("id") == self._number and "method" not in message)
        if "error" in answer:
            raise SystemExit(f"{method}: {answer['error']}")
        return answer["result"]

    def wait(self, wanted: Any) -> dict[str, Any]:
        """The next message of a kind; questions in between get an empty answer."""
        while True:
            message = self._messages.get(timeout=60)
            if wanted(message):
                return message
            if "id" in message and "method" in message:
                items = message["params"].get("items", ()) if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": None if items is None else [None for _ in items]})

    def diagnostics(self, uri: str, version: int) -> list[dict[str, Any]]:
        """The diagnostics of a version of a document."""
        if self.pulls:
            report = self.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            return list(report["items"])
        told = self.wait(
            lambda message: (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"]["uri"] == uri
                and message["params"].get("version", version) == version
            )
        )
        return list(told["params"]["diagnostics"])

    def open(self, uri: str, language: str, text: str) -> None:
        """Open a document."""
        document = {"uri": uri, "languageId": language, "version": 0, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def end(self) -> None:
        """End it as the protocol wants."""
        self.request("shutdown", None)
        self.notify("exit", None)
        self._process.wait(10)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = stream.readline()
            self._messages.put(json.loads(stream.read(length)))


class Figures:
    """Milliseconds by what was done: as a clock tells, and of the server's processor time."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    @contextmanager
    def timed(self, what: str, server: Server) -> Iterator[None]:
        """Note what a block takes."""
        cpu, begin = server.cpu, perf_counter()
        yield
        self.times.setdefault(what, []).append((perf_counter() - begin) * 1000)
        self.cpu.setdefault(what, []).append((server.cpu - cpu) * 1000)

    def started(self, server: Server) -> None:
        """Note that a server has said its first diagnostics."""
        self.times.setdefault(FIRST, []).append((perf_counter() - server.began) * 1000)
        self.cpu.setdefault(FIRST, []).append(server.cpu * 1000)


def at(values: Sequence[float], share: float) -> float:
    """The value that this share of all was not above."""
    found = sorted(values)
    return found[min(len(found) - 1, int(share * len(found)))]


def changed(text: str, key: dict[str, Any]) -> str:
    """A text after a key."""
    lines = text.split("\n")
    at = sum(len(line) + 1 for line in lines[: key["line"]]) + key["character"]
    return text[:at] + key["insert"] + text[at + key["remove"] :]


def type_keys(server: Server, uri: str, text: str, keys: Iterable[dict[str, Any]], figures: Figures) -> str:
    """Type a trace; after each key wait for the diagnostics, after some ask other things too. Returns the text."""
    for version, key in enumerate(keys, 1):
        sleep(key["after_ms"] / 1000)
        text = changed(text, key)
        start, end = ({"line": key["line"], "character": key["character"] + more} for more in (0, key["remove"]))
        change = {"range": {"start": start, "end": end}, "text": key["insert"]}
        edit = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        with figures.timed("diagnostics after a key", server):
            server.notify("textDocument/didChange", edit)
            server.diagnostics(uri, version)
        if version % 4 == 0:
            ask(server, uri, {"line": key["line"], "character": key["character"] + len(key["insert"])}, figures)
    return text


def ask(server: Server, uri: str, position: dict[str, int], figures: Figures) -> None:
    """Ask what an editor asks after a key."""
    document = {"textDocument": {"uri": uri}}
    first, last = max(0, position["line"] - 30), position["line"] + 30
    screen = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
    questions: list[tuple[str, str, str, dict[str, Any]]] = [
        ("completion", "completionProvider", "textDocument/completion", {"position": position}),
        ("hover", "hoverProvider", "textDocument/hover", {"position": position}),
        ("document symbols", "documentSymbolProvider", "textDocument/documentSymbol", {}),
        ("folding ranges", "foldingRangeProvider", "textDocument/foldingRange", {}),
        ("semantic tokens (range)", "semanticTokensProvider", "textDocument/semanticTokens/range", {"range": screen}),
        ("semantic tokens (full)", "semanticTokensProvider", "textDocument/semanticTokens/full", {}),
    ]
    for name, capability, method, more in questions:
        if server.capabilities.get(capability):
            with figures.timed(name, server):
                server.request(method, {**document, **more})


def measure_mln(files: dict[str, str], keys: list[dict[str, Any]], folder: Path, runs: int) -> tuple[Figures, Server]:
    """`mln-lsp` with a project: starts, then the keys; in the end the diagnostics must be those of `mlnc check`."""
    figures = Figures()
    for name, text in files.items():
        (folder / name).write_text(text)
    uri, text = (folder / "main.mln").as_uri(), files["main.mln"]
    for run in range(runs):
        server = Server(MLN_LSP, folder)
        server.open(uri, "mln", text)
        server.diagnostics(uri, 0)
        figures.started(server)
        if run + 1 < runs:
            server.end()
    sleep(1)
    text = type_keys(server, uri, text, keys, figures)
    shown = len(server.diagnostics(uri, len(keys)))
    (folder / "main.mln").write_text(text)
    command = [MLNC, "check", "--format", "json", folder / "main.mln"]
    told = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    expected = sum(each["file"].endswith("/main.mln") for each in told["diagnostics"])
    if shown != expected:
        raise SystemExit(f"mln-lsp shows {shown} diagnostics, mlnc check {expected}")
    figures.times["memory"] = [server.memory]
    return figures, server


def yaml_server(place: Path) -> list[str] | None:
    """yaml-language-server's command, installed where it is missing; None without npm."""
    script = place / "node_modules/yaml-language-server/bin/yaml-language-server"
    if not script.exists():
        if not shutil.which("npm"):
            return None
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--prefix", place, YAML], check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
    return ["node", str(script), "--stdio"]


def as_yaml(lines: int) -> str:
    """The same kind of content in YAML, so many lines long."""
    text = ["hosts:"]
    for number in range(lines // 9):
        text += [f"  - name: node{number}", "    template: debian.ext4", f"    memory: {64 + number % 7 * 32}",
                 "    networks:", "      - name: eth0", f"        address: 10.0.{number // 250}.{number % 250}",
                 f"        switch: lan{number // 250}", f"    users: [user{number}]", "    # a machine"]  # fmt: skip
    return "\n".join(text) + "\n"


def measure_yaml(command: list[str], lines: int, count: int, folder: Path) -> tuple[Figures, Server]:
    """yaml-language-server with one file: a start, then keys in the middle of it."""
    figures = Figures()
    uri, text = (folder / "hosts.yaml").as_uri(), as_yaml(lines)
    server = Server(command, folder)
    server.open(uri, "yaml", text)
    server.diagnostics(uri, 0)
    figures.started(server)
    line = lines // 9 // 2 * 9 + 9
    keys = [
        {"after_ms": 150, "line": line, "character": 15 + at, "remove": 0, "insert": letter}
        for at, letter in enumerate("x" * count)
    ]
    type_keys(server, uri, text, keys, figures)
    figures.times["memory"] = [server.memory]
    return figures, server


def show(console: Console, title: str, figures: Figures, targets: dict[str, int]) -> None:
    """Print what was measured."""
    table = Table(title=title)
    for column in ("", "n", "median", "95 %", "worst", "target", "CPU median", "CPU 95 %"):
        table.add_column(column, justify="left" if not column else "right")
    for what, times in figures.times.items():
        unit = "MiB" if what == "memory" else "ms"
        values = [f"{at(times, share):.0f}" for share in (0.5, 0.95, 1)]
        cpu = [f"{at(figures.cpu[what], share):.0f}" for share in (0.5, 0.95)] if what in figures.cpu else []
        table.add_row(f"{what}, {unit}", str(len(times)), *values, str(targets.get(what, "")), *cpu)
    console.print(table)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    place = HERE.parent / ".cache/lsp-servers"
    options.add_argument("--servers", type=Path, default=place, help="where npm installs to")
    options.add_argument("--keys", type=int, help="type so many keys of the trace only")
    options.add_argument("--runs", type=int, default=5, help="starts that are measured")
    given = options.parse_args()
    trace = json.loads((HERE / "typing_trace.json").read_text())
    keys = trace["keys"][: given.keys]
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = in_files(trace["hosts"], trace["files"])
        lines = sum(text.count("\n") for text in files.values())
        figures, server = measure_mln(files, keys, folder, given.runs)
        server.end()
        show(console, f"mln-lsp, {trace['hosts']} hosts, {lines} lines in {trace['files']} files", figures, TARGETS)
    with tempfile.TemporaryDirectory() as name:
        small = {"main.mln": project(8)}
        typed = [
            {"after_ms": 150, "line": SMALL_LINE, "character": at, "remove": 0, "insert": letter}
            for at, letter in enumerate(SMALL_TYPED)
        ]
        figures, server = measure_mln(small, typed, Path(name), given.runs)
        server.end()
        count = small["main.mln"].count("\n")
        targets = dict.fromkeys(figures.times.keys() - {"memory", FIRST}, SMALL_TARGET)
        show(console, f"mln-lsp, {count} lines in a file", figures, targets)
    command = yaml_server(given.servers)
    if command is None:
        console.print("yaml-language-server: left out, there is no npm")
        return
    for size in (lines, lines // trace["files"]):
        with tempfile.TemporaryDirectory() as name:
            figures, server = measure_yaml(command, size, 40, Path(name))
            server.end()
            show(console, f"{YAML}, {size} lines in a file", figures, {})


if __name__ == "__main__":
    main()
