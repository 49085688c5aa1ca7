"""The catalogue's rows of what is checked across a project, and across projects given together (`mlnlang.checks`).

A network may be meant as it is, so every one of these may be allowed, lowered or switched off.
"""

from __future__ import annotations

from mlnlang.diagnostics.model import Rule, Severity

#: The rows, by number.
CHECKS: list[Rule] = []


def _check(
    number: int,
    slug: str,
    severity: Severity,
    title: str,
    why: str,
    bad: str = "",
    good: str = "",
    *,
    varies: bool = True,
) -> Rule:
    row = Rule(f"MLN{number:03}", slug, severity, title, why, bad, good, check=True, varies=varies)
    CHECKS.append(row)
    return row


def _project(*blocks: str) -> str:
    return "global { project demo }\n" + "".join(f"{block}\n" for block in blocks)


def _host(name: str, address: str, *more: str, switch: str = "lan", card: str = "") -> str:
    """A host with one card; `more` are lines of the host, `card` of its card."""
    inside = [f"address {address}", f"switch {switch}", *([card] if card else [])]
    lines = ["template debian.ext4", *more, "network eth0 {", *(f"    {line}" for line in inside), "}"]
    return f"host {name} {{\n" + "".join(f"    {line}\n" for line in lines) + "}"


def _router(name: str, *cards: tuple[str, str], startup: str = "") -> str:
    """A host with a card for each pair of address and switch."""
    lines = ["template debian.ext4"]
    for number, (address, switch) in enumerate(cards):
        lines += [
            f"network eth{number} {{",
            *([f"    address {address}"] if address else []),
            f"    switch {switch}",
            "}",
        ]
    lines += ["startup {", *(f"    {line}" for line in startup.split("\n")), "}"] if startup else []
    return f"host {name} {{\n" + "".join(f"    {line}\n" for line in lines) + "}"


_LAN = "switch lan { }"
_WEB = _host("web", "10.0.0.2/24")
_PAIR = (_WEB, _host("db", "10.0.0.3/24"), _LAN)
_BACK = _router("gate", ("10.0.0.1/24", "lan"), ("10.0.1.1/24", "back"))
_TWO = (_WEB, _BACK, "switch lan { }", "switch back { }")

# ---------------------------------------------------------------- 4xx names
DUPLICATE_PROJECT = _check(
    410, "duplicate-project", "error", "two projects have one name",
    "Machines are called `host.project`, and images, bridges and files after them. Two projects of one name on the same servers would overwrite each other's.",
)  # fmt: skip
DUPLICATE_IDENTITY = _check(
    411, "duplicate-identity", "error", "two machines have one name",
    "Host `a.b` of project `c` and host `a` of project `b.c` are both the machine `a.b.c`: hypervisors and images can't tell them apart.",
)  # fmt: skip

