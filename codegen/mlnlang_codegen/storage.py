"""Disks of a Linux server: where they lie, and the shell lines that make and remove them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from mlnlang.ir import Disk, Host, Mount
from mlnlang_codegen.quoting import CannotCarryError, one_line, sh
from mlnlang_codegen.site import Site

#: Stands for the images folder in files that are no shell scripts; control.sh puts the real folder in.
IMAGES_TOKEN = "/@MLN_IMAGES@"  # noqa: S105 - no secret
FILES_TOKEN = "/@MLN_FILES@"  # noqa: S105 - no secret
DEFAULT_VOLUME_GROUP = "mln-images"

#: File systems that are no disk of the machine: their source is a server, a folder or nothing.
DISKLESS = frozenset(
    (
        *("9p", "cifs", "hostfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs", "fuse.sshfs", "overlay"),
        *("none", "bind", "cgroup", "cgroup2", "debugfs", "devpts", "devtmpfs", "proc", "sysfs", "tmpfs"),
    )
)

_EXT_TOOLS = ("debugfs", "e2fsck", "resize2fs", "od")
_LVM_TOOLS = ("lvs", "lvcreate", "lvrename", "lvremove", "blockdev", "dd")


@dataclass(frozen=True, slots=True)
class Volume:
    """A disk as a machine gets it. `path` may start with a token; `word` is the same path as a word of sh."""

    role: str
    path: str
    word: str
    block: bool = False
    build: str = ""
    attach: str = ""
    detach: str = ""
    remove: str = ""
    commands: tuple[str, ...] = ()
    #: Words of sh: files that must be there before it is built or started.
    files: tuple[str, ...] = ()
    #: The mount's source, for disks that a `mount` line asks for.
    source: str = ""
    #: Copy-on-write: the base as a word of sh, and its path.
    base_word: str = ""


def under(variable: str, path: str) -> str:
    """A path as a word of sh, relative ones below a folder that a shell variable names."""
    return sh(path) if path.startswith("/") else f'"${variable}"/{sh(path)}'


def is_diskless(mount: Mount) -> bool:
    """Whether a mount needs no disk: a network or pseudo file system."""
    return mount.filesystem in DISKLESS or ":" in mount.source


def volumes(site: Site, host: Host) -> list[Volume]:
    """A host's disks: root, swap, then those of its mounts, in the order written."""
    found = [_volume(site, host, disk) for disk in host.disks]
    known = {volume.source for volume in found}
    for mount in host.mounts:
        if not is_diskless(mount) and mount.source not in known:
            known.add(mount.source)
            found.append(_existing("mount", mount.source, "mount", "MLN_FILES", FILES_TOKEN))
    rank = {"root": 0, "swap": 1, "mount": 2}
    return sorted(found, key=lambda volume: rank[volume.role])


def _volume(site: Site, host: Host, disk: Disk) -> Volume:
    if disk.role == "mount":
        return _existing("mount", disk.source or "", "mount", "MLN_FILES", FILES_TOKEN)
    if disk.storage == "iscsi":
        return _iscsi(disk)
    if disk.storage == "lvm":
        return _logical_volume(site, host, disk)
    if disk.cow_base:
        return _overlay(host, disk)
    if disk.source or disk.storage == "device":
        found = _existing(disk.role, disk.source or "", "filesystem", "MLN_IMAGES", IMAGES_TOKEN)
        if disk.role == "root":
            return _with_build(found, f"build_in_place {found.word}", _EXT_TOOLS)
        return found
    return _image(site, host, disk)


def _with_build(volume: Volume, build: str, commands: tuple[str, ...]) -> Volume:
    from dataclasses import replace

    return replace(volume, build=build, commands=commands)


def _existing(role: str, source: str, keyword: str, variable: str, token: str) -> Volume:
    """A device or image that is there already and is neither made nor removed."""
    if not source:
        raise CannotCarryError(keyword, "no device or file is named")
    path = source if source.startswith("/") else f"{token}/{source}"
    word = under(variable, one_line(source, keyword))
    return Volume(role, path, word, source.startswith("/dev/"), files=(word,), source=source)


def wanted(disk: Disk) -> tuple[int, int]:
    """Size and free space in bytes as the scripts take them: 0 is "not said"; free space overrides size (old)."""
    if disk.free_space_bytes is not None:
        return 0, disk.free_space_bytes
    return disk.size_bytes or 0, 0


