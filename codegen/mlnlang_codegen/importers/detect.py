"""Which of the formats a text is in, told by what stands in it."""

from __future__ import annotations

import re

KINDS = ("libvirt", "vmx", "xl", "clab")

_TOPOLOGY = re.compile(r"""^(?:topology|"topology"|'topology')[ \t]*:""", re.MULTILINE)
_VMX = re.compile(
    r"""^[ \t]*(?:\.encoding|config\.version|virtualHW\.version|displayName|guestOS|memsize|numvcpus
    |(?:scsi|ethernet|ide|sata)[0-9]+(?::[0-9]+)?\.\w+)[ \t]*=""",
    re.MULTILINE | re.IGNORECASE | re.VERBOSE,
)
_XL = re.compile(r"^[ \t]*[A-Za-z_]\w*[ \t]*\+?=(?!=)", re.MULTILINE)
_JSON_TOPOLOGY = re.compile(r'^\s*\{[\s\S]*"topology"\s*:')


def kind_of(text: str) -> str | None:
    """One of KINDS, or None."""
    if text.lstrip()[:1] == "<":
        return "libvirt"
    if _TOPOLOGY.search(text) or _JSON_TOPOLOGY.match(text):
        return "clab"
    if _VMX.search(text):
        return "vmx"
    return "xl" if _XL.search(text) else None
