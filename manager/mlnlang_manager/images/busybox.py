"""A template with nothing but busybox, made in a second from the busybox-static that is installed.

It boots as User-Mode Linux, and on KVM and Xen with a kernel from the server; nobody needs to be root to make it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images import copying, tools
from mlnlang_manager.images.ext import ExtFiles
from mlnlang_manager.images.staging import Write

NAME = "busybox.ext4"
SIZE = 16 << 20
#: Bytes that busybox, the journal and some room for the project take at least.
LEAST = 8 << 20
#: Applets that a guest can't do without.
_NEEDED = frozenset(("getty", "ifdown", "ifup", "init", "ip", "login", "mount", "poweroff", "sh", "udhcpc"))
_FOLDERS = (
    "bin", "sbin", "usr", "usr/bin", "usr/sbin", "lib", "dev", "proc", "sys", "run", "var", "var/log", "var/lib",
    "home", "mnt", "opt", "srv", "etc", "etc/init.d", "etc/skel", "etc/udhcpc", "etc/network", "etc/network/if-up.d",
    "etc/network/if-pre-up.d", "etc/network/if-down.d", "etc/network/if-post-down.d",
)  # fmt: skip
#: What a kernel and scripts look for in /sbin.
_SYSTEM = ("init", "poweroff", "halt", "reboot", "swapon", "swapoff", "modprobe", "ifup", "ifdown", "ip", "getty")
_INITTAB = """\
# busybox init: ID::ACTION:PROCESS
::sysinit:/etc/init.d/rcS
::once:/etc/init.d/ready
console::respawn:/etc/init.d/console console
tty1::respawn:/etc/init.d/console tty1
::ctrlaltdel:/sbin/poweroff
::shutdown:/bin/sync
::shutdown:/sbin/swapoff -a
::shutdown:/bin/umount -a -r
"""
#: MLN adds lines at its end: the host's name, its network, the project's start-up lines.
_RC_S = """\
#!/bin/sh
# Run by init before all else.
PATH=/sbin:/usr/sbin:/bin:/usr/bin
export PATH
mount -t proc proc /proc
mount -t sysfs sysfs /sys
grep -q ' /dev ' /proc/mounts || mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=755 tmpfs /run
mount -o remount,rw /
rm -f /var/run/ifstate
mount -a
swapon -a 2>/dev/null
hostname -F /etc/hostname
ifconfig lo 127.0.0.1 up
"""
_READY = """\
#!/bin/sh
# Run by init once rcS is done: tells a User-Mode Linux' server that the machine is up, unless rcS says so itself.
if [ -e /proc/mconsole ] && ! grep -q MLN-READY /etc/init.d/rcS; then
    echo MLN-READY >/proc/mconsole
    echo MLN-READY >/dev/console
fi
"""
_CONSOLE = """\
#!/bin/sh
# Run by init: a console. It asks for name and password as soon as root has a password.
# User-Mode Linux tells on its command line which of its consoles somebody can type at.
if [ -e /proc/mconsole ]; then
    case $1 in console) number=0 ;; *) number=${1#tty} ;; esac
    case " $(cat /proc/cmdline) " in
    *" con$number=fd:"* | *" con$number=pts"* | *" con$number=port"* | *" con$number=xterm"* | *" con$number=pty"*) ;;
    *) exec sleep 2147483647 ;;
    esac
fi
case $(grep '^root:' /etc/shadow | cut -d : -f 2) in
'*' | '!'*) exec getty -n -l /etc/init.d/shell 0 "$1" linux ;;
*) exec getty 0 "$1" linux ;;
esac
"""
_SHELL = """\
#!/bin/sh
# Run by getty where root has no password.
cd /root || cd /
HOME=/root USER=root exec sh -l
"""
_DHCP = """\
#!/bin/sh
# Run by udhcpc, which tells by the environment what it was given.
case $1 in
deconfig)
    ip addr flush dev "$interface"
    ip link set "$interface" up
    ;;
bound | renew)
    ip addr flush dev "$interface"
    ip addr add "$ip/${mask:-24}" ${broadcast:+broadcast "$broadcast"} dev "$interface"
    for gateway in $router; do
        ip route add default via "$gateway" dev "$interface" 2>/dev/null && break
    done
    if [ -n "$dns" ]; then
        [ -z "$domain" ] || echo "search $domain" >/etc/resolv.conf.new
        for server in $dns; do echo "nameserver $server" >>/etc/resolv.conf.new; done
        mv /etc/resolv.conf.new /etc/resolv.conf
    fi
    ;;
