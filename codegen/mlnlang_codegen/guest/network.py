"""A guest's network as every style of configuration needs it: one stanza an interface that has an address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_interface, ip_network

from mlnlang.ir import Host, Interface, Project
from mlnlang_codegen.guest import ifcfg, ifupdown, netplan, networkd, networkmanager
from mlnlang_codegen.guest.pieces import Piece
from mlnlang_codegen.quoting import CannotCarryError, address, device

#: What slirp offers a guest that says nothing itself (slirp(1): "Host: 10.0.2.15, DNS: 10.0.2.3").
_SLIRP_ADDRESS, _SLIRP_DNS = "10.0.2.15", "10.0.2.3"


@dataclass(frozen=True, slots=True)
class Stanza:
    """An interface as the guest is told of it. Addresses are single words that are safe in every syntax here."""

    name: str
    mac: str
    auto: bool
    dhcp: bool = False
    inet6: bool = False
    address: str = ""
    length: int = 0
    netmask: str = ""
    broadcast: str = ""
    gateway: str = ""
    #: The gateway is of the other address family: its default route is not that of the address.
    other_family: bool = False
    #: The gateway lies outside the interface's network: it is reached all the same.
    on_link: bool = False
    #: slirp: all there is lies behind the card, without a gateway.
    point_to_point: bool = False
    #: The name server, at the first interface alone.
    nameserver: str = ""

    @property
    def cidr(self) -> str:
        """`address/length`."""
        return f"{self.address}/{self.length}"

    @property
    def gateway_is_ipv6(self) -> bool:
        """Whether the gateway's default route is one of IPv6."""
        return self.inet6 != self.other_family

    @property
    def everywhere(self) -> str:
        """The destination of the default route."""
        return "::/0" if self.gateway_is_ipv6 else "0.0.0.0/0"


def stanza(interface: Interface, nameserver: str = "") -> Stanza | None:
    """What the guest is told about an interface; None where its own set-up is left alone."""
    given = interface.address
    if given is None and not interface.slirp:
        return None
    name, mac = device(interface.name, "network"), address(interface.mac, "mac")
    if given is None:
        return Stanza(name, mac, interface.start_at_boot, address=_SLIRP_ADDRESS, length=32,
                      netmask="255.255.255.255", point_to_point=True, nameserver=nameserver)  # fmt: skip
    if given == "dhcp":
        return Stanza(name, mac, interface.start_at_boot, True, nameserver=nameserver)
    inet6 = ":" in given
    length, netmask = _extent(interface, inet6)
    gateway = interface.gateway or ""
    broadcast = "" if inet6 else interface.broadcast or ""
    return Stanza(
        name,
        mac,
        interface.start_at_boot,
        False,
        inet6,
        _sound(given, "address"),
        length,
        netmask,
        _sound(broadcast, "broadcast") if broadcast else "",
        _sound(gateway, "gateway") if gateway else "",
        bool(gateway) and (":" in gateway) != inet6,
        _is_outside(given, length, gateway) if gateway else False,
        nameserver=nameserver,
    )


@lru_cache(maxsize=65536)
def _sound(text: str, keyword: str) -> str:
    address(text, keyword)
    try:
        ip_address(text)
    except ValueError:
        raise CannotCarryError(keyword, f"{text!r} is not an address") from None
    return text


@lru_cache(maxsize=4096)
def _extent_of(length: int | None, netmask: str | None, inet6: bool) -> tuple[int, str]:
    most = 128 if inet6 else 32
    try:
        if length is None and netmask and not inet6:
            length = ip_network(f"0.0.0.0/{netmask}").prefixlen
        elif length is None:
            length = 64 if inet6 else 24
        if not 0 <= length <= most:
            raise ValueError
        return length, "" if inet6 else str(ip_network(f"0.0.0.0/{length}").netmask)
    except ValueError:
        raise CannotCarryError("netmask", f"{netmask or length!r} is not a netmask") from None


def _extent(interface: Interface, inet6: bool) -> tuple[int, str]:
    """Prefix length and, for IPv4, netmask: as said, else what most networks have (language, section 2)."""
    return _extent_of(interface.prefix_length, interface.netmask, inet6)


@lru_cache(maxsize=4096)
def _is_outside(given: str, length: int, gateway: str) -> bool:
    found = ip_address(gateway)
    return not found.is_link_local and found not in ip_interface(f"{given}/{length}").network


def stanzas(host: Host) -> list[Stanza]:
    """The interfaces that the guest is told about; the first carries the name server."""
    found = []
    nameserver = nameserver_of(host)
    for interface in host.interfaces:
        made = stanza(interface, nameserver)
        if made:
            found.append(made)
            nameserver = ""
    return found


def nameserver_of(host: Host) -> str:
    """The host's name server; slirp has one of its own."""
    if host.nameserver:
        return _sound(host.nameserver, "nameserver")
    return _SLIRP_DNS if any(i.slirp for i in host.interfaces) else ""


#: Style of configuration → what writes it. The same words are tags that lib/kind.sh gives to what it finds.
STYLES: dict[str, Callable[[list[Stanza], str], Iterator[Piece]]] = {
    "netplan": netplan.pieces,
    "ifupdown": ifupdown.pieces,
    "networkd": networkd.pieces,
    "networkmanager": networkmanager.pieces,
    "ifcfg": ifcfg.redhat,
    "wicked": ifcfg.suse,
}
#: Family → the styles its systems have.
_OF_FAMILY = {
    "debian": ("netplan", "ifupdown", "networkd", "networkmanager"),
    "redhat": ("ifcfg", "networkmanager"),
    "suse": ("wicked", "networkmanager"),
    "busybox": ("ifupdown",),
}


def pieces(host: Host, identity: str, family: str | None) -> Iterator[Piece]:
    """The files that set the guest's network up: for its family, or for each there may be."""
    if family != "busybox":
        yield from networkd.names(host)
    found = stanzas(host)
    if found:
        for style in _OF_FAMILY.get(family or "", STYLES):
            yield from STYLES[style](found, identity)
    nameserver = nameserver_of(host)
    if nameserver:
        yield Piece("/etc/resolv.conf", f"nameserver {nameserver}\n")


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
