"""Operations on a guest's accounts, as lines of its guest.sh."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlnlang.ir import AuthorizedKey, Group, Host, TransferredFile, User
from mlnlang_codegen.guest.pieces import octal_mode
from mlnlang_codegen.quoting import CannotCarryError, account, account_field, guest_path, one_line, sh
from mlnlang_codegen.storage import under

#: A password that crypt(3) has hashed already: `$id$…` (crypt(5)).
_HASHED = re.compile(r"\$[0-9a-z]{1,5}(?:,[^$:\s]*)?\$[^:\s]+")


def is_hashed(password: str) -> bool:
    """Whether a root password is a hash of crypt(3), not clear text."""
    return _HASHED.fullmatch(password) is not None


def operations(host: Host) -> Iterator[str]:
    """Users, groups, members and the root password, in the order a guest needs them."""
    yield from map(_user, host.users)
    yield from map(_group, host.groups)
    yield from (line for group in host.groups for line in _members(group))
    if host.root_password is not None:
        yield _root_password(host.root_password)


def gifts(host: Host) -> Iterator[str]:
    """Files from the server and keys; they may belong to users."""
    yield from map(_file, host.files)
    yield from map(_key, host.authorized_keys)


def _group(group: Group) -> str:
    return f"guest_group {account(group.name, 'groups')}"


def _members(group: Group) -> Iterator[str]:
    for member in group.members:
        yield f"guest_member {group.name} {account(member, 'groups')}"


def _user(user: User) -> str:
    name = account(user.name, "users")
    hashed = account_field(user.password_hash or "!", "users")
    home = account_field(user.home or "", "users")
    if home:
        guest_path(home, "users")
    return f"guest_user {name} {sh(hashed)} {sh(home)} {'' if user.uid is None else user.uid}".rstrip()


def _root_password(password: str) -> str:
    if is_hashed(password):
        return f"guest_root_hash {sh(password)}"
    one_line(password, "root_passwd")
    return "guest_root_password"


def _file(file: TransferredFile) -> str:
    mode = octal_mode(file.mode, "files") if file.mode else ""
    return f"guest_copy {under('MLN_FILES', one_line(file.source, 'files'))} {sh(target_of(file))} {sh(mode)}"


def target_of(file: TransferredFile) -> str:
    """Where a file goes: a target that ends in `/` is a folder."""
    last = file.source.rstrip("/").rpartition("/")[2] if file.target.endswith("/") else ""
    return guest_path(f"{file.target}/{last}", "files")


def _key(key: AuthorizedKey) -> str:
    user = account(key.user, "sshkey")
    if key.key is not None:
        return f"guest_key {user} {sh(key_text(key))}"
    return f"guest_key_file {user} {under('MLN_FILES', one_line(key.source or '', 'sshkey'))}"


def key_text(key: AuthorizedKey) -> str:
    """A public key, on one line."""
    text = one_line((key.key or "").strip(), "sshkey")
    if not text:
        raise CannotCarryError("sshkey", "the key is empty")
    return text


def server_files(host: Host) -> list[str]:
    """Files on the server that setting the guest up reads, as words of sh."""
    found = [under("MLN_FILES", file.source) for file in host.files]
    found += [under("MLN_FILES", key.source) for key in host.authorized_keys if key.source and key.key is None]
    if host.modules_dir:
        found.append(sh(host.modules_dir))
    return found