def template_word(host: Host, disk: Disk) -> str:
    """The template's path as a word of sh; `''` for a host without one, which the scripts report."""
    name = disk.template or host.template
    return under("MLN_TEMPLATES", one_line(name, "template")) if name else "''"


def _image(site: Site, host: Host, disk: Disk) -> Volume:
    suffix = {"root": "", "swap": ".swap"}[disk.role]
    if disk.directory:
        path = f"{one_line(disk.directory, 'filepath').rstrip('/')}/{site.identity(host)}{suffix}"
    else:
        path = f"{host.name}{suffix or '.img'}"
    word = under("MLN_IMAGES", path)
    shown = path if path.startswith("/") else f"{IMAGES_TOKEN}/{path}"
    remove = f"remove_file {word}"
    if disk.role == "swap":
        build = f"build_swap_file {word} {disk.size_bytes or 0}"
        return Volume("swap", shown, word, build=build, remove=remove, commands=("mkswap", "truncate"))
    template = template_word(host, disk)
    size, free = wanted(disk)
    build = f"build_root_file {word} {template} {size} {free}"
    tools = ("truncate", *_EXT_TOOLS)
    return Volume("root", shown, word, build=build, remove=remove, commands=tools, files=(template,))


def _overlay(host: Host, disk: Disk) -> Volume:
    base = under("MLN_TEMPLATES", one_line(disk.cow_base or "", "cow_filesystem"))
    word = under("MLN_IMAGES", f"{host.name}.cow")
    return Volume(
        "root",
        f"{IMAGES_TOKEN}/{host.name}.cow",
        word,
        build=f"build_overlay {word} {base}",
        remove=f"remove_file {word}",
        files=(base,),
        base_word=base,
    )


def _logical_volume(site: Site, host: Host, disk: Disk) -> Volume:
    group = one_line(disk.volume_group or DEFAULT_VOLUME_GROUP, "lvm_vg")
    name = site.identity(host) + (".swap" if disk.role == "swap" else "")
    path = f"/dev/{group}/{name}"
    where = f"{sh(group)} {sh(name)}"
    options = "".join(" " + sh(option) for option in _lvm_options(disk))
    remove = f"remove_volume {where}"
    size, free = wanted(disk)
    if disk.role == "swap":
        build = f"build_swap_volume {where} {size}{options}"
        return Volume("swap", path, sh(path), True, build, remove=remove, commands=("mkswap", *_LVM_TOOLS))
    tools = (*_LVM_TOOLS, *_EXT_TOOLS)
    if disk.snapshot:
        origin = sh(one_line(disk.template or host.template or "", "template"))
        build = f"build_snapshot_volume {where} {origin} {size}{options}"
        return Volume("root", path, sh(path), True, build, remove=remove, commands=tools)
    template = template_word(host, disk)
    build = f"build_root_volume {where} {template} {size} {free}{options}"
    return Volume("root", path, sh(path), True, build, remove=remove, commands=tools, files=(template,))


def _lvm_options(disk: Disk) -> list[str]:
    try:
        words = shlex.split(one_line(disk.lvm_options or "", "lvm"))
    except ValueError as error:
        raise CannotCarryError("lvm", f"the options can't be split into words: {error}") from None
    return [word for word in words if word != "lock"]


def _iscsi(disk: Disk) -> Volume:
    server = one_line(disk.iscsi_server or "", "iscsi")
    target = one_line(disk.iscsi_target or "", "iscsi_target")
    if not server or not target:
        raise CannotCarryError("iscsi", "server and target must both be given: a target is not made here")
    portal = server if ":" in server else f"{server}:3260"
    path = f"/dev/disk/by-path/ip-{portal}-iscsi-{target}-lun-0"
    login = f"iscsi_login {sh(portal)} {sh(target)} {sh(path)}"
    return Volume(
        disk.role,
        path,
        sh(path),
        True,
        build=f"{login}\nbuild_in_place {sh(path)}" if disk.role == "root" else login,
        attach=login,
        detach=f"iscsi_logout {sh(portal)} {sh(target)}",
        commands=("iscsiadm", *_EXT_TOOLS),
    )
