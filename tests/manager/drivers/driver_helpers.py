"""Projects on disk as `mln` has them, machines of them for drivers, and a template that boots."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen_helpers import require, run, write_plan
from mlnlang_codegen import generate
from mlnlang_manager.drivers.protocol import Machine, Place, Segment
from mlnlang_manager.settings import Settings

from mlnlang.ir import Project

INITTAB = """\
::sysinit:/etc/init.d/rcS
::ctrlaltdel:/bin/halt
::shutdown:/bin/umount -a -r
tty1::respawn:/bin/getty 38400 tty1
"""
RC_S = """\
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -o remount,rw /
"""
FOLDERS = "bin sbin proc sys dev tmp root home var/run usr/bin usr/sbin etc/init.d"
IFUPDOWN = "if-up.d if-pre-up.d if-down.d if-post-down.d"


def make_template(path: Path, tree: Path) -> None:
    """An ext4 image with busybox, which boots; root may log in without a password."""
    require("/bin/busybox", "mke2fs", "debugfs")
    for name in [*FOLDERS.split(), *(f"etc/network/{part}" for part in IFUPDOWN.split())]:
        (tree / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", tree / "bin/busybox")
    for applet in run("/bin/busybox", "--list").stdout.split():
        if applet != "busybox":
            (tree / "bin" / applet).symlink_to("busybox")
    (tree / "sbin/init").symlink_to("../bin/busybox")
    (tree / "etc/init.d/rcS").write_text(RC_S)
    (tree / "etc/init.d/rcS").chmod(0o755)
    for name, text in (
        ("inittab", INITTAB),
        ("passwd", "root:x:0:0:root:/root:/bin/sh\n"),
        ("shadow", "root::19000:0:99999:7:::\n"),
        ("group", "root:x:0:\n"),
    ):
        (tree / "etc" / name).write_text(text)
    made = run("mke2fs", "-q", "-t", "ext4", "-F", "-d", tree, "-L", "root", path, "12M")
    assert made.returncode == 0, made.stderr


@dataclass
class Seen:
    """Progress that is remembered."""

    phases: list[str] = field(default_factory=list)

    def __call__(self, phase: str, done: float = 0.0) -> None:
        """Remember."""
        self.phases.append(phase)


@dataclass(frozen=True)
class Lab:
    """A compiled project in a folder of its own."""

    project: Project
    place: Place

    def machine(self, name: str) -> Machine:
        """A host of it."""
        return Machine(self.place, next(host for host in self.project.hosts if host.name == name))

    @property
    def machines(self) -> list[Machine]:
        """All of them."""
        return [Machine(self.place, host) for host in self.project.hosts]

    def segment(self, name: str) -> Segment:
        """A switch of it."""
        return Segment(self.place, next(switch for switch in self.project.switches if switch.name == name))


def lab(
    project: Project, folder: Path, templates: Path | None = None, files: Path | None = None, server: str = "local"
) -> Lab:
    """Compile a project below a folder; `server` is the one that we are."""
    home = write_plan(generate(project), folder / "projects" / project.name)
    here = home / server
    place = Place(
        project,
        str(here),
        str(here / "images"),
        str(here / "run"),
        str(home / ".mln" / "log"),
        str(templates) if templates else None,
        str(files) if files else None,
    )
    return Lab(project, place)


def settings(**environment: Any) -> Settings:
    """Settings for drivers: where templates and files are, for the scripts."""
    given = {f"MLN_{name.upper()}": str(value) for name, value in environment.items()}
    return Settings("/nonexistent", ("local",), given, None, "")  # type: ignore[arg-type]


def stand_in(folder: Path, name: str, code: str) -> None:
    """A program in Python that stands in for another's, first on the path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{code}")
    path.chmod(0o755)


def processes(marker: str) -> list[int]:
    """Processes whose command line or working directory names the marker."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            command = Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace")
            folder = os.readlink(f"/proc/{entry}/cwd")
        except OSError:
            continue
        if marker in command or marker in folder:
            found.append(int(entry))
    return found
