"""hostsfile: each guest's /etc/hosts names its neighbours, the hosts it shares a switch with."""

from __future__ import annotations

from mlnlang.ir import GuestFile
from mlnlang.plugins.api import Changes, Plugin, ProjectView
from mlnlang.schema import Keyword
from mlnlang.semantics.resolve import Resolved


def expand(project: ProjectView) -> Changes:
    """Lines for /etc/hosts, for each host that the flag is set for."""
    changes = Changes()
    wanted = [name for name, host in project.hosts.items() if host.flag("hostsfile")]
    if "hostsfile" in project.globals.settings:
        everywhere = project.globals.flag("hostsfile")
        wanted = [
            name
            for name, host in project.hosts.items()
            if host.flag("hostsfile") or (everywhere and "hostsfile" not in host.settings)
        ]
    if not wanted:
        return changes
    segments: dict[str, list[str]] = {}
    for name, host in project.hosts.items():
        for card in host.blocks("network"):
            address = card.value("address")
            switch = card.text("switch")
            if switch and address is not None and address.text != "dhcp":
                segments.setdefault(switch, []).append(f"{address.text} {name}.{project.name} {name}")
    for name in wanted:
        lines = _neighbours(project.hosts[name], segments)
        if lines:
            changes.files[name] = [GuestFile("/etc/hosts", "\n".join(lines) + "\n", append=True, plugin="hostsfile")]
    return changes


def _neighbours(host: Resolved, segments: dict[str, list[str]]) -> list[str]:
    switches = [card.text("switch") or "" for card in host.blocks("network")]
    return list(dict.fromkeys(line for switch in switches for line in segments.get(switch, ())))


PLUGIN = Plugin(
    name="hostsfile",
    doc="Adds the hosts on the same switches, where they have fixed addresses, to /etc/hosts.",
    expand=expand,
    keywords=(
        Keyword(
            "hostsfile",
            ("global", "host"),
            "flag",
            "Name the neighbours on each switch in /etc/hosts.",
            "hostsfile",
            plugin="hostsfile",
        ),
    ),
)
