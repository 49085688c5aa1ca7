"""What is derived from names alone, so that the same project gives the same bytes everywhere (design, rule 4)."""

from __future__ import annotations

import uuid
from hashlib import sha256

from mlnlang.backends import BY_NAME

#: Longest name of a Linux network device, in characters (IFNAMSIZ - 1).
BRIDGE_LENGTH = 15

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://mln.invalid/identity")


def mac(backend: str, identity: str, interface: str) -> str:
    """A hardware address for an interface of `host.project`; VMware's fourth byte stays below 0x40."""
    prefix = BY_NAME[backend].mac_prefix
    tail = bytearray(sha256(f"{identity}/{interface}".encode()).digest()[:3])
    if backend == "vmware":
        tail[0] &= 0x3F
    return (prefix + bytes(tail)).hex(":")


def machine_uuid(identity: str) -> str:
    """A UUID for `host.project`."""
    return str(uuid.uuid5(_NAMESPACE, identity))


def bridge(switch: str, project: str) -> str:
    """A bridge's name: `switch.project`, the project cropped from the left to 15 characters (old).

    A switch whose own name leaves no room is cropped and told apart by a digest.
    """
    name = f"{switch}.{project}"
    if len(name) <= BRIDGE_LENGTH:
        return name
    room = BRIDGE_LENGTH - len(switch) - 1
    if room > 0:
        return f"{switch}.{project[-room:]}"
    return f"{switch[:8]}-{sha256(name.encode()).hexdigest()[:6]}"
