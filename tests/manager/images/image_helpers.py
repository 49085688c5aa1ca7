"""Machines whose guests are set up, and file systems to compare."""

from __future__ import annotations

import shutil
from pathlib import Path

from codegen_helpers import require, run, write_plan
from guest_helpers import snapshot
from mlnlang_codegen import generate
from mlnlang_manager.drivers.protocol import Machine, Place

from mlnlang.ir import Host, Project


def machine(host: Host, folder: Path, project: Project | None = None, **values: str) -> Machine:
    """A machine of a project, compiled below the folder."""
    whole = project or Project("p", (host,))
    server = folder / "local"
    if not server.exists():
        write_plan(generate(whole), folder)
    texts = {"templates": str(folder.parent / "templates"), "files": str(folder.parent / "files"), **values}
    place = Place(whole, str(server), str(server / "images"), str(server / "run"), str(folder / "log"), **texts)
    return Machine(place, host)


def image_of(tree: Path, path: Path, size: str = "8M", kind: str = "ext4") -> Path:
    """An image with that tree."""
    require("mke2fs", "debugfs", "e2fsck")
    done = run("mke2fs", "-q", "-t", kind, "-F", "-d", tree, path, size)
    assert done.returncode == 0, done.stderr
    return path


def contents(image: Path, work: Path) -> dict[str, tuple[str, int, int, int, bytes]]:
    """Every path of an image, read back by debugfs; the file system has to be sound."""
    checked = run("e2fsck", "-fn", image)
    assert checked.returncode == 0, checked.stdout
    back = work / "back"
    shutil.rmtree(back, ignore_errors=True)
    back.mkdir(parents=True)
    run("debugfs", "-R", f"rdump / {back}", image)
    shutil.rmtree(back / "lost+found", ignore_errors=True)
    return snapshot(back)


def disk_of(work: Path, tree: Path) -> Path:
    """A disk of 18 MiB with an MBR: an empty ext2 file system at 1 MiB, and one with that tree at 10 MiB."""
    empty = work / "empty"
    empty.mkdir()
    first, second = image_of(empty, work / "first.ext2", "9M", "ext2"), image_of(tree, work / "second.ext4", "8M")
    table = bytearray(1 << 20)
    for number, (start, count) in enumerate(((1 << 11, 9 << 11), (10 << 11, 8 << 11))):
        entry = b"\0\0\0\0\x83\0\0\0" + start.to_bytes(4, "little") + count.to_bytes(4, "little")
        table[446 + 16 * number : 462 + 16 * number] = entry
    table[510:512] = b"\x55\xaa"
    disk = work / "disk.img"
    disk.write_bytes(bytes(table) + first.read_bytes() + second.read_bytes())
    return disk
