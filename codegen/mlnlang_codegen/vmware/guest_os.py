"""VMware's identifier of the guest's system, guessed by the template's name."""

from __future__ import annotations

import re

#: The first pattern found in the template's name counts; `{0}` is the version it caught.
_GUESSES = (
    (r"win-?xp", "winXPPro"),
    (r"win(?:dows)?-?(?:server)?-?2003", "winNetStandard-64"),
    (r"vista", "winvista-64"),
    (r"win(?:dows)?-?7", "windows7-64"),
    (r"win(?:dows)?-?8", "windows8-64"),
    (r"^win|windows", "windows9-64"),
    (r"(?:rhel|red-?hat)-?([4-9])", "rhel{0}-64"),
    (r"rhel|red-?hat", "rhel7-64"),
    (r"centos-?([6-9])", "centos{0}-64"),
    (r"centos", "centos-64"),
    (r"fedora", "fedora-64"),
    (r"ubuntu", "ubuntu-64"),
    (r"debian-?(1[0-2]|[5-9])(?![0-9])", "debian{0}-64"),
    (r"debian", "debian10-64"),
    (r"sles", "sles12-64"),
    (r"suse", "opensuse-64"),
    (r"freebsd", "freebsd-64"),
)
_COMPILED = tuple((re.compile(pattern, re.I), name) for pattern, name in _GUESSES)
OTHER = "otherlinux-64"


def guest_os(template: str | None) -> str:
    """The identifier for `guestOS`; `otherlinux-64` where the name tells nothing."""
    for pattern, name in _COMPILED:
        found = pattern.search(template or "")
        if found:
            return name.format(*found.groups())
    return OTHER
