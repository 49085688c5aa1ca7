"""`mln upgrade` of real machines of User-Mode Linux: what changes is seen from inside, what does not runs on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from mln_helpers import COMMAND, Home, lacking
from mlnlang_manager.images import busybox

pytestmark = [
    pytest.mark.skipif(
        bool(lacking()) and os.environ.get("MLN_REQUIRE_ALL") != "1", reason=f"not installed: {', '.join(lacking())}"
    ),
]

OLD = """\
global { project change }
superclass common { uml; template busybox.ext4; size 16M; memory 64M; boot_order 1; network eth0 { switch lan } }
host calm { superclass common; network eth0 { address 10.9.0.1/24 } }
host old { superclass common; network eth0 { address 10.9.0.3/24 } }
host web { superclass common; network eth0 { address 10.9.0.4/24 } }
host eye {
    superclass common
    boot_order 2
    network eth0 { address 10.9.0.2/24 }
    startup {
        ping -c 1 -W 10 10.9.0.1 && echo SEES-CALM
        ping -c 1 -W 10 10.9.0.4 && echo SEES-WEB
    }
}
switch lan { uml }
"""
#: The eye has more memory and a larger disk and pings web at its new address, and the new host instead of the old one.
NEW = (
    OLD.replace("host old {", "host new {")
    .replace("10.9.0.3/24", "10.9.0.5/24")
    .replace("10.9.0.4", "10.9.0.44")
    .replace("    boot_order 2\n", "    boot_order 2\n    memory 112M\n    size 24M\n")
    .replace("SEES-WEB", "SEES-WEB-ELSEWHERE\n        ping -c 1 -W 10 10.9.0.5 && echo SEES-NEW\n"
             "        grep MemTotal /proc/meminfo\n        df -k /")
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home with the project built and up; what runs there is stopped in the end."""
    assert not lacking()
    found = Home(tmp_path)
    (tmp_path / "t").mkdir()
    busybox.build(str(tmp_path / "t" / "busybox.ext4"))
    found.write(".config/mln/mln.conf", f"templates {tmp_path}/t\n")
    file = found.write("change.mln", OLD)
    try:
        for words in (("build", "-f", file), ("start", "change")):
            done = found.run(*words)
            assert done.returncode == 0, done.stderr
        yield found
    finally:
        found.run("stop", "change", "--force")
    assert found.run("remove", "change", "--yes").returncode == 0


def place(home: Home) -> Path:
    return home.projects / "change" / "local"


def said(home: Home, name: str) -> str:
    """What a guest's console has shown."""
    return (place(home) / "run" / "console" / f"{name}.log").read_text(errors="replace")


def pid(home: Home, name: str) -> int:
    """The process of a machine, which lives."""
    found = int((place(home) / "run" / "uml" / f"{name}.change" / "pid").read_text())
    os.kill(found, 0)
    return found


def up(home: Home) -> set[str]:
    """Hosts that are up."""
    document = home.json("status", code=0)
    return {state["name"] for state in document["states"] if state["state"] == "up" and state["kind"] == "host"}


def as_wanted(home: Home, calm: int) -> None:
    """All that the new file says, seen from inside."""
    assert up(home) == {"calm", "eye", "new", "web"}
    assert pid(home, "calm") == calm
    console = said(home, "eye")
    assert all(word in console for word in ("SEES-CALM", "SEES-WEB-ELSEWHERE", "SEES-NEW")), console[-3000:]
    lines = console.splitlines()
    total = next(int(line.split()[1]) for line in reversed(lines) if line.startswith("MemTotal"))
    assert total > 64 << 10
    roots = [line.split() for line in lines if line.startswith("/dev") and line.endswith(" /")]
    disk = int(roots[-1][1])
    assert disk > 17 << 10
    images = {path.name for path in (place(home) / "images").iterdir()}
    assert images == {"calm.img", "eye.img", "new.img", "web.img"}
    assert not (place(home) / "hosts" / "old").exists()
    assert home.run("plan", "change").returncode == 0


def test_memory_disk_address_new_and_removed(home: Home) -> None:
    assert "SEES-WEB" in said(home, "eye")
    calm = pid(home, "calm")
    file = home.write("change.mln", NEW)
    shown = home.run("plan", "-f", file)
    assert shown.returncode == 2, shown.stderr + shown.stdout
    refused = home.run("upgrade", "-f", file)
    assert (refused.returncode, up(home)) == (1, {"calm", "eye", "old", "web"})
    done = home.run("upgrade", "-f", file, "--yes-lose-data")
    assert done.returncode == 0, done.stderr
    as_wanted(home, calm)
    switched = home.write("change.mln", NEW.replace("switch lan { uml }", "switch lan { uml; hub }"))
    before = said(home, "eye").count("SEES-CALM")
    done = home.run("update", "-f", switched)
    assert done.returncode == 0, done.stderr
    assert up(home) == {"calm", "eye", "new", "web"}
    assert said(home, "eye").count("SEES-CALM") > min(before, 0)


@pytest.mark.parametrize(
    "step", ["remove host old", "write project", "change host eye", "build host new", "start host eye"]
)
def test_kill_in_the_middle(home: Home, step: str) -> None:
    calm = pid(home, "calm")
    file = home.write("change.mln", NEW)
    journal = home.projects / "change" / ".mln" / "journal.jsonl"
    text, before = f'"event": "begin", "step": "{step}"', len(journal.read_text())
    words = [*COMMAND, "upgrade", "-f", file, "--yes-lose-data"]
    with subprocess.Popen(
        words, env=home.environment, cwd=home.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        end = time.monotonic() + 100
        while text not in journal.read_text()[before:]:
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    done = home.run("resume", "change")
    assert done.returncode == 0, done.stderr
    as_wanted(home, calm)
