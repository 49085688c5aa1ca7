"""Projects of many shapes and sizes, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def _host(name: str, cards: Iterable[tuple[str, str]], more: str = "") -> str:
    networks = "".join(
        f"    network eth{number} {{ switch {switch}; address {address}/24 }}\n"
        for number, (switch, address) in enumerate(cards)
    )
    return f"host {name} {{\n    template debian.ext4\n{more}{networks}}}\n"


def _project(name: str, hosts: Iterable[str], switches: Iterable[str]) -> str:
    return f"global {{ project {name}; uml }}\n" + "".join(hosts) + "".join(f"switch {s} {{ }}\n" for s in switches)


def star(count: int) -> str:
    """All hosts on one switch."""
    hosts = [_host(f"h{n}", [("lan", f"10.0.{n // 250}.{n % 250 + 1}")]) for n in range(count)]
    return _project("star", hosts, ["lan"])


def chain(count: int) -> str:
    """Routers in a row, each between two networks with a host of its own."""
    routers = max(1, count // 2)
    hosts = [
        _host(f"r{n}", [(f"net{n}", f"10.{n // 250}.{n % 250}.1"), (f"net{n + 1}", f"10.{n // 250}.{n % 250 + 1}.2")])
        for n in range(routers)
    ]
    hosts += [_host(f"h{n}", [(f"net{n}", f"10.{n // 250}.{n % 250}.10")]) for n in range(count - routers)]
    return _project("chain", hosts, [f"net{n}" for n in range(routers + 1)])


def labs(count: int) -> str:
    """Labs of two hosts each, every lab by itself."""
    names = range(max(1, count // 2))
    hosts = [
        _host(f"lab{n}{letter}", [(f"lab{n}", f"10.{n // 250}.{n % 250}.{at}")])
        for n in names
        for at, letter in ((1, "a"), (2, "b"))
    ]
    return _project("labs", hosts[:count], [f"lab{n}" for n in names])


def hub(count: int) -> str:
    """One router, and behind each of its many cards a lab of two hosts."""
    number = max(1, (count - 1) // 2)
    core = _host("core", [("up", "192.168.0.1"), *((f"lab{n}", f"10.{n // 250}.{n % 250}.1") for n in range(number))])
    hosts = [
        _host(f"lab{n}{letter}", [(f"lab{n}", f"10.{n // 250}.{n % 250}.{at}")])
        for n in range(number)
        for at, letter in ((2, "a"), (3, "b"))
    ]
    return _project("hub", [core, *hosts][:count], ["up", *(f"lab{n}" for n in range(number))])


def tree(count: int) -> str:
    """A backbone with many routers, each with a network of three hosts."""
    number = max(1, count // 4)
    routers = [
        _host(f"gw{n}", [("backbone", f"10.0.{n // 250}.{n % 250 + 1}"), (f"site{n}", f"10.1.{n}.1")])
        for n in range(number)
    ]
    hosts = [_host(f"s{n}-{at}", [(f"site{n}", f"10.1.{n}.{at + 2}")]) for n in range(number) for at in range(3)]
    return _project("tree", [*routers, *hosts][:count], ["backbone", *(f"site{n}" for n in range(number))])


def dual(count: int) -> str:
    """Every host is wired to the same two switches."""
    hosts = [
        _host(f"d{n}", [("front", f"10.0.{n // 250}.{n % 250 + 1}"), ("back", f"10.9.{n // 250}.{n % 250 + 1}")])
        for n in range(count)
    ]
    return _project("dual", hosts, ["front", "back"])


def servers(count: int) -> str:
    """Four servers, a switch on the first that all hosts are wired to, and one on each."""
    hosts = [
        _host(
            f"n{n}",
            [
                ("lan" if n % 5 else "wide", f"10.0.{n // 250}.{n % 250 + 1}"),
                *([("wide", f"10.2.{n // 250}.{n % 250 + 1}")] if n % 7 == 0 and n % 5 else []),
            ],
            f"    service_host server{n % 4}\n",
        )
        for n in range(count)
    ]
    return _project("servers", hosts, ["lan"]) + "switch wide { service_host server0 }\n"


def mesh(count: int) -> str:
    """Hosts between pairs of switches in no order (by a fixed rule)."""
    number = max(2, count // 4)
    hosts = []
    for n in range(count):
        one, other = (n * 7 + n // number) % number, (n * 11 + 3 * (n // number) + 1) % number
        cards = [(f"s{one}", f"10.1.{one}.{n % 250 + 1}")]
        cards += [(f"s{other}", f"10.1.{other}.{n % 250 + 1}")] if other != one else []
        hosts.append(_host(f"m{n}", cards))
    return _project("mesh", hosts, [f"s{n}" for n in range(number)])


def campus(count: int) -> str:
    """What a course might have: a way out, a firewall, a DMZ, an office, labs behind a second router."""
    number = max(1, (count - 6) // 4)
    text = _host(
        "fw", [("dmz", "10.0.1.1"), ("core", "10.0.0.1")], "    network eth9 { slirp; address 10.0.2.15/24 }\n"
    )
    hosts = [text]
    hosts += [_host(name, [("dmz", f"10.0.1.{at}")]) for at, name in ((10, "www"), (11, "mail"))]
    hosts += [_host("router", [("core", "10.0.0.2"), *((f"lab{n}", f"10.1.{n}.1") for n in range(number))])]
    hosts += [_host("backup", [("core", "10.0.0.3"), ("dmz", "10.0.1.3")]), _host("dhcp", [("core", "10.0.0.4")])]
    hosts += [_host(f"lab{n}-{at}", [(f"lab{n}", f"10.1.{n}.{at + 10}")]) for n in range(number) for at in range(4)]
    return _project("campus", hosts[:count], ["dmz", "core", *(f"lab{n}" for n in range(number))])


SHAPES: dict[str, Callable[[int], str]] = {
    shape.__name__: shape for shape in (star, chain, labs, hub, tree, dual, servers, mesh, campus)
}
