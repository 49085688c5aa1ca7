"""The documents that are open, laid over the disk, and what is known about them.

`problems` may run in a thread of its own while the documents change; everything else is for the thread that
changes them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from mlnlang.api import Checked, Compilation, Options
from mlnlang.api.compilation import BackEndCheck
from mlnlang.diagnostics import Diagnostic
from mlnlang.ide.buffers import Buffers
from mlnlang.ide.problems import Problems, by_file, roots
from mlnlang.ide.view import View
from mlnlang.ir import Project
from mlnlang.schema import Schema
from mlnlang.semantics.config import is_config, standard_paths
from mlnlang.semantics.unit import Loader, Unit
from mlnlang.source import SourceFile, decode
from mlnlang.syntax import SyntaxTree
from mlnlang.world import Overlay, World, WorldError

#: A compilation keeps the tree of every text it has seen, so after so many characters a new one takes over.
CHARACTERS_A_COMPILATION = 1_000_000


class Superseded(Exception):
    """The texts have changed, so nobody wants the result of this check any more."""


class Workspace:
    """Open documents by path. `options` and `back_end_check` are those of a compilation."""

    def __init__(
        self, world: World, options: Options | None = None, back_end_check: BackEndCheck | None = None
    ) -> None:
        self._options = options or Options()
        self._back_end_check = back_end_check
        self._open: dict[str, str] = {}
        self._live = Buffers(world.cwd())
        self._frozen = Buffers(world.cwd())
        self._live_world = Overlay(world, self._live)
        self._checked_world = _Watched(Overlay(world, self._frozen))
        self._roots: Mapping[str, str] = {}
        self._configuration: list[bytes | None] | None = None
        self._characters = 0
        self._compiler = self._new_compiler()

    # ------------------------------------------------------------ documents
    def key(self, path: str) -> str:
        """The one spelling of a path, by which `problems` lists files."""
        return self._live.key(path)

    def put(self, path: str, text: str) -> None:
        """Open a document, or give it a new text."""
        self._open = {**self._open, self.key(path): text}
        self._characters += len(text)
        self._live.texts = self._open

    def close(self, path: str) -> None:
        """Take a document away: what is on the disk counts again."""
        self._open = {name: text for name, text in self._open.items() if name != self.key(path)}
        self._live.texts = self._open

    @property
    def schema(self) -> Schema:
        """What is valid where, with the rows of all plugins."""
        return self._compiler.schema

    # ------------------------------------------------------------ questions
    def problems(self, wanted: Callable[[], bool] = lambda: True) -> Problems:
        """What `mlnc check` says about all open documents, by file. Raises Superseded as soon as it isn't `wanted`."""
        texts = self._frozen.texts = self._open
        self._checked_world.watch(wanted)
        compiler = self._renewed()
        projects: dict[str, Checked] = {}
        found: list[tuple[str, list[Diagnostic]]] = []
        for path in texts:
            if is_config(path):
                found.append((path, compiler.configuration(path)))
            else:
                projects[path] = compiler.project(path)
        self._checked_world.check()
        self._roots = roots(projects)
        for root in sorted(set(self._roots.values())):
            found.append((root, [*compiler.config_problems, *projects[root].diagnostics]))
        return by_file(found, texts, self.key)

    def tree(self, path: str) -> SyntaxTree:
        """A file's syntax tree; that of an empty text where it can't be read."""
        try:
            text, had_bom, _ = decode(self._live_world.read(path))
        except WorldError:
            text, had_bom = "", False
        return self._compiler.tree(SourceFile(self.key(path), text, had_bom=had_bom))

    def view(self, path: str) -> View:
        """A file in its place: by itself, or inside the open project that includes it."""
        path = self.key(path)
        unit = self._load(self._roots.get(path, path))
        if path not in unit.digests:  # it is not included any more
            unit = self._load(path)
        return View(self.schema, unit, unit.trees.get(path) or self.tree(path), self.key)

    def _load(self, root: str) -> Unit:
        kind = "conf" if is_config(root) else "top"
        return Loader(self._live_world, self.schema, self._options.include_dirs, self._compiler.tree, kind).load(root)

    def servers(self) -> list[str]:
        """Names of the servers that mln.conf describes."""
        return sorted(self._compiler.config.servers)

    # ------------------------------------------------------------ the compilation
    def _renewed(self) -> Compilation:
        """The compilation, a new one where the configuration has changed or much has been checked."""
        if self._characters > CHARACTERS_A_COMPILATION or self._configuration != self._read_configuration():
            self._compiler = self._new_compiler()
        return self._compiler

    def _new_compiler(self) -> Compilation:
        self._characters = 0
        self._configuration = self._read_configuration()
        return Compilation(self._checked_world, self._options, self._check_back_ends)

    def _check_back_ends(self, project: Project) -> list[Diagnostic]:
        self._checked_world.check()
        return self._back_end_check(project) if self._back_end_check else []

    def _read_configuration(self) -> list[bytes | None]:
        paths = self._options.config_paths
        found: list[bytes | None] = []
        for path in standard_paths(self._checked_world) if paths is None else paths:
            try:
                found += [path.encode("utf-8", "surrogateescape"), self._checked_world.read(path)]
            except WorldError:
                found.append(None)
        return found


class _Watched:
    """A world that breaks a check off, when it is next asked for a file, once nobody wants the result."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wanted: Callable[[], bool] = lambda: True
        self._thread = threading.get_ident()

    def watch(self, wanted: Callable[[], bool]) -> None:
        """From now on, for this thread: go on only while `wanted` says so."""
        self._wanted = wanted
        self._thread = threading.get_ident()

    def check(self) -> None:
        """Raises Superseded when the result isn't wanted; not in a plugin's thread, where it would be a fault."""
        if threading.get_ident() == self._thread and not self._wanted():
            raise Superseded

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises WorldError and Superseded."""
        self.check()
        return self._world.read(path)

    def exists(self, path: str) -> bool:
        """Whether anything stands at the path."""
        return self._world.exists(path)

    def names(self, path: str) -> list[str]:
        """Names in a directory."""
        return self._world.names(path)

    def cwd(self) -> str:
        """The working directory."""
        return self._world.cwd()

    def environment(self) -> Mapping[str, str]:
        """The environment."""
        return self._world.environment()
