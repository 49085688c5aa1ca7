"""Importing a project: everything is unpacked aside and checked, and then in place at once, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from mlnlang.ir import Project
from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.engine.built import Built, write_built
from mlnlang_manager.engine.loading import load
from mlnlang_manager.images import bundle, copying, cow, formats, plans, sources
from mlnlang_manager.images.bundle import Bundle, DiskImage
from mlnlang_manager.images.folders import templates_of
from mlnlang_manager.images.registry import Registry
from mlnlang_manager.images.unpacking import unpack
from mlnlang_manager.reporting import Failure
from mlnlang_manager.settings import Settings, generator

#: How folders begin in which an import is prepared.
STAGE = ".import-"


def find(folder: str, name: str | None) -> str:
    """The export that `-d` and `-p` mean: a folder or a file. Raises Failure."""
    if os.path.isfile(folder) or os.path.isfile(os.path.join(folder, bundle.INDEX)):
        return folder
    if name:
        tries = [os.path.join(folder, f"{name}{ending}") for ending in ("", *bundle.ENDINGS)]
        found = [path for path in tries if os.path.isfile(path) or os.path.isdir(path)]
        if len(found) > 1:
            several = ", ".join(map(os.path.basename, found))
            raise Failure(f"there are several exports of `{name}` in {folder}: {several}", "name one with -d")
        if found:
            return found[0]
    what = f"export of `{name}`" if name else "export"
    raise Failure(f"there is no {what} in {folder}", "name it with -p, or its path with -d")


def bring_in(found: Settings, path: str, name: str | None, *, anywhere: bool) -> Bundle:
    """Import an export; `name` is the project that it must be of. Raises Failure, and then nothing was changed."""
    sweep(found.projects)
    try:
        os.makedirs(found.projects, exist_ok=True)
        with staged(found.projects) as stage:
            box = os.path.join(stage, "box")
            os.mkdir(box, 0o700)
            unpack(path, box)
            bundle.check(box)
            opened = _Import(found, box, os.path.join(stage, "new"), anywhere)
            opened.must_be(name)
            opened.prepare()
            opened.place()
            return opened.bundle
    except DriverError as error:
        raise Failure(f"{error.message}: nothing was imported", error.hint) from None
    except OSError as error:
        raise Failure(f"{error.filename or path}: {error.strerror or error}: nothing was imported") from None


def sweep(projects: str) -> None:
    """Clear away what imports left that did not live to their end."""
    try:
        names = [name for name in os.listdir(projects) if name.startswith(STAGE)]
    except OSError:
        return
    for name in names:
        pid = name.removeprefix(STAGE)
        if not os.path.exists(f"/proc/{pid}"):
            shutil.rmtree(os.path.join(projects, name), ignore_errors=True)


@contextmanager
def staged(projects: str) -> Iterator[str]:
    """A folder in the projects folder where something is prepared, gone in the end."""
    stage = os.path.join(projects, f"{STAGE}{os.getpid()}")
    shutil.rmtree(stage, ignore_errors=True)
    os.mkdir(stage, 0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Like:
    """What `mlnlang.cli.writing.write` reads of a compilation."""

    path: str
    inputs: dict[str, bytes]
    ir: Project


class _Import:
    """An export in `box` that is sound, on its way to the projects folder by way of `new`."""

    def __init__(self, found: Settings, box: str, new: str, anywhere: bool) -> None:
        self.found, self.box, self.new, self.anywhere = found, box, new, anywhere
        self.bundle = bundle.load(self._text(bundle.INDEX))
        try:
            ir = load(json.loads(self._text(bundle.PROJECT)))
        except ValueError:
            raise Failure(f"the export's {bundle.PROJECT} is damaged") from None
        config = found.compiler.config
        self.ir = replace(ir, templates_directory=config.templates, files_directory=config.files,
                          this_server=config.service_host)  # fmt: skip
        self.moves: list[tuple[str, str]] = []
        self.registry = Registry(templates_of(found))

    def _text(self, name: str) -> str:
        path = os.path.join(self.box, name)
        if not os.path.isfile(path) or os.path.getsize(path) > bundle.MAX_TEXT:
            raise Failure(f"the export has no {name}: it is not whole")
        with open(path, encoding="utf-8", errors="surrogatepass") as file:
            return file.read()

    def must_be(self, name: str | None) -> None:
        """Raises Failure where the export is of another project, or the project is there already."""
        if self.ir.name != self.bundle.project or (name and name != self.ir.name):
            raise Failure(f"the export is of `{self.bundle.project}`, not of `{name or self.ir.name}`")
        folder = os.path.join(self.found.projects, self.ir.name)
        if os.path.lexists(folder):
            raise Failure(f"there is a project `{self.ir.name}` already: {folder}", "remove it first, or clone it")

    def prepare(self) -> None:
        """Compile the project anew for this server, and put its disks beside it. Raises Failure."""
        from mlnlang_codegen.carried import carried

        from mlnlang.cli.writing import WriteError, write

        refused = carried(self.ir).refusals
        if refused:
            raise Failure(f"the export's project can't be carried: {refused[0].error}")
        plan = generator().generate(self.ir)
        text = self._sources()
        like = _Like(text.main if text else "", dict(text.files) if text else {}, self.ir)
        os.mkdir(self.new, 0o700)
        try:
            folder = write(self.new, plan, cast(Any, like))
        except WriteError as error:
            raise Failure("nothing was imported", diagnostics=[error.diagnostic]) from None
        known = {f"host {image.host}" for image in self.bundle.images if image.role == "root"}
        marks = {name: mark for name, mark in self.bundle.marks.items() if name in known}
        write_built(folder, Built(self.ir, marks))
        if text:
            sources.keep(folder, text)
        self._templates()
        self._images(folder)

    def _sources(self) -> sources.Sources | None:
        folder = os.path.join(self.box, bundle.SOURCE)
        if not os.path.isdir(folder):
            return None
        files = sources.read(folder)
        if self.bundle.main not in files:
            raise Failure(f"the export's {bundle.INDEX} names a source that is not in it")
        return sources.Sources(self.bundle.main, files)

    def _templates(self) -> None:
        """Templates that come along and are not here yet."""
        registry = self.registry
        for name, expected in self.bundle.templates.items():
            path, inside = registry.path(name), os.path.join(self.box, bundle.TEMPLATES, name)
            if not os.path.isfile(inside):
                raise Failure(f"the export names the template {name}, which is not in it")
            if not os.path.exists(path):
                self.moves.append((inside, path))
            elif registry.with_digest(registry.get(name)).digest != expected:
                raise Failure(f"the template {name} of this server is not that of the export", "rename one of them")

    def _images(self, folder: str) -> None:
        from mlnlang_manager.engine.opened import reopened
        from mlnlang_manager.projects import named_project

        aside = replace(self.found, projects=self.new)
        work = reopened(aside, named_project(aside, self.ir.name))
        machines = {machine.host.name: machine for machine in work.machines}
        for image in self.bundle.images:
            machine = machines.get(image.host)
            if machine is None:
                raise Failure(f"the export has a disk of {image.host}, which is no host of this server")
            self._image(machine, image, folder)

    def _image(self, machine: Machine, image: DiskImage, folder: str) -> None:
        part = next((part for part in plans.parts(machine) if part.role == image.role), None)
        source = os.path.join(self.box, image.file)
        named = image.role in ("root", "swap") and bundle.safe(image.file)
        if part is None or not named or not os.path.isfile(source):
            raise Failure(f"the export's disk {image.file} belongs nowhere")
        if image.encoding != "cow" and formats.of(source).format != image.encoding:
            raise Failure(f"the export's disk {image.file} is no {image.encoding} image")
        if image.encoding == "qcow2":
            _must_stand_alone(source)
        target = part.path
        if not os.path.realpath(target).startswith(os.path.realpath(folder) + os.sep):
            if not self.anywhere:
                raise Failure(f"the project puts a disk outside of its folder: {target}", "--anywhere allows it")
            if os.path.lexists(target):
                raise Failure(f"{target} is there already")
            self.moves.append((source, target))
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        if image.encoding == "cow":
            self._lay_over(machine, image, source, target)
        elif (source, target) not in self.moves:
            os.rename(source, target)

    def _lay_over(self, machine: Machine, image: DiskImage, source: str, target: str) -> None:
        """An overlay of User-Mode Linux, made again over the template of this server."""
        template = plans.template(machine)
        coming = {path: inside for inside, path in self.moves}
        base = template if os.path.exists(template) else coming.get(template, "")
        if not base or bundle.digest(base) != image.template_sha256:
            raise Failure(
                f"the disk of {image.host} lies over the template {image.template}, which is not here as it was",
                "export the project with --with-templates, or bring the template along",
            )
        cow.write(target, base, source, template)

    def place(self) -> None:
        """All is sound: put it where it belongs. Raises OSError."""
        templates = {self.registry.path(name) for name in self.bundle.templates}
        for source, target in self.moves:
            with copying.made(target) as part:
                copying.copy(source, part)
                os.chmod(part, 0o644 if target in templates else 0o600)
        os.sync()
        os.rename(os.path.join(self.new, self.ir.name), os.path.join(self.found.projects, self.ir.name))


def _must_stand_alone(path: str) -> None:
    """An image that leads to another file would give that to the machine. Raises Failure, DriverError."""
    with open(path, "rb") as file:
        head = file.read(104)
    backing, features = int.from_bytes(head[8:16]), int.from_bytes(head[72:80])
    # A backing file, or a data file outside (incompatible feature 2; QEMU's docs/interop/qcow2).
    if backing or features & 4:
        raise Failure("a disk of the export leads to another file; it is refused")
