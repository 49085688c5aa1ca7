"""Whether this server can do what projects ask of it: the checks of `mln doctor`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from mlnlang_manager.settings import Settings

Level = Literal["ok", "note", "problem"]
PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
GIB = 1 << 30
#: Back end → commands it needs; of words joined by `|` one is enough. Then Debian's packages with them.
TOOLS: dict[str, tuple[tuple[str, ...], str]] = {
    "uml": (
        ("linux.uml", "uml_mconsole", "uml_switch|vde_switch", "debugfs", "mke2fs", "resize2fs"),
        "user-mode-linux uml-utilities e2fsprogs",
    ),
    "kvm": (
        ("virsh", "qemu-img", "qemu-system-x86_64|kvm", "debugfs"),
        "libvirt-clients libvirt-daemon-system qemu-system-x86 qemu-utils e2fsprogs",
    ),
    "lxc": (("virsh", "debugfs"), "libvirt-clients libvirt-daemon-driver-lxc e2fsprogs"),
    "xen": (("xl|virsh", "debugfs"), "xen-utils e2fsprogs"),
    "vmware": (("vmrun", "vmware-vdiskmanager|qemu-img"), "(VMware Workstation or Server)"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found. `fix` mends it, where `mln` can."""

    topic: str
    level: Level
    text: str
    hint: str = ""
    fix: Callable[[], None] | None = field(default=None, compare=False)


def findings(found: Settings) -> Iterator[Finding]:
    """All checks, in the order of the report."""
    from mlnlang_manager.leftovers import leftovers

    yield from _folders(found)
    yield from _back_ends(found)
    yield from _server()
    yield from leftovers(found)


def _folders(found: Settings) -> Iterator[Finding]:
    config = found.compiler.config
    for name, path in (("projects", found.projects), ("templates", config.templates), ("files", config.files)):
        if not path:
            continue
        if not os.path.isdir(path):
            yield Finding("folders", "note", f"{name}: {path} is not there", "mln setup makes it")
        elif not os.access(path, os.W_OK | os.X_OK if name == "projects" else os.R_OK | os.X_OK):
            how = "written to" if name == "projects" else "read"
            yield Finding(
                "folders", "problem", f"{name}: {path} can't be {how}", "chmod, or another folder in mln.conf"
            )
        else:
            yield _space(name, path)


def _space(name: str, path: str) -> Finding:
    state = os.statvfs(path)
    free = state.f_bavail * state.f_frsize
    text = f"{name}: {path}, {free / GIB:.1f} GiB free"
    if name == "projects" and free < GIB // 2:
        return Finding("folders", "problem", text, "disks of machines need room; mln remove gives some back")
    return Finding("folders", "ok", text)


def _back_ends(found: Settings) -> Iterator[Finding]:
    wanted = _wanted(found)
    for name, (commands, packages) in TOOLS.items():
        lacking = [word for word in commands if not any(shutil.which(each, path=PATH) for each in word.split("|"))]
        if not lacking:
            yield Finding("back ends", "ok", f"{name}: all commands are there")
            continue
        level: Level = "problem" if name in wanted else "note"
        hint = packages if packages.startswith("(") else f"apt-get install {packages}"
        yield Finding("back ends", level, f"{name}: lacks {', '.join(w.replace('|', ' or ') for w in lacking)}", hint)


def _wanted(found: Settings) -> set[str]:
    """Back ends that projects here use, and the one for hosts that name none."""
    from mlnlang_manager.projects import all_projects

    used = {backend for project in all_projects(found) for backend in project.backends.values()}
    return used | {found.compiler.config.default_backend}


def _server() -> Iterator[Finding]:
    yield from _memory()
    if os.path.exists("/dev/kvm"):
        usable = os.access("/dev/kvm", os.R_OK | os.W_OK)
        hint = "" if usable else "add yourself to the group kvm"
        yield Finding(
            "server", "ok" if usable else "note", "/dev/kvm" + ("" if usable else " is not yours to use"), hint
        )
    else:
        yield Finding(
            "server", "note", "no /dev/kvm: KVM machines are emulated, and slow", "modprobe kvm_intel or kvm_amd"
        )
    sockets = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
    if shutil.which("virsh", path=PATH) and not any(os.path.exists(path) for path in sockets):
        yield Finding(
            "server", "note", "libvirtd does not run for the system", "systemctl start libvirtd; or use qemu:///session"
        )
    yield from _modules()
    if not shutil.which("setpriv", path=PATH):
        hint = "apt-get install util-linux"
        yield Finding("server", "note", "no setpriv: scripts go on for a while when mln is killed", hint)


def _memory() -> Iterator[Finding]:
    """UML takes its machines' memory from /dev/shm."""
    known = dict(_meminfo())
    if "MemAvailable" in known:
        free = known["MemAvailable"] / GIB
        yield Finding("server", "ok" if free > 0.25 else "problem", f"{free:.1f} GiB of memory available")
    try:
        state = os.statvfs("/dev/shm")  # noqa: S108 - no file of ours
    except OSError:
        yield Finding(
            "server", "problem", "no /dev/shm, where User-Mode Linux has its memory", "mount -t tmpfs tmpfs /dev/shm"
        )
        return
    room = state.f_bavail * state.f_frsize
    small = room < GIB // 4
    hint = "mount -o remount,size=80% /dev/shm, where memory allows it" if small else ""
    yield Finding(
        "server", "problem" if small else "ok", f"{room / GIB:.1f} GiB free in /dev/shm, for UML machines", hint
    )


def _meminfo() -> Iterator[tuple[str, int]]:
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                name, _, rest = line.partition(":")
                yield name, int(rest.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return


#: What the kernel should have, what for, and a path that shows it is there.
MODULES = (
    ("tun", "TAP devices", "/dev/net/tun"),
    ("bridge", "switches of Xen, KVM and LXC", "/sys/module/bridge"),
    ("dm_mod", "logical volumes", "/sys/module/dm_mod"),
)


def _modules() -> Iterator[Finding]:
    for name, purpose, path in MODULES:
        if os.path.exists(path):
            yield Finding("server", "ok", f"kernel: {name}")
        else:
            yield Finding("server", "note", f"kernel: no {name}, for {purpose}", f"modprobe {name}")