esac
exit 0
"""
_PROFILE = """\
export PATH=/sbin:/usr/sbin:/bin:/usr/bin
export PS1='\\u@\\h:\\w\\$ '
"""
_TEXTS = {
    "etc/inittab": (_INITTAB, 0o644),
    "etc/init.d/rcS": (_RC_S, 0o755),
    "etc/init.d/ready": (_READY, 0o755),
    "etc/init.d/console": (_CONSOLE, 0o755),
    "etc/init.d/shell": (_SHELL, 0o755),
    "etc/udhcpc/default.script": (_DHCP, 0o755),
    "etc/profile": (_PROFILE, 0o644),
    "etc/hostname": ("busybox\n", 0o644),
    "etc/hosts": ("127.0.0.1 localhost\n", 0o644),
    "etc/fstab": ("", 0o644),
    "etc/issue": ("\\n \\l\n\n", 0o644),
    "etc/shells": ("/bin/sh\n", 0o644),
    "etc/os-release": ('ID=busybox\nNAME="MLN busybox"\nPRETTY_NAME="busybox, made by MLN"\n', 0o644),
    "etc/network/interfaces": ("auto lo\niface lo inet loopback\n", 0o644),
    "etc/nsswitch.conf": ("passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n", 0o644),
    "etc/passwd": ("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n", 0o644),
    "etc/group": ("root:x:0:\ntty:x:5:\nshadow:x:42:\nusers:x:100:\nnogroup:x:65534:\n", 0o644),
    "etc/shadow": ("root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n", 0o640),
}


def build(path: str, size: int = SIZE) -> None:
    """Make the template. Raises DriverError."""
    if size < LEAST:
        raise DriverError(f"a busybox template takes {LEAST >> 20} MiB at least")
    program = busybox()
    with copying.made(path) as part:
        create(part, size)
        writes = dict(contents(program))
        ExtFiles(part).write(writes)
        tools.must(["e2fsck", "-fn", part], "the new file system is not sound")
        os.chmod(part, 0o644)


def create(path: str, size: int, before: Sequence[str] = (), more: Sequence[str] = ()) -> None:
    """A new ext4 file system of root's. Raises DriverError, OSError."""
    with open(path, "xb") as file:
        file.truncate(size)
    options = "root_owner=0:0,lazy_itable_init=0,lazy_journal_init=1"
    argv = ["mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-L", "root", "-E", options, *more, path]
    tools.must([*before, *argv], "mke2fs failed")


def busybox() -> str:
    """The program, if it is one that needs no libraries. Raises DriverError."""
    path = tools.found("busybox")
    if path is None:
        raise DriverError("the command busybox is missing on this server", hint="Debian: apt install busybox-static")
    lacking = sorted(_NEEDED - set(applets(path)))
    if lacking:
        raise DriverError(f"{path} lacks {', '.join(lacking)}", hint="Debian: apt install busybox-static")
    with open(path, "rb") as file:
        if b"/ld-" in file.read(8192):
            raise DriverError(f"{path} needs libraries", hint="Debian: apt install busybox-static")
    return os.path.realpath(path)


def applets(path: str) -> list[str]:
    """What a busybox can do."""
    return tools.must([path, "--list"], f"{path} does not tell its applets").decode("ascii", "replace").split()


def contents(program: str) -> Iterator[tuple[str, Write]]:
    """All that is in the template."""
    for name in _FOLDERS:
        yield f"/{name}", Write("folder", 0o755)
    yield "/root", Write("folder", 0o700)
    for name in ("tmp", "var/tmp"):
        yield f"/{name}", Write("folder", 0o1777)
    yield "/bin/busybox", Write("file", 0o755, source=program)
    for applet in applets(program):
        if applet not in ("busybox", "linuxrc"):
            yield f"/bin/{applet}", Write("link", target="busybox")
    for name in (
        "init",
        "poweroff",
        "halt",
        "reboot",
        "swapon",
        "swapoff",
        "modprobe",
        "ifup",
        "ifdown",
        "ip",
        "getty",
    ):
        yield f"/sbin/{name}", Write("link", target="../bin/busybox")
    yield "/var/run", Write("link", target="../run")
    for name, (text, mode) in _TEXTS.items():
        gid = 42 if name == "etc/shadow" else 0
        yield f"/{name}", Write("file", mode, 0, gid, text.encode())
