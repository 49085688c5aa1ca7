"""The checks, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import Project
from mlnlang.world import World


def check(projects: Sequence[Project], world: World) -> list[Diagnostic]:  # noqa: ARG001
    """Everything that is wrong between the things of these projects, which are taken to run side by side."""
    return []
