"""Projects before and after, and `mln` killed at any file operation."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim_helpers import Done, Sim, _child

OLD = """\
global { project lab }
superclass common {
    template t.ext4
    uml
    memory 64M
    size 100M
    network eth0 { switch lan; address 10.0.0.1/24 }
}
host calm { superclass common; network eth0 { address 10.0.0.9/24 } }
host db { superclass common; boot_order 1; network eth0 { address 10.0.0.2/24 } }
host mail { superclass common; network eth0 { switch dmz; address 10.1.0.3/24 } }
host old { superclass common; network eth0 { address 10.0.0.4/24 } }
host web { superclass common; network eth0 { address 10.0.0.5/24 } }
switch lan { uml }
switch dmz { uml }
"""
#: calm: as it was; db: more memory, larger disk; mail: its switch changes; old: gone; web: another template; new: new.
NEW = (
    OLD.replace("boot_order 1;", "boot_order 1; memory 128M; size 200M;")
    .replace("host old {", "host new {")
    .replace("host web { superclass common;", "host web { superclass common; template u.ext4;")
    .replace("switch dmz { uml }", "switch dmz { uml; hub }")
)
KEPT = {"host calm", "host db", "host mail"}
ALL = {*KEPT, "host new", "host web"}
#: What changes files: a kill comes before or after the Nth of these.
_CALLS = ("link", "mkdir", "open", "rename", "replace", "unlink", "write")


def upgrade(sim: Sim, text: str, /, *arguments: str, **more: Any) -> Done:
    """`mln upgrade` to a text."""
    return sim.run("upgrade", "-f", sim.home.write("lab.mln", text), *arguments, **more)


def upgrade_killed(sim: Sim, text: str, number: int, *, after: bool) -> Done:
    """The same, ended by SIGKILL before or after the change of that number to a file below the project's folder."""
    out, err = sim.home.folder / "out", sim.home.folder / "err"
    arguments = ("upgrade", "-f", sim.home.write("lab.mln", text), "--yes-lose-data", "-j", "1")
    pid = os.fork()
    if not pid:
        kill_at_file_change(number, after, sim.folder)
        _child(sim.home, arguments, {"MLN_SIM": '{"speed": 0}'}, out, err)
    _, status = os.waitpid(pid, 0)
    return Done(os.waitstatus_to_exitcode(status), out.read_text(), err.read_text())


def plan(sim: Sim, text: str, /, *arguments: str, **more: Any) -> Done:
    """`mln plan` of a text."""
    return sim.run("plan", "-f", sim.home.write("lab.mln", text), *arguments, **more)


def running(sim: Sim, text: str = OLD) -> None:
    """A project that is built and up."""
    assert sim.build(text).code == 0
    assert sim.run("start", "lab").code == 0


def again(sim: Sim) -> None:
    """The same project once more, as it was when this was called first: quicker than to build and start it."""
    saved = sim.home.folder / "saved"
    if not saved.exists():
        running(sim)
        shutil.copytree(sim.folder, saved)
    shutil.rmtree(sim.folder)
    shutil.copytree(saved, sim.folder)


def begun(sim: Sim) -> dict[str, float]:
    """When each machine that is up was started."""
    return {name: record["begun"] for name, record in sim.records().items() if record.get("up") and "begun" in record}


def memory(sim: Sim) -> dict[str, int]:
    """MiB of what was started."""
    return {name: record["memory"] for name, record in sim.records().items() if "memory" in record}


def hosts_of_plan(sim: Sim) -> set[str]:
    """The hosts of the compiled project."""
    document = json.loads((sim.folder / "plan.json").read_text())
    return {action["subject"] for action in document["actions"] if action["subject"].startswith("host ")}


def kill_at_file_change(number: int, after: bool, folder: Path) -> None:
    """In a fork: end the process at that change of a file below the folder."""
    count = 0

    def watched(name: str) -> Callable[..., Any]:
        call = getattr(os, name)

        def act(*arguments: Any, **named: Any) -> Any:
            nonlocal count
            mine = _changes(name, folder, *arguments)
            count += mine
            now = mine and count == number
            if now and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return call(*arguments, **named)
            finally:
                if now:
                    os.kill(os.getpid(), signal.SIGKILL)

        return act

    for name in _CALLS:
        setattr(os, name, watched(name))


def _changes(name: str, folder: Path, what: Any, *more: Any) -> bool:
    if name == "write":
        return int(what) > 2
    if not isinstance(what, str) or not what.startswith(str(folder)):
        return False
    return name != "open" or bool(more and more[0] & (os.O_WRONLY | os.O_RDWR))
