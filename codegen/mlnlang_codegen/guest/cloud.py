"""A cloud-init seed for NoCloud: meta-data, user-data, network-config (cloud-init's reference, "NoCloud").

The seed says all that a guest is told: its disk is not touched. What only the server has, files to copy, key files
and the project's addresses, is put beside them on the same disc by build.sh, and copied by the guest itself.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from mlnlang.ir import GuestFile, Host, Project, User
from mlnlang_codegen.guest import accounts, family, netplan, network, system, yaml
from mlnlang_codegen.guest.constants import constant
from mlnlang_codegen.guest.devices import Devices
from mlnlang_codegen.guest.pieces import Verb, octal_mode
from mlnlang_codegen.quoting import CannotCarryError, account, account_field, guest_path, one_line
from mlnlang_codegen.storage import IMAGES_TOKEN, under

#: Back ends that give a machine the seed as a disc.
_BACK_ENDS = frozenset(("kvm", "xen", "vmware"))
#: Stands for the hash of the root password until build.sh has made it.
HASH_TOKEN = "@MLN_ROOT_HASH@"  # noqa: S105 - no secret
#: Characters of a text that YAML would have to spell.
_ODD = r"[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_MOUNT = (
    "mkdir -p /run/mln && mount -o ro /dev/disk/by-label/cidata /run/mln || exit 0; "
    "[ ! -f /run/mln/mln/apply.sh ] || sh /run/mln/mln/apply.sh /run/mln/mln; umount /run/mln"
)
_ENABLE = "if command -v systemctl >/dev/null; then systemctl daemon-reload && systemctl enable mln.service && \
systemctl start --no-block mln.service; else sh /etc/mln/boot start; fi"


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed's files, and the lines of guest.sh for what is put beside them."""

    meta_data: str
    user_data: str
    network_config: str
    lines: tuple[Verb, ...] = ()


def is_carried(host: Host) -> bool:
    """Whether the host is set up by a seed. Windows is by its first-boot script."""
    return host.cloud_init and host.backend in _BACK_ENDS and family.of(host) != "windows"


def image(host: Host) -> str:
    """The disc's path, the images folder as its token."""
    return f"{IMAGES_TOKEN}/{host.name}.seed.iso"


def image_word(host: Host) -> str:
    """The same as a word of sh."""
    return under("MLN_IMAGES", f"{host.name}.seed.iso")


def seed(project: Project, host: Host, devices: Devices) -> Seed:
    """The seed of a host. The instance's id follows its contents: a changed seed is taken for a new instance."""
    user_data = "#cloud-config\n" + yaml.dump(_config(project, host, devices))
    cards = "".join(netplan.card(i, "  ", netplan=False) for i in network.stanzas(host) if i.auto)
    network_config = "version: 2\nethernets:" + (f"\n{cards}" if cards else " {}\n")
    identity = project.identity(host)
    digest = sha256(f"{user_data}\0{network_config}".encode()).hexdigest()[:8]
    meta = yaml.dump({"instance-id": f"{identity}-{digest}", "local-hostname": host.name})
    return Seed(meta, user_data, network_config, (*accounts.gifts(_without_keys(host)), *system.module_tree(host)))


def _without_keys(host: Host) -> Host:
    from dataclasses import replace

    keys = tuple(key for key in host.authorized_keys if key.key is None)
    return replace(host, authorized_keys=keys) if keys != host.authorized_keys else host


def _config(project: Project, host: Host, devices: Devices) -> dict[str, Any]:
    passwords = _passwords(host)
    found: dict[str, Any] = {
        "hostname": host.name,
        "fqdn": project.identity(host),
        "preserve_hostname": False,
        "manage_etc_hosts": "localhost",
    }
    if passwords:
        found["chpasswd"] = {"expire": False, "users": passwords}
    if host.root_password is not None or any(key.user == "root" for key in host.authorized_keys):
        found["disable_root"] = False
    names = [account(group.name, "groups") for group in host.groups]
    users = list(_users(host))
    parts = (
        ("groups", names),
        ("users", users),
        ("bootcmd", [["modprobe", name, *words.split()] for name, words in system.modules(host)]),
        ("mounts", list(_mounts(host, devices))),
        ("write_files", list(_files(host))),
        ("runcmd", list(_commands(host))),
    )
    return found | {key: value for key, value in parts if value}


