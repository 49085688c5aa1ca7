"""Who is where: which server carries which hosts and switches, and what an interface is wired to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mlnlang.ir import Host, Interface, Project, Switch

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Place:
    """A server and what it carries, sorted by name."""

    name: str
    hosts: tuple[Host, ...]
    switches: tuple[Switch, ...]


class Site:
    """A project seen from its servers. Computed once a project; nothing in it changes."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def switches(self) -> Mapping[str, Switch]:
        """Switches by name."""
        return {switch.name: switch for switch in self.project.switches}

    @cached_property
    def wired(self) -> Mapping[str, tuple[Host, ...]]:
        """Hosts wired to each switch, by the switch's name."""
        found: dict[str, dict[str, Host]] = {name: {} for name in self.switches}
        for host in self.project.hosts:
            for interface in host.interfaces:
                if interface.switch in found:
                    found[interface.switch][host.name] = host
        return {name: tuple(hosts[key] for key in sorted(hosts)) for name, hosts in found.items()}

    @cached_property
    def kernels(self) -> Mapping[str, frozenset[tuple[str, str | None]]]:
        """Back ends and kernels of the machines on each switch, by the switch's name."""
        return {name: frozenset((host.backend, host.kernel) for host in hosts) for name, hosts in self.wired.items()}

    @cached_property
    def vmnets(self) -> Mapping[str, int]:
        """A number of VMware's virtual networks for each VMware switch, derived from `switch.project`."""
        return vmnet_numbers([f"{s.name}.{self.project.name}" for s in self.project.switches if s.backend == "vmware"])

    def identity(self, host: Host) -> str:
        """`host.project`."""
        return self.project.identity(host)

    def switch_of(self, interface: Interface) -> Switch | None:
        """The project's switch an interface is wired to."""
        return self.switches.get(interface.switch) if interface.switch else None

    def servers_of(self, switch: Switch) -> list[str]:
        """Servers that carry a switch: its own, else those of the hosts wired to it, else `local`."""
        if switch.service_host:
            return [switch.service_host]
        return sorted({host.service_host or LOCAL for host in self.wired[switch.name]}) or [LOCAL]

    def around(self, switch: Switch) -> tuple[object, ...]:
        """All that the machines on a switch may be told of it."""
        number = self.vmnets.get(f"{switch.name}.{self.project.name}")
        return switch, tuple(self.servers_of(switch)), self.kernels[switch.name], number

    def places(self, hosts: tuple[Host, ...], switches: tuple[Switch, ...]) -> list[Place]:
        """The servers that carry these hosts and switches, sorted."""
        here: dict[str, tuple[list[Host], list[Switch]]] = {}
        for host in hosts:
            here.setdefault(host.service_host or LOCAL, ([], []))[0].append(host)
        for switch in switches:
            for server in self.servers_of(switch):
                here.setdefault(server, ([], []))[1].append(switch)
        return [
            Place(
                server,
                tuple(sorted(here[server][0], key=lambda h: h.name)),
                tuple(sorted(here[server][1], key=lambda s: s.name)),
            )
            for server in sorted(here)
        ]


#: vmnet0, 1 and 8 are VMware's own (bridged, host-only, NAT); small numbers are often taken by hand.
_FIRST_VMNET, _LAST_VMNET = 10, 254


def vmnet_numbers(identities: list[str]) -> dict[str, int]:
    """Numbers 10 to 254 derived from names; two that meet are told apart in the order of their names."""
    from hashlib import sha256

    room = _LAST_VMNET - _FIRST_VMNET + 1
    taken: dict[int, str] = {}
    for identity in sorted(set(identities)):
        start = int.from_bytes(sha256(f"vmnet/{identity}".encode()).digest()[:4])
        for step in range(room):
            number = _FIRST_VMNET + (start + step) % room
            if number not in taken:
                taken[number] = identity
                break
    return {identity: number for number, identity in taken.items()}
