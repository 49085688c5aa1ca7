"""Which kind of system a template holds: it decides which files set a guest up."""

from __future__ import annotations

import re

from mlnlang.ir import Host

#: Words in a template's name → family. The first that fits counts.
_WORDS = (
    (re.compile(r"rhel|red-?hat|centos|fedora|rocky|alma|scientific|oracle", re.I), "redhat"),
    (re.compile(r"suse|sles", re.I), "suse"),
    (re.compile(r"busybox|alpine", re.I), "busybox"),
    (re.compile(r"^win|windows|vista", re.I), "windows"),
)


def of(host: Host) -> str:
    """`debian`, `redhat`, `suse`, `busybox`, `windows` or `other`: as said, else guessed by the template's name."""
    if host.family:
        return host.family.lower()
    root = host.root_disk
    template = (root.template if root else None) or host.template or ""
    return next((family for pattern, family in _WORDS if pattern.search(template)), "debian")


def known(host: Host) -> str | None:
    """The family as said; None where build.sh tells it from the image. A name that says Windows is believed."""
    if host.family:
        return host.family.lower()
    return "windows" if may_be_windows(host) and of(host) == "windows" else None


def may_be_windows(host: Host) -> bool:
    """Whether the machine could start Windows: a processor of its own, and no kernel from the server."""
    if host.kernel or host.backend in ("uml", "lxc"):
        return False
    return host.hvm or host.backend != "xen"
