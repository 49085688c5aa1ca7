"""What the compiler says of a machine: its disks, its templates, and what is done to its guest."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import Any

from mlnlang_codegen.backend import Lowered
from mlnlang_codegen.carried import carried
from mlnlang_codegen.guest import cloud

from mlnlang.ir import Disk
from mlnlang_manager.drivers.protocol import DriverError, Machine, Place

#: Where templates and files are when nothing says so (lib/settings.sh of the scripts).
_TEMPLATES, _FILES = "/opt/mln/templates", "/opt/mln/files"
_GUARD = threading.Lock()


@dataclass(frozen=True, slots=True)
class Part:
    """A disk of a machine: its role (root, swap, mount, seed), where it is, and what the project says of it."""

    role: str
    path: str
    disk: Disk | None
    block: bool = False


def lowered(machine: Machine) -> Lowered:
    """The machine as its back end has it. Raises DriverError for one that can't be carried."""
    with _GUARD:
        lot = carried(machine.place.project)
    found = lot.hosts.get(machine.host.name)
    if found is None:
        why = next((str(r.error) for r in lot.refusals if r.thing in (machine.host, machine.place.project)), "")
        raise DriverError(f"{machine.identity} can't be made: {why or f'no back end {machine.host.backend}'}")
    return found[1]


def templates_folder(place: Place) -> str:
    """Where templates are."""
    return place.templates or os.environ.get("MLN_TEMPLATES") or place.project.templates_directory or _TEMPLATES


def files_folder(place: Place) -> str:
    """Where the files of `files` blocks are."""
    return place.files or os.environ.get("MLN_FILES") or place.project.files_directory or _FILES


def template(machine: Machine) -> str:
    """The path of the image that the root disk starts from. Raises DriverError where none is named."""
    root = machine.host.root_disk
    name = (root and (root.cow_base or root.template)) or machine.host.template
    if not name:
        raise DriverError(f"{machine.identity} names no template")
    return os.path.join(templates_folder(machine.place), name)


def parts(machine: Machine) -> list[Part]:
    """Its disks, root first, and its seed last."""
    values = control_values(machine)
    by_role = {disk.role: disk for disk in machine.host.disks}
    found = []
    for volume in values.get("volumes", ()):
        disk = by_role.get(volume.role) if volume.role in ("root", "swap") else None
        found.append(Part(volume.role, real_path(machine.place, volume.path), disk, volume.block))
    return found


def control_values(machine: Machine) -> dict[str, Any]:
    """What the machine's control script is made from."""
    artefacts = lowered(machine).artefacts
    return dict(next(artefact.values for artefact in artefacts if artefact.name == "control.sh"))


def root_part(machine: Machine) -> Part:
    """The disk that the machine starts from."""
    return next(part for part in parts(machine) if part.role == "root")


def seed_path(machine: Machine) -> str:
    """Where its cloud-init seed is."""
    return real_path(machine.place, cloud.image(machine.host))


def real_path(place: Place, path: str) -> str:
    """A path of a generated file, the real folders in place of the tokens."""
    tokens = {"IMAGES": place.images, "FILES": files_folder(place), "TEMPLATES": templates_folder(place)}
    for name, folder in tokens.items():
        path = path.replace(f"/@MLN_{name}@", folder, 1) if path.startswith(f"/@MLN_{name}@/") else path
    return path
