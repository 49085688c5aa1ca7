"""Disks: two machines on one, and machines that can't move because theirs is not where the other server sees it."""

from __future__ import annotations

from collections.abc import Iterator

from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import LOCAL, Site
from mlnlang.diagnostics.network_rules import CANNOT_MIGRATE, DUPLICATE_VOLUME
from mlnlang.ir import Disk, Host, Mount
from mlnlang.source import Span

#: Filesystems that several machines may write to at once.
_CLUSTERED = frozenset(("ocfs2", "gfs", "gfs2", "glusterfs", "ceph", "lustre"))
#: Back ends whose machines can move while they run.
_MOVABLE = frozenset(("xen", "kvm"))


def volumes(site: Site, found: Findings) -> None:
    """Two machines that write to one volume, image or target."""
    first: dict[tuple[str, str], tuple[int, Host, Span | None]] = {}
    for number, host in site.hosts:
        for volume, here in _written_to(site, number, host):
            other_number, other, there = first.setdefault(volume, (number, host, here))
            if other is host:
                continue
            found.report(
                DUPLICATE_VOLUME,
                here,
                f"`{site.name(number, host)}` and `{site.name(other_number, other)}` both write to {volume[1]}",
                related=[place(there, "the other is here")] if there != here else [],
            )


def _written_to(site: Site, number: int, host: Host) -> Iterator[tuple[tuple[str, str], Span | None]]:
    """(server, volume) and where it is named; shared storage is no one server's."""
    mounts = {mount.source: mount for mount in host.mounts}
    for disk in host.disks:
        if disk.storage == "iscsi" and disk.iscsi_target:
            yield ("", disk.iscsi_target), disk.where.span("iscsi_target")
        elif disk.source and not (disk.role == "mount" and _may_be_shared(mounts.get(disk.source))):
            shared = any(_under(disk.source, path) for path in site.shared_storage)
            server = "" if shared else site.server(number, host.service_host)
            yield (server, disk.source), disk.where.span("filesystem")


def _may_be_shared(mount: Mount | None) -> bool:
    return mount is not None and (mount.filesystem in _CLUSTERED or "ro" in mount.options.split(","))


def _under(path: str, folder: str) -> bool:
    path = path.removeprefix("/dev/").rstrip("/")
    return path == folder or path.startswith(folder + "/")


def migration(site: Site, found: Findings) -> None:
    """Machines on storage that one server calls shared, and another they could move to does not."""
    shared = [name for name, server in site.servers.items() if server.san_paths]
    if not shared or len(site.servers) < 2:
        return
    for number, host in site.hosts:
        root = host.root_disk
        if host.backend in _MOVABLE and host.service_host in site.servers and root is not None:
            _movable(site, found, number, host, root)


def _movable(site: Site, found: Findings, number: int, host: Host, root: Disk) -> None:
    if root.storage == "iscsi":
        return
    lies, keyword = _location(root)
    name = site.name(number, host)
    if not any(_under(lies, path) for path in site.shared_storage):
        found.report(
            CANNOT_MIGRATE,
            host.where.span(keyword) if host.where.given(keyword) else host.where.span(),
            f"`{name}` can't move to another server while it runs: its disk is on no storage that they share",
            help="keep it on a volume group or directory that each server names as `san_path`",
            severity="note",
        )
        return
    if any(_under(lies, path) for path in site.projects[number].san_paths):
        return  # mln.conf says that all servers see it
    blind = [s for s in site.servers.values() if s.name != LOCAL and not _sees(s.san_paths, lies)]
    if blind:
        missing = "does not name it as `san_path`"
        related = [place(server.where.span(), f"`{server.name}` {missing}") for server in blind]
        found.report(
            CANNOT_MIGRATE,
            host.where.span(keyword),
            f"`{name}` can't move to `{blind[0].name}`: {lies} is not shared with that server",
            related=related,
            help=f"add `san_path {lies}` there if the server sees it",
        )


def _sees(paths: tuple[str, ...], lies: str) -> bool:
    return any(_under(lies, path.removeprefix("/dev/").rstrip("/")) for path in paths)


def _location(root: Disk) -> tuple[str, str]:
    """Where a root disk lies, and the keyword that says so."""
    if root.storage == "lvm":
        return root.volume_group or "", "lvm_vg"
    if root.source:
        return root.source, "filesystem"
    return root.directory or "", "filepath"
