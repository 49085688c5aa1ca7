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
    from mlnlang.cli.console import summary

    checked = found.compiler.project(path)
    if checked.has_errors or checked.ir is None:
        raise Failure(f"{path}: {summary(checked.diagnostics)}", diagnostics=checked.diagnostics)
    show(checked.diagnostics)
    plan: Plan = generator().generate(checked.ir)
    return checked, plan
