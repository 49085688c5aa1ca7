"""`mlnc check --fix`: apply what can be applied until nothing is left, then write the files."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlnlang.api import Survey
    from mlnlang.diagnostics import Diagnostic
    from mlnlang.ide.buffers import Buffers


@dataclass
class Mended:
    """What is left after fixing, how many fixes it took, and what could not be written."""

    survey: Survey
    fixes: int = 0
    files: int = 0
    problems: list[Diagnostic] = field(default_factory=list)


def mend(options: argparse.Namespace, paths: list[str]) -> Mended:
    """Fix the files of these projects. A round of fixes that brings new errors is taken back, and is the last."""
    from mlnlang.cli.common import compilation, survey
    from mlnlang.ide.buffers import Buffers
    from mlnlang.policy.fixing import ROUNDS, applied, pick

    buffers = Buffers(os.getcwd())
    mended = Mended(survey(compilation(options, buffers), paths))
    for _ in range(ROUNDS):
        sound = [problem for problem in mended.survey.diagnostics if _is_faithful(problem, buffers)]
        fixes = pick(sound, suggestions=options.unsafe_fixes)
        if not fixes:
            break
        before = buffers.texts
        new = {
            buffers.key(path): ("\ufeff" if file.had_bom else "") + text
            for path, (file, text) in applied(fixes).items()
        }
        buffers.texts = {**before, **new}
        after = survey(compilation(options, buffers), paths)
        if _errors(after) > _errors(mended.survey):
            buffers.texts = before
            break
        mended.survey = after
        mended.fixes += len(fixes)
    _write(mended, buffers)
    return mended


def _errors(survey: Survey) -> int:
    return sum(1 for problem in survey.diagnostics if problem.is_error)


def _is_faithful(problem: Diagnostic, buffers: Buffers) -> bool:
    """Whether the texts that a fix edits are the files to the byte, so that writing them loses nothing."""
    from mlnlang.world import Disk, WorldError

    for edit in problem.fix.edits if problem.fix else ():
        file = edit.span.file
        if buffers.key(file.path) in buffers.texts:
            continue
        try:
            data = Disk().read(file.path)
        except WorldError:
            return False
        if data.removeprefix(b"\xef\xbb\xbf") != file.text.encode("utf-8", "surrogatepass"):
            return False
    return True


def _write(mended: Mended, buffers: Buffers) -> None:
    from mlnlang.cli.replacing import replace

    for path, text in sorted(buffers.texts.items()):
        problem = replace(path, text.encode())
        if problem:
            mended.problems.append(problem)
        else:
            mended.files += 1
