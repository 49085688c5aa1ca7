"""What back ends that run through libvirt share: cards of a domain, and switches that are libvirt's networks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlnlang.ir import Host, Interface, Switch, derive
from mlnlang_codegen.backend import Artefact, Lowered
from mlnlang_codegen.quoting import CannotCarryError, device, one_line
from mlnlang_codegen.registry import back_end
from mlnlang_codegen.site import LOCAL, Site

#: The shell library; a back end that has it makes its switches as networks of libvirt.
LIBRARY = "server/libvirt.sh"
#: libvirt's own network, for cards that are wired to nothing.
DEFAULT_NETWORK = "default"
#: What libvirt takes as a set of processors.
_CPU_SET = re.compile(r"[0-9,^-]+")


@dataclass(frozen=True, slots=True)
class Card:
    """A network card: hardware address, `network` or `bridge`, and its name; `device` is the project's word for it."""

    mac: str
    kind: str
    source: str
    device: str


def bridge_name(text: str, keyword: str = "bridge") -> str:
    """A name that Linux can give a bridge."""
    if len(text.encode()) > derive.BRIDGE_LENGTH:
        raise CannotCarryError(keyword, f"{text!r} is longer than {derive.BRIDGE_LENGTH} characters")
    return device(text, keyword)


def network_name(site: Site, switch: Switch) -> str:
    """`switch.project`."""
    return f"{switch.name}.{site.project.name}"


def is_network(site: Site, host: Host, switch: Switch) -> bool:
    """Whether libvirt makes the switch on the host's server. Else it is a bridge: Xen's, or another server's."""
    maker = back_end(switch.backend)
    here = (host.service_host or LOCAL) in site.servers_of(switch)
    return here and maker is not None and LIBRARY in maker.libraries


def cards(site: Site, host: Host) -> list[Card]:
    """The cards of a host, in their order."""
    return [_card(site, host, interface) for interface in host.interfaces]


def _card(site: Site, host: Host, interface: Interface) -> Card:
    mac, name = one_line(interface.mac, "mac"), device(interface.name, "network")
    if interface.bridge:
        return Card(mac, "bridge", bridge_name(interface.bridge), name)
    switch = site.switch_of(interface)
    if switch is None:
        return Card(mac, "network", DEFAULT_NETWORK, name)
    if is_network(site, host, switch):
        return Card(mac, "network", network_name(site, switch), name)
    return Card(mac, "bridge", bridge_name(switch.bridge, "switch"), name)


def cpu_set(host: Host) -> str:
    """The processors a host may use, as libvirt writes them; empty for all."""
    if host.cpus and not _CPU_SET.fullmatch(host.cpus):
        raise CannotCarryError("cpus", f"{host.cpus!r} is no set of processors such as 0-3,^2")
    return host.cpus or ""


def lower_switch(connection: str, site: Site, switch: Switch) -> Lowered:
    """network.xml and control script of a switch. `connection` is a word of sh: the URI libvirt is asked at."""
    identity = network_name(site, switch)
    values = {
        "name": switch.name,
        "identity": identity,
        "uuid": derive.machine_uuid(f"network/{identity}"),
        "mac": derive.mac("kvm", identity, "bridge"),
        "bridge": bridge_name(switch.bridge),
        "tap": bridge_name(switch.tap, "tap") if switch.tap else "",
        "external": switch.external,
        "connection": connection,
    }
    return Lowered(
        (
            Artefact("network.xml", "server/network.xml.j2", values),
            Artefact("control.sh", "server/libvirt-switch.sh.j2", values, 0o755),
        )
    )
