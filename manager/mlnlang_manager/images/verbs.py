"""What the compiler wants done to a guest, done: one method a verb of `mlnlang_codegen.guest`.

The generated guest.sh says the same to a shell; both leave the same guest behind.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from mlnlang_codegen.guest import Line, Piece, ServerPath, Verb

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images import accounts, kinds
from mlnlang_manager.images.copies import gathered
from mlnlang_manager.images.staging import Found, Stage, Write

_SKELETON = (".profile", ".bashrc", ".bash_logout")
_DATABASES = {"passwd": 0o644, "group": 0o644, "shadow": 0o600}
_RUN_LEVELS = (*(f"rc{level}.d/S99mln" for level in "2345"), *(f"rc{level}.d/K01mln" for level in "06"))
_UNIT_WANTS = "/etc/systemd/system/multi-user.target.wants"
_STARTUP_MENU = "/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp"


@dataclass(frozen=True, slots=True)
class Supply:
    """What comes from the server: its files, all machines' addresses, files alike in every guest, a hashed password.

    `say` is told what kind of guest was found, `warn` what could not be done for it.
    """

    files: str
    addresses: str
    constant: Callable[[str], str]
    root_hash: Callable[[], str]
    root_password: str | None = None
    say: Callable[[str], None] = lambda _: None
    warn: Callable[[str], None] = lambda _: None


class Setup:
    """Carries out a plan on a guest. Raises DriverError."""

    def __init__(self, stage: Stage, supply: Supply) -> None:
        self.stage = stage
        self.supply = supply
        self.kind = kinds.Kind("other", "", frozenset(), frozenset())
        self._verbs: Mapping[str, Callable[..., None]] = {
            "guest_kind": self.guest_kind,
            "guest_name": self.guest_name,
            "guest_user": self.guest_user,
            "guest_group": self.guest_group,
            "guest_member": self.guest_member,
            "guest_root_hash": lambda hashed: self.set_password("root", hashed),
            "guest_root_password": lambda: self.set_password("root", self.supply.root_hash()),
            "guest_script": self.guest_script,
            "guest_boot": self.guest_boot,
            "guest_copy": self.guest_copy,
            "guest_key": lambda user, key: self.add_key(user, f"{key}\n".encode()),
            "guest_key_file": lambda user, path: self.add_key(user, self._server_bytes(path)),
            "guest_windows": self.guest_windows,
            "guest_windows_password": self.guest_windows_password,
        }

    def carry_out(self, lines: Iterable[Line]) -> None:
        """Do it all, up to what is written at the end."""
        lines = tuple(lines)
        self._expect(lines)
        for line in lines:
            if isinstance(line, Piece):
                if not line.when or self.kind.is_any(line.when):
                    self.piece(line)
            elif isinstance(line, Verb):
                self._verbs[line.name](*line.words, *(() if line.text is None else (line.text,)))
            elif self.kind.family == "windows":
                self.carry_out(line.lines)
                return

    def _expect(self, lines: Iterable[Line]) -> None:
        """Ask for what is sure to be needed, all at once."""
        pieces = [line for line in lines if isinstance(line, Piece)]
        own = [f"/etc/{name}" for name in _DATABASES]
        own += [f"/etc/skel/{name}" for name in _SKELETON]
        own += [piece.path for piece in pieces if piece.append]
        self.stage.expect(read=(*kinds.READ, *own), look=kinds.MARKS)

    # ------------------------------------------------------------ files
    def piece(self, piece: Piece) -> None:
        """A file, whole or as lines to add."""
        content = piece.content.encode("utf-8", "surrogatepass")
        write = Write("file", int(piece.mode, 8), content=content)
        if not piece.append:
            self._put_owned(piece.path, write, piece.owner, piece.group)
            return
        base = self._base(piece.path, content)
        if base is not None:
            self._put_kept(piece.path, replace(write, content=base + content), piece.owner, piece.group)

    def file(self, path: str, text: str, mode: int = 0o644) -> None:
        """A file of root's."""
        self.stage.put(path, Write("file", mode, content=text.encode("utf-8", "surrogatepass")))

    def link(self, target: str, path: str) -> None:
        """A symbolic link."""
        self.stage.put(path, Write("link", target=target))

    def _base(self, path: str, lines: bytes) -> bytes | None:
        """What lines are to be added to; None where they are there already, one after the other."""
        if not lines:
            return None
        there = self.stage.fetch(path) or b""
        if there and f"\n{_whole(there)}".encode("latin-1").find(f"\n{_whole(lines)}".encode("latin-1")) >= 0:
            return None
        # A last line without an end would swallow the first one added.
        return there + (b"" if not there or there.endswith(b"\n") else b"\n")

    def _put_owned(self, path: str, write: Write, owner: str = "root", group: str = "root") -> None:
        uid, gid = self._id("/etc/passwd", owner), self._id("/etc/group", group)
        self.stage.put(path, replace(write, uid=uid, gid=gid))

    def _put_kept(self, path: str, write: Write, owner: str = "root", group: str = "root") -> None:
        """Owner and mode as they are in the guest, or these for a new file."""
        kept: Found | None = self.stage.attributes(path)
        if kept and kept.kind == "file":
            self.stage.put(path, replace(write, mode=kept.mode, uid=kept.uid, gid=kept.gid))
        else:
            self._put_owned(path, write, owner, group)

    def _id(self, path: str, name: str) -> int:
        if name == "root":
            return 0
        if name.isdecimal():
            return int(name)
        text = self._text(path)
        number = accounts.field(text, name, 2)
        if not number.isdecimal():
            raise DriverError(f"the guest knows no {name} in {path}" if text else f"the guest has no {path}")
        return int(number)

    def _text(self, path: str) -> str:
        return (self.stage.fetch(path) or b"").decode("utf-8", "surrogateescape")

    # ------------------------------------------------------------ accounts
    def _put_accounts(self, name: str, text: str) -> None:
        write = Write("file", _DATABASES[name], content=text.encode("utf-8", "surrogateescape"))
        self._put_kept(f"/etc/{name}", write)

    def guest_group(self, name: str, gid: str = "") -> None:
        """A group, if there is none of that name."""
        text = self._text("/etc/group")
        if accounts.entry(text, name) is None:
            self._put_accounts("group", accounts.add_group(text, name, gid))

    def guest_member(self, group: str, user: str) -> None:
        """A user in a group."""
        self._put_accounts("group", accounts.add_member(self._text("/etc/group"), group, user))

    def guest_user(self, name: str, hashed: str, home: str = "", uid: str = "") -> None:
        """A new account with its home, or a new password for one that is there."""
        text = self._text("/etc/passwd")
        if accounts.entry(text, name) is None:
            home = home or f"/home/{name}"
            uid = uid or accounts.next_id(text)
            self.guest_group(name, uid)
            gid = accounts.field(self._text("/etc/group"), name, 2)
            shell = "/bin/bash" if self.kind.has("/bin/bash") else "/bin/sh"
            self._put_accounts("passwd", f"{accounts.ended(text)}{name}:x:{uid}:{gid}::{home}:{shell}\n")
            if not self.stage.exists(_plain(home)):
                self._make_home(_plain(home), int(uid), int(gid))
        self.set_password(name, hashed)

    def _make_home(self, home: str, uid: int, gid: int) -> None:
        self.stage.put(home, Write("folder", 0o755, uid, gid))
        for name in _SKELETON:
            content = self.stage.fetch(f"/etc/skel/{name}")
            if content is not None:
                self.stage.put(f"{home}/{name}", Write("file", 0o644, uid, gid, content))

    def set_password(self, user: str, hashed: str) -> None:
        """A hash, in /etc/shadow or, where there is none, in /etc/passwd."""
        name = "shadow" if self._text("/etc/shadow") else "passwd"
        text = self._text(f"/etc/{name}")
        changed = accounts.set_password(text, user, hashed)
        if name == "shadow" and accounts.entry(text, user) is None:
            changed += accounts.shadow_entry(user, hashed)
        self._put_accounts(name, changed)

    def add_key(self, user: str, lines: bytes) -> None:
        """A public key, once; ~/.ssh and the file get owner and mode that sshd asks for."""
        entry = accounts.entry(self._text("/etc/passwd"), user) or []
        if len(entry) < 6 or not entry[5]:
            raise DriverError(f"the guest has no user {user} to give a key to")
        folder = f"{_plain(entry[5])}/.ssh"
        base = self._base(f"{folder}/authorized_keys", lines)
        if base is not None:
            uid, gid = self._id("/etc/passwd", user), int(entry[3])
            self.stage.put(folder, Write("folder", 0o700, uid, gid))
            self.stage.put(f"{folder}/authorized_keys", Write("file", 0o600, uid, gid, base + lines))

    # ------------------------------------------------------------ kind
    def guest_kind(self, family: str = "") -> None:
        """Learn what the guest is; SELinux must label what is written from outside, at the first start."""
        self.kind = found = kinds.kind(self.stage, family)
        how = f"; its network: {found.network}" if found.network else ""
        self.supply.say(f"the guest is of the family {found.family}{', as the project says' if family else ''}{how}")
        if found.family == "other" and not family:
            self.supply.warn("the image does not tell its family; `family` in the project can")
        selinux = self._text("/etc/selinux/config") if found.has("/etc/selinux/config") else ""
        words = ("SELINUX=enforcing", "SELINUX=permissive")
        if found.is_any("redhat") and any(line.startswith(words) for line in selinux.split("\n")):
            self.file("/.autorelabel", "")

    def guest_name(self, host: str, project: str) -> None:
        """Host name and /etc/hosts; the addresses of the project's machines behind the guest's own."""
        full = f"{host}.{project}"
        self.file("/etc/hostname", f"{host}\n")
        if self.kind.has("/etc/HOSTNAME"):
            self.file("/etc/HOSTNAME", f"{full}\n")
        if self.kind.is_any("redhat") and self.kind.is_any("sysv"):
            self._setting("/etc/sysconfig/network", {"NETWORKING": "yes", "HOSTNAME": full})
        own = f"127.0.0.1 localhost\n127.0.1.1 {full} {host}\n::1 localhost ip6-localhost ip6-loopback\n"
        self.file("/etc/hosts", own + self.supply.addresses)
        if self.kind.is_any("networkd"):
            usr = "/usr" if self.kind.has("/usr/lib/systemd/systemd") else ""
            unit = "systemd-networkd.service"
            self.link(f"{usr}/lib/systemd/system/{unit}", f"{_UNIT_WANTS}/{unit}")

    def _setting(self, path: str, values: Mapping[str, str]) -> None:
        """Lines KEY=VALUE in place of those that are there."""
        lines = accounts.ended(self._text(path)).split("\n")[:-1]
        for key, value in values.items():
            ours = [n for n, line in enumerate(lines) if line.startswith(f"{key}=")]
            lines = [line for n, line in enumerate(lines) if n not in ours[1:]]
            if ours:
                lines[ours[0]] = f"{key}={value}"
            else:
                lines.append(f"{key}={value}")
        text = "".join(f"{line}\n" for line in lines)
        self._put_kept(path, Write("file", 0o644, content=text.encode("utf-8", "surrogateescape")))

    def guest_script(self, name: str, text: str) -> None:
        """The project's start-up or shutdown lines, for bash where the guest has it."""
        shell = "/bin/bash" if self.kind.has("/bin/bash") else "/bin/sh"
        self.file(f"/etc/mln/{name}", f"#!{shell}\n{text}", 0o755)

    def guest_boot(self) -> None:
        """Let the guest run /etc/mln/boot when it starts and stops."""
        self._constant("boot.sh", "/etc/mln/boot", 0o755)
        if self.kind.is_any("systemd"):
            self._constant("mln.service", "/etc/systemd/system/mln.service")
            self.link("/etc/systemd/system/mln.service", f"{_UNIT_WANTS}/mln.service")
        elif self.kind.is_any("openrc"):
            for word in ("start", "stop"):
                self.file(f"/etc/local.d/mln.{word}", f"#!/bin/sh\nsh /etc/mln/boot {word}\n", 0o755)
            self.link("/etc/init.d/local", "/etc/runlevels/default/local")
        elif not self.kind.is_any("rcS"):
            self._run_levels()

    def _run_levels(self) -> None:
        """Links of System V's init, in the folder that the family has them in."""
        self.link("/etc/mln/boot", "/etc/init.d/mln")
        for folder in ("/etc/rc.d", "/etc", "/etc/init.d"):
            if self.kind.has(f"{folder}/rc3.d"):
                for name in _RUN_LEVELS:
                    self.link("../init.d/mln", f"{folder}/{name}")
                return
        self.supply.warn("no way found to let the guest run its start-up lines: they lie in /etc/mln")

    def _constant(self, name: str, path: str, mode: int = 0o644) -> None:
        self.file(path, self.supply.constant(name), mode)

    # ------------------------------------------------------------ the server's files
    def guest_copy(self, source: ServerPath, target: str, mode: str) -> None:
        """A file of the server's, or a folder with all in it; without a mode, as the source has it."""
        path = self._server_path(source)
        if not os.path.exists(path):
            raise DriverError(f"no file {path}")
        for place, write in gathered(path, target, mode):
            self.stage.put(place, write)

    def _server_path(self, path: ServerPath) -> str:
        return os.path.join(self.supply.files, path.path)

    def _server_bytes(self, path: ServerPath) -> bytes:
        with open(self._server_path(path), "rb") as file:
            return file.read()

    # ------------------------------------------------------------ Windows
    def guest_windows(self) -> None:
        """What firstboot.ps1 needs, and what runs it: at the end of Windows' own set-up, or at a first log-on."""
        windows = next((path for path in ("/windows", "/WINDOWS") if self.kind.has(path)), "/Windows")
        self._constant("mln.ps1", "/mln/mln.ps1")
        self._constant("firstboot.cmd", f"{windows}/Setup/Scripts/SetupComplete.cmd")
        self._constant("firstboot.cmd", f"{_STARTUP_MENU}/mln.cmd")
        if self.supply.addresses:
            path = f"{windows}/System32/drivers/etc/hosts"
            self.piece(Piece(path, self.supply.addresses, append=True))

    def guest_windows_password(self) -> None:
        """The first start sets it and removes the file."""
        self.file("/mln/password", f"{self.supply.root_password or ''}\n", 0o600)


def _whole(lines: bytes) -> str:
    """Lines, each with its end, byte for byte."""
    text = lines.decode("latin-1")
    return text if text.endswith("\n") else f"{text}\n"


def _plain(path: str) -> str:
    """A path of one slash between its parts."""
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))
