"""`mln start`: switches first, then hosts by boot order."""

from __future__ import annotations

from typing import Any

from mlnlang_manager.arguments import add_command, add_project
from mlnlang_manager.phases import run_phase


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Start a project on this server: switches first, then hosts by boot order."
    command = add_command(subparsers, "start", "start a project's machines", about, hosts=True)
    add_project(command, required=True)
    command.set_defaults(run=run_phase)
