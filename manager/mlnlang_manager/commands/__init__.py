"""The commands of `mln`; each is a module with `add` and `run`.

One that changes a project has `resume(found, name, arguments, way)` as well, for `mln resume`, and may have
`recover(work, run)`, which is asked when a run of it did not live to its end.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

#: Commands whose names are words of Python.
_NAMED_OTHERWISE = {"import": "import_project"}


def command_module(command: str) -> Any:
    """The module of a command that a journal names; None where this version has none."""
    name = f"{__name__}.{_NAMED_OTHERWISE.get(command, command)}"
    return import_module(name) if command.isidentifier() and find_spec(name) else None
