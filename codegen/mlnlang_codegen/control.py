"""Values that every host's control script takes, whichever the back end (template server/host.sh.j2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlnlang.ir import Host
from mlnlang_codegen.guest import GuestPlan, cloud
from mlnlang_codegen.quoting import one_line, sh
from mlnlang_codegen.site import Site
from mlnlang_codegen.storage import Volume

#: Shell libraries of back ends whose disks lie on a Linux server.
LINUX_LIBRARIES = ("settings", "common", "images", "filesystem", "guest")


def needs(commands: Iterable[str], files: Iterable[str] = ()) -> list[str]:
    """Lines of sh that note what is missing; `files` are words of sh, commands plain names."""
    names = " ".join(sh(command) for command in sorted(set(commands)))
    words = " ".join(dict.fromkeys(files))
    return ([f"need_commands {names}"] if names else []) + ([f"need_files {words}"] if words else [])


def seed_needs(guest: GuestPlan) -> list[str]:
    """The line of sh that asks for a program that makes a seed's disc, where there is a seed."""
    return ["need_seed_tool"] if guest.seed else []


def owner_word(host: Host) -> str:
    """`OWNER:GROUP` for chown as a word of sh; empty when the project says nothing. `sudo` wins over `owner` (old)."""
    owner = one_line(host.sudo or host.owner or "", "owner")
    group = one_line(host.group or "", "group")
    return sh(owner + (f":{group}" if group else "")) if owner or group else ""


def _seed(host: Host) -> Volume:
    word = cloud.image_word(host)
    return Volume("seed", cloud.image(host), word, build=f"build_seed {word}", remove=f"remove_file {word}")


def host_values(
    site: Site,
    host: Host,
    volumes: list[Volume],
    guest: GuestPlan,
    *,
    build: Iterable[str],
    run: Iterable[str],
    run_files: Iterable[str | None] = (),
) -> dict[str, Any]:
    """The values: `build` and `run` are commands the back end itself needs to build, and to start and stop."""
    if guest.seed:
        volumes = [*volumes, _seed(host)]
    attach = ["iscsiadm"] if any(volume.attach for volume in volumes) else []
    build_files = [word for volume in volumes for word in volume.files]
    return {
        "name": host.name,
        "identity": site.identity(host),
        "volumes": volumes,
        "owner": owner_word(host),
        "build_needs": needs(
            [*build, *guest.commands, *(name for volume in volumes for name in volume.commands)],
            [*build_files, *guest.server_files],
        )
        + seed_needs(guest),
        "remove_needs": needs(("lvremove", "lvs") if any("_volume " in v.remove for v in volumes) else ()),
        "run_needs": needs([*run, *attach], [sh(path) for path in run_files if path]),
        "start_files": " ".join(volume.word for volume in volumes if not volume.attach),
    }