def _passwords(host: Host) -> list[dict[str, str]]:
    password = host.root_password
    if password is None:
        return []
    one_line(password, "root_passwd")
    hashed = password if accounts.is_hashed(password) else HASH_TOKEN
    return [{"name": "root", "password": hashed, "type": "hash"}]


def _users(host: Host) -> Iterator[dict[str, Any]]:
    keys: dict[str, list[str]] = {}
    for key in host.authorized_keys:
        if key.key is not None:
            given = keys.setdefault(account(key.user, "sshkey"), [])
            text = accounts.key_text(key)
            if text not in given:
                given.append(text)
    for user in host.users:
        yield _user(host, user, keys.pop(user.name, []))
    for name, given in keys.items():
        yield {"name": name, "ssh_authorized_keys": given}


def _user(host: Host, user: User, keys: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": account(user.name, "users"), "shell": "/bin/bash"}
    if family.of(host) == "busybox":
        found["shell"] = "/bin/sh"
    if user.uid is not None:
        found["uid"] = user.uid
    if user.home:
        found["homedir"] = guest_path(account_field(user.home, "users"), "users")
    if user.password_hash:
        # `passwd` would leave a user alone that the image has already.
        found |= {"lock_passwd": False, "hashed_passwd": account_field(user.password_hash, "users")}
    groups = [group.name for group in host.groups if user.name in group.members]
    if groups:
        found["groups"] = groups
    if keys:
        found["ssh_authorized_keys"] = keys
    return found


def _mounts(host: Host, devices: Devices) -> Iterator[list[str]]:
    if devices.swap:
        yield [devices.swap, "none", "swap", "sw", "0", "0"]
    for mount in host.mounts:
        fields = system.mount_fields(mount, devices)
        # cloud-init writes them to fstab with tabs between them.
        if any(part.split() != [part] for part in fields):
            raise CannotCarryError("mount", "cloud-init's fstab can't hold a blank")
        yield [*(one_line(part, "mount") for part in fields), "0", "0"]


def _files(host: Host) -> Iterator[dict[str, Any]]:
    kind = family.of(host)
    for file in host.guest_files:
        if not file.families or kind in file.families:
            yield _file(file)
    for name, lines in (("startup", host.startup), ("shutdown", host.shutdown), ("user_data", host.user_data)):
        if lines:
            text = "".join(f"{line}\n" for line in lines)
            yield _content(f"/etc/mln/{name}", text if text.startswith("#!") else f"#!{_shell(kind)}\n{text}", "0755")
    if host.startup or host.shutdown:
        yield _content("/etc/mln/boot", constant("boot.sh"), "0755")
        yield _content("/etc/systemd/system/mln.service", constant("mln.service"), "0644")


def _shell(kind: str) -> str:
    return "/bin/sh" if kind == "busybox" else "/bin/bash"


def _file(file: GuestFile) -> dict[str, Any]:
    found = _content(guest_path(file.path, file.plugin), file.content, octal_mode(file.mode, file.plugin))
    owner = f"{account(file.owner, file.plugin)}:{account(file.group, file.plugin)}"
    if owner != "root:root":
        # Users are made later than files, but for those that wait.
        found |= {"owner": owner, "defer": True}
    if file.append:
        found["append"] = True
    return found


def _content(path: str, text: str, mode: str) -> dict[str, Any]:
    found: dict[str, Any] = {"path": path, "permissions": mode.rjust(4, "0")}
    if re.search(_ODD, text):
        found["encoding"] = "b64"
        text = b64encode(text.encode("utf-8", "surrogatepass")).decode()
    return found | {"content": text}


def _commands(host: Host) -> Iterator[list[str]]:
    known = {user.name for user in host.users}
    for group in host.groups:
        for member in group.members:
            if account(member, "groups") not in known:
                yield ["usermod", "-a", "-G", group.name, member]
    yield ["sh", "-c", _MOUNT]
    if host.startup or host.shutdown:
        yield ["sh", "-c", _ENABLE]
    if host.user_data:
        yield ["/etc/mln/user_data"]
