"""Templates: whether they are there, of a kind that the back end can start, and no larger than asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass

from mlnlang.backends import BY_NAME
from mlnlang.checks.amounts import bytes_text
from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import Site
from mlnlang.diagnostics import Edit, Fix, did_you_mean, nearest
from mlnlang.diagnostics.network_rules import SIZE_BELOW_TEMPLATE, TEMPLATE_KIND, TEMPLATE_NOT_FOUND
from mlnlang.ir import Host
from mlnlang.world import World, WorldError

#: Ends of names → kind of image.
_BY_NAME = {
    ".vmdk": "vmdk", ".qcow2": "qcow2", ".qcow": "qcow2", ".vdi": "vdi", ".vhd": "vhd", ".vhdx": "vhd", ".iso": "iso",
    ".ext2": "filesystem", ".ext3": "filesystem", ".ext4": "filesystem", ".xfs": "filesystem", ".btrfs": "filesystem",
    ".squashfs": "filesystem", ".vmx": "vmx", ".ova": "ova", ".ovf": "ova",
}  # fmt: skip
#: What a message calls a kind.
_TITLES = {
    "vmdk": "a vmdk disk", "qcow2": "a qcow2 disk", "vdi": "a VirtualBox disk", "vhd": "a VHD disk",
    "iso": "a CD image", "filesystem": "a filesystem without partitions",
    "vmx": "the description of a VMware machine, not its disk",
    "ova": "a packed machine, not a disk",
}  # fmt: skip
#: Back end → kinds that it can't start. What is not listed may work: a raw disk's name says nothing.
_WRONG = {
    "uml": frozenset(("vmdk", "qcow2", "vdi", "vhd", "iso", "vmx", "ova")),
    "lxc": frozenset(("vmdk", "qcow2", "vdi", "vhd", "iso", "vmx", "ova")),
    "xen": frozenset(("vmdk", "qcow2", "vdi", "iso", "vmx", "ova")),
    "kvm": frozenset(("vmx", "ova", "iso")),
    "vmware": frozenset(("filesystem", "vmx", "ova", "iso")),
}
_HEAD_BYTES = 1100


@dataclass(frozen=True, slots=True)
class _Image:
    """What is known of a template's file. `size` is that of the disk in it, in bytes."""

    kind: str
    size: int | None = None


def templates(site: Site, found: Findings, world: World) -> None:
    """Each template against its directory, its host's back end and size."""
    seen: dict[str, _Image | None] = {}
    for number, host in site.hosts:
        root = host.root_disk
        if not host.template or root is None or root.source or root.snapshot or root.cow_base:
            continue
        folder = site.projects[number].templates_directory
        image: _Image | None = None
        if site.is_here(number, host) and (folder or os.path.isabs(host.template)):
            path = os.path.join(folder or "", host.template)
            if path not in seen:
                seen[path] = _image(world, path)
            image = seen[path]
            if image is None and folder and world.exists(folder):
                _missing(found, host, folder, world)
                continue
        _kind(site, found, number, host, image or _Image(_kind_by_name(host.template)))


def _image(world: World, path: str) -> _Image | None:
    try:
        head, length = world.peek(path, _HEAD_BYTES)
    except WorldError:
        return None if not world.exists(path) else _Image("")
    return _recognised(head, length) or _Image(_kind_by_name(path), length)


def _recognised(head: bytes, length: int) -> _Image | None:
    """The kind that a file's first bytes tell (qcow2, VMDK and ext magic numbers, boot signature)."""
    if head[:4] == b"QFI\xfb":
        return _Image("qcow2", int.from_bytes(head[24:32]))
    if head[:4] == b"KDMV":
        return _Image("vmdk", int.from_bytes(head[12:20], "little") * 512)
    if head[1080:1082] == b"\x53\xef" or head[:4] in (b"XFSB", b"hsqs"):
        return _Image("filesystem", length)
    return _Image("disk", length) if head[510:512] == b"\x55\xaa" else None


def _kind_by_name(path: str) -> str:
    return _BY_NAME.get(os.path.splitext(path)[1].lower(), "")


def _missing(found: Findings, host: Host, folder: str, world: World) -> None:
    span = host.where.span("template")
    known = world.names(folder)
    close = next(iter(nearest(host.template or "", known)), None)
    found.report(
        TEMPLATE_NOT_FOUND,
        span,
        f"the template `{host.template}` is not in {folder}",
        help=did_you_mean(host.template or "", known)
        or "`mlnc` looks in the directory of mln.conf's `templates`, or of `-T`",
        fix=Fix(f"write `{close}`", (Edit(span, close),)) if close and span and host.where.given("template") else None,
    )


def _kind(site: Site, found: Findings, number: int, host: Host, image: _Image) -> None:
    wrong = image.kind in _WRONG.get(host.backend, ()) or (
        host.backend == "kvm" and image.kind == "filesystem" and not host.kernel
    )
    root = host.root_disk
    size = root.size_bytes if root else None
    if wrong:
        flag = host.where.span(host.backend) if host.where.given(host.backend) else None
        found.report(
            TEMPLATE_KIND,
            host.where.span("template"),
            f"`{host.template}` is {_TITLES[image.kind]}, which {BY_NAME[host.backend].title} can't start from",
            related=[place(flag, f"`{site.name(number, host)}` is for {BY_NAME[host.backend].title}")],
            help=_HELP.get(host.backend, ""),
        )
    elif size and image.size and size < image.size and host.where.given("size"):
        found.report(
            SIZE_BELOW_TEMPLATE,
            host.where.span("size"),
            f"`{host.template}` has {bytes_text(image.size)} already, so a `size` of {bytes_text(size)} has no effect",
        )


_HELP = {
    "kvm": "give it a disk with partitions and a boot loader, or a `kernel` to start",
    "vmware": "`qemu-img convert -O vmdk` makes a vmdk of a bootable disk",
    "uml": "UML starts from a raw image: `qemu-img convert -O raw`",
    "xen": "Xen starts from a raw image: `qemu-img convert -O raw`",
    "lxc": "a container starts from a filesystem image or directory",
}