# ---------------------------------------------------------------- 5xx addresses and segments
DUPLICATE_ADDRESS = _check(
    505, "duplicate-address", "error", "two machines of one segment have the same address",
    "Both answer for the address, and which of them is reached changes from minute to minute.",
    _project(_WEB, _host("db", "10.0.0.2/24"), _LAN), _project(*_PAIR),
)  # fmt: skip
ADDRESS_REUSED = _check(
    506, "address-reused", "warning", "the same address is given on two segments",
    "Whoever reaches both segments can't tell the machines apart. Segments that are private to different projects don't count: there the same address is how labs are copied.",
    _project(*_TWO[:1], _router("gate", ("10.0.0.1/24", "lan"), ("10.0.0.2/24", "back")), *_TWO[2:]), _project(*_TWO),
)  # fmt: skip
DUPLICATE_MAC = _check(
    507, "duplicate-mac", "error", "two cards have the same hardware address",
    "A switch sends frames for the address to whichever of the two spoke last. Across segments it is a warning only.",
    _project(_host("web", "10.0.0.2/24", card="mac 52:54:00:00:00:01"), _host("db", "10.0.0.3/24", card="mac 52:54:00:00:00:01"), _LAN),
    _project(_host("web", "10.0.0.2/24", card="mac 52:54:00:00:00:01"), _host("db", "10.0.0.3/24", card="mac 52:54:00:00:00:02"), _LAN),
)  # fmt: skip
DUPLICATE_BRIDGE = _check(
    508, "duplicate-bridge", "error", "two switches of a server have one bridge",
    "A network device's name has at most 15 characters, so `switch.project` is cropped. Two names that become one are one bridge: the segments would be joined.",
    _project(_host("web", "10.0.0.2/24", "xen"), _router("gate", ("10.0.0.1/24", "lan"), ("10.0.1.1/24", "back")).replace("{\n", "{\n    xen\n", 1), "switch lan { bridge br7 }", "switch back { bridge br7 }"),
    _project(_host("web", "10.0.0.2/24", "xen"), _router("gate", ("10.0.0.1/24", "lan"), ("10.0.1.1/24", "back")).replace("{\n", "{\n    xen\n", 1), "switch lan { bridge br7 }", "switch back { bridge br8 }"),
)  # fmt: skip
OVERLAPPING_SUBNETS = _check(
    510, "overlapping-subnets", "warning", "two segments have overlapping subnets",
    "A machine on one segment takes addresses of the other for its own neighbours, so packets between the two never leave. Segments that are private to different projects don't count.",
    _project(_WEB, _router("gate", ("10.0.0.1/24", "lan"), ("10.0.0.129/25", "back")), *_TWO[2:]), _project(*_TWO),
)  # fmt: skip
NETMASK_MISMATCH = _check(
    511, "netmask-mismatch", "warning", "netmasks disagree on one segment",
    "Machines of one subnet that disagree on its size can't all reach each other, and their broadcasts go to different addresses.",
    _project(_WEB, _host("db", "10.0.0.3/24"), _host("mail", "10.0.0.4/16"), _LAN), _project(*_PAIR),
)  # fmt: skip
LONE_SUBNET = _check(
    512, "lone-subnet", "warning", "a machine is alone in its subnet on a segment",
    "The others of the segment share a subnet that this address is not in, so none of them can talk to it. It is often a slip in one number.",
    _project(_WEB, _host("db", "10.0.0.3/24"), _host("mail", "10.0.1.4/24"), _LAN), _project(*_PAIR),
)  # fmt: skip
RESERVED_ADDRESS = _check(
    513, "reserved-address", "error", "a machine has an address that no machine can have",
    "The first address of an IPv4 subnet names the subnet and the last is its broadcast address; 127.0.0.0/8, 224.0.0.0/4 and 0.0.0.0 are for other things.",
    _project(_WEB, _host("db", "10.0.0.255/24"), _LAN), _project(*_PAIR),
)  # fmt: skip
GATEWAY_OUTSIDE = _check(
    514, "gateway-outside", "warning", "a gateway is outside its card's subnet",
    "A machine reaches its gateway over the card's own segment, so the gateway needs an address of that subnet.",
    _project(_host("web", "10.0.0.2/24", card="gateway 10.0.9.1"), *_TWO[1:]), _project(_host("web", "10.0.0.2/24", card="gateway 10.0.0.1"), *_TWO[1:]),
)  # fmt: skip
GATEWAY_NOBODY = _check(
    515, "gateway-nobody", "warning", "a gateway is nobody's address",
    "The segment is closed: only this project's machines are on it, and none has the gateway's address. A switch with `tap`, `bridge`, `socket` or `dhcp yes` has somebody else on it, of whom the project says nothing.",
    _project(_host("web", "10.0.0.2/24", card="gateway 10.0.0.9"), *_TWO[1:]), _project(_host("web", "10.0.0.2/24", card="gateway 10.0.0.1"), *_TWO[1:]),
)  # fmt: skip
OWN_GATEWAY = _check(
    516, "own-gateway", "warning", "a machine is its own gateway",
    "The gateway is the machine that packets for elsewhere are handed to. A router itself has none on that side.",
    _project(_WEB, _host("db", "10.0.0.3/24", card="gateway 10.0.0.3"), _LAN), _project(*_PAIR),
)  # fmt: skip
NO_DHCP = _check(
    517, "no-dhcp", "warning", "nothing on the segment gives out addresses",
    "A machine asks by DHCP on a closed segment, and nobody answers. Say `dhcp yes` in the switch when something does, or let a machine of the segment start a DHCP server.",
    _project(_WEB, _host("db", "dhcp"), _LAN), _project(_WEB, _host("db", "dhcp"), "switch lan { dhcp yes }"),
)  # fmt: skip
NO_INTERFACE = _check(
    518, "no-interface", "warning", "a host has no interface",
    "The project has a network, and this machine is not on it. Only its console reaches it.",
    _project(*_PAIR, "host lost { template debian.ext4 }"), _project(*_PAIR),
    varies=False,
)  # fmt: skip
EMPTY_SWITCH = _check(
    519, "empty-switch", "warning", "no host is wired to a switch",
    "The switch is made and started, and carries nothing. Often the hosts' `switch` lines name another.",
    _project(*_PAIR, "switch spare { }"), _project(*_PAIR),
    varies=False,
)  # fmt: skip
ISLANDS = _check(
    520, "islands", "warning", "a project falls into parts that can't reach each other",
    "No switch, and no machine with cards on two, joins the parts. Where it is meant, allow it at the host that is named.",
    _project(*_PAIR, _host("mail", "10.0.1.2/24", switch="back"), _host("dns", "10.0.1.3/24", switch="back"), "switch back { }"),
    _project(*_PAIR, _host("mail", "10.0.1.2/24", switch="back"), _BACK, "switch back { }"),
    varies=False,
)  # fmt: skip
TWO_ON_SEGMENT = _check(
    521, "two-on-segment", "warning", "a host has two cards on one segment",
    "Both cards answer for both addresses, and answers leave by either. A second card is meant for a second segment, or for a bond.",
    _project(_WEB, _router("gate", ("10.0.0.1/24", "lan"), ("10.0.0.5/24", "lan")), _LAN), _project(*_PAIR),
)  # fmt: skip
BRIDGING_LOOP = _check(
    522, "bridging-loop", "error", "bridging hosts make a loop",
    "Hosts whose start-up lines bridge their cards (brctl, `ip link … master`, ovs-vsctl) join segments. Joined in a circle without STP, the first broadcast goes round for ever.",
    _project(*(_router(name, ("", "lan"), ("", "back"), startup="brctl addbr br0\nbrctl addif br0 eth0 eth1") for name in ("one", "two")), *_TWO[2:]),
    _project(*(_router(name, ("", "lan"), ("", "back"), startup="brctl addbr br0\nbrctl stp br0 on\nbrctl addif br0 eth0 eth1") for name in ("one", "two")), *_TWO[2:]),
)  # fmt: skip

