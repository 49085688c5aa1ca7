"""The text of a project as it was when it was compiled: kept with it, for who exports or clones it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from mlnlang_manager.engine.paths import STATE, state_folder, write_whole
from mlnlang_manager.reporting import Failure

FOLDER = "source"
_INDEX = "source.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Sources:
    """A project's files by path relative to one folder, and which of them is the project's."""

    main: str
    files: Mapping[str, bytes]


def sources_of(path: str, inputs: Mapping[str, bytes], cwd: str) -> Sources:
    """From what the compiler has read."""
    whole = {os.path.normpath(os.path.join(cwd, name)): data for name, data in inputs.items()}
    main = os.path.normpath(os.path.join(cwd, path))
    above = os.path.commonpath([os.path.dirname(name) for name in (main, *whole)])
    return Sources(os.path.relpath(main, above), {os.path.relpath(name, above): data for name, data in whole.items()})


def keep(project_folder: str, found: Sources) -> None:
    """Write them into the project's folder, all or none. Raises OSError."""
    state = state_folder(project_folder)
    folder, part, old = (os.path.join(state, f"{FOLDER}{ending}") for ending in ("", ".part", ".old"))
    for rubbish in (part, old):
        shutil.rmtree(rubbish, ignore_errors=True)
    place(part, found)
    if os.path.isdir(folder):
        os.rename(folder, old)
    os.rename(part, folder)
    write_whole(os.path.join(state, _INDEX), json.dumps({"version": VERSION, "main": found.main}) + "\n")
    shutil.rmtree(old, ignore_errors=True)


def place(folder: str, found: Sources) -> None:
    """Write them below a new folder; they may hold passwords."""
    for name, data in found.files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)


def path_of(project_folder: str, name: str) -> str:
    """Where a kept file is."""
    return os.path.join(project_folder, STATE, FOLDER, name)


def kept(project_folder: str) -> Sources | None:
    """What is kept; None where nothing is. Raises Failure."""
    state = os.path.join(project_folder, STATE)
    try:
        with open(os.path.join(state, _INDEX), encoding="utf-8") as file:
            document = json.load(file)
        if document["version"] != VERSION:
            raise Failure(f"the kept source of {project_folder} is of a version that this mln does not know")
        return Sources(str(document["main"]), read(os.path.join(state, FOLDER)))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise Failure(f"{state}/{_INDEX} is damaged", "build the project again") from None


def read(folder: str) -> dict[str, bytes]:
    """All files below a folder, by relative path."""
    found = {}
    for up, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(up, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return dict(sorted(found.items()))
