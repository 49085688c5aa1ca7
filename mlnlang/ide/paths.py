"""Names in folders: what an include, a template or a file of a `files` block may be."""

from __future__ import annotations

import os
from collections.abc import Iterator

from mlnlang.ide.scene import Scene
from mlnlang.schema import Keyword

#: Keywords whose value is looked for in mln.conf's directory of templates.
_TEMPLATES = frozenset(("template", "default_template", "cow_filesystem"))
_MOST = 500


def includes(scene: Scene, typed: str) -> list[tuple[str, str]]:
    """Files and folders that `#include` may name, as far as the path is typed: beside the file, then on the path."""
    places = [os.path.dirname(scene.path), *scene.workspace.include_dirs]
    found = [each for place in places for each in _names(scene, place, typed)]
    me = os.path.basename(scene.path) if "/" not in typed else ""
    kept = [(name, detail) for name, detail in found if name != me]
    sources = [each for each in kept if each[0].endswith(("/", ".mln"))]
    return _unique(sources or kept)


def templates(scene: Scene, row: Keyword, typed: str) -> list[tuple[str, str]]:
    """Files of the directory of templates, for the keywords that name one."""
    place = scene.config.templates
    if row.name not in _TEMPLATES or not place or typed.startswith(("/", ".")):
        return []
    return _unique(_names(scene, place, typed))


def files(scene: Scene, typed: str) -> list[tuple[str, str]]:
    """Files that a line of `files` may copy: of the directory of files, else beside the project."""
    place = scene.config.files or os.path.dirname(scene.path)
    return _unique(_names(scene, place, typed))


def beside(scene: Scene, typed: str) -> list[tuple[str, str]]:
    """Files as a path names them: absolute, of the home directory, or beside the project."""
    if not typed.startswith(("/", ".", "~/")):
        return []
    return _unique(_names(scene, os.path.dirname(scene.path), typed))


def _names(scene: Scene, place: str, typed: str) -> Iterator[tuple[str, str]]:
    world = scene.workspace.world
    folder = typed.rpartition("/")[0] + ("/" if "/" in typed else "")
    home = world.environment().get("HOME", "")
    if folder.startswith("~/") and home:
        folder = home + folder[1:]
    where = os.path.join(place, folder)
    for name in world.names(where)[:_MOST]:
        if name.startswith(".") and not typed.rpartition("/")[2].startswith("."):
            continue
        is_folder = bool(world.names(os.path.join(where, name)))
        yield (f"{name}/" if is_folder else name), where.rstrip("/") or "/"


def _unique(found: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> list[tuple[str, str]]:
    known: dict[str, str] = {}
    for name, detail in found:
        known.setdefault(name, detail)
    return list(known.items())
