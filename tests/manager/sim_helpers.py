"""Running `mln` with the simulated hypervisor: in a fork of the tests, which is quick, and may be killed."""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import mlnlang_codegen
from mln_helpers import Home
from mlnlang_manager.arguments import parser

from mlnlang.api import Compilation
from mlnlang.world import Memory

LAB = """\
global { project lab }
superclass common {
    template t.ext4
    uml
    memory 64M
    network eth0 { switch lan; address 10.0.0.1/24 }
}
host db { superclass common; boot_order 1 }
host mail { superclass common; network eth0 { address 10.0.0.2/24 } }
host web { superclass common; network eth0 { address 10.0.0.3/24 } }
switch lan { uml }
"""


# What a fork need not load again.
for module in ("mlnlang.cli.writing", "mlnlang.ir.as_json", "mlnlang_manager.drivers.sim", "mlnlang_manager.phases"):
    import_module(module)
for module in ("hooks", "ordering", "progress", "reports"):
    import_module(f"mlnlang_manager.engine.{module}")
parser()
mlnlang_codegen.generate(Compilation(Memory({"/lab.mln": LAB})).project("/lab.mln").ir)


@dataclass(frozen=True)
class Done:
    """What a run of `mln` has come to; a negative code is the signal that killed it."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Sim:
    """A home with the simulated hypervisor."""

    home: Home

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.home.projects / "lab"

    def run(self, *arguments: str, kill_at: int = 0, sim: Any = None, limit: int = 0, **environment: str) -> Done:
        """Run `mln` in a fork. `limit`: no file may get longer than so many bytes."""
        out, err = self.home.folder / "out", self.home.folder / "err"
        wishes = {"speed": 0, **(sim or {})}
        more = {"MLN_SIM": json.dumps(wishes), **({"MLN_SIM_KILL_AT": str(kill_at)} if kill_at else {}), **environment}
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            _child(self.home, arguments, more, out, err)
        _, status = os.waitpid(pid, 0)
        return Done(os.waitstatus_to_exitcode(status), out.read_text(), err.read_text())

    def build(self, text: str = LAB, *arguments: str, **more: Any) -> Done:
        """`mln build` of a text."""
        return self.run("build", "-f", self.home.write("lab.mln", text), *arguments, **more)

    def records(self) -> dict[str, dict[str, Any]]:
        """The hypervisor's account."""
        records: dict[str, dict[str, Any]] = {}
        path = self.folder / ".mln" / "sim.jsonl"
        for line in path.read_text().splitlines() if path.exists() else ():
            change = json.loads(line)
            name = change.pop("subject")
            if change.get("gone"):
                records.pop(name, None)
            else:
                records.setdefault(name, {}).update(change)
        return records

    def tokens(self) -> dict[str, str]:
        """Hosts with whole disks, and what tells one disk from the one that would be made after it."""
        return {name: r["token"] for name, r in self.records().items() if r.get("disk") == "whole"}

    def up(self) -> set[str]:
        """What is up."""
        return {name for name, record in self.records().items() if record.get("up")}

    def marks(self) -> set[str]:
        """The hosts that `mln` knows as built."""
        return set(json.loads((self.folder / ".mln" / "built.json").read_text())["marks"])

    def last_end(self) -> str:
        """How the last run ended, by the journal."""
        entry = json.loads((self.folder / ".mln" / "journal.jsonl").read_text().splitlines()[-1])
        return str(entry["outcome"]) if entry["event"] == "end" else ""


def _child(home: Home, arguments: tuple[str, ...], more: dict[str, str], out: Path, err: Path) -> None:
    code = 99
    try:
        for path, number in ((out, 1), (err, 2)):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(descriptor, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode, closefd=False) for n, mode in enumerate("rww"))
        os.environ.clear()
        os.environ.update({**home.environment, "MLN_DRIVER": "sim", **more})
        os.chdir(home.folder)
        from mlnlang_manager.main import main

        code = main(arguments)
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
