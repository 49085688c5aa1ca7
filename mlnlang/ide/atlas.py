"""The projects around a file, with the names in them; and what is the same name in several projects.

A file may be a part of many projects, and be included more than once in one. So a name in it may stand for one thing
here and another there: a change of the text changes all of them, and whatever else names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from mlnlang.api.trace import Traced
from mlnlang.ide.gathering import gather
from mlnlang.ide.names import Name, Names, Occurrence
from mlnlang.ide.workspace import Workspace
from mlnlang.schema import Schema
from mlnlang.semantics.config import is_config
from mlnlang.semantics.symbols import Symbols, collect
from mlnlang.semantics.unit import Loader, Unit
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree, parse


@dataclass(eq=False)
class Chart:
    """A project as it is now. `root`: the path of its file."""

    root: str
    unit: Unit
    schema: Schema
    key: Callable[[str], str]
    world: Traced

    @cached_property
    def symbols(self) -> Symbols:
        """What the project defines, superclasses linked."""
        return collect(self.unit)

    @cached_property
    def names(self) -> Names:
        """All names in its text."""
        return gather(self.unit, self.schema, self.symbols, self.key)

    def holds(self, path: str) -> bool:
        """Whether a file is a part of it."""
        return path in self.unit.digests


#: Projects that are kept.
MOST_CHARTS = 500
#: A name with the project it is of.
Placed = tuple[Chart, Name]


class Atlas:
    """The projects of a workspace, as they are now. Used by one thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._charts: dict[str, Chart] = {}

    def chart(self, root: str) -> Chart:
        """A project by its file's path; read anew only when a file of it has changed."""
        root = self.workspace.key(root)
        schema = self.workspace.schema
        known = self._charts.get(root)
        if known is not None and known.schema is schema and known.world.still_true():
            return known
        for old in list(self._charts)[: len(self._charts) - MOST_CHARTS + 1]:
            del self._charts[old]
        world = Traced(self.workspace.world)
        kind = "conf" if is_config(root) else "top"
        unit = Loader(world, schema, self.workspace.include_dirs, self._tree, kind).load(root)
        chart = self._charts[root] = Chart(root, unit, schema, self.workspace.key, world)
        return chart

    def around(self, path: str) -> list[Chart]:
        """The projects that a file is a part of; at least the one that it is by itself."""
        path = self.workspace.key(path)
        roots = dict.fromkeys([*self.workspace.roots(path), *self.workspace.documents])
        charts = [chart for root in roots if (chart := self.chart(root)).holds(path)]
        return _outermost(charts) or [self.chart(path)]

    def everything(self) -> list[Chart]:
        """All projects, and the files of the configuration in force."""
        workspace = self.workspace
        roots = dict.fromkeys(
            [*workspace.all_roots(), *workspace.documents, *map(workspace.key, workspace.config.sources)]
        )
        return _outermost([self.chart(root) for root in roots])

    def at(self, path: str, offset: int) -> list[tuple[Chart, Occurrence]]:
        """The innermost name that holds an offset, in each project it is of."""
        path = self.workspace.key(path)
        found = [(chart, each) for chart in self.around(path) for each in chart.names.around(path, offset)]
        if not found:
            return []
        site = min((each for _, each in found), key=Occurrence.size).site
        return [(chart, each) for chart, each in found if each.site == site]

    def together(self, seeds: Iterable[Placed]) -> list[Placed]:
        """The names that are the same as these: those that share a piece of text with them, and so on."""
        found: dict[tuple[str, Name], Placed] = {}
        todo = list(seeds)
        around: dict[str, list[Chart]] = {}
        while todo:
            chart, name = todo.pop()
            if (chart.root, name) in found:
                continue
            found[chart.root, name] = (chart, name)
            if name.kind == "server" and name.owner is None:
                todo += [(other, name) for other in self.everything() if other.names.of(name)]
            for occurrence in chart.names.of(name):
                if occurrence.path not in around:
                    around[occurrence.path] = self.around(occurrence.path)
                for other in around[occurrence.path]:
                    todo += [
                        (other, each.name)
                        for each in other.names.at(occurrence.site)
                        if each.name.kind == name.kind and (other.root, each.name) not in found
                    ]
        return list(found.values())

    def occurrences(self, placed: Iterable[Placed]) -> list[Occurrence]:
        """Where names stand, each place once, in the order of files and places."""
        found: dict[tuple[str, int, int], Occurrence] = {}
        for chart, name in placed:
            for occurrence in chart.names.of(name):
                known = found.get(occurrence.site)
                if known is None or (known.form == "plain" and occurrence.form != "plain"):
                    found[occurrence.site] = occurrence
        return [found[site] for site in sorted(found)]

    # ------------------------------------------------------------ projects
    def _tree(self, file: SourceFile) -> SyntaxTree:
        if not file.text:
            return parse(file)
        return self.workspace.tree(file.path)


def _outermost(charts: list[Chart]) -> list[Chart]:
    """Without the files that another project includes, unless it is in a circle with them."""
    included = {path for chart in charts for path in chart.unit.digests if path != chart.root}
    return [
        chart
        for chart in charts
        if chart.root not in included
        or not any(o is not chart and o.holds(chart.root) and not chart.holds(o.root) for o in charts)
    ]
