"""Check a project file and generate its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlnlang_manager.reporting import Failure, show
from mlnlang_manager.settings import Settings, generator

if TYPE_CHECKING:
    from mlnlang.api import Checked
    from mlnlang.ir.plan import Plan


def compiled(found: Settings, path: str) -> tuple[Checked, Plan]:
    """A project's file, checked, and its plan; what is wrong is shown. Raises Failure when there are errors."""
    result = checked(found, path)
    assert result.ir
    plan: Plan = generator().generate(result.ir)
    return result, plan


def checked(found: Settings, path: str) -> Checked:
    """A project's file, checked, with its IR; what is wrong is shown. Raises Failure when there are errors."""
    from mlnlang.cli.console import summary

    result = found.compiler.project(path)
    if result.has_errors or result.ir is None:
        raise Failure(f"{path}: {summary(result.diagnostics)}", diagnostics=result.diagnostics)
    show(result.diagnostics)
    return result
