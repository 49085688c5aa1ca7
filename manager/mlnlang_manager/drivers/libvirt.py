"""KVM, containers, and Xen where libvirt runs it: machines, and switches that are networks of libvirt.

Switches keep the rules of the compiled scripts (lib/libvirt.sh): a bridge that is there already is used and stays, one
that is not is libvirt's to make.
"""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mlnlang.ir.derive import machine_uuid
from mlnlang_manager.drivers.libvirt_domains import DomainDriver, read
from mlnlang_manager.drivers.protocol import DriverError, Segment, State
from mlnlang_manager.drivers.scripted import ScriptedDriver

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings

#: What a network on a bridge of somebody else's has none of.
_OWN_LINES = re.compile(r"^  <(?:mac|dns|forward) .*\n", re.MULTILINE)


class LibvirtDriver(DomainDriver):
    """Machines and switches of one back end; Xen's switches are bridges, which its scripts make."""

    def start_switch(self, segment: Segment) -> None:
        """Define the network and start it."""
        from mlnlang_manager.drivers.libvirt_link import start_network
        from mlnlang_manager.images import tools

        if self.name == "xen":
            super().start_switch(segment)
            return
        if self.switch_state(segment) is State.UP:
            return
        switch = segment.switch
        if switch.external and self._is_here(segment) and not _is_there(switch.bridge):
            raise DriverError(f"no bridge {switch.bridge} (the switch belongs to someone else)")
        start_network(self.link(segment), self.network_text(segment))
        if switch.tap:
            argv = ["ip", "link", "set", "dev", switch.tap, "master", switch.bridge]
            tools.must(argv, f"can't plug {switch.tap} into {switch.bridge}")

    def stop_switch(self, segment: Segment) -> None:
        """Stop the network, unless machines of others are still on its bridge."""
        from mlnlang_manager.drivers.libvirt_link import description, is_active, stop_network

        if self.name == "xen":
            super().stop_switch(segment)
            return
        network = self._network(segment)
        if network is None or not is_active(network):
            return
        if "<forward mode='bridge'/>" in description(network) or not self._ports(segment):
            stop_network(network)

    def switch_state(self, segment: Segment) -> State:
        """Whether the network is active."""
        from mlnlang_manager.drivers.libvirt_link import is_active

        if self.name == "xen":
            return super().switch_state(segment)
        network = self._network(segment)
        return State.UP if network is not None and is_active(network) else State.DOWN

    def remove_switch(self, segment: Segment) -> None:
        """Stop it, and forget it."""
        from mlnlang_manager.drivers.libvirt_link import is_active, undefine_network

        if self.name == "xen":
            super().remove_switch(segment)
            return
        self.stop_switch(segment)
        network = self._network(segment)
        if network is not None and not is_active(network):
            undefine_network(network)

    def network_text(self, segment: Segment) -> str:
        """network.xml for this server."""
        text = read(os.path.join(os.path.dirname(self.script(segment)), "network.xml"))
        if segment.switch.external or not self._is_here(segment) or not _is_there(segment.switch.bridge):
            return text
        text = _OWN_LINES.sub("", text).replace(' stp="off" delay="0"/>', "/>")
        return text.replace("  <bridge ", '  <forward mode="bridge"/>\n  <bridge ', 1)

    def _network(self, segment: Segment) -> Any | None:
        return self.link(segment).network(machine_uuid(f"network/{segment.identity}"))

    def _is_here(self, segment: Segment) -> bool:
        """Whether libvirt's bridges are this server's, which we can look at."""
        return ":///" in self.uri(segment) and not self.uri(segment).startswith("test:")

    def _ports(self, segment: Segment) -> list[str]:
        """What is plugged into the bridge, but for the switch's own TAP device."""
        if not self._is_here(segment):
            return []
        try:
            ports = os.listdir(f"/sys/class/net/{segment.switch.bridge}/brif")
        except OSError:
            return []
        return [port for port in ports if port != segment.switch.tap]


def _is_there(device: str) -> bool:
    return os.path.exists(f"/sys/class/net/{device}")


def make(backend: str, settings: Settings) -> ScriptedDriver:
    """The driver of a back end: without libvirt-python, the compiled scripts with virsh."""
    return LibvirtDriver(backend, settings) if find_spec("libvirt") else ScriptedDriver(backend, settings)
