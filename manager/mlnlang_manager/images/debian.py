"""A Debian template by mmdebstrap: systemd, ifupdown, an ssh server, and nothing that a lab does not need."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images import copying, tools
from mlnlang_manager.images.busybox import create

SUITE = "bookworm"
SIZE = 1 << 30
#: Beside what is essential.
PACKAGES = (
    *("systemd-sysv", "udev", "ifupdown", "isc-dhcp-client", "iproute2", "iputils-ping", "netbase"),
    *("openssh-server",),
)
#: Each copy makes keys and a number of its own, and shuts down where Ctrl-Alt-Del is how it is asked to.
_KEYS = """\
[Unit]
Description=Make this machine's ssh keys
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
"""
_HOOKS = (
    'rm -f "$1"/etc/ssh/ssh_host_*',
    ': >"$1/etc/machine-id"',
    f'cat >"$1/etc/systemd/system/mln-ssh-keys.service" <<"END"\n{_KEYS}END',
    'chroot "$1" systemctl enable mln-ssh-keys.service',
    'ln -sf /lib/systemd/system/poweroff.target "$1/etc/systemd/system/ctrl-alt-del.target"',
)


def lacking() -> list[str]:
    """What is missing on this server, in words."""
    found = tools.missing("mmdebstrap", "mke2fs", "e2fsck", "tar", *(("fakeroot",) if os.geteuid() else ()))
    if os.geteuid() and not _has_namespaces():
        found.append("root, or user namespaces with an entry in /etc/subuid (uidmap)")
    return found


def build(path: str, suite: str = SUITE, size: int = SIZE, packages: Sequence[str] = ()) -> None:
    """Make the template; it takes a minute and the network. Raises DriverError."""
    missing = lacking()
    if missing:
        raise DriverError(f"a Debian template can't be made; missing on this server: {'; '.join(missing)}",
                          hint="Debian: apt install mmdebstrap uidmap fakeroot")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="mln.") as folder, copying.made(path) as part:
        tar, tree = os.path.join(folder, "root.tar"), os.path.join(folder, "root")
        tools.must([*_command(suite, packages), tar], "mmdebstrap failed")
        os.mkdir(tree)
        # Owners and devices that only root may make are remembered by fakeroot, which mke2fs then believes.
        state = os.path.join(folder, "owners")
        tools.must([*_as_root("-s", state), "tar", "-C", tree, "--numeric-owner", "-xpf", tar], "tar failed")
        os.unlink(tar)
        create(part, size, [*_as_root("-i", state)], ["-d", tree])
        tools.must(["e2fsck", "-fn", part], "the new file system is not sound")
        os.chmod(part, 0o644)


def _command(suite: str, packages: Sequence[str]) -> list[str]:
    argv = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={','.join((*PACKAGES, *packages))}"]
    return [*argv, *(f"--customize-hook={hook}" for hook in _HOOKS), suite]


def _as_root(option: str, state: str) -> tuple[str, ...]:
    return () if os.geteuid() == 0 else ("fakeroot", option, state, "--")


def _has_namespaces() -> bool:
    return bool(tools.found("newuidmap")) and tools.run(["unshare", "--user", "--map-root-user", "true"]).code == 0
