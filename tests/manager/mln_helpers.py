"""Running `mln` in a home of its own, and a small template for User-Mode Linux."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "mlnlang_manager.main"]
UML_TOOLS = ("linux.uml", "uml_switch", "uml_mconsole", "busybox", "mke2fs", "debugfs")
PATH = f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Home:
    """A user's home directory; nothing outside of it is read or written. `driver` is what MLN_DRIVER says."""

    folder: Path
    driver: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the commands."""
        dropped = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "MLN_DEBUG", "MLN_DRIVER", "MLN_SIM", "FORCE_COLOR")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        more = {"MLN_DRIVER": self.driver} if self.driver else {}
        return {**kept, "HOME": str(self.folder), "PATH": PATH, **more}

    @property
    def projects(self) -> Path:
        """Where projects are kept by default."""
        return self.folder / "mln" / "projects"

    def write(self, name: str, text: str) -> str:
        """Write a file; returns its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run `mln`."""
        environment = {**self.environment, **more.pop("env", {})}
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **more,
        )

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run `mln`, expect that exit code, and read its JSON."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, done.stderr
        document = json.loads(done.stdout)
        assert document["version"] == 1
        return document

    def fake_scripts(self, project: str, server: str, **bodies: str) -> None:
        """Put shell lines in place of the control scripts of a built project; `$1` is `host NAME` or `switch NAME`.

        A phase that is not given lacks nothing and does nothing; `status` says `down`.
        """
        cases = {"status": 'echo "$1: down"', **bodies}
        arms = "".join(f"{phase})\n{body}\n;;\n" for phase, body in cases.items())
        for path in sorted((self.projects / project / server).glob("*/*/control.sh")):
            kind = {"hosts": "host", "switches": "switch"}[path.parts[-3]]
            path.write_text(f"phase=$1\nset -- '{kind} {path.parts[-2]}'\ncase $phase in\n{arms}esac\n")


def lacking() -> list[str]:
    """What is not installed of what User-Mode Linux needs."""
    return [name for name in UML_TOOLS if not shutil.which(name, path=PATH)]


def make_template(path: Path, work: Path) -> None:
    """An ext4 image of 8 MiB with busybox, which boots, and halts when asked to."""
    root = work / "root"
    for name in ("bin", "sbin", "etc", "dev", "proc", "sys", "tmp", "root", "var"):
        (root / name).mkdir(parents=True, exist_ok=True)
    busybox = shutil.which("busybox", path=PATH)
    assert busybox
    shutil.copy(busybox, root / "bin" / "busybox")
    for name in ("sh", "mount", "sync"):
        (root / "bin" / name).symlink_to("busybox")
    for name in ("init", "halt", "poweroff", "ifconfig"):
        (root / "sbin" / name).symlink_to("../bin/busybox")
    (root / "etc" / "inittab").write_text(
        "::sysinit:/bin/mount -t proc proc /proc\n::askfirst:/bin/sh\n::ctrlaltdel:/sbin/poweroff -f\n"
    )
    for name, text in (("passwd", "root:x:0:0:root:/root:/bin/sh\n"), ("group", "root:x:0:\n"), ("hostname", "t\n")):
        (root / "etc" / name).write_text(text)
    command = ["mke2fs", "-q", "-t", "ext4", "-F", "-L", "root", "-d", str(root), str(path), "8M"]
    subprocess.run(command, check=True, env={**os.environ, "PATH": PATH}, timeout=60)
