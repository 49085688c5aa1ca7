"""kill -9 of `mln` while it makes and starts real machines, Ctrl-C, and concurrent runs: the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mln_helpers import COMMAND, Home, lacking, make_template

pytestmark = [
    pytest.mark.skipif(
        bool(lacking()) and os.environ.get("MLN_REQUIRE_ALL") != "1", reason=f"not installed: {', '.join(lacking())}"
    ),
]

PROJECT = """\
global { project crash }
superclass common {
    uml
    template busybox.ext4
    memory 64M
    network eth0 { switch lan; netmask 255.255.255.0 }
}
host first {
    superclass common
    boot_order 1
    network eth0 { address 10.0.0.1 }
}
host second {
    superclass common
    network eth0 { address 10.0.0.2 }
}
switch lan { uml }
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home with a template; what runs there is stopped in the end."""
    assert not lacking()
    found = Home(tmp_path)
    (tmp_path / "t").mkdir()
    make_template(tmp_path / "t" / "busybox.ext4", tmp_path)
    found.write(".mln", f"templates {tmp_path}/t\n")
    found.write("crash.mln", PROJECT)
    yield found
    found.run("stop", "crash", "--force")
    assert left_over(tmp_path) == []


def left_over(folder: Path) -> list[str]:
    """Processes that work below a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if os.readlink(entry / "cwd").startswith(f"{folder}/mln"):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
    return found


def until(home: Home, words: list[str], text: str, number: int, delay: float = 0.0) -> int:
    """Run `mln` until its journal says a text, then send it a signal; returns its exit code."""
    journal = home.projects / "crash" / ".mln" / "journal.jsonl"
    before = journal.read_text().count(text) if journal.exists() else 0
    with subprocess.Popen(
        [*COMMAND, *words], env=home.environment, cwd=home.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        end = time.monotonic() + 60
        while not journal.exists() or journal.read_text().count(text) == before:
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(delay)
        process.send_signal(number)
        return process.wait(timeout=60)


def states(home: Home) -> list[str]:
    """The words that `mln status` ends its lines with."""
    return [line.split(None, 3)[3] for line in home.run("status", "crash").stdout.splitlines()]


@pytest.mark.parametrize(("driver", "delay"), [("", 0.0), ("", 0.03), ("scripted", 0.0), ("scripted", 0.12)])
def test_killed_while_it_builds(home: Home, driver: str, delay: float) -> None:
    words = [*(["--driver", driver] if driver else []), "build", "-f", "crash.mln", "-j", "1"]
    step = '"event": "begin", "step": "build host second"'
    ended = until(home, words, step, signal.SIGKILL, delay)
    assert ended == -signal.SIGKILL or (ended == 0 and delay), "a quick machine may have built it by then"
    images = home.projects / "crash" / "local" / "images"
    before = {path.name: path.stat().st_mtime_ns for path in images.iterdir() if "first" in path.name}
    assert before
    again = home.run(*words)
    assert again.returncode == 0, again.stderr
    assert {path.name: path.stat().st_mtime_ns for path in images.iterdir() if "first" in path.name} == before
    assert states(home) == ["down", "down", "down"]
    assert [path.name for path in images.iterdir() if "part" in path.name] == []


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ('"begin", "step": "start switch lan"', 0.0),
        ('"begin", "step": "start host first"', 0.1),
        ('"begin", "step": "start host first"', 0.7),
        ('"done", "step": "start host first"', 0.0),
        ('"begin", "step": "start host second"', 0.3),
    ],
)
def test_killed_while_it_starts(home: Home, text: str, delay: float) -> None:
    assert home.run("build", "-f", "crash.mln").returncode == 0
    assert until(home, ["start", "crash"], text, signal.SIGKILL, delay) == -signal.SIGKILL
    again = home.run("start", "crash")
    assert again.returncode == 0, again.stderr
    assert states(home) == ["up", "up", "up"]
    assert home.run("stop", "crash").returncode == 0
    removed = home.run("remove", "crash", "--yes")
    assert removed.returncode == 0, removed.stderr
    assert list(home.projects.iterdir()) == []


def test_interrupted_while_it_starts(home: Home) -> None:
    """What was up stays up, what was half started is down again."""
    assert home.run("build", "-f", "crash.mln").returncode == 0
    assert until(home, ["start", "crash"], '"begin", "step": "start host second"', signal.SIGINT, 0.3) == 130
    assert states(home) == ["up", "down", "up"]
    assert home.run("resume", "crash").returncode == 0
    assert states(home) == ["up", "up", "up"]


def test_two_that_start_at_once(home: Home) -> None:
    assert home.run("build", "-f", "crash.mln").returncode == 0
    with subprocess.Popen([*COMMAND, "start", "crash"], env=home.environment, stderr=subprocess.DEVNULL) as first:
        second = home.run("start", "crash")
        assert (first.wait(), second.returncode) == (0, 0)
    assert states(home) == ["up", "up", "up"]


def test_a_template_that_is_missing(home: Home) -> None:
    template = home.folder / "t" / "busybox.ext4"
    kept = template.read_bytes()
    template.unlink()
    done = home.run("build", "-f", "crash.mln")
    assert done.returncode == 1
    assert str(template) in done.stderr
    template.write_bytes(kept)
    assert home.run("build", "-f", "crash.mln").returncode == 0
    assert states(home) == ["down", "down", "down"]
