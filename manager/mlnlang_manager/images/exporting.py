"""Exporting a project: all that makes it, in a folder or one file, to be imported on another server."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mlnlang import __version__
from mlnlang.ir.as_json import document
from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.engine.opened import Opened
from mlnlang_manager.images import bundle, copying, cow, formats, plans, sources, tools
from mlnlang_manager.images.bundle import Bundle, DiskImage
from mlnlang_manager.reporting import Failure

Say = Callable[[str], None]


def export(work: Opened, target: str, ending: str, *, with_templates: bool, say: Say) -> Bundle:
    """Write the project to `target`: a folder, or a file where `ending` is one of a tar. Raises Failure."""
    if not work.full:
        raise Failure(f"`{work.name}` was not built by this mln", "mln build comes first")
    parent = os.path.dirname(target)
    try:
        os.makedirs(parent, exist_ok=True)
        with _stage(parent, work.name) as stage:
            folder = os.path.join(stage, work.name)
            os.mkdir(folder, 0o700)
            found = fill(work, folder, with_templates=with_templates, say=say)
            if ending:
                _pack(stage, work.name, target, ending)
            else:
                _replace_folder(folder, target, stage)
    except DriverError as error:
        raise Failure(error.message, error.hint) from None
    except OSError as error:
        raise Failure(f"{error.filename or target}: {error.strerror}", "nothing was exported") from None
    return found


def fill(work: Opened, folder: str, *, with_templates: bool, say: Say) -> Bundle:
    """Write everything below an empty folder, and the sums last. Raises DriverError, OSError, Failure."""
    images, omitted = [], []
    for machine in work.machines:
        made, left = _disks(machine, folder, say)
        images += made
        omitted += left
    inside = _templates(work, folder, say) if with_templates else {}
    text = sources.kept(work.folder)
    if text:
        sources.place(os.path.join(folder, bundle.SOURCE), text)
    main = text.main if text else ""
    marks = {f"host {image.host}": work.built.marks.get(f"host {image.host}", "") for image in images}
    found = Bundle(work.name, f"mln {__version__}", main, tuple(images), inside, tuple(omitted),
                   {name: mark for name, mark in marks.items() if mark})  # fmt: skip
    _write(folder, bundle.PROJECT, json.dumps(document(work.ir), ensure_ascii=False) + "\n")
    _write(folder, bundle.LOCK, json.dumps(lock(work), indent=1, ensure_ascii=False) + "\n")
    _write(folder, bundle.INDEX, found.text())
    _write(folder, bundle.SUMS, bundle.sums(folder))
    return found


def lock(work: Opened) -> dict[str, object]:
    """The templates that a project's disks are made from, with their digests."""
    from mlnlang_manager.images.registry import Registry

    listed: dict[str, dict[str, object]] = {}
    for machine, path in _template_paths(work):
        folder = plans.templates_folder(machine.place)
        registry = Registry(folder)
        name = os.path.relpath(path, folder)
        if name not in listed and os.path.isfile(path) and not name.startswith(".."):
            template = registry.with_digest(registry.get(name))
            listed[name] = {"sha256": template.digest, "size": template.size}
    return {"version": 1, "made_by": f"mln {__version__}", "templates": dict(sorted(listed.items()))}


def _template_paths(work: Opened) -> Iterator[tuple[Machine, str]]:
    for machine in work.machines:
        root = machine.host.root_disk
        if root and root.storage == "file" and not root.source and (root.cow_base or root.template):
            yield machine, plans.template(machine)


def _disks(machine: Machine, folder: str, say: Say) -> tuple[list[DiskImage], list[str]]:
    images, omitted = [], []
    for part in plans.parts(machine):
        if part.role not in ("root", "swap") or part.disk is None:
            continue
        name = f"{machine.host.name} {part.role}"
        if part.block or part.disk.storage != "file" or part.disk.source:
            omitted.append(f"{name}: {part.path} is a device or an image of its own")
        elif not os.path.exists(part.path):
            omitted.append(f"{name}: not built")
        else:
            say(f"host {machine.host.name}: {part.role} disk")
            images.append(_disk(machine, part, folder))
    return images, omitted


def _disk(machine: Machine, part: plans.Part, folder: str) -> DiskImage:
    kind = formats.of(part.path).format
    file = f"{bundle.IMAGES}/{machine.host.name}/{part.role}"
    target = os.path.join(folder, file)
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    if kind == "cow":
        base = cow.base_of(part.path)
        cow.merge(part.path, target)
        return DiskImage(machine.host.name, part.role, file, "cow", os.path.basename(base), bundle.digest(base))
    if kind == "qcow2":
        tools.must(
            ["qemu-img", "convert", "-f", "qcow2", "-O", "qcow2", part.path, target], "qemu-img can't read the disk"
        )
        os.chmod(target, 0o600)
    else:
        copying.copy(part.path, target)
    return DiskImage(machine.host.name, part.role, file, kind)


def _templates(work: Opened, folder: str, say: Say) -> dict[str, str]:
    found: dict[str, str] = {}
    for machine, path in _template_paths(work):
        name = os.path.relpath(path, plans.templates_folder(machine.place))
        if name in found or name.startswith("..") or not os.path.isfile(path):
            continue
        say(f"template {name}")
        target = os.path.join(folder, bundle.TEMPLATES, name)
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        copying.copy(path, target)
        found[name] = bundle.digest(target)
    return found


def _write(folder: str, name: str, text: str) -> None:
    descriptor = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogatepass") as file:
        file.write(text)


@contextmanager
def _stage(parent: str, name: str) -> Iterator[str]:
    """A folder beside the target, gone in the end."""
    stage = os.path.join(parent, f".{name}.export-{os.getpid()}")
    shutil.rmtree(stage, ignore_errors=True)
    os.mkdir(stage, 0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _replace_folder(folder: str, target: str, stage: str) -> None:
    if os.path.lexists(target):
        os.rename(target, os.path.join(stage, "old"))
    os.rename(folder, target)


def _pack(stage: str, name: str, target: str, ending: str) -> None:
    """One tar, in which holes stay holes; any GNU tar unpacks it."""
    how = {".tar": (), ".tar.gz": ("--gzip",), ".tar.zst": ("--zstd",)}[ending]
    lacking = tools.missing("tar", *{".tar.gz": ("gzip",), ".tar.zst": ("zstd",)}.get(ending, ()))
    if lacking:
        raise DriverError(f"missing on this server: {', '.join(lacking)}")
    owners = ("--owner=0", "--group=0", "--numeric-owner", "--sort=name", "--format=gnu", "--sparse")
    with copying.made(target) as part:
        tools.must(["tar", *owners, *how, "-cf", part, "-C", stage, name], "tar can't write the export")
        os.chmod(part, 0o600)
