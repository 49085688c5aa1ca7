"""Operations on a guest's accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlnlang.ir import AuthorizedKey, Group, Host, TransferredFile, User
from mlnlang_codegen.guest.pieces import ServerPath, Verb, octal_mode
from mlnlang_codegen.quoting import CannotCarryError, account, account_field, guest_path, one_line, sh

#: A password that crypt(3) has hashed already: `$id$…` (crypt(5)).
_HASHED = re.compile(r"\$[0-9a-z]{1,5}(?:,[^$:\s]*)?\$[^:\s]+")


def is_hashed(password: str) -> bool:
    """Whether a root password is a hash of crypt(3), not clear text."""
    return _HASHED.fullmatch(password) is not None


def operations(host: Host) -> Iterator[Verb]:
    """Users, groups, members and the root password, in the order a guest needs them."""
    yield from map(_user, host.users)
    yield from map(_group, host.groups)
    yield from (line for group in host.groups for line in _members(group))
    if host.root_password is not None:
        yield _root_password(host.root_password)


def gifts(host: Host) -> Iterator[Verb]:
    """Files from the server and keys; they may belong to users."""
    yield from map(_file, host.files)
    yield from map(_key, host.authorized_keys)


def _group(group: Group) -> Verb:
    return Verb("guest_group", (account(group.name, "groups"),))


def _members(group: Group) -> Iterator[Verb]:
    for member in group.members:
        yield Verb("guest_member", (group.name, account(member, "groups")))


def _user(user: User) -> Verb:
    name = account(user.name, "users")
    hashed = account_field(user.password_hash or "!", "users")
    home = account_field(user.home or "", "users")
    if home:
        guest_path(home, "users")
    return Verb("guest_user", (name, hashed, home) if user.uid is None else (name, hashed, home, str(user.uid)))


def _root_password(password: str) -> Verb:
    if is_hashed(password):
        return Verb("guest_root_hash", (password,))
    one_line(password, "root_passwd")
    return Verb("guest_root_password")


def _file(file: TransferredFile) -> Verb:
    mode = octal_mode(file.mode, "files") if file.mode else ""
    return Verb("guest_copy", (ServerPath(one_line(file.source, "files")), target_of(file), mode))


def target_of(file: TransferredFile) -> str:
    """Where a file goes: a target that ends in `/` is a folder."""
    last = file.source.rstrip("/").rpartition("/")[2] if file.target.endswith("/") else ""
    return guest_path(f"{file.target}/{last}", "files")


def _key(key: AuthorizedKey) -> Verb:
    user = account(key.user, "sshkey")
    if key.key is not None:
        return Verb("guest_key", (user, key_text(key)))
    return Verb("guest_key_file", (user, ServerPath(one_line(key.source or "", "sshkey"))))


def key_text(key: AuthorizedKey) -> str:
    """A public key, on one line."""
    text = one_line((key.key or "").strip(), "sshkey")
    if not text:
        raise CannotCarryError("sshkey", "the key is empty")
    return text


def server_files(host: Host) -> list[str]:
    """Files on the server that setting the guest up reads, as words of sh."""
    found = [str(ServerPath(file.source)) for file in host.files]
    found += [str(ServerPath(key.source)) for key in host.authorized_keys if key.source and key.key is None]
    if host.modules_dir:
        found.append(sh(host.modules_dir))
    return found
