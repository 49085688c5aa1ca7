"""From what a run has found to what a person sees: allowances, levels, choices, baselines, in this order.

What is an error and no check across a project stays as it is: the compiler can't do without it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlnlang.diagnostics import Diagnostic, Rule
from mlnlang.diagnostics.catalogue import BAD_BASELINE, BAD_SETTINGS, FIRM_RULE, RULES, UNKNOWN_RULE
from mlnlang.policy.settings import Choices, Finder, Settings, chosen
from mlnlang.semantics.unit import Unit
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree
from mlnlang.world import World

if TYPE_CHECKING:
    from mlnlang.policy.allow import Allowances
    from mlnlang.policy.baseline import Baseline

#: What a text must hold for its comments to be looked at.
MARK = "mln:"

#: What makes a run end with 2: it could not be told what was to be checked.
BROKEN = frozenset(rule.code for rule in (BAD_SETTINGS, UNKNOWN_RULE, FIRM_RULE, BAD_BASELINE))


@dataclass(frozen=True)
class Ruling:
    """What is left to see, not sorted; what of it a baseline may list; how much comments and baselines let pass."""

    problems: list[Diagnostic]
    listable: list[Diagnostic]
    allowed: int = 0
    baselined: int = 0


@dataclass(frozen=True)
class Run:
    """What was checked: units, those of them that are free of errors, and files that were read besides.

    Of the sound ones' own files it can be told what is not there any more; an included one may serve others, too.
    """

    units: Sequence[Unit] = ()
    sound: Sequence[Unit] = ()
    files: Sequence[SourceFile] = ()


def ruled(
    problems: Sequence[Diagnostic], run: Run, world: World, choices: Choices, tree: Callable[[SourceFile], SyntaxTree]
) -> Ruling:
    """Rule on the problems of a run, sorted and without repeats. `tree` parses a file that is in no unit."""
    judge = _Judge(run, world, choices)
    allowances = _allowances(run, tree)
    allowed = 0
    kept: list[Diagnostic] = []
    listable: list[Diagnostic] = []
    for problem in problems:
        if _is_firm(problem):
            kept.append(problem)
        elif allowances and allowances.allows(problem):
            allowed += 1
        elif final := judge.final(problem, listed=True):
            kept.append(final)
            if problem.code in RULES:
                listable.append(final)
    late = judge.stale()
    if allowances:
        kept += [problem for problem in allowances.problems if _is_firm(problem)]
        late += [problem for problem in allowances.problems if not _is_firm(problem)]
        late += allowances.unused(unit.root.file.path for unit in run.sound)
    late = [final for problem in late if (final := judge.final(problem))]
    return Ruling([*kept, *late, *judge.problems()], listable, allowed, judge.baselined)


def _is_firm(problem: Diagnostic) -> bool:
    """Rules that warn may have errors among their problems: these are no less firm."""
    if problem.severity != "error":
        return False
    rule = RULES.get(problem.code)
    return rule is None or not rule.check


def _allowances(run: Run, tree: Callable[[SourceFile], SyntaxTree]) -> Allowances | None:
    """The comments of all files concerned; None where there can't be any, which costs next to nothing."""
    trees = [each for unit in run.units for each in unit.trees.values() if MARK in each.file.text]
    trees += [tree(file) for file in run.files if MARK in file.text]
    if not trees:
        return None
    from mlnlang.policy.allow import Allowances

    return Allowances(trees)


class _Judge:
    """Holds what settings, choices and baselines say of each problem."""

    def __init__(self, run: Run, world: World, choices: Choices) -> None:
        self._run = run
        self._world = world
        self._choices = choices
        self._finder = Finder(world)
        self._settings: dict[str, Settings] = {}
        self._baselines: dict[str, Baseline] = {}
        self._choice_problems: list[Diagnostic] = []
        self._own_select = self._chosen(choices.select, "--select")
        self._own_ignore = self._chosen(choices.ignore, "--ignore")
        if choices.ignore is None and choices.select is not None:
            self._own_ignore = frozenset()
        self.baselined = 0
        for unit in run.units:
            for each in (unit.root.file, *(tree.file for tree in unit.trees.values())):
                self._baseline(self._of(each.path))

    def _chosen(self, words: Sequence[str] | None, option: str) -> frozenset[str] | None:
        if words is None:
            return None
        codes, problems = chosen(words, option)
        self._choice_problems += problems
        return codes

    def final(self, problem: Diagnostic, *, listed: bool = False) -> Diagnostic | None:
        """The problem with its final severity; None where it is not to be shown. `listed`: a baseline may have it."""
        settings = self._of(problem.span.file.path if problem.span else problem.path)
        level = settings.levels.get(problem.code)
        if not self._shown(problem.code, settings):
            return None
        baseline = self._baseline(settings) if listed else None
        if baseline is not None and baseline.hides(problem):
            self.baselined += 1
            return None
        severity = problem.severity if level is None or level == "off" else level
        if severity == "warning" and (settings.strict or self._choices.strict):
            severity = "error"
        return problem if severity == problem.severity else replace(problem, severity=severity)

    def problems(self) -> list[Diagnostic]:
        """What is wrong with the command line, the settings and the baselines themselves."""
        found = {settings.path: settings.problems for settings in self._settings.values()}
        of_baselines = [problem for baseline in self._baselines.values() for problem in baseline.problems]
        return [*self._choice_problems, *(problem for each in found.values() for problem in each), *of_baselines]

    def stale(self) -> list[Diagnostic]:
        """A note for each baseline with entries that this run would have found, were they still there."""
        if not self._baselines or self._choices.select is not None or self._choices.ignore is not None:
            return []
        checked = {self._key(unit.root.file.path) for unit in self._run.sound}

        def is_gone(path: str, rule: Rule) -> bool:
            return (rule.steady and path in checked) or not self._world.exists(path)

        return [note for baseline in self._baselines.values() if (note := baseline.stale(is_gone))]

    def _key(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._world.cwd(), path))

    def _of(self, path: str) -> Settings:
        settings = self._settings.get(path)
        if settings is None:
            settings = self._settings[path] = self._finder.of_file(path)
        return settings

    def _shown(self, code: str, settings: Settings) -> bool:
        """What the command line selects is shown whatever the settings say; a plugin's own rules have no names."""
        if code not in RULES:
            return True
        if code in (settings.ignore if self._own_ignore is None else self._own_ignore):
            return False
        if self._own_select is not None:
            return code in self._own_select
        return (settings.select is None or code in settings.select) and settings.levels.get(code) != "off"

    def _baseline(self, settings: Settings) -> Baseline | None:
        path = settings.baseline if self._choices.baseline is None else self._choices.baseline
        if not path:
            return None
        key = self._key(path)
        if key not in self._baselines:
            from mlnlang.policy.baseline import load

            named = settings.baseline_span if self._choices.baseline is None else None
            self._baselines[key] = load(self._world, path, named)
        return self._baselines[key]
