"""The one place that speaks libvirt: connections, its errors as ours, what it tells by itself, a guest's agent.

libvirt-python is an extra (`mlnlang[libvirt]`), and imported only when a machine needs it.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import libvirt
import libvirt_qemu

from mlnlang_manager.drivers.protocol import DriverError, State

#: Sockets of a libvirtd, or of the daemon for QEMU alone, that serves the whole server.
_SYSTEM_SOCKETS = ("/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock")
_STATES = {
    libvirt.VIR_DOMAIN_RUNNING: State.UP,
    libvirt.VIR_DOMAIN_BLOCKED: State.UP,
    libvirt.VIR_DOMAIN_SHUTDOWN: State.UP,
    libvirt.VIR_DOMAIN_PAUSED: State.PAUSED,
    libvirt.VIR_DOMAIN_PMSUSPENDED: State.PAUSED,
    libvirt.VIR_DOMAIN_SHUTOFF: State.DOWN,
    libvirt.VIR_DOMAIN_CRASHED: State.DOWN,
}
_MISSING = (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_NO_NETWORK, libvirt.VIR_ERR_NO_STORAGE_POOL)


def _silent(_context: Any, _error: Any) -> None:
    """Errors are raised; libvirt need not print them as well."""


libvirt.registerErrorHandler(_silent, None)
# Before the first connection, or nothing is ever told.
libvirt.virEventRegisterDefaultImpl()


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Make libvirt's errors ours: `libvirt can't WHAT: its words`."""
    try:
        yield
    except libvirt.libvirtError as error:
        raise DriverError(f"libvirt can't {what}: {words(error)}") from None


def words(error: Any) -> str:
    """What libvirt says, on one line and without its own beginnings."""
    text = " ".join((error.get_error_message() or str(error)).split())
    for beginning in ("internal error: ", "operation failed: ", "Requested operation is not valid: "):
        text = text.removeprefix(beginning)
    return text


def system_socket() -> bool:
    """Whether this user may speak to the libvirt of the whole server."""
    return any(os.access(path, os.R_OK | os.W_OK) for path in _SYSTEM_SOCKETS)


