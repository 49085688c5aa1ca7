"""One front door: from a path to a checked project, with the stages kept and results remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from mlnlang.api.trace import Traced
from mlnlang.checks import check
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import UNDEFINED_VARIABLE
from mlnlang.ir import Project
from mlnlang.plugins.loading import available
from mlnlang.plugins.running import run as run_plugins
from mlnlang.schema import Schema
from mlnlang.schema.core import CORE
from mlnlang.semantics.carried import uncarried
from mlnlang.semantics.config import Config, check_config, load_config, standard_paths
from mlnlang.semantics.lower import lower
from mlnlang.semantics.references import check_references
from mlnlang.semantics.resolve import ResolvedProject, resolve
from mlnlang.semantics.symbols import Symbols, collect
from mlnlang.semantics.unit import Loader, Unit
from mlnlang.semantics.validate import Validator
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree, parse
from mlnlang.world import World

#: Checks that a code generator adds: what the back ends can't carry.
BackEndCheck = Callable[[Project], list[Diagnostic]]


@dataclass(frozen=True)
class Options:
    """How to compile. `config_paths` None: the standard places."""

    include_dirs: tuple[str, ...] = ()
    config_paths: tuple[str, ...] | None = None
    projects: str | None = None
    templates: str | None = None
    files: str | None = None
    plugin_dirs: tuple[str, ...] = ()
    backend: str | None = None
    external_plugins: bool = True


@dataclass
class Checked:
    """A project with everything known about it. Later stages are None where an earlier one found no ground."""

    path: str
    unit: Unit
    diagnostics: list[Diagnostic] = field(default_factory=list)
    symbols: Symbols | None = None
    resolved: ResolvedProject | None = None
    ir: Project | None = None
    config: Config = field(default_factory=Config)
    #: Whether the project is free of errors up to the IR, so that checks across it have ground.
    sound: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether anything makes it fail."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)

    @property
    def inputs(self) -> dict[str, bytes]:
        """The files that the project is made of, by normalised path."""
        return self.unit.digests


class Compilation:
    """Compiles projects of one world. A file is parsed once, and a result is kept while its files do not change."""

    def __init__(
        self, world: World, options: Options | None = None, back_end_check: BackEndCheck | None = None
    ) -> None:
        self._options = options or Options()
        self._back_end_check = back_end_check
        self._world = world
        self._trees: dict[str, SyntaxTree] = {}
        self._results: dict[str, tuple[Traced, Checked]] = {}
        self._alone: dict[str, tuple[Traced, Checked, Checked]] = {}
        paths = self._options.config_paths
        self.config, self.config_problems = load_config(world, CORE, standard_paths(world) if paths is None else paths)
        self.config = self.config.overridden(
            projects=self._options.projects, templates=self._options.templates, files=self._options.files
        )
        if self._options.backend:
            self.config = replace(self.config, forced_backend=self._options.backend)
        self._plugins, problems = available(
            world,
            (*self.config.plugin_dirs, *self._options.plugin_dirs),
            external=self._options.external_plugins,
            limit=self.config.plugin_timeout,
        )
        self.config_problems += problems
        self.schema: Schema = CORE.extended(
            [row for plugin in self._plugins for row in plugin.keywords],
            [row for plugin in self._plugins for row in plugin.blocks],
        )

    def tree(self, file: SourceFile) -> SyntaxTree:
        """The syntax tree of a file, parsed anew only when its text has changed."""
        found = self._trees.get(file.path)
        if found is None or found.file.text != file.text:
            found = self._trees[file.path] = parse(file, self.schema.raw_blocks, self.schema.block_names)
        return found

    def project(self, path: str) -> Checked:
        """Check a project by itself. Never raises: what is wrong is in its diagnostics, sorted."""
        base = self._understood(path)
        known = self._alone.get(path)
        if known is not None and known[1] is base and known[0].still_true():
            return known[2]
        traced = Traced(self._world)
        checked = replace(base, diagnostics=in_order([*base.diagnostics, *self._across([base], traced)]))
        self._alone[path] = (traced, base, checked)
        return checked

    def together(self, paths: Iterable[str]) -> tuple[list[Checked], list[Diagnostic]]:
        """Check projects that are to run side by side: what is wrong with each, and between them."""
        everything = [self._understood(path) for path in paths]
        problems = [problem for checked in everything for problem in checked.diagnostics]
        return everything, in_order([*problems, *self._across(everything, self._world)])

    def _across(self, everything: Iterable[Checked], world: World) -> list[Diagnostic]:
        return check([checked.ir for checked in everything if checked.sound and checked.ir], world)

    def _understood(self, path: str) -> Checked:
        """A project up to its IR, remembered while its files do not change."""
        known = self._results.get(path)
        if known is not None and known[0].still_true():
            return known[1]
        traced = Traced(self._world)
        checked = self._check(path, traced)
        self._results[path] = (traced, checked)
        return checked

    def configuration(self, path: str) -> list[Diagnostic]:
        """Check a mln.conf by itself."""
        unit, _ = check_config(self._world, self.schema, path)
        return in_order(unit.problems)

    def _check(self, path: str, world: World) -> Checked:
        unit = Loader(world, self.schema, self._options.include_dirs, self.tree).load(path)
        checked = Checked(path, unit, config=self.config)
        problems = list(unit.problems)
        if not unit.doubtful and (unit.trees or not unit.problems):
            problems += self._understand(checked, world)
        checked.diagnostics = in_order(problems)
        return checked

    def _understand(self, checked: Checked, world: World) -> list[Diagnostic]:
        """Everything after the text: symbols, values, superclasses, plugins, IR."""
        unit = checked.unit
        symbols = checked.symbols = collect(unit)
        evaluator = symbols.evaluator
        validator = Validator(self.schema, evaluator)
        validator.check(unit.root)
        evaluator.check_definitions(unit.root)
        problems = symbols.problems + validator.problems
        problems += check_references(symbols, self.schema, self.config.servers)
        symbols.problems = []
        project = checked.resolved = resolve(symbols, self.schema)
        additions, found = run_plugins(self._plugins, project, world, self.config.plugin_timeout)
        problems += found
        checked.ir, found = lower(project, self.config, additions)
        problems += found
        # A fragment, or a text with a part left out, may have its variables defined elsewhere.
        partial = unit.incomplete or (not symbols.name and not symbols.globals)
        problems += [p for p in evaluator.problems if not partial or p.slug != UNDEFINED_VARIABLE.slug]
        if symbols.name and not any(p.is_error for p in (*unit.problems, *problems)):
            if self._back_end_check is not None:
                problems += self._back_end_check(checked.ir)
                problems += uncarried(project, checked.ir, problems)
            checked.sound = not any(p.is_error for p in problems)
        return problems


def in_order(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file and place, exact repeats dropped."""
    seen: set[tuple[object, ...]] = set()
    done: list[Diagnostic] = []
    for problem in sorted(problems, key=Diagnostic.sort_key):
        key = (*problem.sort_key(), problem.span.end if problem.span else 0)
        if key not in seen:
            seen.add(key)
            done.append(problem)
    return done
