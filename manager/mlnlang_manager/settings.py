"""What the command line and mln.conf settle: folders, and which server this is."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable
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
    """`projects` is absolute; `servers` are the names this server goes by; `environment` is for the scripts.

    `make_compiler` makes the compilation, at most once; `driver` is what `--driver` says, or empty.
    """

    projects: str
    servers: tuple[str, ...]
    environment: dict[str, str]
    make_compiler: Callable[[], Compilation]
    driver: str = ""

    @property
    def compiler(self) -> Compilation:
        """The compiler's front door."""
        return self.make_compiler()


def settings(options: Namespace) -> Settings:
    """Read the configuration, and tell what is wrong with it. Where there is none, the language is not loaded."""
    projects, templates, files = (_absolute(getattr(options, name)) for name in ("projects", "templates", "files"))
    given = {"MLN_TEMPLATES": templates, "MLN_FILES": files}
    environment = {name: folder for name, folder in given.items() if folder}
    driver = getattr(options, "driver", None) or ""
    compiler = _once(projects, templates, files)
    if not any(os.path.exists(path) for path in config_files()):
        return Settings(os.path.abspath(projects or default_projects()), (LOCAL,), environment, compiler, driver)
    config = compiler().config
    show(compiler().config_problems)
    return Settings(
        os.path.abspath(config.projects or default_projects()),
        (config.service_host, LOCAL) if config.service_host and config.service_host != LOCAL else (LOCAL,),
        environment,
        compiler,
        driver,
    )


def _once(projects: str | None, templates: str | None, files: str | None) -> Callable[[], Compilation]:
    made: list[Compilation] = []

    def compiler() -> Compilation:
        if not made:
            from mlnlang.api import Compilation, Options
            from mlnlang.world import Disk

            options = Options(projects=projects, templates=templates, files=files)
            made.append(Compilation(Disk(), options, generator().check))
        return made[0]

    return compiler


def config_files() -> list[str]:
    """The places of mln.conf, as mlnlang.semantics.config.standard_paths has them: asked before that is loaded."""
    home = os.environ.get("HOME", "")
    user = os.environ.get("XDG_CONFIG_HOME") or (os.path.join(home, ".config") if home else "")
    paths = ["/etc/mln/mln.conf"]
    paths += [os.path.join(user, "mln", "mln.conf")] if user else []
    return paths + ([os.path.join(home, ".mln")] if home else [])


def default_projects() -> str:
    """Where projects are kept where nothing says so: `$XDG_DATA_HOME/mln/projects`, else `~/mln/projects`."""
    data = os.environ.get("XDG_DATA_HOME", "")
    return os.path.join(data if os.path.isabs(data) else os.path.expanduser("~"), "mln", "projects")


def generator() -> Any:
    """The code generators: another wing of the house."""
    return import_module("mlnlang_codegen")


def _absolute(folder: str | None) -> str | None:
    return os.path.abspath(folder) if folder else None
