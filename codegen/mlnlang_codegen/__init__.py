"""Code generators: a project's intermediate form to files and scripts for the back ends of `registry.py`.

`check` tells what the back ends can't carry; `generate` gives the plan. Both are pure, and Jinja2 is
imported only when something is generated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic
    from mlnlang.ir import Project
    from mlnlang.ir.plan import Plan

__all__ = ["check", "generate"]


def check(project: Project) -> list[Diagnostic]:
    """What each host's back end can't carry: notes (in part), warnings (not at all), errors (can't be written)."""
    from mlnlang_codegen.capabilities import not_yet, refused, unsupported
    from mlnlang_codegen.carried import carried

    return [*not_yet(project), *unsupported(project).found.values(), *refused(carried(project))]


def generate(project: Project) -> Plan:
    """The plan of a project. Hosts without a back end here, and those that `check` has errors for, are left out."""
    from mlnlang_codegen.assemble import assemble

    return assemble(project)
