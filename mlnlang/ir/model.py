"""The IR's classes. Units are in the names: `_mib` mebibytes, `_bytes` bytes.

Every class is frozen; sequences are tuples. `None` means "not said". `where` tells where a value came from
and takes no part in comparison or JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from mlnlang.source import Span

#: Name of a back end: a row of `mlnlang.backends`.
BackEnd = str
Storage = Literal["file", "lvm", "iscsi", "device"]
DiskRole = Literal["root", "swap", "mount"]


class Where(Protocol):
    """Provenance: where a keyword's value stands."""

    def span(self, keyword: str = "") -> Span | None:
        """The value of a keyword, or without one the name of the thing itself."""
        ...

    def given(self, keyword: str) -> bool:
        """Whether the keyword was written, rather than its value made up."""
        ...


class _Nowhere:
    def span(self, keyword: str = "") -> Span | None:  # noqa: ARG002
        return None

    def given(self, keyword: str) -> bool:  # noqa: ARG002
        return False


NOWHERE: Where = _Nowhere()


def _where() -> Any:
    return field(default=NOWHERE, repr=False, compare=False, metadata={"json": False})


@dataclass(frozen=True, slots=True)
class Interface:
    """A network card. `address` is `dhcp`, an address without length, or None: wired, guest's set-up left alone."""

    name: str
    mac: str
    mac_given: bool = False
    switch: str | None = None
    socket: str | None = None
    bridge: str | None = None
    address: str | None = None
    prefix_length: int | None = None
    netmask: str | None = None
    broadcast: str | None = None
    gateway: str | None = None
    slirp: bool = False
    slirp_path: str | None = None
    tun_interface: str | None = None
    tun_address: str | None = None
    start_at_boot: bool = True
    where: Where = _where()


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk. A root disk of storage `file` is a copy of the template, `size_bytes` long (None: as the template)."""

    role: DiskRole
    storage: Storage = "file"
    template: str | None = None
    size_bytes: int | None = None
    free_space_bytes: int | None = None
    directory: str | None = None
    source: str | None = None
    volume_group: str | None = None
    lvm_options: str | None = None
    snapshot: bool = False
    cow_base: str | None = None
    iscsi_server: str | None = None
    iscsi_target: str | None = None
    where: Where = _where()


@dataclass(frozen=True, slots=True)
class User:
    """An account in the guest; `password_hash` None: no password."""

    name: str
    password_hash: str | None = field(default=None, metadata={"secret": True})
    home: str | None = None
    uid: int | None = None
    where: Where = _where()


@dataclass(frozen=True, slots=True)
class Group:
    """A group in the guest and its members."""

    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferredFile:
    """Copy `source` (from the files directory where relative) to `target` in the guest; `mode` octal digits."""

    source: str
    target: str
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of the guest's fstab, and the disk or folder behind it."""

    source: str
    mount_point: str
    filesystem: str
    options: str = "defaults"
    where: Where = _where()


@dataclass(frozen=True, slots=True)
class Service:
    """A program that a plugin sets up in the guest, with the settings it was given."""

    name: str
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GuestFile:
    """A file that a plugin adds to the guest: whole, or as lines to be appended once."""

    path: str
    content: str
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    append: bool = False
    plugin: str = ""
    #: Guest families the file is for; empty: all.
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizedKey:
    """A public key for a guest's user: the key itself, or the file on the server that holds it."""

    user: str
    key: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Display:
    """VNC: display number (port 5900 + number), password, key map."""

    number: int | None = None
    password: str | None = field(default=None, metadata={"secret": True})
    keymap: str | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """A machine. `chain` names its superclasses, nearest first."""

    name: str
    backend: BackEnd
    memory_mib: int
    hvm: bool = False
    pvh: bool = False
    chain: tuple[str, ...] = ()
    template: str | None = None
    family: str | None = None
    service_host: str | None = None
    boot_order: int = 99
    vcpus: int = 1
    cpus: str | None = None
    firmware: Literal["bios", "uefi"] = "bios"
    cloud_init: bool = False
    kernel: str | None = None
    ramdisk: str | None = None
    kernel_extra: str | None = None
    modules_dir: str | None = None
    nameserver: str | None = None
    root_password: str | None = field(default=None, metadata={"secret": True})
    display: Display | None = None
    term: str | None = None
    color: str | None = None
    nice: int | None = None
    owner: str | None = None
    group: str | None = None
    sudo: str | None = None
    disks: tuple[Disk, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    files: tuple[TransferredFile, ...] = ()
    mounts: tuple[Mount, ...] = ()
    modules: tuple[str, ...] = ()
    startup: tuple[str, ...] = ()
    shutdown: tuple[str, ...] = ()
    xen_extra: tuple[str, ...] = ()
    user_data: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    guest_files: tuple[GuestFile, ...] = ()
    authorized_keys: tuple[AuthorizedKey, ...] = ()
    where: Where = _where()

    @property
    def root_disk(self) -> Disk | None:
        """The disk the machine starts from."""
        return next((disk for disk in self.disks if disk.role == "root"), None)


@dataclass(frozen=True, slots=True)
class Switch:
    """A layer-2 segment on one server. `bridge` is the device's name where the back end makes a bridge."""

    name: str
    backend: BackEnd
    bridge: str
    service_host: str | None = None
    hub: bool = False
    socket: str | None = None
    external: bool = False
    dhcp: bool = False
    tap: str | None = None
    owner: str | None = None
    group: str | None = None
    sudo: str | None = None
    where: Where = _where()


@dataclass(frozen=True, slots=True)
class Server:
    """A physical server and what it has to give."""

    name: str
    memory_mib: int | None = None
    cpus: int | None = None
    storage_bytes: int | None = None
    uri: str | None = None
    san_paths: tuple[str, ...] = ()
    where: Where = _where()


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project: what `mlnc dump --stage ir` shows and back ends read."""

    name: str
    hosts: tuple[Host, ...] = ()
    switches: tuple[Switch, ...] = ()
    servers: tuple[Server, ...] = ()
    hooks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    templates_directory: str | None = None
    files_directory: str | None = None
    san_paths: tuple[str, ...] = ()
    #: The name of the server that things run on which name none, where mln.conf tells it.
    this_server: str | None = field(default=None, compare=False, metadata={"json": False})
    where: Where = _where()

    def identity(self, host: Host) -> str:
        """`host.project`, the machine's name everywhere."""
        return f"{host.name}.{self.name}"

    def places(self) -> list[str]:
        """The servers that carry something, sorted; `local` stands for things that name none."""
        named = {host.service_host or "local" for host in self.hosts}
        named |= {switch.service_host or "local" for switch in self.switches}
        return sorted(named or {"local"})
