"""What is known of a segment from the IR: its subnets, the addresses that are taken, its gateways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from mlnlang.ir import Interface, Project

Net = IPv4Network | IPv6Network
#: Addresses that are tried for one that is free.
_MOST_TRIED = 4096


@dataclass
class Segment:
    """The interfaces of a switch, or of the whole project where no switch is named."""

    nets: Counter[Net] = field(default_factory=Counter)
    used: set[tuple[int, int]] = field(default_factory=set)
    gateways: Counter[str] = field(default_factory=Counter)
    holders: dict[str, str] = field(default_factory=dict)

    def free(self) -> list[tuple[str, int]]:
        """For each subnet, the most used first, the next address that nobody has, and the subnet's length."""
        found: list[tuple[str, int]] = []
        for net, _ in self.nets.most_common():
            for address in self._next(net):
                if (address, net.prefixlen) not in found:
                    found.append((address, net.prefixlen))
        return found

    def _next(self, net: Net) -> Iterator[str]:
        """The first gap behind the lowest address that is taken, and what follows the highest."""
        low, high = int(net.network_address), int(net.broadcast_address)
        inside = sorted(n for version, n in self.used if version == net.version and low <= n <= high)
        last = high if net.prefixlen >= net.max_prefixlen - 1 or net.version == 6 else high - 1
        for start in (inside[0] if inside else low, inside[-1] if inside else low):
            for number in range(start + 1, min(last, start + _MOST_TRIED) + 1):
                if (net.version, number) not in self.used:
                    yield str(IPv4Address(number) if net.version == 4 else IPv6Address(number))
                    break


def segment(project: Project, switch: str | None) -> Segment:
    """What is known of a switch; of all interfaces where none is named."""
    found = Segment()
    for host in project.hosts:
        if host.nameserver:
            _take(found, host.nameserver)
        for card in host.interfaces:
            if switch is None or switch in (card.switch, card.socket):
                _add(found, host.name, card)
    return found


def _add(found: Segment, host: str, card: Interface) -> None:
    if card.address and card.address != "dhcp" and card.prefix_length is not None:
        found.nets[ip_network(f"{card.address}/{card.prefix_length}", strict=False)] += 1
        found.holders.setdefault(card.address, host)
        _take(found, card.address)
    if card.gateway:
        found.gateways[card.gateway] += 1
    for other in (card.gateway, card.tun_address):
        if other:
            _take(found, other)


def _take(found: Segment, address: str) -> None:
    number = ip_address(address)
    found.used.add((number.version, int(number)))
