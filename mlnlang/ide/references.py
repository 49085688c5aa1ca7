"""References and highlights: every place where the name at the cursor stands."""

from __future__ import annotations

from collections.abc import Iterable

from mlnlang.ide.atlas import Atlas
from mlnlang.ide.names import Occurrence


def references(atlas: Atlas, path: str, offset: int, *, definitions: bool = True) -> list[Occurrence]:
    """In all files of all projects that have to do with the name, in the order of files and places."""
    seeds = [(chart, each.name) for chart, each in atlas.at(path, offset)]
    return [each for each in atlas.occurrences(atlas.together(seeds)) if definitions or not each.defines]


def highlights(atlas: Atlas, path: str, offset: int) -> list[Occurrence]:
    """In this file; in each place that makes sense of it, where it is included more than once."""
    key = atlas.workspace.key(path)
    seeds = {(chart, each.name) for chart, each in atlas.at(path, offset)}
    return _here(key, atlas.occurrences(sorted(seeds, key=lambda placed: placed[0].root)))


def _here(path: str, found: Iterable[Occurrence]) -> list[Occurrence]:
    return [each for each in found if each.path == path]
