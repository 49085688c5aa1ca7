"""The documents that are open, laid over the disk, and what is known about them.

`problems` may run in a thread of its own while the documents change; everything else is for the thread that
changes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mlnlang.api import Checked, Compilation, Options
from mlnlang.api.compilation import BackEndCheck
from mlnlang.diagnostics import Diagnostic
from mlnlang.ide.buffers import Buffers
from mlnlang.ide.index import Graph, Index, Scope
from mlnlang.ide.others import Others
from mlnlang.ide.problems import Problems, by_file
from mlnlang.ide.view import View
from mlnlang.ide.worlds import Limited, Superseded, Watched
from mlnlang.ir import Project
from mlnlang.schema import Schema
from mlnlang.semantics.config import Config, is_config, standard_paths
from mlnlang.semantics.unit import Loader, Unit
from mlnlang.source import SourceFile, decode
from mlnlang.syntax import SyntaxTree
from mlnlang.world import Folders, Overlay, World, WorldError

__all__ = ["Superseded", "Workspace"]


class Workspace:
    """Open documents by path. `options` and `back_end_check` are those of a compilation.

    `folders` tells which files there are; without it only open documents and what they include are known.
    """

    def __init__(
        self,
        world: World,
        options: Options | None = None,
        back_end_check: BackEndCheck | None = None,
        folders: Folders | None = None,
    ) -> None:
        self._options = options or Options()
        self._back_end_check = back_end_check
        self._open: dict[str, str] = {}
        self._live = Buffers(world.cwd())
        self._frozen = Buffers(world.cwd())
        self._live_world = Limited(Overlay(world, self._live))
        self._checked_world = Watched(Overlay(world, self._frozen))
        self._index = Index(self._checked_world, folders, self.key)
        self._others = Others()
        self._graph = Graph({})
        self._changes: list[tuple[str, ...] | None] = []
        self._scope = Scope()
        self._roots: Mapping[str, tuple[str, ...]] = {}
        self._projects: Mapping[str, Checked] = {}
        self._configuration: object = None
        self._compiler = self._new_compiler()

    # ------------------------------------------------------------ documents
    def key(self, path: str) -> str:
        """The one spelling of a path, by which `problems` lists files."""
        return self._live.key(path)

    def put(self, path: str, text: str) -> None:
        """Open a document, or give it a new text."""
        self._open = {**self._open, self.key(path): text}
        self._live.texts = self._open

    def close(self, path: str) -> None:
        """Take a document away: what is on the disk counts again."""
        self._open = {name: text for name, text in self._open.items() if name != self.key(path)}
        self._live.texts = self._open

    def look_in(self, scope: Scope) -> None:
        """From now on, these are the folders of the workspace."""
        if scope != self._scope:
            self._scope = scope
            self.changed(None)

    def configure(self, options: Options) -> None:
        """From now on, check in this way."""
        self._options = options

    def changed(self, paths: Iterable[str] | None) -> None:
        """Files have changed on the disk: these, or None: any, and some may have come or gone."""
        self._changes.append(None if paths is None else tuple(map(self.key, paths)))

    @property
    def documents(self) -> list[str]:
        """The paths of the documents that are open."""
        return list(self._open)

    @property
    def files(self) -> list[str]:
        """The paths of all files that are known, open or in the workspace's folders."""
        return sorted({*self._open, *self._graph.files})

    @property
    def is_cut(self) -> bool:
        """Whether there are more files in the folders than are looked at."""
        return self._index.cut

    def roots(self, path: str) -> list[str]:
        """The project files that a file is a part of, as far as is known; itself where there is none."""
        path = self.key(path)
        return list(self._roots.get(path) or self._graph.roots(path))

    including = roots

    def all_roots(self) -> list[str]:
        """All files that nothing includes."""
        return [path for path in self.files if self._graph.is_root(path)]

    def root(self, path: str) -> str:
        """The one project file in whose light a file is shown: an open one before others."""
        roots = self.roots(path)
        return next((root for root in roots if root in self._open), roots[0])

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
        graph = self._graph = self._indexed(texts)
        configurations = [path for path in texts if is_config(path)]
        self._check_roots(compiler, graph, [path for path in texts if path not in configurations])
        self._checked_world.check()
        found: list[tuple[str, list[Diagnostic]]] = []
        for root in sorted(self._projects):
            found.append((root, [*compiler.config_problems, *self._projects[root].diagnostics]))
        found += [(path, compiler.configuration(path)) for path in configurations]
        return by_file(found, texts, self.key)

    def _check_roots(self, compiler: Compilation, graph: Graph, paths: Iterable[str]) -> None:
        projects: dict[str, Checked] = {}

        def holds(root: str, path: str) -> bool:
            if root not in projects:
                projects[root] = compiler.project(root)
                self._index.learn(root, projects[root].inputs)
            return root == path or any(self.key(name) == path for name in projects[root].inputs)

        roots = {path: tuple(root for root in graph.roots(path) if holds(root, path)) for path in paths}
        for path, found in roots.items():
            if not found and holds(path, path):  # none of those that seem to include it does
                roots[path] = (path,)
        shown = {root for found in roots.values() for root in found}
        compiler.forget(projects)
        self._roots, self._projects = roots, {root: projects[root] for root in sorted(shown)}

    def others(self, wanted: Callable[[], bool] = lambda: True) -> bool:
        """Check one more project that no open document belongs to; whether there was one. Raises Superseded."""
        texts = self._frozen.texts = self._open
        self._checked_world.watch(wanted)
        compiler = self._renewed()
        graph = self._graph = self._indexed(texts)
        mine = {*texts, *self._projects}
        roots = [path for path in sorted(graph.files) if path not in mine and graph.is_root(path)]
        roots = [path for path in roots if is_config(path) or self._index.defines_project(path)]
        return self._others.step(compiler, roots, self.key)

    def problems_of_others(self) -> tuple[Problems, int, int]:
        """What `others` has found so far, by file; how many projects that is, and how many there are."""
        return self._others.problems(), *self._others.progress()

    def _indexed(self, texts: Mapping[str, str]) -> Graph:
        changes, self._changes = self._changes, []
        if None in changes or self._index.scope != self._scope:
            self._index.scope = self._scope
            self._index.rescan()
            self._others.forget(None)
        known = [path for paths in changes if paths is not None for path in paths]
        if known:
            self._index.forget(known)
            self._others.forget(known)
        return self._index.graph(texts)

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
        unit = self._load(self.root(path))
        if path not in unit.digests:  # it is not included any more
            unit = self._load(path)
        return View(self.schema, unit, unit.trees.get(path) or self.tree(path), self.key)

    def _load(self, root: str) -> Unit:
        kind = "conf" if is_config(root) else "top"
        return Loader(self._live_world, self.schema, self._options.include_dirs, self._compiler.tree, kind).load(root)

    def checked(self, path: str) -> Checked | None:
        """The project that a file is a part of, as the last finished check has seen it."""
        return self._projects.get(self.root(path))

    @property
    def world(self) -> World:
        """The disk with the documents laid over it, as they are now."""
        return self._live_world

    @property
    def config(self) -> Config:
        """What mln.conf and the options settle."""
        return self._compiler.config

    @property
    def include_dirs(self) -> tuple[str, ...]:
        """Where includes are looked for beside the including file."""
        return self._options.include_dirs

    def servers(self) -> list[str]:
        """Names of the servers that mln.conf describes."""
        return sorted(self._compiler.config.servers)

    # ------------------------------------------------------------ the compilation
    def _renewed(self) -> Compilation:
        """The compilation, a new one where the options or the configuration have changed."""
        if self._configuration != (self._options, self._read_configuration()):
            self._compiler = self._new_compiler()
            self._index.include_dirs = self._options.include_dirs
            self._index.rescan()
            self._others.forget(None)
        return self._compiler

    def _new_compiler(self) -> Compilation:
        self._configuration = (self._options, self._read_configuration())
        check = self._check_back_ends if self._back_end_check else None
        return Compilation(self._checked_world, self._options, check, repeated=True)

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
