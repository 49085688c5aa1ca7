"""A new project from the kept text of another, with another name in it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from mlnlang.api import Checked
from mlnlang.cli.writing import WriteError, write
from mlnlang_manager.compiling import checked
from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.engine.built import MADE, Built, write_built
from mlnlang_manager.engine.opened import Opened, reopened
from mlnlang_manager.images import copying, formats, plans, sources
from mlnlang_manager.images.importing import staged, sweep
from mlnlang_manager.images.sources import Sources
from mlnlang_manager.projects import named_project
from mlnlang_manager.reporting import Failure
from mlnlang_manager.settings import Settings, generator

Say = Callable[[str], None]


def clone(found: Settings, work: Opened, new: str, *, with_disks: bool, say: Say) -> tuple[str, str, bytes]:
    """Make the project; returns its folder, where its text is, and that. Raises Failure, and then nothing was made."""
    target = os.path.join(found.projects, new)
    if os.path.lexists(target):
        raise Failure(f"there is a project `{new}` already: {target}")
    text = sources.kept(work.folder)
    if text is None:
        raise Failure(f"the text of `{work.name}` was not kept", "build it again with this mln")
    sweep(found.projects)
    try:
        with staged(found.projects) as stage:
            changed = renamed(found, text, os.path.join(stage, "old"), work.name, new)
            place = os.path.join(stage, "text")
            sources.place(place, changed)
            folder = _compiled(found, os.path.join(place, changed.main), os.path.join(stage, "new"), new)
            sources.keep(folder, changed)
            if with_disks:
                _disks(found, work, os.path.join(stage, "new"), new, say)
            os.rename(folder, target)
            return target, sources.path_of(target, changed.main), changed.files[changed.main]
    except DriverError as error:
        raise Failure(f"{error.message}: nothing was made", error.hint) from None
    except OSError as error:
        raise Failure(f"{error.filename or target}: {error.strerror}: nothing was made") from None


def renamed(found: Settings, text: Sources, folder: str, old: str, new: str) -> Sources:
    """The text with the new name where the old one is given. Raises Failure."""
    sources.place(folder, text)
    main = os.path.join(folder, text.main)
    span = _name_of(found.compiler.project(main))
    if span is None or span[1].strip("\"'") != old:
        raise Failure(f"the text does not say `{old}` where it names the project", "give it the new name by hand")
    path, given, start, end = span
    name = os.path.relpath(path, folder)
    if name not in text.files:
        raise Failure(f"the project's name is given in {path}, which was not kept with it")
    data = text.files[name].decode("utf-8", "surrogateescape")
    quote = given[0] if given[0] in "\"'" else ""
    data = f"{data[:start]}{quote}{new}{quote}{data[end:]}"
    return replace(text, files={**text.files, name: data.encode("utf-8", "surrogateescape")})


def _name_of(found: Checked) -> tuple[str, str, int, int] | None:
    """File, spelling and place of the project's name."""
    span = found.ir.where.span("project") if found.ir else None
    if span is None:
        return None
    return span.file.path, span.text, span.start, span.end


def _compiled(found: Settings, main: str, into: str, new: str) -> str:
    """Compile the clone below a folder of its own; returns the project's. Raises Failure, OSError."""
    result = checked(found, main)
    assert result.ir
    if result.ir.name != new:
        raise Failure(f"the project would be called `{result.ir.name}`, not `{new}`")
    os.mkdir(into, 0o700)
    try:
        folder = write(into, generator().generate(result.ir), result)
    except WriteError as error:
        raise Failure("nothing was made", diagnostics=[error.diagnostic]) from None
    write_built(folder, Built(result.ir))
    return folder


def _disks(found: Settings, old: Opened, projects: str, new: str, say: Say) -> None:
    """Copies of the disks of all hosts that have some. Raises Failure, DriverError, OSError."""
    aside = replace(found, projects=projects)
    work = reopened(aside, named_project(aside, new))
    before = {machine.host.name: machine for machine in old.machines}
    for machine in work.machines:
        source = before.get(machine.host.name)
        if source is None:
            continue
        theirs = {part.role: part for part in plans.parts(source)}
        for part in plans.parts(machine):
            there = theirs.get(part.role)
            if part.role not in ("root", "swap") or part.disk is None or there is None:
                continue
            if part.block or part.disk.storage != "file" or part.disk.source:
                raise Failure(f"{machine.host.name}: {there.path} is no image of the project: it can't be copied")
            if os.path.exists(there.path):
                _copy(machine.host.name, part.role, there.path, part.path, say)
        if os.path.exists(plans.root_part(machine).path):
            work.built.marks[f"host {machine.host.name}"] = MADE
    write_built(work.folder, work.built)


def _copy(host: str, role: str, source: str, target: str, say: Say) -> None:
    with copying.made(target) as part:
        how = copying.copy(source, part)
    say(f"host {host}: {role} disk, {formats.of(target).title} ({'shared' if how == 'reflink' else 'copied'})")
