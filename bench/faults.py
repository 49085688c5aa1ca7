"""Four networks that can't work, each as a project of ours and as a topology of netlab's."""

from __future__ import annotations

from typing import NamedTuple

from projects import NETLAB

#: 100 TiB in MiB.
HUGE = 100 * 1024 * 1024


class Fault(NamedTuple):
    """What is wrong, and the two texts."""

    title: str
    project: str
    topology: str


#: Host → its cards: (segment, address with length).
Hosts = dict[str, list[tuple[str, str]]]


def _project(hosts: Hosts, memory: dict[str, str], extra: str) -> str:
    lines = ["global { project faulty }", extra]
    for name, cards in hosts.items():
        lines += [f"host {name} {{", "    kvm", "    template debian.qcow2", f"    memory {memory.get(name, '64M')}"]
        lines += ["    service_host srv1"] if extra else []
        lines += [f"    network eth{at} {{ switch {to}; address {text} }}" for at, (to, text) in enumerate(cards)]
        lines.append("}")
    place = "service_host srv1" if extra else ""
    lines += [f"switch {segment} {{ {place} }}" for segment in _segments(hosts)]
    return "\n".join(lines) + "\n"


def _topology(hosts: Hosts, memory: dict[str, int]) -> str:
    lines = ["name: faulty", *NETLAB, "nodes:"]
    for name, cards in hosts.items():
        device = "device: frr, " if len(cards) > 1 else ""  # netlab's Linux is no router
        lines.append(f"  {name}: {{ {device}memory: {memory.get(name, 64)} }}")
    lines.append("links:")
    for segment in _segments(hosts):
        lines += [f"- name: {segment}", "  interfaces:"]
        for name, cards in hosts.items():
            lines += [f"  - {{ node: {name}, ipv4: {text} }}" for to, text in cards if to == segment]
    return "\n".join(lines) + "\n"


def _segments(hosts: Hosts) -> list[str]:
    return list(dict.fromkeys(segment for cards in hosts.values() for segment, _ in cards))


def faults() -> list[Fault]:
    """The faults. A server's memory is a word that netlab does not have; the rest says the same in both."""
    twice: Hosts = {
        "a": [("lan1", "10.20.1.1/24")],
        "b": [("lan2", "10.20.1.1/24")],
        "router": [("lan1", "10.20.1.9/24"), ("lan2", "10.20.2.9/24")],
    }
    overlapping: Hosts = {
        "a": [("lan1", "10.20.0.1/16")],
        "b": [("lan2", "10.20.1.1/24")],
        "router": [("lan1", "10.20.0.9/16"), ("lan2", "10.20.1.9/24")],
    }
    islands: Hosts = {
        "a": [("lan1", "10.20.1.1/24")],
        "b": [("lan1", "10.20.1.2/24")],
        "c": [("lan2", "10.20.2.1/24")],
        "d": [("lan2", "10.20.2.2/24")],
    }
    pair: Hosts = {"a": [("lan1", "10.20.1.1/24")], "b": [("lan1", "10.20.1.2/24")]}
    return [
        Fault("the same address on two segments", _project(twice, {}, ""), _topology(twice, {})),
        Fault("overlapping subnets", _project(overlapping, {}, ""), _topology(overlapping, {})),
        Fault("two islands", _project(islands, {}, ""), _topology(islands, {})),
        Fault(
            "a machine of 100 TB on a server of 64 GB",
            _project(pair, {"a": "102400G"}, "server srv1 { memory 64G }"),
            _topology(pair, {"a": HUGE}),
        ),
    ]
