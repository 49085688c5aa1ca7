"""The command `mln-lsp`: version, usage, TCP, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import pytest

import mlnlang

COMMAND = [sys.executable, "-m", "mlnlang_lsp.main"]


def message(**content: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


INITIALIZE = message(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
GOODBYE = message(id=2, method="shutdown") + message(method="exit")


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, timeout=60, check=False)


def test_version_needs_no_protocol_library() -> None:
    code = "import sys, mlnlang_lsp.main as m; m.main(['--version']); sys.exit(any('pygls' in n for n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"mln-lsp {mlnlang.__version__}\n", "")


@pytest.mark.parametrize("arguments", [("--nonsense",), ("--tcp", "here"), ("--tcp", "127.0.0.1:99999")])
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert b"usage: mln-lsp" in done.stderr


def test_help() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert b"--tcp" in done.stdout


def test_exit_codes_over_standard_streams() -> None:
    assert run(given=INITIALIZE + GOODBYE).returncode == 0
    assert run(given=INITIALIZE + message(method="exit")).returncode == 1
    assert run(given=INITIALIZE).returncode == 1


def test_interrupt() -> None:
    with subprocess.Popen([*COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(INITIALIZE)
        server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length")
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 130
        assert server.communicate()[1] == b""


def test_tcp_serves_one_client_on_the_loopback() -> None:
    with subprocess.Popen([*COMMAND, "--tcp", "0"], stderr=subprocess.PIPE) as server:
        assert server.stderr is not None
        line = server.stderr.readline().decode()
        assert line.startswith("mln-lsp: listening on 127.0.0.1:")
        port = int(line.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
            client.sendall(INITIALIZE)
            assert client.recv(20).startswith(b"Content-Length")
            busy = run("--tcp", "192.0.2.1:1")  # an address that is not this machine's
            assert busy.returncode == 1
            assert b"can't listen on 192.0.2.1:1" in busy.stderr
            client.sendall(GOODBYE)
            assert server.wait(30) == 0
        assert server.stderr.read() == b""
