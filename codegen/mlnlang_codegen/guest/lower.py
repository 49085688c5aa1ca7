"""A host's guest, lowered: pieces to write and operations to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlnlang.ir import GuestFile, Host, Project
from mlnlang_codegen.guest import accounts, family, network, system
from mlnlang_codegen.guest.devices import Devices
from mlnlang_codegen.guest.pieces import Piece, merged
from mlnlang_codegen.quoting import CannotCarryError, guest_path, sh


@dataclass(frozen=True, slots=True)
class GuestPlan:
    """What is done to a guest's file system. `accounts` and `operations`: lines of sh, before and after the files."""

    #: Accounts come first: files may belong to them.
    accounts: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    operations: tuple[str, ...] = ()
    #: Files on the server that are read when the guest is set up, as words of sh.
    server_files: tuple[str, ...] = ()
    #: A root password in clear text; hashed on the server when the host is built.
    root_password: str | None = None
    has_secrets: bool = False

    @property
    def lines(self) -> list[str]:
        """All lines of guest.sh, in their order."""
        return [*self.accounts, *map(_line, self.pieces), *self.operations]

    @property
    def commands(self) -> tuple[str, ...]:
        """Commands on the server that setting the guest up needs."""
        return ("openssl",) if self.root_password is not None else ()


NOTHING = GuestPlan()


def lower(project: Project, host: Host, devices: Devices) -> GuestPlan:
    """The plan for a host's guest; empty for Windows, whose files nobody here writes."""
    kind = family.of(host)
    if kind == "windows":
        return NOTHING
    password = host.root_password
    clear = password if password is not None and not accounts.is_hashed(password) else None
    operations = [
        "guest_hosts",
        *system.links(host, kind),
        *accounts.gifts(host),
        *system.module_tree(host),
    ]
    return GuestPlan(
        tuple(accounts.operations(host)),
        tuple(merged(_pieces(project, host, devices, kind))),
        tuple(operations),
        tuple(accounts.server_files(host)),
        clear,
        bool(host.users) or password is not None,
    )


def _pieces(project: Project, host: Host, devices: Devices, kind: str) -> Iterator[Piece]:
    yield Piece("/etc/hostname", f"{host.name}\n")
    yield network.own_hosts(project, host)
    yield from network.pieces(host, kind)
    yield from system.fstab_pieces(host, devices)
    yield from system.module_pieces(host, kind)
    yield from system.script_pieces(host, kind)
    for file in host.guest_files:
        if not file.families or kind in file.families:
            yield _plugin_piece(file)


def _plugin_piece(file: GuestFile) -> Piece:
    keyword = file.plugin
    try:
        int(file.mode, 8)
    except ValueError:
        raise CannotCarryError(keyword, f"{file.mode!r} is not a mode in octal digits") from None
    path = guest_path(file.path, keyword)
    return Piece(path, file.content, mode=file.mode, owner=file.owner, group=file.group, append=file.append)


def _line(piece: Piece) -> str:
    verb = "guest_append" if piece.append else "guest_file"
    return f"{verb} {sh(piece.path)} {piece.mode} {sh(piece.owner)} {sh(piece.group)}"
