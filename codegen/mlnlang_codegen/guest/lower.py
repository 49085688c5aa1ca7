"""A host's guest, lowered: accounts, files and operations, as the lines of its guest.sh and its cloud-init seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlnlang.ir import GuestFile, Host, Project
from mlnlang_codegen.guest import accounts, cloud, family, network, system, windows
from mlnlang_codegen.guest.devices import Devices
from mlnlang_codegen.guest.pieces import Line, OnlyWindows, Piece, Verb, octal_mode
from mlnlang_codegen.quoting import CannotCarryError, guest_path, sh


@dataclass(frozen=True, slots=True)
class GuestPlan:
    """What is done to a guest before it first starts."""

    #: Accounts, files and operations on the disk, in their order; none where a seed does it all.
    lines: tuple[Line, ...] = ()
    #: Files on the server that are read when the guest is set up, as words of sh.
    server_files: tuple[str, ...] = ()
    #: A root password in clear text; hashed on the server when the host is built.
    root_password: str | None = None
    has_secrets: bool = False
    #: The files of the cloud-init seed, and the lines of guest.sh that put the server's files beside them.
    seed: cloud.Seed | None = None

    @property
    def commands(self) -> tuple[str, ...]:
        """Commands on the server that setting the guest up needs."""
        found = ("openssl",) if self.root_password is not None else ()
        return (*found, "find", "tar") if self.seed else found

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The files among the lines."""
        return tuple(line for line in self.lines if isinstance(line, Piece))

    @property
    def script(self) -> str:
        """The text of guest.sh."""
        return "".join(f"{line}\n" for line in (self.seed.lines if self.seed else self.lines))


NOTHING = GuestPlan()


def lower(project: Project, host: Host, devices: Devices) -> GuestPlan:
    """The plan for a host's guest: for its family, or, where build.sh is to tell that, for each there may be."""
    kind = family.known(host)
    password = host.root_password
    clear = password if password is not None and not accounts.is_hashed(password) else None
    secrets = bool(host.users) or password is not None
    files = tuple(accounts.server_files(host))
    if cloud.is_carried(host):
        return GuestPlan((), files, clear, secrets, cloud.seed(project, host, devices))
    if kind == "windows" and not windows.is_asked(host):
        return NOTHING
    lines: list[Line] = [Verb("guest_kind", (kind,) if kind else ())]
    if kind == "windows" or (kind is None and family.may_be_windows(host)):
        own = windows.lines(host, windows.pieces(project, host))
        lines += own if kind else [OnlyWindows(tuple(own))]
    if kind != "windows":
        lines += accounts.operations(host)
        lines.append(Verb("guest_name", (host.name, project.name)))
        lines += network.pieces(host, project.identity(host), kind)
        lines += system.fstab_pieces(host, devices)
        lines += system.module_pieces(host, kind)
        lines += system.boot_lines(host, kind)
        lines += _plugin_pieces(host, kind)
        lines += accounts.gifts(host)
        lines += system.module_tree(host)
    return GuestPlan(tuple(lines), files, clear, secrets)


def _plugin_pieces(host: Host, kind: str | None) -> Iterator[Piece]:
    for file in host.guest_files:
        if kind is None or not file.families or kind in file.families:
            yield plugin_piece(file, told=kind is not None)


def plugin_piece(file: GuestFile, *, told: bool) -> Piece:
    """A plugin's file; where the family is not `told` yet, for the guests that the plugin names."""
    path = guest_path(file.path, file.plugin)
    mode = octal_mode(file.mode, file.plugin)
    if "\0" in file.content:
        raise CannotCarryError(file.plugin, f"the text of {path} has a NUL, which a shell can't hold")
    when = "" if told or not file.families else sh(",".join(file.families))
    return Piece(path, file.content, mode, file.owner, file.group, file.append, when)
