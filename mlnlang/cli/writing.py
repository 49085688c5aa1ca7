"""Write a plan to a directory: all of it or nothing.

New files are first written beside the old ones, so a full disk or a directory that can't be written is found
before anything changes. Then they are moved into place one by one, with what they replace kept until all are
there; a fault moves everything back. Files that nobody compiled (images, run state) are never touched.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

from mlnlang import __version__
from mlnlang.api import Checked
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import CANNOT_WRITE
from mlnlang.ir.plan import Plan, PlannedFile

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1


class WriteError(Exception):
    """The plan could not be written; what was there is as it was."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def write(directory: str, plan: Plan, project: Checked) -> str:
    """Write `directory/<project>/`; returns that folder. Raises WriteError."""
    return put(directory, plan, inputs_of(project))


def put(directory: str, plan: Plan, inputs: Mapping[str, Any]) -> str:
    """The same, with what `inputs_of` said of the project before."""
    folder = os.path.join(directory, plan.project)
    files = [*plan.files, PlannedFile("plan.json", _json(plan.document()))]
    files.append(PlannedFile(MANIFEST, _json(_manifest(plan.project, files, inputs))))
    try:
        os.makedirs(folder, exist_ok=True)
        stage = tempfile.mkdtemp(prefix=".mlnc-", dir=folder)
    except OSError as error:
        raise _failed(folder, error) from None
    umask = os.umask(0o022)  # modes are as the plan says, whoever runs it
    try:
        new = os.path.join(stage, "new")
        os.mkdir(new)
        _stage(folder, new, files)
        _swap(folder, stage, {file.path for file in files})
    except OSError as error:
        raise _failed(folder, error) from None
    finally:
        os.umask(umask)
        shutil.rmtree(stage, ignore_errors=True)
    return folder


def _stage(folder: str, stage: str, files: list[PlannedFile]) -> None:
    """Write what is not there already, to the byte and mode."""
    known: dict[str, bool] = {"": True}
    made = {""}
    for file in files:
        parent = file.path.rpartition("/")[0]
        content = file.content.encode("utf-8", "surrogatepass")
        if _is_known(folder, parent, known) and _same(f"{folder}/{file.path}", content, file.mode):
            continue
        _make(stage, parent, made)
        descriptor = os.open(f"{stage}/{file.path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode)
        try:
            while content:
                content = content[os.write(descriptor, content) :]
        finally:
            os.close(descriptor)


def _is_known(folder: str, parent: str, known: dict[str, bool]) -> bool:
    """Whether a folder is there already: in a new one nothing can be the same."""
    if parent not in known:
        known[parent] = _is_known(folder, parent.rpartition("/")[0], known) and os.path.isdir(f"{folder}/{parent}")
    return known[parent]


def _make(stage: str, parent: str, made: set[str]) -> None:
    if parent not in made:
        _make(stage, parent.rpartition("/")[0], made)
        os.mkdir(f"{stage}/{parent}")
        made.add(parent)


def _same(path: str, content: bytes, mode: int) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        found = os.fstat(descriptor)
        if found.st_size != len(content) or found.st_mode != stat.S_IFREG | mode:
            return False
        return os.read(descriptor, len(content) + 1) == content
    finally:
        os.close(descriptor)


def _swap(folder: str, stage: str, wanted: set[str]) -> None:
    """Move the new files in and the old ones out; on a fault, back again."""
    moves: list[tuple[str, str]] = []
    try:
        for stale in sorted(_written_before(folder) - wanted):
            _move(f"{folder}/{stale}", f"{stage}/old/{stale}", moves)
        _merge(f"{stage}/new", folder, f"{stage}/old", moves)
    except OSError:
        for source, target in reversed(moves):
            with suppress(OSError):
                os.rename(target, source)
        raise
    _drop_empty(folder, {os.path.dirname(source) for source, _ in moves if source.startswith(folder + "/")})


def _merge(new: str, target: str, old: str, moves: list[tuple[str, str]]) -> None:
    """Move a folder's entries to where they belong: whole folders where nothing stands, else file by file."""
    with os.scandir(new) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        there = f"{target}/{entry.name}"
        if entry.is_dir(follow_symlinks=False) and os.path.isdir(there) and not os.path.islink(there):
            _merge(entry.path, there, f"{old}/{entry.name}", moves)
            continue
        _replace(entry.path, there, f"{old}/{entry.name}", moves)


def _replace(new: str, there: str, old: str, moves: list[tuple[str, str]]) -> None:
    """Move an entry to its place, which a file never leaves empty: who is killed here leaves the old one or the new."""
    if os.path.isfile(there) and not os.path.islink(there):
        os.makedirs(os.path.dirname(old), exist_ok=True)
        try:
            os.link(there, old)
            moves.append((there, old))
        except OSError:  # a file system without second names
            _move(there, old, moves)
    else:
        _move(there, old, moves)
    os.rename(new, there)
    moves.append((new, there))


def _move(source: str, target: str, moves: list[tuple[str, str]]) -> None:
    """Rename, if there is something to rename, making folders as needed."""
    if not os.path.lexists(source):
        return
    try:
        os.rename(source, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(source, target)
    moves.append((source, target))


def _written_before(folder: str) -> set[str]:
    """What the manifest of an earlier run lists, if one is there and sound; only paths inside the folder count."""
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            listed = json.load(file)["outputs"]
        paths = {str(path) for path in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {path for path in paths if not os.path.isabs(path) and ".." not in path.split("/")}


def _drop_empty(folder: str, candidates: set[str]) -> None:
    """Remove folders that lost their last file."""
    for path in sorted(candidates, key=len, reverse=True):
        while path.startswith(folder) and path != folder:
            try:
                os.rmdir(path)
            except OSError:
                break
            path = os.path.dirname(path)


def inputs_of(project: Checked) -> dict[str, Any]:
    """Inputs with their digests; paths are relative to the project file, alike on every machine."""
    base = os.path.dirname(os.path.abspath(project.path))
    return {
        os.path.relpath(path, base): {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
        for path, data in project.inputs.items()
    }


def _manifest(project: str, files: list[PlannedFile], inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "version": MANIFEST_VERSION,
        "generator": f"mlnlang {__version__}",
        "project": project,
        "inputs": dict(sorted(inputs.items())),
        "outputs": {file.path: {"sha256": file.digest, "mode": f"{file.mode:04o}"} for file in files},
    }


def _json(document: Any) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _failed(folder: str, error: OSError) -> WriteError:
    where = f" ({error.filename})" if error.filename and "/.mlnc-" not in str(error.filename) else ""
    return WriteError(
        CANNOT_WRITE.at(
            None,
            f"`{folder}` can't be written: {error.strerror or error}{where}",
            path=folder,
            help="nothing was changed; choose another directory with `-o`, or make room",
        )
    )
