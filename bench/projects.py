"""Projects to measure with: N hosts of about ten lines each, on switches of 250; and the same for netlab."""

from __future__ import annotations

BACK_ENDS = ("uml", "xen", "vmware")


def project(hosts: int, name: str = "", first: int = 0) -> str:
    """The text of a project with so many hosts, whose subnets begin at 10.0.`first`.0/24."""
    lines = ["global {", f"    project {name or f'bench{hosts}'}", "    $dns = 10.0.0.1", "}", ""]
    for backend in BACK_ENDS:
        lines += [
            f"superclass {backend}-base {{",
            f"    {backend}",
            "    template debian.ext4",
            "    nameserver $dns",
            "}",
            "",
        ]
    for switch in range(-(-hosts // 250)):
        lines.append(f"switch lan{switch} {{ }}")
    for number in range(hosts):
        switch, place = divmod(number, 250)
        lines += [
            "",
            f"host node{number} {{",
            f"    superclass {BACK_ENDS[switch % 3]}-base",
            f"    memory {64 + number % 7 * 32}M  # megabytes",
            "    network eth0 {",
            f"        address {subnet(first + switch)}.{place + 1}",
            "        netmask 255.255.255.0",
            f"        switch lan{switch}",
            "    }",
            f"    users {{ user{number} $6$salt$hash }}",
            "}",
        ]
    return "\n".join(lines) + "\n"


def topology(hosts: int, first: int = 0) -> str:
    """The same hosts, addresses, memory and segments as a topology of netlab's (YAML)."""
    lines = ["name: bench", *NETLAB, "nodes:"]
    lines += [f"  node{number}: {{ memory: {64 + number % 7 * 32} }}" for number in range(hosts)]
    lines.append("links:")
    for switch in range(-(-hosts // 250)):
        net = subnet(first + switch)
        lines += [f"- name: lan{switch}", f"  prefix: {net}.0/24", "  interfaces:"]
        for place in range(min(250, hosts - switch * 250)):
            lines += [f"  - node: node{switch * 250 + place}", f"    ipv4: {net}.{place + 1}/24"]
    return "\n".join(lines) + "\n"


def subnet(number: int) -> str:
    """The first three numbers of a /24."""
    return f"10.{number // 250}.{number % 250}"


#: What netlab has to know besides: what nodes are, and room for as many as are asked for.
NETLAB = (
    "provider: libvirt",
    "defaults.device: linux",
    "defaults.const.MAX_NODE_ID: 65000",
    "addressing.mgmt.ipv4: 172.16.0.0/12",
    "addressing.mgmt.start: 100",
)


def in_files(hosts: int, files: int) -> dict[str, str]:
    """The same project in several files: `main.mln` includes the others."""
    head, *blocks = project(hosts).rstrip("\n").split("\n\nhost ")
    per = -(-len(blocks) // files)
    parts = ["".join(f"\n\nhost {block}" for block in blocks[at : at + per]) for at in range(0, len(blocks), per)]
    named = {f"part{number}.mln": part.lstrip("\n") + "\n" for number, part in enumerate(parts[1:], 1)}
    includes = "".join(f"#include {name}\n" for name in named)
    return {"main.mln": f"{head}{parts[0]}\n\n{includes}", **named}
