"""Find plugins: shipped ones, other distributions' (entry point `mlnlang.plugins`), those in plugin directories."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterable

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import PLUGIN_NOT_LOADED
from mlnlang.plugins.api import Plugin
from mlnlang.plugins.running import TIME_LIMIT, TooSlow, describe, guarded
from mlnlang.plugins.shipped import SHIPPED
from mlnlang.plugins.soundness import unsound
from mlnlang.schema.core import CORE
from mlnlang.world import World, WorldError

GROUP = "mlnlang.plugins"


def available(
    world: World, directories: Iterable[str] = (), *, external: bool = True, limit: float = TIME_LIMIT
) -> tuple[list[Plugin], list[Diagnostic]]:
    """All plugins, later ones replacing earlier ones of the same name; and those that could not be loaded."""
    found = {plugin.name: plugin for plugin in SHIPPED}
    problems: list[Diagnostic] = []
    if external and _others_declare_plugins():
        for name, load in _entry_points():
            _load(found, problems, name, load, f"entry point `{name}`", limit)
    for directory in directories:
        for file in world.names(directory):
            if file.endswith(".py") and not file.startswith("_"):
                path = os.path.join(directory, file)
                _load(found, problems, file[:-3], lambda path=path: _module(world, path), path, limit)  # type: ignore[misc]
    return list(found.values()), problems


def _load(
    found: dict[str, Plugin],
    problems: list[Diagnostic],
    name: str,
    load: Callable[[], object],
    origin: str,
    limit: float,
) -> None:
    try:
        plugin = guarded(load, limit)
    except TooSlow:
        reason = f"it did not end within {limit:g} s"
    except BaseException as error:
        reason = describe(error)
    else:
        reason = unsound(plugin, CORE)
        if isinstance(plugin, Plugin) and not reason:
            found[plugin.name] = plugin
            return
    problems.append(PLUGIN_NOT_LOADED.at(None, f"the plugin `{name}` can't be loaded: {reason}", path=origin))


def _module(world: World, path: str) -> object:
    """Run a plugin's file and return its `PLUGIN`."""
    try:
        source = world.read(path)
    except WorldError as error:
        raise ImportError(f"{path}: {error.fault}") from None
    name = f"mln_plugin_{os.path.basename(path)[:-3]}"
    module = types.ModuleType(name)
    module.__file__ = path
    exec(compile(source, path, "exec"), module.__dict__)  # noqa: S102 - the user's configuration names the directory
    return getattr(module, "PLUGIN", None)


def _others_declare_plugins() -> bool:
    """Whether any other distribution has our entry points: cheaper than asking importlib.metadata in every run."""
    needle = f"[{GROUP}]"
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith((".dist-info", ".egg-info")) and not name.startswith("mlnlang-"):
                try:
                    with open(
                        os.path.join(place, name, "entry_points.txt"), encoding="utf-8", errors="replace"
                    ) as file:
                        if needle in file.read():
                            return True
                except OSError:
                    continue
    return False


def _entry_points() -> list[tuple[str, Callable[[], object]]]:
    from importlib.metadata import entry_points  # costs more than a whole check of a small project

    return [
        (point.name, point.load)
        for point in sorted(entry_points(group=GROUP))
        if point.dist and point.dist.name != "mlnlang"
    ]
