"""Set-up for tests of the code generators: a template that boots."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from codegen_helpers import require, run

INITTAB = """\
::sysinit:/etc/init.d/rcS
::ctrlaltdel:/bin/halt
::shutdown:/bin/umount -a -r
"""
RC_S = """\
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -o remount,rw /
"""


@pytest.fixture(scope="session")
def busybox_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template that boots: busybox and a few lines of inittab, in an ext4 file system of 12 MiB."""
    require("/bin/busybox", "mke2fs", "debugfs")
    root = tmp_path_factory.mktemp("busybox")
    tree, folder = root / "tree", root / "templates"
    folder.mkdir()
    for name in (
        "bin",
        "sbin",
        "proc",
        "sys",
        "dev",
        "tmp",
        "root",
        "home",
        "var/run",
        "usr/bin",
        "usr/sbin",
        "etc/init.d",
    ):
        (tree / name).mkdir(parents=True)
    for name in ("up", "pre-up", "down", "post-down"):
        (tree / f"etc/network/if-{name}.d").mkdir(parents=True)
    shutil.copy("/bin/busybox", tree / "bin/busybox")
    for applet in run("/bin/busybox", "--list").stdout.split():
        if applet != "busybox":
            (tree / "bin" / applet).symlink_to("busybox")
    (tree / "sbin/init").symlink_to("../bin/busybox")
    (tree / "etc/inittab").write_text(INITTAB)
    (tree / "etc/init.d/rcS").write_text(RC_S)
    (tree / "etc/init.d/rcS").chmod(0o755)
    (tree / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nold:x:1000:1000::/home/old:/bin/sh\n")
    (tree / "etc/group").write_text("root:x:0:\nshadow:x:42:\nold:x:1000:\n")
    (tree / "etc/shadow").write_text("root:*:19000:0:99999:7:::\nold:!:19000:0:99999:7:::\n")
    (tree / "etc/shadow").chmod(0o640)
    (tree / "etc/skel").mkdir()
    (tree / "etc/skel/.profile").write_text("umask 022\n")
    made = run("mke2fs", "-q", "-t", "ext4", "-F", "-d", tree, "-L", "root", folder / "busybox.ext4", "12M")
    assert made.returncode == 0, made.stderr
    return folder
