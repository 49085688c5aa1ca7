"""What kind of system a guest is, told by files of its image. The same rules as the scripts' lib/kind.sh."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlnlang_manager.images.staging import Stage

#: Paths that tell kinds apart.
MARKS = (
    "/etc/os-release", "/usr/lib/os-release", "/etc/debian_version", "/etc/network/interfaces",
    "/etc/redhat-release", "/etc/sysconfig/network-scripts", "/etc/SuSE-release", "/etc/sysconfig/network",
    "/etc/alpine-release", "/bin/busybox", "/etc/inittab", "/etc/init.d/rcS", "/sbin/openrc", "/Windows",
    "/WINDOWS", "/windows", "/boot.ini", "/lib/systemd/systemd", "/usr/lib/systemd/systemd", "/usr/sbin/netplan",
    "/sbin/netplan", "/sbin/ifup", "/usr/sbin/ifup", "/usr/sbin/NetworkManager", "/usr/sbin/wicked",
    "/lib/systemd/systemd-networkd", "/usr/lib/systemd/systemd-networkd", "/etc/rc.d/init.d/network",
    "/etc/rc.d/rc3.d", "/etc/rc3.d", "/etc/init.d/rc3.d", "/etc/HOSTNAME", "/bin/bash", "/etc/selinux/config",
)  # fmt: skip
RELEASES = ("/etc/os-release", "/usr/lib/os-release")
#: Files that the kind is read from.
READ = (*RELEASES, "/etc/selinux/config")
_NAMES = (
    ("debian", (" debian ", " ubuntu ")),
    ("redhat", (" rhel ", " fedora ", " centos ")),
    ("suse", ("suse", " sles ")),
    ("busybox", (" alpine ", " busybox ", " buildroot ")),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A guest's family, what sets its network up, all its tags, and the marks it has."""

    family: str
    network: str
    tags: frozenset[str]
    marks: frozenset[str]

    def has(self, *paths: str) -> bool:
        """Whether the image has one of the marks."""
        return not self.marks.isdisjoint(paths)

    def is_any(self, tags: str) -> bool:
        """Whether the guest has one of the tags, which have commas between them."""
        return not self.tags.isdisjoint(tags.split(","))


def kind(stage: Stage, family: str = "") -> Kind:
    """Learn what a guest is; `family` is the project's word for it, and counts."""
    stage.expect(look=MARKS)
    marks = frozenset(path for path in MARKS if stage.attributes(path) is not None)
    family = family or _family(stage, marks)
    if family == "windows":
        return Kind(family, "", frozenset((family,)), marks)
    network = _network(family, marks)
    tags = [family, network, *_init(family, marks)]
    return Kind(family, network, frozenset(filter(None, tags)), marks)


def _family(stage: Stage, marks: frozenset[str]) -> str:
    if marks & {"/Windows", "/WINDOWS", "/windows", "/boot.ini"}:
        return "windows"
    text = next((found for path in RELEASES if (found := stage.fetch(path)) is not None), b"")
    lines = re.findall(r"^ID(?:_LIKE)?=(.*)$", text.decode("utf-8", "replace"), re.MULTILINE)
    names = f" {' '.join(line.translate({34: None, 39: None}) for line in lines)} "
    for family, words in _NAMES:
        if lines and any(word in names for word in words):
            return family
    return _family_by_files(marks)


def _family_by_files(marks: frozenset[str]) -> str:
    has = marks.__contains__
    if has("/etc/debian_version"):
        return "debian"
    if has("/etc/redhat-release") or has("/etc/sysconfig/network-scripts"):
        return "redhat"
    if has("/etc/SuSE-release") or has("/etc/sysconfig/network"):
        return "suse"
    if has("/etc/alpine-release") or (has("/bin/busybox") and (has("/etc/inittab") or has("/etc/init.d/rcS"))):
        return "busybox"
    return "debian" if has("/etc/network/interfaces") else "other"


def _network(family: str, marks: frozenset[str]) -> str:
    has = marks.__contains__
    manager = has("/usr/sbin/NetworkManager")
    if family == "busybox":
        return "ifupdown"
    if family == "redhat":
        # Where the old scripts are, NetworkManager reads their files as well.
        return "networkmanager" if manager and not has("/etc/rc.d/init.d/network") else "ifcfg"
    if family == "suse":
        return "networkmanager" if manager and not has("/usr/sbin/wicked") else "wicked"
    if marks & {"/usr/sbin/netplan", "/sbin/netplan"}:
        return "netplan"
    if marks & {"/sbin/ifup", "/usr/sbin/ifup", "/etc/network/interfaces"}:
        return "ifupdown"
    if manager:
        return "networkmanager"
    if marks & {"/lib/systemd/systemd-networkd", "/usr/lib/systemd/systemd-networkd"}:
        return "networkd"
    return "ifupdown" if family == "debian" else ""


def _init(family: str, marks: frozenset[str]) -> tuple[str, ...]:
    if marks & {"/lib/systemd/systemd", "/usr/lib/systemd/systemd"}:
        return ("systemd",)
    if "/sbin/openrc" in marks:
        return "sysv", "openrc"
    return ("sysv", "rcS") if family == "busybox" else ("sysv",)
