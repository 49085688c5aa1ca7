"""The user's settings: `initializationOptions`, and the section `mln` of the client's configuration.

Both have the same shape. What is of the wrong type is passed over, with a complaint.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlnlang.api import Choices, Options
from mlnlang.backends import FLAGS
from mlnlang.ide.index import Scope


@dataclass(frozen=True)
class Diagnostics:
    """Of files that are not open: whether they are checked, how many at most, and which are not."""

    workspace: bool = True
    max_files: int = 2000
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class InlayHints:
    """Which inlay hints are wanted."""

    addresses: bool = True
    inherited: bool = True
    servers: bool = True


@dataclass(frozen=True)
class CodeLens:
    """Which code lenses are wanted."""

    references: bool = True
    compile: bool = True


@dataclass(frozen=True)
class Hover:
    """What a hover is to tell."""

    layers: bool = True


@dataclass(frozen=True)
class SemanticTokens:
    """Whether texts are coloured by meaning."""

    enabled: bool = True


@dataclass(frozen=True)
class Completion:
    """How completion answers."""

    snippets: bool = True


@dataclass(frozen=True)
class Settings:
    """All settings. `trusted` None: the client has not said whether the user trusts the workspace."""

    trusted: bool | None = None
    include_dirs: tuple[str, ...] = ()
    config_paths: tuple[str, ...] | None = None
    templates: str = ""
    files: str = ""
    projects: str = ""
    plugin_dirs: tuple[str, ...] = ()
    backend: str = ""
    strict: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: str = ""
    client_commands: tuple[str, ...] = ()
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    inlay_hints: InlayHints = field(default_factory=InlayHints)
    code_lens: CodeLens = field(default_factory=CodeLens)
    hover: Hover = field(default_factory=Hover)
    semantic_tokens: SemanticTokens = field(default_factory=SemanticTokens)
    completion: Completion = field(default_factory=Completion)

    def options(self, folders: Iterable[str], cwd: str, home: str) -> Options:
        """How to compile. Paths are taken from the first folder of the workspace; `~` is the home directory."""
        roots = tuple(folders)

        def path(text: str) -> str:
            text = home + text[1:] if text == "~" or text.startswith("~/") else text
            return os.path.normpath(os.path.join(roots[0] if roots else cwd, text))

        def word(text: str) -> str | None:
            return path(text) if text else None

        return Options(
            include_dirs=tuple(map(path, self.include_dirs)),
            config_paths=None if self.config_paths is None else tuple(map(path, self.config_paths)),
            projects=word(self.projects),
            templates=word(self.templates),
            files=word(self.files),
            plugin_dirs=tuple(map(path, self.plugin_dirs)) if self.trusted else (),
            backend=self.backend or None,
            external_plugins=self.trusted is not False,
            choices=Choices(self.strict, self.select or None, self.ignore or None, word(self.baseline)),
            untrusted=() if self.trusted else roots,
        )

    def scope(self, folders: Iterable[str]) -> Scope:
        """Where to look for files."""
        wanted = self.diagnostics
        return Scope(tuple(folders), wanted.exclude, max(0, wanted.max_files))


#: Setting → field, where the names differ.
_NAMES = {
    "includeDirs": "include_dirs", "configPaths": "config_paths", "pluginDirs": "plugin_dirs",
    "clientCommands": "client_commands", "maxFiles": "max_files",
}  # fmt: skip
_GROUPS = {
    "diagnostics": ("diagnostics", Diagnostics),
    "inlayHints": ("inlay_hints", InlayHints),
    "codeLens": ("code_lens", CodeLens),
    "hover": ("hover", Hover),
    "completion": ("completion", Completion),
}


def parse(given: Any, complaints: list[str]) -> Settings:
    """Settings from what a client has sent; what is wrong with them goes to `complaints`."""
    if not isinstance(given, Mapping):
        if given is not None:
            complaints.append("the settings are no object")
        return Settings()
    groups: dict[str, Any] = {}
    for name, (group, kind) in _GROUPS.items():
        if given.get(name) is not None:
            groups[group] = _filled(kind, given[name], f"{name}.", complaints)
    tokens = given.get("semanticTokens")
    if tokens is not None:
        groups["semantic_tokens"] = _filled(SemanticTokens, {"enabled": tokens}, "semanticTokens: ", complaints)
    plain = {name: value for name, value in given.items() if name not in _GROUPS and name != "semanticTokens"}
    if plain.get("backend") and plain["backend"] not in FLAGS:
        complaints.append(f"`backend` is one of {', '.join(FLAGS)}")
        plain["backend"] = None
    settings: Settings = _filled(Settings, plain, "", complaints, groups)
    return settings


def _filled(kind: Any, given: Any, where: str, complaints: list[str], also: Mapping[str, Any] | None = None) -> Any:
    """A group of settings with the values given, as far as they are of the right type."""
    if not isinstance(given, Mapping):
        complaints.append(f"`{where.rstrip('.')}` is no object")
        return kind()
    values: dict[str, Any] = dict(also or {})
    fields = kind.__dataclass_fields__
    for name, value in given.items():
        field_name = _NAMES.get(str(name), str(name))
        if field_name not in fields or field_name in values or value is None:
            continue
        fitting = _value(fields[field_name].type, value)
        if fitting is None:
            complaints.append(f"`{where}{name}` is of the wrong type")
        else:
            values[field_name] = fitting
    return kind(**values)


def _value(wanted: str, value: Any) -> Any:
    """A value of the type that a field declares; None where it is not of that type."""
    if wanted.startswith("tuple"):
        fits = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
        return tuple(value) if fits else None
    types: dict[str, type] = {"bool": bool, "bool | None": bool, "int": int, "str": str}
    if wanted == "int" and isinstance(value, bool):
        return None
    return value if isinstance(value, types[wanted]) else None


def merged(first: Any, second: Any) -> Any:
    """Settings laid over others, group by group."""
    if not isinstance(first, Mapping) or not isinstance(second, Mapping):
        return first if second is None else second
    return {**first, **{name: merged(first.get(name), value) for name, value in second.items()}}
