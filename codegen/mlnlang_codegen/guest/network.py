"""A guest's network: interfaces of ifupdown, ifcfg files, names of interfaces, hosts and resolv.conf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from mlnlang.ir import Host, Interface, Project
from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.quoting import address, device, one_line

#: What slirp offers a guest that says nothing itself.
_SLIRP_ADDRESS, _SLIRP_DNS = "10.0.2.15", "10.0.2.3"


@dataclass(frozen=True, slots=True)
class Stanza:
    """An interface as the templates write it. Addresses are single words; `length` is the prefix's."""

    name: str
    mac: str
    auto: bool
    method: str
    inet6: bool = False
    address: str = ""
    length: int | None = None
    netmask: str = ""
    broadcast: str = ""
    gateway: str = ""
    #: A gateway of the other address family, for a route of its own.
    other_gateway: str = ""
    point_to_point: bool = False


def _is_ipv6(text: str) -> bool:
    return ":" in text


def stanza(interface: Interface) -> Stanza | None:
    """What the guest is told about an interface; None where its own set-up is left alone."""
    name = device(interface.name, "network")
    mac = address(interface.mac, "mac")
    given = interface.address
    if given is None and interface.slirp:
        return Stanza(name, mac, interface.start_at_boot, "static", False, _SLIRP_ADDRESS, 32,
                      "255.255.255.255", point_to_point=True)  # fmt: skip
    if given is None:
        return None
    if given == "dhcp":
        return Stanza(name, mac, interface.start_at_boot, "dhcp")
    inet6 = _is_ipv6(given)
    gateway = address(interface.gateway, "gateway") if interface.gateway else ""
    same = bool(gateway) and _is_ipv6(gateway) == inet6
    netmask = interface.netmask or ""
    if interface.prefix_length is None and not netmask and not inet6:
        netmask = "255.255.255.0"
    return Stanza(
        name,
        mac,
        interface.start_at_boot,
        "static",
        inet6,
        address(given, "address"),
        interface.prefix_length if interface.prefix_length is not None else (64 if inet6 else None),
        address(netmask, "netmask") if netmask else "",
        address(interface.broadcast, "broadcast") if interface.broadcast and not inet6 else "",
        gateway if same else "",
        "" if same else gateway,
    )


def pieces(host: Host, family: str) -> Iterator[Piece]:
    """The files that set the guest's network up, for its family."""
    stanzas = [found for found in map(stanza, host.interfaces) if found]
    if family == "redhat":
        for found in stanzas:
            path = f"/etc/sysconfig/network-scripts/ifcfg-{found.name}"
            yield Piece(path, template="guest/ifcfg-redhat.j2", values={"i": found})
    elif family == "suse":
        for found in stanzas:
            path = f"/etc/sysconfig/network/ifcfg-{found.name}"
            yield Piece(path, template="guest/ifcfg-suse.j2", values={"i": found})
            if found.gateway:
                route = f"default {found.gateway} - {found.name}\n"
                yield Piece(f"/etc/sysconfig/network/ifroute-{found.name}", route)
    elif stanzas:
        yield Piece("/etc/network/interfaces", template="guest/interfaces.j2", values={"stanzas": stanzas})
    if family != "busybox":
        for interface in host.interfaces:
            yield _link(interface)
    nameserver = host.nameserver or (_SLIRP_DNS if any(i.slirp for i in host.interfaces) else None)
    if nameserver:
        yield Piece("/etc/resolv.conf", f"nameserver {address(nameserver, 'nameserver')}\n")


def _link(interface: Interface) -> Piece:
    # Newer guests name interfaces after the bus; the project's names are tied to the hardware address.
    name = device(interface.name, "network")
    text = f"[Match]\nMACAddress={address(interface.mac, 'mac')}\n\n[Link]\nName={name}\n"
    return Piece(f"/etc/systemd/network/70-mln-{name}.link", text)


def own_hosts(project: Project, host: Host) -> Piece:
    """The guest's /etc/hosts: itself. The project's addresses are put behind it when it is built."""
    own = f"{host.name}.{project.name} {host.name}"
    lines = ["127.0.0.1 localhost", f"127.0.1.1 {own}", "::1 localhost ip6-localhost ip6-loopback"]
    return Piece("/etc/hosts", "".join(f"{one_line(line)}\n" for line in lines))


def project_hosts(project: Project) -> str:
    """Static addresses of all machines, one line each: the same text in every guest of the project."""
    lines = [
        f"{interface.address} {host.name}.{project.name} {host.name}\n"
        for host in sorted(project.hosts, key=lambda h: h.name)
        for interface in host.interfaces
        if _is_address(interface.address)
    ]
    return "".join(lines)


def _is_address(text: str | None) -> bool:
    if not text or text == "dhcp":
        return False
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