# ---------------------------------------------------------------- 6xx resources and placement
DUPLICATE_DISPLAY = _check(
    602, "duplicate-display", "error", "two machines of a server have one VNC display",
    "Display N is port 5900 + N of the server: the second machine does not start.",
    _project(_host("web", "10.0.0.2/24", "xen", "vncdisplay 1"), _host("db", "10.0.0.3/24", "xen", "vncdisplay 1"), _LAN),
    _project(_host("web", "10.0.0.2/24", "xen", "vncdisplay 1"), _host("db", "10.0.0.3/24", "xen", "vncdisplay 2"), _LAN),
)  # fmt: skip
DUPLICATE_VOLUME = _check(
    603, "duplicate-volume", "error", "two machines write to one disk",
    "Each machine believes that it alone changes the filesystem: it is lost within minutes. A mount with the option `ro`, and cluster filesystems such as ocfs2 and gfs2, may be shared.",
    _project(_host("web", "10.0.0.2/24", "filesystem /dev/vg0/web"), _host("db", "10.0.0.3/24", "filesystem /dev/vg0/web"), _LAN),
    _project(_host("web", "10.0.0.2/24", "filesystem /dev/vg0/web"), _host("db", "10.0.0.3/24", "filesystem /dev/vg0/db"), _LAN),
)  # fmt: skip
SWITCH_ELSEWHERE = _check(
    604, "switch-elsewhere", "error", "a host is wired to a switch of another server",
    "A switch is one server's: frames do not cross to another. Put both on one server, or give the switch a `bridge` or `tap` that the servers' own network joins.",
    _project("server milano { memory 64G }\nserver torino { memory 64G }", _host("web", "10.0.0.2/24", "service_host milano"), _host("db", "10.0.0.3/24", "service_host torino"), "switch lan { service_host milano }"),
    _project("server milano { memory 64G }\nserver torino { memory 64G }", _host("web", "10.0.0.2/24", "service_host milano"), _host("db", "10.0.0.3/24", "service_host milano"), "switch lan { service_host milano }"),
)  # fmt: skip
TEMPLATE_NOT_FOUND = _check(
    605, "template-not-found", "warning", "a template is not in the template directory",
    "The template directory of mln.conf (or `-T`) is on this machine and holds no such file. Hosts of other servers are not checked: their directory is theirs.",
)  # fmt: skip
TEMPLATE_KIND = _check(
    606, "template-kind", "warning", "a template is of the wrong kind for its back end",
    "A filesystem image without partitions, a qcow2 file and a vmdk file start on different hypervisors. What the file itself says counts where it can be read, else its name.",
    _project(_host("web", "10.0.0.2/24", "uml").replace("debian.ext4", "debian.qcow2"), _host("db", "10.0.0.3/24", "uml"), _LAN),
    _project(_host("web", "10.0.0.2/24", "uml"), _host("db", "10.0.0.3/24", "uml"), _LAN),
)  # fmt: skip
SIZE_BELOW_TEMPLATE = _check(
    607, "size-below-template", "warning", "`size` is below the template's own size",
    "A disk is grown from its template and never shrunk, since data would be lost: the disk will be as large as the template.",
)  # fmt: skip
MEMORY_EXCEEDED = _check(
    608, "memory-exceeded", "error", "a server has too little memory for its machines",
    "The memory of all machines placed on the server is more than it has to give (`server NAME { memory … }`). The table tells who takes what.",
    _project("server milano { memory 1G }", _host("web", "10.0.0.2/24", "service_host milano", "memory 800M"), _host("db", "10.0.0.3/24", "service_host milano", "memory 800M"), _LAN),
    _project("server milano { memory 2G }", _host("web", "10.0.0.2/24", "service_host milano", "memory 800M"), _host("db", "10.0.0.3/24", "service_host milano", "memory 800M"), _LAN),
)  # fmt: skip
CPUS_EXCEEDED = _check(
    609, "cpus-exceeded", "warning", "a server has too few processors for its machines",
    "The processors of all machines placed on the server are more than it has. They will share, and wait for each other.",
    _project("server milano { cpus 2 }", _host("web", "10.0.0.2/24", "xen", "service_host milano", "vcpus 2"), _host("db", "10.0.0.3/24", "xen", "service_host milano"), _LAN),
    _project("server milano { cpus 4 }", _host("web", "10.0.0.2/24", "xen", "service_host milano", "vcpus 2"), _host("db", "10.0.0.3/24", "xen", "service_host milano"), _LAN),
)  # fmt: skip
STORAGE_EXCEEDED = _check(
    610, "storage-exceeded", "error", "a server has too little room for its machines' disks",
    "The disks of all machines placed on the server are larger than the room it has (`server NAME { storage … }`). Disks on a `san_path` don't count.",
    _project("server milano { storage 10G }", _host("web", "10.0.0.2/24", "service_host milano", "size 8G"), _host("db", "10.0.0.3/24", "service_host milano", "size 8G"), _LAN),
    _project("server milano { storage 20G }", _host("web", "10.0.0.2/24", "service_host milano", "size 8G"), _host("db", "10.0.0.3/24", "service_host milano", "size 8G"), _LAN),
)  # fmt: skip
CANNOT_MIGRATE = _check(
    611, "cannot-migrate", "warning", "a machine can't move to another server while it runs",
    "Live migration needs storage that both servers see: a volume group or directory that each names as `san_path`.",
    _project("server milano { san_path /nfs }\nserver torino { memory 64G }", _host("web", "10.0.0.2/24", "xen", "filepath /nfs", "service_host milano"), _LAN),
    _project("server milano { san_path /nfs }\nserver torino { san_path /nfs }", _host("web", "10.0.0.2/24", "xen", "filepath /nfs", "service_host milano"), _LAN),
)  # fmt: skip
BOOT_ORDER = _check(
    612, "boot-order", "warning", "a machine starts before one that it needs",
    "Its name server, gateway, iSCSI server or file server is a machine of the project with a higher `boot_order`, so it is not there yet.",
    _project(_host("web", "10.0.0.2/24", "boot_order 1", "nameserver 10.0.0.3"), _host("dns", "10.0.0.3/24", "boot_order 2"), _LAN),
    _project(_host("web", "10.0.0.2/24", "boot_order 2", "nameserver 10.0.0.3"), _host("dns", "10.0.0.3/24", "boot_order 1"), _LAN),
    varies=False,
)  # fmt: skip
CLEARTEXT_SECRET = _check(
    613, "cleartext-secret", "warning", "a password stands in clear text",
    "Projects are copied and put under version control. Write passwords as crypt(3) hashes (`openssl passwd -6`), or keep them in a file of their own that is included and not shared. VNC passwords have no hashed form: they are a note.",
    _project(_host("web", "10.0.0.2/24", "root_passwd secret"), _host("db", "10.0.0.3/24"), _LAN),
    _project(_host("web", "10.0.0.2/24", "root_passwd $6$salt$Zm9vYmFyYmF6"), _host("db", "10.0.0.3/24"), _LAN),
    varies=False,
)  # fmt: skip
