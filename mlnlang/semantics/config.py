"""mln.conf (language, section 9): read by the same front end as a project, later files win."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import BackEnd
from mlnlang.schema import Schema
from mlnlang.semantics.resolve import Resolved, Scope, layer
from mlnlang.semantics.unit import Loader, Unit
from mlnlang.semantics.validate import Validator
from mlnlang.semantics.variables import Evaluator
from mlnlang.world import World

DEFAULT_MEMORY_MIB = 64
DEFAULT_SIZE_BYTES = 250 * 1024**2
DEFAULT_VOLUME_GROUP = "mln-images"

Status = Literal["read", "missing"]


@dataclass(frozen=True)
class Config:
    """What mln.conf and the command line settle for all projects. Memory in MiB, sizes in bytes."""

    projects: str | None = None
    templates: str | None = None
    files: str | None = None
    default_template: str | None = None
    default_memory_mib: int = DEFAULT_MEMORY_MIB
    default_size_bytes: int = DEFAULT_SIZE_BYTES
    default_backend: BackEnd = "uml"
    forced_backend: BackEnd | None = None  # `--backend`: for every host and switch, whatever the project says
    service_host: str | None = None
    volume_group: str = DEFAULT_VOLUME_GROUP
    san_paths: tuple[str, ...] = ()
    daemon_allow: tuple[str, ...] = ()
    daemon_status_query: tuple[str, ...] = ()
    daemon_listen_address: str | None = None
    plugin_dirs: tuple[str, ...] = ()
    plugin_timeout: int = 10
    servers: dict[str, Resolved] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def overridden(self, *, projects: str | None, templates: str | None, files: str | None) -> Config:
        """The same with `-P`, `-T`, `-F` of the command line."""
        return replace(
            self,
            projects=projects or self.projects,
            templates=templates or self.templates,
            files=files or self.files,
        )


#: Field of Config ← keyword, for those that are taken as they are.
_PLAIN = {
    "projects": "projects",
    "templates": "templates",
    "files": "files",
    "default_template": "default_template",
    "default_memory_mib": "default_memory",
    "default_size_bytes": "default_size",
    "default_backend": "default_backend",
    "service_host": "service_host",
    "volume_group": "lvm_vg",
    "daemon_listen_address": "daemon_listen_address",
    "plugin_timeout": "plugin_timeout",
}
_REPEATED = {
    "san_paths": "san_path",
    "daemon_allow": "daemon_allow",
    "daemon_status_query": "daemon_status_query",
    "plugin_dirs": "plugin_dir",
}
_PATHS = frozenset(("projects", "templates", "files", "plugin_dirs"))


def is_config(path: str) -> bool:
    """Whether a file is a mln.conf rather than a project, by its name."""
    name = os.path.basename(path)
    return name in ("mln.conf", ".mln") or name.endswith(".conf")


def standard_paths(world: World) -> list[str]:
    """/etc/mln/mln.conf, $XDG_CONFIG_HOME/mln/mln.conf, ~/.mln: those that there are."""
    environment = world.environment()
    home = environment.get("HOME", "")
    user = environment.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else "")
    paths = ["/etc/mln/mln.conf"]
    paths += [os.path.join(user, "mln", "mln.conf")] if user else []
    paths += [os.path.join(home, ".mln")] if home else []
    return [path for path in paths if world.exists(path)]


def load_config(world: World, schema: Schema, paths: Iterable[str]) -> tuple[Config, list[Diagnostic]]:
    """The configuration of several files, the last winning, and what is wrong with them."""
    config = Config()
    problems: list[Diagnostic] = []
    for path in paths:
        unit, evaluator = check_config(world, schema, path)
        problems += unit.problems
        if not unit.doubtful:
            config = _merged(config, layer(Scope(schema, evaluator), unit.root, None), world, path)
    return config, problems


def check_config(world: World, schema: Schema, path: str) -> tuple[Unit, Evaluator]:
    """Read one mln.conf; all that is wrong with it is in the unit's problems."""
    unit = Loader(world, schema, root="conf").load(path)
    evaluator = Evaluator(world.environment())
    if not unit.doubtful:
        validator = Validator(schema, evaluator)
        validator.check(unit.root)
        evaluator.check_definitions(unit.root)
        unit.problems += [*validator.problems, *evaluator.problems]
    return unit, evaluator


def _merged(config: Config, root: Resolved, world: World, path: str) -> Config:
    home = world.environment().get("HOME", "")
    changes: dict[str, Any] = {"sources": (*config.sources, path)}
    for name, keyword in _PLAIN.items():
        value = root.value(keyword)
        if value is not None:
            changes[name] = _expanded(value, home) if name in _PATHS else value
    for name, keyword in _REPEATED.items():
        values = tuple(
            _expanded(text, home) if name in _PATHS else text
            for entry in reversed(root.layers(keyword))
            if (text := " ".join(root.words(entry)))
        )
        if values:
            changes[name] = (*cast(tuple[str, ...], getattr(config, name)), *values)
    servers = {block.name: block for block in root.blocks("server") if block.name}
    if servers:
        changes["servers"] = {**config.servers, **servers}
    return replace(config, **changes)


def _expanded(path: str, home: str) -> str:
    return home + path[1:] if home and (path == "~" or path.startswith("~/")) else path
