"""Projects to measure with: N hosts of about ten lines each, on switches of 250."""

from __future__ import annotations

BACK_ENDS = ("uml", "xen", "vmware")


def project(hosts: int) -> str:
    """The text of a project with so many hosts."""
    lines = ["global {", f"    project bench{hosts}", "    $dns = 10.0.0.1", "}", ""]
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
            f"        address 10.{switch // 250}.{switch % 250}.{place + 1}",
            "        netmask 255.255.255.0",
            f"        switch lan{switch}",
            "    }",
            f"    users {{ user{number} $6$salt$hash }}",
            "}",
        ]
    return "\n".join(lines) + "\n"
