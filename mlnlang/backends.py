"""The one table of back ends: what the language has to know of each. A new one is a row here and a folder in codegen.

The language knows their names and who can meet whom; what they write is the code generators' business.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackEndRow:
    """A back end. Machines of one `segment` family can share a switch. A cloud is asked for by a block, not by a flag.

    `letter` stands for it in the tables of keywords; `mac_prefix` begins derived hardware addresses.
    """

    name: str
    letter: str
    title: str
    segment: str
    mac_prefix: bytes
    doc: str
    cloud: bool = False
    is_new: bool = False


BACK_ENDS = (
    BackEndRow("xen", "X", "Xen", "bridge", bytes((0x00, 0x16, 0x3E)), "For the Xen hypervisor."),
    BackEndRow("vmware", "V", "VMware", "vmware", bytes((0x00, 0x50, 0x56)), "For VMware."),
    BackEndRow(
        "uml",
        "U",
        "UML",
        "uml",
        bytes((0xFE, 0xFD, 0x00)),
        "For User-Mode Linux, which needs neither root nor a hypervisor.",
        is_new=True,
    ),
    BackEndRow("kvm", "K", "KVM", "bridge", bytes((0x52, 0x54, 0x00)), "For KVM through libvirt."),
    BackEndRow(
        "lxc",
        "L",
        "LXC",
        "bridge",
        bytes((0x52, 0x54, 0x00)),
        "A Linux container through libvirt.",
        is_new=True,
    ),
    BackEndRow(
        "openstack",
        "C",
        "OpenStack",
        "cloud",
        bytes((0xFA, 0x16, 0x3E)),
        "A machine of an OpenStack cloud.",
        cloud=True,
    ),
    BackEndRow("ec2", "C", "EC2", "cloud", bytes((0x0A, 0x00, 0x00)), "A machine of an EC2 cloud.", cloud=True),
)

BY_NAME = {row.name: row for row in BACK_ENDS}
#: Those that a flag asks for, and those that a block asks for.
FLAGS = tuple(row.name for row in BACK_ENDS if not row.cloud)
CLOUDS = tuple(row.name for row in BACK_ENDS if row.cloud)
#: Letter → how people call it; clouds share one.
TITLES = {row.letter: "clouds" if row.cloud else row.title for row in BACK_ENDS}


def can_meet(one: str, other: str) -> bool:
    """Whether machines of two back ends can share a switch."""
    return BY_NAME[one].segment == BY_NAME[other].segment


def mates(name: str) -> list[str]:
    """Titles of the other back ends that share switches with one."""
    return [row.title for row in BACK_ENDS if row.name != name and row.segment == BY_NAME[name].segment]
