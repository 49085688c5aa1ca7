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
    """`debian`, `redhat`, `suse`, `busybox` or `windows`: as said, else guessed by the template's name."""
    if host.family:
        return host.family.lower()
    root = host.root_disk
    template = (root.template if root else None) or host.template or ""
    return next((family for pattern, family in _WORDS if pattern.search(template)), "debian")
