"""What every list of machines says, whatever its format.

Names, addresses, users and jumps of a listing are words that no format has to quote; all else (superclasses, servers,
interfaces, switches) is text as the project has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mlnlang.inventory.names import JUMP, NAME, USER, names, reachable, servers
from mlnlang.ir import Host, Interface, Project

AUTO = "auto"
#: Stands for the server of machines that name none, as in compiled folders.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Card:
    """A network card. `address` is an address without length, `dhcp`, or None where the guest decides."""

    name: str
    mac: str
    switch: str | None
    bridge: str | None
    address: str | None
    prefix_length: int | None
    gateway: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A machine. `name` is unique in the listing; `addresses` are those that lead to it from elsewhere, best first."""

    name: str
    identity: str
    host: str
    project: str
    backend: str
    server: str | None
    superclasses: tuple[str, ...]
    family: str | None
    memory_mib: int
    vcpus: int
    addresses: tuple[str, ...]
    user: str | None
    jump: str | None
    users: tuple[str, ...]
    switches: tuple[str, ...]
    interfaces: tuple[Card, ...]

    @property
    def address(self) -> str | None:
        """The address to reach it by: the first fixed one of its interfaces."""
        return self.addresses[0] if self.addresses else None


@dataclass(frozen=True, slots=True)
class Listing:
    """Machines in the order of their projects. `remarks`: a line for each thing that could not be listed;
    `missed`: a line for each wish that no machine fits."""

    entries: tuple[Entry, ...] = ()
    remarks: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()

    def without_address(self) -> list[Entry]:
        """Machines that nobody can tell how to reach: DHCP, or the guest's own set-up."""
        return [entry for entry in self.entries if entry.address is None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    `hosts` are patterns of names or identities, `server` a server's name or `local`, `user` the account for all
    machines, `jump` a server to jump by or `auto` (each machine's own).
    """

    hosts: tuple[str, ...] = ()
    server: str | None = None
    user: str | None = None
    jump: str | None = None


@dataclass
class _Run:
    wish: Wish
    remarks: list[str] = field(default_factory=list)

    def remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


def build(projects: Sequence[Project], wish: Wish) -> Listing:
    """The machines of projects that `names.clashes` finds nothing wrong with. What is asked for changes no name."""
    run = _Run(wish)
    known = names(projects, servers(projects) | {_jump_host(wish)})
    entries = [
        _entry(run, project, host, known[project.identity(host)])
        for project in projects
        for host in project.hosts
        if _is_on(project, host, wish.server) and _listable(run, project.identity(host))
    ]
    wanted = [entry for entry in entries if not wish.hosts or any(_fits(entry, glob) for glob in wish.hosts)]
    return Listing(tuple(wanted), tuple(run.remarks), tuple(_missed(entries, wish)))


def _is_on(project: Project, host: Host, server: str | None) -> bool:
    if server is None or server == host.service_host:
        return True
    return host.service_host is None and server in (LOCAL, project.this_server)


def _listable(run: _Run, identity: str) -> bool:
    if NAME.fullmatch(identity):
        return True
    run.remark(f"left out, because no program takes it for a name: {identity!a}")
    return False


def _missed(entries: Sequence[Entry], wish: Wish) -> Iterator[str]:
    if wish.server is not None and not entries:
        yield f"no host is on the server `{wish.server}`"
        return
    for glob in wish.hosts:
        if not any(_fits(entry, glob) for entry in entries):
            yield f"no host is called `{glob}`"


def _fits(entry: Entry, glob: str) -> bool:
    return any(fnmatchcase(word, glob) for word in (entry.name, entry.host, entry.identity))


def _entry(run: _Run, project: Project, host: Host, name: str) -> Entry:
    return Entry(
        name=name,
        identity=project.identity(host),
        host=host.name,
        project=project.name,
        backend=host.backend,
        server=host.service_host,
        superclasses=host.chain,
        family=host.family,
        memory_mib=host.memory_mib,
        vcpus=host.vcpus,
        addresses=tuple(dict.fromkeys(c.address for c in host.interfaces if c.address and reachable(c.address))),
        user=_user(run, host),
        jump=_jump(run, project, host),
        users=tuple(user.name for user in host.users),
        switches=tuple(dict.fromkeys(card.switch for card in host.interfaces if card.switch)),
        interfaces=tuple(_card(card) for card in host.interfaces),
    )


def _card(card: Interface) -> Card:
    return Card(card.name, card.mac, card.switch, card.bridge, card.address, card.prefix_length, card.gateway)


def _user(run: _Run, host: Host) -> str | None:
    """The account to log in as: one that a key opens, else the first of the machine's."""
    if run.wish.user:
        return run.wish.user
    found = next((key.user for key in host.authorized_keys), None) or next((user.name for user in host.users), None)
    if found is None or USER.fullmatch(found):
        return found
    run.remark(f"no account is given for {host.name}, because {found!a} is no name for one")
    return None


def _jump(run: _Run, project: Project, host: Host) -> str | None:
    """The server to jump by; none for machines of the server that mln.conf says this is."""
    wish = run.wish
    if wish.jump is None or (project.this_server and (host.service_host or project.this_server) == project.this_server):
        return None
    found = host.service_host if wish.jump == AUTO else wish.jump
    if found is None or JUMP.fullmatch(found):
        return None if found in ("none", LOCAL) else found
    run.remark(f"no jump by the server {found!a}: ssh takes no such name")
    return None


def _jump_host(wish: Wish) -> str:
    """The name of the server to jump by, without account and port."""
    return (wish.jump or "").rpartition("@")[2].partition(":")[0]
