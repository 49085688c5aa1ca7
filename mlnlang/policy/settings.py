"""Settings: the nearest `mlnc.toml`, or `pyproject.toml` with `[tool.mlnc]`, from a file's directory upward.

A file is governed by what is nearest to itself, an included one too, so that shared parts bring their own rules.
What names no file is governed by the working directory.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import BAD_SETTINGS
from mlnlang.policy.rules import firm, rules_of, unknown
from mlnlang.source import Span
from mlnlang.world import World, WorldError

Level = Literal["error", "warning", "note", "off"]

OWN = "mlnc.toml"
SHARED = "pyproject.toml"

_FAULTS = {
    "missing": "there is no such file",
    "directory": "it is a directory",
    "special": "it is not a regular file",
    "denied": "permission denied",
}


@dataclass(frozen=True)
class Settings:
    """What a settings file says. Rules are listed by code; `baseline` is a path as the world takes it."""

    path: str = ""
    strict: bool = False
    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    levels: Mapping[str, Level] = field(default_factory=dict)
    baseline: str = ""
    baseline_span: Span | None = None
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What the command line settles for all files, over any settings. None: it says nothing.

    `baseline` is a path; empty: hide nothing by a baseline.
    """

    strict: bool = False
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    baseline: str | None = None


NONE = Settings()


class Finder:
    """Finds settings through a world, once a directory. It serves one run: what it read may change later."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cwd = world.cwd()
        self._known: dict[str, Settings] = {}

    def of_file(self, path: str) -> Settings:
        """The settings that govern a file, by its path as messages print it; empty: those of the working directory."""
        return self.of_directory(os.path.dirname(os.path.normpath(os.path.join(self._cwd, path or "x"))))

    def of_directory(self, directory: str) -> Settings:
        """The nearest settings of a directory, given absolute and normal."""
        passed = []
        found: Settings | None = None
        while found is None:
            found = self._known.get(directory) or self._read(directory)
            passed.append(directory)
            parent = os.path.dirname(directory)
            if parent == directory:
                found = found or NONE
            directory = parent
        self._known.update(dict.fromkeys(passed, found))
        return found

    def _read(self, directory: str) -> Settings | None:
        """A directory's own settings."""
        for name in (OWN, SHARED):
            path = os.path.join(directory, name)
            try:
                data = self._world.read(path)
            except WorldError as error:
                if error.fault == "missing" or name == SHARED:
                    continue
                shown = self.shown(path)
                problem = BAD_SETTINGS.at(None, f"`{shown}` can't be read: {said(error)}", path=shown)
                return Settings(shown, problems=(problem,))
            if name == OWN or b"mlnc" in data:
                from mlnlang.policy.reading import read  # tomllib is only for those who have settings

                found = read(self.shown(path), data, () if name == OWN else ("tool", "mlnc"))
                if found is not None:
                    return found
        return None

    def shown(self, path: str) -> str:
        """A path as people read it: from the working directory where it lies below."""
        below = self._cwd.rstrip("/") + "/"
        return path[len(below) :] if path.startswith(below) else path


def said(error: WorldError) -> str:
    """Why a file can't be read, in words."""
    return _FAULTS.get(error.fault) or error.detail or error.fault


def chosen(words: Iterable[str], option: str) -> tuple[frozenset[str], list[Diagnostic]]:
    """The codes that an option of the command line names, and what is wrong with it."""
    codes: set[str] = set()
    problems: list[Diagnostic] = []
    for word in words:
        rules = rules_of(word)
        if not rules:
            problems.append(unknown(word, None, option))
        elif option == "--ignore" and all(rule.firm for rule in rules):
            problems.append(firm(rules[0], None, "ignored", option))
        codes.update(rule.code for rule in rules)
    return frozenset(codes), problems
