"""A real libvirtd for a test: in namespaces of its own, without systemd, gone with everything it started."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codegen_helpers import SEARCH, run

#: Folders of libvirt that the test has to itself.
_OWN = ("/etc/libvirt", "/var/lib/libvirt", "/run", "/var/log/libvirt", "/var/cache/libvirt")
_QEMU_CONF = """\
user = "root"
group = "root"
security_driver = "none"
remember_owner = 0
stdio_handler = "file"
cgroup_controllers = [ ]
namespaces = [ ]
"""
#: The first process: it waits, and so reaps whatever machines leave behind.
_ENTER = """\
set -e
{binds}
{system}
ip link set lo up
libvirtd >/var/log/libvirt/out 2>&1 &
wait $!
"""

#: /sys of the new network; libvirt must not find control groups there, or, for containers, only one kind of them.
_PLAIN = "mount -t sysfs sysfs /sys"
_WITH_GROUPS = """\
mkdir -p /run/groups
mount --rbind /sys/fs/cgroup /run/groups
umount -R -l /sys
mount -t sysfs sysfs /sys
mount --rbind /run/groups /sys/fs/cgroup
umount -R -l /run/groups
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi"""


class LibvirtServer:
    """Commands run as on that server. Its network devices and processes are its own, its files ours."""

    def __init__(self, first_process: int) -> None:
        self._enter = ("nsenter", "-t", str(first_process), "-m", "-n", "-p", "--")

    def run(
        self, *words: str | Path, env: dict[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a command there."""
        return run(*self._enter, *words, env=env, timeout=timeout)

    def virsh(self, *words: str | Path, uri: str = "qemu:///system") -> str:
        """What virsh says. Fails the test when virsh does."""
        told = self.run("virsh", "-q", "-c", uri, *words)
        assert told.returncode == 0, told.stderr
        return told.stdout.strip()


def _prepare(folder: Path, system: str) -> Path:
    binds = []
    for path in _OWN:
        own = folder / path[1:].replace("/", "-")
        own.mkdir(parents=True)
        Path(path).mkdir(parents=True, exist_ok=True)
        binds.append(f"mount --bind '{own}' {path}")
    (folder / "etc-libvirt/qemu.conf").write_text(_QEMU_CONF)
    (folder / "var-lib-libvirt/boot").mkdir()
    script = folder / "enter.sh"
    script.write_text(_ENTER.format(binds="\n".join(binds), system=system))
    return script


def _wait(server: LibvirtServer, folder: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while server.run("virsh", "-c", "qemu:///system", "uri").returncode:
        if time.monotonic() > end:
            raise AssertionError("libvirtd does not answer:\n" + (folder / "var-log-libvirt/out").read_text())
        time.sleep(0.1)


@contextmanager
def libvirt_server(folder: Path, *, groups: bool = False) -> Iterator[LibvirtServer]:
    """Start one below a folder; whatever happens, its first process is killed, and with it all others.

    `groups`: with the control groups that containers need.
    """
    script = _prepare(folder, _WITH_GROUPS if groups else _PLAIN)
    words = ("unshare", "-m", "-n", "-p", "--fork", "--mount-proc", "--kill-child", "--propagation", "private")
    with subprocess.Popen(
        [*words, "sh", str(script)], env={**os.environ, "PATH": SEARCH}, stdin=subprocess.DEVNULL
    ) as outer:
        try:
            server = LibvirtServer(_child(outer.pid))
            _wait(server, folder)
            yield server
        finally:
            outer.kill()


def _child(pid: int, seconds: float = 5) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if found:
            return int(found[0])
        time.sleep(0.02)
    raise AssertionError("unshare made no process")
