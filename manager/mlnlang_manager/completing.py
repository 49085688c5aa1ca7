"""Names for a shell that completes; nothing here may fail loudly."""

from __future__ import annotations

from argparse import Namespace
from typing import Any


def projects(prefix: str, parsed_args: Namespace, **_: Any) -> list[str]:
    """Projects that begin so."""
    try:
        return [name for name in _names(parsed_args) if name.startswith(prefix)]
    except Exception:  # a completion that can't be had is none
        return []


def hosts(prefix: str, parsed_args: Namespace, **_: Any) -> list[str]:
    """Hosts that begin so, of the project that is named so far; several may be joined by colons."""
    from mlnlang_manager.projects import named_project

    before, colon, part = prefix.rpartition(":")
    try:
        found = _settings(parsed_args)
        name = getattr(parsed_args, "name", None) or getattr(parsed_args, "project", None)
        names = [name] if name else _names(parsed_args)
        known = {host for each in names for host, _ in named_project(found, each).hosts}
    except Exception:
        return []
    return [f"{before}{colon}{host}" for host in sorted(known) if host.startswith(part)]


def _settings(parsed_args: Namespace) -> Any:
    from mlnlang_manager.settings import settings

    given = {name: getattr(parsed_args, name, None) for name in ("projects", "templates", "files")}
    return settings(Namespace(**given))


def _names(parsed_args: Namespace) -> list[str]:
    import os

    folder = _settings(parsed_args).projects
    return sorted(name for name in os.listdir(folder) if os.path.lexists(os.path.join(folder, name, "plan.json")))
