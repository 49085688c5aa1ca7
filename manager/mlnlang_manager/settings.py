"""What the command line and mln.conf settle: folders, and which server this is."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mlnlang_manager.reporting import show

if TYPE_CHECKING:
    from mlnlang.api import Compilation

#: The server of hosts that name none: wherever `mln` runs.
LOCAL = "local"


@dataclass(frozen=True)
class Settings:
    """`projects` is absolute; `servers` are the names this server goes by; `environment` is for the scripts."""

    projects: str
    servers: tuple[str, ...]
    environment: dict[str, str]
    compiler: Compilation


def settings(options: Namespace) -> Settings:
    """Read the configuration, and tell what is wrong with it."""
    from mlnlang.api import Compilation, Options
    from mlnlang.world import Disk

    projects, templates, files = (_absolute(getattr(options, name)) for name in ("projects", "templates", "files"))
    compiler = Compilation(Disk(), Options(projects=projects, templates=templates, files=files), generator().check)
    config = compiler.config
    show(compiler.config_problems)
    given = {"MLN_TEMPLATES": templates, "MLN_FILES": files}
    return Settings(
        os.path.abspath(config.projects or default_projects()),
        (config.service_host, LOCAL) if config.service_host and config.service_host != LOCAL else (LOCAL,),
        {name: folder for name, folder in given.items() if folder},
        compiler,
    )


def default_projects() -> str:
    """Where projects are kept where nothing says so: `$XDG_DATA_HOME/mln/projects`, else `~/mln/projects`."""
    data = os.environ.get("XDG_DATA_HOME", "")
    return os.path.join(data if os.path.isabs(data) else os.path.expanduser("~"), "mln", "projects")


def generator() -> Any:
    """The code generators: another wing of the house."""
    return import_module("mlnlang_codegen")


def _absolute(folder: str | None) -> str | None:
    return os.path.abspath(folder) if folder else None
