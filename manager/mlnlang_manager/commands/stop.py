"""`mln stop`: hosts in the reverse of their boot order, then switches."""

from __future__ import annotations

from typing import Any

from mlnlang_manager.arguments import add_command, add_project
from mlnlang_manager.phases import run_phase


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Stop a project on this server: hosts in the reverse of their boot order, then switches."
    command = add_command(subparsers, "stop", "stop a project's machines", about, hosts=True)
    add_project(command, required=True)
    command.set_defaults(run=run_phase)
