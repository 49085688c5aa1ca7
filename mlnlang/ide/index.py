"""Which file includes which, over all folders of a workspace and all open documents.

It is told from the texts alone, and generously: an include may stand in a comment. Whether a file really is a part
of a project is for a check of the project to say. What is included by way of variables is learnt from checks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from mlnlang.semantics.config import is_config
from mlnlang.syntax.lexer import include_paths
from mlnlang.syntax.words import split
from mlnlang.world import Folders, World, WorldError

SUFFIX = ".mln"
#: Folders that hold no sources of the workspace's own, and files that tell that a folder was written by `mlnc compile`.
_NOT_OURS = frozenset(("node_modules", "__pycache__", "venv"))
_WRITTEN = frozenset(("manifest.json", "plan.json"))
_DEFINES_PROJECT = re.compile(r"\bproject\s+[^\s{}]")


class Scope(NamedTuple):
    """Where to look for files, given absolute: `exclude` are patterns of paths below the folders."""

    folders: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    most: int = 2000


class Graph:
    """The includes at one moment. `files`: everything known, whether anything includes it or not."""

    def __init__(self, includes: Mapping[str, Iterable[str]]) -> None:
        self._includes = includes
        self._included: dict[str, set[str]] = {}
        for above, below in includes.items():
            for path in below:
                self._included.setdefault(path, set()).add(above)
        self._outer = cache(self._find_outer)

    @property
    def files(self) -> Collection[str]:
        """The files whose includes are known."""
        return self._includes.keys()

    def roots(self, path: str) -> tuple[str, ...]:
        """The files that include a file, and that nothing includes; the file itself where there is none."""
        return self._outer(path)

    def is_root(self, path: str) -> bool:
        """Whether a file stands for itself."""
        return path not in self._included or self._reach(path, self._included) <= self._reach(path, self._includes)

    def _find_outer(self, path: str) -> tuple[str, ...]:
        above = self._reach(path, self._included)
        if above:
            above -= self._reach(path, self._includes)  # a circle has no outside
        if not above:
            return (path,)
        return tuple(sorted(other for other in above if self.is_root(other)))

    def _reach(self, path: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
        found: set[str] = set()
        pending = [path]
        while pending:
            for other in steps.get(pending.pop(), ()):
                if other not in found and other != path:
                    found.add(other)
                    pending.append(other)
        return found


class Index:
    """Keeps the graph current. Lives in the thread that checks; a graph may go anywhere."""

    def __init__(self, world: World, folders: Folders | None, key: Callable[[str], str]) -> None:
        self._world = world
        self._folders = folders
        self._key = key
        self._written: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, str | bytes] = {}  # of open documents; of others only that they were read
        self._projects: set[str] = set()
        self._learnt: dict[str, tuple[str, ...]] = {}
        self._listed: frozenset[str] | None = None
        self._graph: Graph | None = None
        self._open: Collection[str] = ()
        self.scope = Scope()
        self.include_dirs: tuple[str, ...] = ()
        #: Whether there were more files than the scope allows.
        self.cut = False

    def rescan(self) -> None:
        """Files may have come, gone or changed anywhere."""
        self._listed = None
        self._texts.clear()
        self._graph = None

    def forget(self, paths: Iterable[str]) -> None:
        """These files have changed on the disk."""
        for path in paths:
            self._texts.pop(path, None)
        self._graph = None

    def graph(self, texts: Mapping[str, str]) -> Graph:
        """The graph with these documents open."""
        if self._listed is None:
            self._listed = frozenset(self._list())
        for path, known in list(self._texts.items()):
            if known is not texts.get(path, known) or (isinstance(known, str) and path not in texts):
                self._read(path, texts.get(path))
        if self._graph is None or self._open != texts.keys():
            self._open = frozenset(texts)
            self._graph = self._built(texts, [*self._listed, *texts])
        return self._graph

    def _built(self, texts: Mapping[str, str], pending: list[str]) -> Graph:
        """The graph of these files and of all that they include."""
        includes: dict[str, tuple[str, ...]] = {}
        while pending:
            path = pending.pop()
            if path not in includes:
                if path not in self._texts:
                    self._read(path, texts.get(path))
                includes[path] = self._targets(path)
                pending += includes[path]
        for path in [path for path in self._texts if path not in includes]:
            for table in (self._written, self._texts, self._learnt):
                table.pop(path, None)
        return Graph(includes)

    def learn(self, root: str, inputs: Iterable[str]) -> None:
        """A check of a project has read these files."""
        found = tuple(sorted(path for path in map(self._key, inputs) if path != root))
        if self._learnt.get(root, ()) != found and any("$" in way for way in self._ways(root, found)):
            self._learnt[root] = found
            self._graph = None

    def defines_project(self, path: str) -> bool:
        """Whether a file looks like a project rather than a part of one."""
        return path in self._projects

    def _ways(self, root: str, inputs: Iterable[str]) -> Iterator[str]:
        return (way for path in (root, *inputs) for way in self._written.get(path, ()))

    # ------------------------------------------------------------ files
    def _list(self) -> Iterator[str]:
        count = 0
        skip = [_glob(text) for text in self.scope.exclude]
        self.cut = False
        for folder in dict.fromkeys(map(os.path.normpath, self.scope.folders)) if self._folders else ():
            assert self._folders is not None

            def enter(here: str, names: Collection[str], folder: str = folder) -> bool:
                name = os.path.basename(here)
                if here != folder and (name.startswith(".") or name in _NOT_OURS or set(names) >= _WRITTEN):
                    return False
                below = os.path.relpath(here, folder)
                return not any(each(below) or each(f"{below}/") for each in skip)

            for path in self._folders.below(folder, enter):
                ours = path.endswith(SUFFIX) or os.path.basename(path) == "mln.conf"
                if ours and not any(each(os.path.relpath(path, folder)) for each in skip):
                    if count >= self.scope.most:
                        self.cut = True
                        return
                    count += 1
                    yield self._key(path)

    def _read(self, path: str, text: str | None) -> None:
        opened = text
        if text is None:
            try:
                text = self._world.read(path).decode("utf-8", "replace")
            except WorldError:
                text = ""
        (self._projects.add if _DEFINES_PROJECT.search(text) else self._projects.discard)(path)
        written = () if is_config(path) else tuple(dict.fromkeys(include_paths(text)))
        if self._written.get(path) != written:
            self._written[path] = written
            self._graph = None
        self._texts[path] = b"" if opened is None else opened

    def _targets(self, path: str) -> tuple[str, ...]:
        found = dict.fromkeys(self._learnt.get(path, ()))
        for way in self._written[path]:
            target = self._find(" ".join(word.text for word in split(way)), os.path.dirname(path))
            if target is not None:
                found[target] = None
        return tuple(found)

    def _find(self, way: str, folder: str) -> str | None:
        """Where an include is (language, section 4)."""
        for place in (folder, "", *self.include_dirs):
            path = self._key(os.path.join(place, way))
            if path in self._texts or self._world.exists(path):
                return path
        return None


@cache
def _glob(text: str) -> Callable[[str], object]:
    """Whether a path fits `*` (in one name), `**` (over folders) and `?`; a pattern without `/` fits any one name."""
    wild = {"**/": r"(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    text = re.sub(r"(?:\*\*/)+", "**/", text.removeprefix("./"))
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", text.rstrip("/"))
    body = "".join(wild.get(piece) or re.escape(piece) for piece in pieces)
    head = "" if "/" in text.rstrip("/") else "(?:.*/)?"
    return re.compile(f"{head}{body}(?:/.*)?", re.DOTALL).fullmatch
