"""One front door: from a path to a checked project, with the stages kept and results remembered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from mlnlang.api.trace import Traced
from mlnlang.checks import check
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import UNDEFINED_VARIABLE
from mlnlang.ir import Project
from mlnlang.plugins.loading import available
from mlnlang.plugins.running import run as run_plugins
from mlnlang.policy.apply import Ruling, Run, ruled
from mlnlang.policy.settings import Choices
from mlnlang.schema import Schema
from mlnlang.schema.core import CORE
from mlnlang.semantics.carried import uncarried
from mlnlang.semantics.config import Config, check_config, load_config, standard_paths
from mlnlang.semantics.lower import lower
from mlnlang.semantics.references import check_references
from mlnlang.semantics.resolve import ResolvedProject, resolve
from mlnlang.semantics.reuse import Reuse
from mlnlang.semantics.symbols import MANY, Symbols, collect
from mlnlang.semantics.unit import Loader, Unit
from mlnlang.semantics.validate import Validator
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree, parse
from mlnlang.world import World

#: Checks that a code generator adds: what the back ends can't carry.
BackEndCheck = Callable[[Project], list[Diagnostic]]


@dataclass(frozen=True)
class Options:
    """How to compile. `config_paths` None: the standard places.

    Nothing is run from below `untrusted` folders, given absolute: no plugin there is loaded, and no mln.conf there
    counts, since it could name plugins elsewhere.
    """

    include_dirs: tuple[str, ...] = ()
    config_paths: tuple[str, ...] | None = None
    projects: str | None = None
    templates: str | None = None
    files: str | None = None
    plugin_dirs: tuple[str, ...] = ()
    backend: str | None = None
    external_plugins: bool = True
    choices: Choices = field(default_factory=Choices)
    untrusted: tuple[str, ...] = ()

    def trusted(self, paths: Iterable[str], cwd: str) -> tuple[str, ...]:
        """Those of some paths, taken from a working directory, that are in no untrusted folder."""
        folders = tuple(os.path.join(os.path.normpath(folder), "") for folder in self.untrusted)
        full = {path: os.path.join(os.path.normpath(os.path.join(cwd, path)), "") for path in paths}
        return tuple(path for path in full if not full[path].startswith(folders))


@dataclass
class Checked:
    """A project with everything known about it. Later stages are None where an earlier one found no ground.

    `diagnostics` are what a person is to see: settings, comments and baselines have had their say.
    """

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


@dataclass(frozen=True)
class Survey:
    """Everything that is to be said about several files together, what of it a baseline may list, and how much was
    let pass."""

    checked: list[Checked]
    diagnostics: list[Diagnostic]
    listable: list[Diagnostic]
    allowed: int = 0
    baselined: int = 0


class Compilation:
    """Compiles projects of one world. A file is parsed once, and a result is kept while its files do not change.

    `repeated`: for who checks a project after every edit. A check then also leaves to the next what it knows of the
    blocks that stay as they are, so only the newest result of a project may be used with symbols and values.
    """

    def __init__(
        self,
        world: World,
        options: Options | None = None,
        back_end_check: BackEndCheck | None = None,
        *,
        repeated: bool = False,
    ) -> None:
        self._options = options or Options()
        self._repeated = repeated
        self._reuse: dict[str, Reuse] = {}
        self._back_end_check = back_end_check
        self._world = world
        self._trees: dict[str, SyntaxTree] = {}
        self._results: dict[str, tuple[Traced, Checked]] = {}
        self._alone: dict[str, tuple[Traced, Checked, Checked]] = {}
        paths = self._options.config_paths
        paths = self._options.trusted(standard_paths(world) if paths is None else paths, world.cwd())
        self.config, self._config_problems = load_config(world, CORE, paths)
        self.config = self.config.overridden(
            projects=self._options.projects, templates=self._options.templates, files=self._options.files
        )
        if self._options.backend:
            self.config = replace(self.config, forced_backend=self._options.backend)
        self._plugins, problems = available(
            world,
            self._options.trusted((*self.config.plugin_dirs, *self._options.plugin_dirs), world.cwd()),
            external=self._options.external_plugins,
            limit=self.config.plugin_timeout,
        )
        self._config_problems += problems
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
        ruling = self._ruled([*base.diagnostics, *self._across([base], traced)], self._run([base]), traced)
        checked = replace(base, diagnostics=ruling.problems)
        self._alone[path] = (traced, base, checked)
        return checked

    def together(self, paths: Iterable[str]) -> tuple[list[Checked], list[Diagnostic]]:
        """Check projects that are to run side by side: what is wrong with each, and between them."""
        survey = self._survey([self._understood(path) for path in paths])
        return survey.checked, survey.diagnostics

    def survey(self, paths: Iterable[str], configurations: Iterable[str] = ()) -> Survey:
        """The same with files of the kind of mln.conf, and with what is wrong with the configuration in force."""
        configured = [check_config(self._world, self.schema, path)[0] for path in configurations]
        return self._survey([self._understood(path) for path in paths], configured, self._config_problems)

    def _survey(
        self, bases: Sequence[Checked], configured: Sequence[Unit] = (), problems: Sequence[Diagnostic] = ()
    ) -> Survey:
        found = [*problems, *self._across(bases, self._world)]
        found += [problem for base in bases for problem in base.diagnostics]
        found += [problem for unit in configured for problem in unit.problems]
        ruling = self._ruled(found, self._run(bases, configured, problems), self._world)
        checked = [
            replace(base, diagnostics=self._ruled(base.diagnostics, self._run([base]), self._world).problems)
            for base in bases
        ]
        return Survey(checked, ruling.problems, ruling.listable, ruling.allowed, ruling.baselined)

    def _run(
        self, bases: Sequence[Checked], configured: Sequence[Unit] = (), problems: Sequence[Diagnostic] = ()
    ) -> Run:
        # A back end that is forced on a project says other things of it.
        sound = [base.unit for base in bases if base.sound and not self._options.backend]
        sound += [unit for unit in configured if not any(problem.is_error for problem in unit.problems)]
        units = [*(base.unit for base in bases), *configured]
        known = {tree.file.path for unit in units for tree in unit.trees.values()} if problems else set()
        files = {problem.span.file.path: problem.span.file for problem in problems if problem.span}
        return Run(units, sound, [file for path, file in files.items() if path not in known])

    def _ruled(self, problems: Iterable[Diagnostic], run: Run, world: World) -> Ruling:
        ruling = ruled(in_order(problems), run, world, self._options.choices, self.tree)
        return replace(ruling, problems=in_order(ruling.problems))

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

    def forget(self, besides: Iterable[str]) -> None:
        """Keep only the results of these projects, and the trees that are in them."""
        wanted = frozenset(besides)
        for path in [path for path in self._results if path not in wanted]:
            self.drop(path)
        units = [checked.unit for _, checked in self._results.values()]
        used = {tree.file.path for unit in units for tree in unit.trees.values()}
        self._trees = {path: tree for path, tree in self._trees.items() if path in used}

    def drop(self, path: str) -> None:
        """Keep nothing of a project but its files' trees."""
        for table in (self._results, self._alone, self._reuse):
            table.pop(path, None)

    def configuration(self, path: str) -> list[Diagnostic]:
        """Check a mln.conf by itself."""
        unit, _ = check_config(self._world, self.schema, path)
        return self._ruled(unit.problems, self._run([], [unit]), self._world).problems

    @property
    def config_problems(self) -> list[Diagnostic]:
        """What is wrong with the configuration in force, plugins included."""
        if not self._config_problems:
            return []
        run = self._run([], problems=self._config_problems)
        return self._ruled(self._config_problems, run, self._world).problems

    def _check(self, path: str, world: World) -> Checked:
        reuse = self._reuse.setdefault(path, Reuse()) if self._repeated else None
        if reuse is not None:
            reuse.begin()
        checked = Checked(path, self._unit(path, world, reuse), config=self.config)
        problems: list[Diagnostic] = []
        if not checked.unit.doubtful and (checked.unit.trees or not checked.unit.problems):
            problems = self._understand(checked, world, reuse)
        checked.diagnostics = in_order([*checked.unit.problems, *problems])
        return checked

    def _unit(self, path: str, world: World, reuse: Reuse | None = None) -> Unit:
        return Loader(world, self.schema, self._options.include_dirs, self.tree, reuse=reuse).load(path)

    def _read(self, checked: Checked, world: World, reuse: Reuse | None) -> tuple[Symbols, list[Diagnostic]]:
        """The symbols and values of a unit, and what is wrong with values."""
        symbols = collect(checked.unit)
        if reuse is not None and not reuse.fits(symbols):
            reuse.begin(closed_only=True)
            checked.unit = self._unit(checked.path, world, reuse)
            symbols = collect(checked.unit)
            reuse.fits(symbols)
        validator = Validator(self.schema, symbols.evaluator, reuse)
        validator.check(checked.unit.root)
        if reuse is not None and reuse.is_used and len(validator.problems) > MANY:
            reuse.forget()  # what is said of a value depends on how much was found before it
            checked.unit = self._unit(checked.path, world, reuse)
            return self._read(checked, world, reuse)
        symbols.evaluator.check_definitions(checked.unit.root)
        return symbols, validator.problems

    def _understand(self, checked: Checked, world: World, reuse: Reuse | None) -> list[Diagnostic]:
        """Everything after the text: symbols, values, superclasses, plugins, IR."""
        symbols, of_values = self._read(checked, world, reuse)
        checked.symbols, unit, evaluator = symbols, checked.unit, symbols.evaluator
        before = len(evaluator.problems)
        problems = symbols.problems + of_values
        problems += check_references(symbols, self.schema, self.config.servers)
        symbols.problems = []
        project = checked.resolved = resolve(symbols, self.schema)
        additions, found = run_plugins(self._plugins, project, world, self.config.plugin_timeout)
        problems += found
        checked.ir, found = lower(project, self.config, additions, reuse)
        problems += found
        if reuse is not None:
            reuse.keep(symbols, unit, len(of_values), before)
        # A fragment, or a text with a part left out, may have its variables defined elsewhere.
        partial = unit.incomplete or (not symbols.name and not symbols.globals)
        problems += [p for p in evaluator.problems if not partial or p.slug != UNDEFINED_VARIABLE.slug]
        if symbols.name and not any(p.is_error for p in (*unit.problems, *problems)):
            if self._back_end_check is not None:
                problems += _but_undefined(self._back_end_check(checked.ir), problems)
                problems += uncarried(project, checked.ir, problems)
            checked.sound = not any(p.is_error for p in problems)
        return problems


def _but_undefined(found: Iterable[Diagnostic], said: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without what back ends say of values that an undefined variable was found in: that is the cause."""
    undefined = {(p.span.file.path, p.span.start) for p in said if p.span and p.slug == UNDEFINED_VARIABLE.slug}
    return [p for p in found if p.span is None or (p.span.file.path, p.span.start) not in undefined]


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