class Link:
    """A connection, opened when it is first needed, and what was told on it. Raises DriverError throughout."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._guard = threading.Lock()
        self._connection: Any = None
        self._told = threading.Condition()
        self._hears = False

    @property
    def connection(self) -> Any:
        """The open connection."""
        with self._guard:
            if self._connection is None or not self._connection.isAlive():
                with doing(f"be reached at {self.uri}"):
                    self._connection = libvirt.open(self.uri)
                self._hears = False
            return self._connection

    # ---------------------------------------------------------------- looking things up
    def domain(self, uuid: str) -> Any | None:
        """A domain, if it is defined or runs."""
        return self._found(self.connection.lookupByUUIDString, uuid)

    def network(self, uuid: str) -> Any | None:
        """A network."""
        return self._found(self.connection.networkLookupByUUIDString, uuid)

    def pool(self, name: str) -> Any | None:
        """A storage pool."""
        return self._found(self.connection.storagePoolLookupByName, name)

    def _found(self, look_up: Callable[[str], Any], key: str) -> Any | None:
        try:
            return look_up(key)
        except libvirt.libvirtError as error:
            if error.get_error_code() in _MISSING:
                return None
            raise DriverError(f"libvirt can't tell: {words(error)}") from None

    # ---------------------------------------------------------------- domains
    def define(self, text: str) -> Any:
        """Define a domain, or define it anew."""
        with doing("define the domain"):
            return self.connection.defineXMLFlags(text, libvirt.VIR_DOMAIN_DEFINE_VALIDATE)

    def state(self, domain: Any | None) -> State:
        """What a domain is doing; DOWN where it is gone."""
        if domain is None:
            return State.DOWN
        try:
            return _STATES.get(domain.state()[0], State.UNKNOWN)
        except libvirt.libvirtError as error:
            if error.get_error_code() in _MISSING:
                return State.DOWN
            raise DriverError(f"libvirt can't tell: {words(error)}") from None

    def start(self, domain: Any) -> None:
        """Start it, unless somebody else just did."""
        try:
            domain.create()
        except libvirt.libvirtError as error:
            if self.state(domain) is not State.UP:
                raise DriverError(f"libvirt can't start the domain: {words(error)}") from None

    def ask_to_end(self, domain: Any) -> None:
        """Ask the guest to shut down; some can't hear it."""
        with suppress(libvirt.libvirtError):
            if domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
                domain.resume()
            domain.shutdown()

    def destroy(self, domain: Any) -> None:
        """Take its power away."""
        try:
            domain.destroy()
        except libvirt.libvirtError as error:
            if self.state(domain) is not State.DOWN:
                raise DriverError(f"libvirt can't end the domain: {words(error)}") from None

    def undefine(self, domain: Any) -> None:
        """Forget it, with its NVRAM, saved state, and what libvirt notes of snapshots."""
        nothing_left = (
            libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
            | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
            | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
        )
        with doing("undefine the domain"):
            for flags in (nothing_left | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM, nothing_left):
                with suppress(libvirt.libvirtError):
                    domain.undefineFlags(flags)
                    return
            domain.undefine()  # drivers that know no flags

    def set_memory(self, domain: Any, mib: int) -> bool:
        """Change the memory of a running domain; False beyond its most, or where the hypervisor can't."""
        try:
            if mib << 10 > domain.maxMemory():
                return False
            domain.setMemoryFlags(mib << 10, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError:
            return False
        return True

    def set_vcpus(self, domain: Any, count: int) -> bool:
        """The same for processors."""
        try:
            if count > domain.maxVcpus():
                return False
            domain.setVcpusFlags(count, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError:
            return False
        return True

    def resize(self, domain: Any, disk: str, size_bytes: int) -> None:
        """Make a disk of a running domain larger; never smaller."""
        with doing("make the disk larger"):
            if domain.blockInfo(disk)[0] < size_bytes:
                domain.blockResize(disk, size_bytes, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)

    # ---------------------------------------------------------------- waiting
    def wait(self, arrived: Callable[[], bool], timeout: float, step: float = 1.0) -> bool:
        """Until something is so: looked at when libvirt tells of a domain, and now and then."""
        self._hear()
        until = time.monotonic() + timeout
        while not arrived():
            left = until - time.monotonic()
            if left <= 0:
                return False
            with self._told:
                self._told.wait(min(step, left))
        return True

    def _hear(self) -> None:
        connection = self.connection
        with self._guard:
            if self._hears:
                return
            self._hears = True
        _run_events()
        kinds = (libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, libvirt.VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE)
        for kind in kinds:
            with suppress(libvirt.libvirtError):  # not every hypervisor has agents
                connection.domainEventRegisterAny(None, kind, self._wake, None)

    def _wake(self, *_: Any) -> None:
        with self._told:
            self._told.notify_all()


_EVENTS = threading.Lock()
_loops: list[threading.Thread] = []


def _run_events() -> None:
    """One thread that passes on what libvirt tells."""

    def run() -> None:
        while True:
            libvirt.virEventRunDefaultImpl()

    with _EVENTS:
        if not _loops:
            _loops.append(threading.Thread(target=run, name="libvirt events", daemon=True))
            _loops[0].start()


class Console:
    """What a domain's console shows from now on. It is let go of when the guest has come up, for people to use."""

    def __init__(self, link: Link, domain: Any) -> None:
        self._text = b""
        self._stream: Any = None
        link._hear()  # without events a stream stands still
        try:
            stream = link.connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
            domain.openConsole(None, stream, 0)
            self._stream = stream
        except libvirt.libvirtError:  # none there, or somebody else has it
            pass

    def look(self) -> bytes:
        """All it has shown so far."""
        try:
            while self._stream and isinstance(data := self._stream.recv(4096), bytes) and data:
                self._text = (self._text + data)[-1 << 16 :]
        except libvirt.libvirtError:  # it ended
            self.close()
        return self._text

    def close(self) -> None:
        """Let go of it."""
        stream, self._stream = self._stream, None
        if stream:
            with suppress(libvirt.libvirtError):
                stream.abort()


def agent_answers(domain: Any) -> bool:
    """Whether the guest's agent has opened its channel."""
    try:
        text = domain.XMLDesc(0)
    except libvirt.libvirtError:
        return False
    return "name='org.qemu.guest_agent.0' state='connected'" in text


def execute(domain: Any, argv: Sequence[str], timeout: float) -> tuple[int, bytes, bytes]:
    """Run a command in the guest by its agent; returns exit code, output and complaints. Raises DriverError."""
    until = time.monotonic() + timeout
    asked = {"path": argv[0], "arg": list(argv[1:]), "capture-output": True}
    pid = _ask_agent(domain, "guest-exec", asked)["pid"]
    while True:
        told = _ask_agent(domain, "guest-exec-status", {"pid": pid})
        if told["exited"]:
            out, err = (base64.b64decode(told.get(name, "")) for name in ("out-data", "err-data"))
            return int(told.get("exitcode", 128 + int(told.get("signal", 0)))), out, err
        if time.monotonic() > until:
            raise DriverError(f"the command has not ended in {timeout:g} s; it goes on in the guest")
        time.sleep(0.1)


def _ask_agent(domain: Any, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
    with doing(f"ask the guest's agent for {command}"):
        told = libvirt_qemu.qemuAgentCommand(domain, json.dumps({"execute": command, "arguments": arguments}), 10, 0)
    found: dict[str, Any] = json.loads(told)["return"]
    return found


def addresses(domain: Any) -> list[str]:
    """Addresses that lead to a running domain, those that its agent tells first."""
    sources = (
        libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
        libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
        libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
    )
    for source in sources:
        with suppress(libvirt.libvirtError):
            cards = domain.interfaceAddresses(source, 0)
            told = [each["addr"] for card in cards.values() for each in card["addrs"] or ()]
            if found := [address for address in told if not address.startswith(("127.", "::1", "fe80:"))]:
                return found
    return []


# ---------------------------------------------------------------- networks and pools
def start_network(link: Link, text: str) -> None:
    """Define a network anew and start it."""
    with doing("define the network"):
        network = link.connection.networkDefineXML(text)
    with doing("start the network"):
        if not network.isActive():
            network.create()


def stop_network(network: Any) -> None:
    """Take a network away."""
    with doing("stop the network"):
        if network.isActive():
            network.destroy()


def undefine_network(network: Any) -> None:
    """Forget a network that is down."""
    with doing("undefine the network"):
        if network.isPersistent():
            network.undefine()


def is_active(network: Any) -> bool:
    """Whether it is there."""
    with doing("tell of the network"):
        return bool(network.isActive())


def description(thing: Any) -> str:
    """The XML of a network or domain."""
    with doing("describe it"):
        return str(thing.XMLDesc(0))


def offer_pool(link: Link, name: str, text: str) -> None:
    """Let libvirt know the folder or group that disks lie in, so that its tools list them. Not all hypervisors can."""
    with suppress(libvirt.libvirtError):
        pool = link.pool(name) or link.connection.storagePoolDefineXML(text, 0)
        if not pool.isActive():
            pool.create(0)
        pool.refresh(0)


def withdraw_pool(link: Link, name: str) -> None:
    """Forget a pool with no volumes left."""
    with suppress(libvirt.libvirtError):
        pool = link.pool(name)
        if pool is None:
            return
        if pool.isActive():
            pool.refresh(0)
            if pool.numOfVolumes():
                return
            pool.destroy()
        pool.undefine()
