"""What a server needs so that its machines can move to the project's other servers while they run.

`migration/` of a server's folder: a script, and the settings of old and new hypervisors (the article's live migration).
Storage has to be shared: a volume group or directory that `san_path` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlnlang.ir import Host, Project
from mlnlang.ir.plan import PlannedFile
from mlnlang_codegen.rendering import render
from mlnlang_codegen.site import LOCAL, Place

#: Back ends whose machines can move: how the connection is named in a libvirt URI.
MOVABLE = {"xen": "xen", "kvm": "qemu"}


def migration_files(project: Project, place: Place, places: list[Place]) -> Iterator[PlannedFile]:
    """The folder `migration/` of a server; none where the project has no other server, or no machine that can move."""
    others = [other.name for other in places if other.name not in (place.name, LOCAL)]
    movable = [host for host in place.hosts if host.backend in MOVABLE]
    if not others or not movable:
        return
    values = {
        "project": project.name,
        "server": place.name,
        "others": others,
        "moves": [(host.name, project.identity(host), host.backend, _shared(project, host)) for host in movable],
        "allowed": " ".join(f"^{re.escape(name)}$" for name in ("localhost", *others)),
    }
    folder = f"{place.name}/migration"
    yield PlannedFile(f"{folder}/migrate.sh", render("server/migrate.sh.j2", values), 0o755)
    if any(host.backend == "xen" for host in movable):
        yield PlannedFile(f"{folder}/xend-config.sxp", render("server/xend-config.sxp.j2", values))
    yield PlannedFile(f"{folder}/libvirtd.conf", render("server/libvirtd.conf.j2", values))


def _shared(project: Project, host: Host) -> bool:
    """Whether all servers see the host's disk."""
    shared = {path.removeprefix("/dev/") for path in project.san_paths}
    for server in project.servers:
        shared |= {path.removeprefix("/dev/") for path in server.san_paths}
    root = host.root_disk
    if root is None or root.storage == "iscsi":
        return root is not None
    place = root.volume_group if root.storage == "lvm" else root.directory or root.source or ""
    return any(place == path or (place or "").startswith(path.rstrip("/") + "/") for path in shared)
