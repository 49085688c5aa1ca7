"""A Windows guest: a PowerShell script that its first start runs, on what lib/guest/mln.ps1 offers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mlnlang.ir import Host, Project
from mlnlang_codegen.guest import accounts, network
from mlnlang_codegen.guest.network import Stanza
from mlnlang_codegen.guest.pieces import Piece, ServerPath, Verb, octal_mode
from mlnlang_codegen.quoting import CannotCarryError, account, guest_path, one_line

#: PowerShell takes typographic quotes for quotes (language specification 3.0, 2.3.5.2).
_QUOTE = re.compile("['\u2018-\u201b]")
#: Names of machines are NetBIOS names: 15 characters at most.
_NAME_LENGTH = 15


def quoted(text: str) -> str:
    """A string of PowerShell that expands nothing."""
    if "\0" in text:
        raise CannotCarryError("", "a string of PowerShell can't hold a NUL")
    return "'" + _QUOTE.sub(lambda found: found[0] * 2, text) + "'"


def is_asked(host: Host) -> bool:
    """Whether the project asks anything of the guest; else its own set-up is left alone (the article's Listing 5)."""
    asked = (host.users, host.groups, host.files, host.authorized_keys, host.startup, host.root_password)
    files = any("windows" in file.families for file in host.guest_files)
    return any(asked) or files or any(interface.address or interface.slirp for interface in host.interfaces)


def pieces(project: Project, host: Host) -> list[Piece]:
    """C:\\mln\\firstboot.ps1, the start-up lines, and plugins' files meant for Windows."""
    script = "\n".join(_script(project, host)) + "\n"
    if not script.isascii():
        script = "\ufeff" + script  # else Windows PowerShell takes it for the code page's
    found = [Piece("/mln/firstboot.ps1", script, when="windows")]
    if host.startup:
        lines = "".join(f"{one_line(line, 'startup')}\r\n" for line in host.startup)
        found.append(Piece("/mln/startup.cmd", lines, when="windows"))
    for file in host.guest_files:
        if "windows" in file.families:
            path = guest_path(file.path, file.plugin)
            mode = octal_mode(file.mode, file.plugin)
            found.append(Piece(path, file.content, mode, append=file.append, when="windows"))
    return found


def lines(host: Host, found: Iterable[Piece]) -> list[Verb | Piece]:
    """What guest.sh does to a Windows disk."""
    lines: list[Verb | Piece] = [Verb("guest_windows"), *found]
    if host.root_password is not None and not accounts.is_hashed(host.root_password):
        lines.append(Verb("guest_windows_password"))
    for file in host.files:
        source = ServerPath(one_line(file.source, "files"))
        lines.append(Verb("guest_copy", (source, accounts.target_of(file), "")))
    for number, key in enumerate(host.authorized_keys):
        if key.key is None:
            source = ServerPath(one_line(key.source or "", "sshkey"))
            lines.append(Verb("guest_copy", (source, f"/mln/key{number}", "")))
    return lines


def _script(project: Project, host: Host) -> Iterator[str]:
    yield f"# The first start of {project.identity(host)}, written by MLN. It runs once, as the system itself."
    yield ". C:\\mln\\mln.ps1"
    yield "Start-Mln"
    yield f"Set-MlnName {quoted(host.name[:_NAME_LENGTH])}"
    for stanza in network.stanzas(host):
        yield "Set-MlnCard " + " ".join(_card(stanza))
    if host.root_password is not None and not accounts.is_hashed(host.root_password):
        yield "Set-MlnAdministratorPassword"
    for user in host.users:
        yield f"Add-MlnUser {_account(user.name, 'users')}"
    for group in host.groups:
        members = ", ".join(_account(member, "groups") for member in group.members)
        yield f"Add-MlnGroup {_account(group.name, 'groups')} @({members})"
    yield from _keys(host)
    if host.startup:
        yield "Set-MlnStartup"
    yield "Complete-Mln"


def _account(name: str, keyword: str) -> str:
    account(name, keyword)
    return quoted(name)


def _card(stanza: Stanza) -> Sequence[str]:
    words = ["-Mac", quoted(stanza.mac.upper()), "-Name", quoted(stanza.name)]
    if stanza.dhcp:
        words.append("-Dhcp")
    else:
        words += ["-Address", quoted(stanza.address), "-Length", str(stanza.length)]
        words += ["-Netmask", quoted(stanza.netmask)] if stanza.netmask else []
    words += ["-Gateway", quoted(stanza.gateway)] if stanza.gateway else []
    words += ["-NameServer", quoted(stanza.nameserver)] if stanza.nameserver else []
    return words


def _keys(host: Host) -> Iterator[str]:
    for number, key in enumerate(host.authorized_keys):
        user = _account(key.user, "sshkey")
        if key.key is None:
            yield f"Add-MlnKey {user} @(Get-Content -Encoding UTF8 'C:\\mln\\key{number}')"
        else:
            yield f"Add-MlnKey {user} @({quoted(accounts.key_text(key))})"
