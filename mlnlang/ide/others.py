"""Projects of the workspace that no open document belongs to: checked once, one at a time, until something changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mlnlang.api import Compilation
from mlnlang.api.compilation import in_order
from mlnlang.diagnostics import Diagnostic
from mlnlang.ide.problems import Problems, by_file
from mlnlang.semantics.config import is_config


@dataclass(frozen=True)
class _Known:
    """What was found in a project, and the files it was found in."""

    inputs: frozenset[str]
    problems: list[Diagnostic]


class Others:
    """What is known of such projects. Lives in the thread that checks."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._roots: list[str] = []
        self._key: Callable[[str], str] = str

    def forget(self, paths: Iterable[str] | None) -> None:
        """These files have changed; None: any may have."""
        changed = None if paths is None else frozenset(paths)
        self._known = {
            root: known for root, known in self._known.items() if changed is not None and not known.inputs & changed
        }

    def step(self, compiler: Compilation, roots: list[str], key: Callable[[str], str]) -> bool:
        """Check one of these projects that is not known; whether there was one."""
        self._roots, self._key = roots, key
        self._known = {root: known for root, known in self._known.items() if root in roots}
        root = next((root for root in roots if root not in self._known), None)
        if root is None:
            return False
        if is_config(root):
            self._known[root] = _Known(frozenset((root,)), compiler.configuration(root))
            return True
        checked = compiler.project(root)
        self._known[root] = _Known(frozenset(map(key, (root, *checked.inputs))), checked.diagnostics)
        compiler.drop(root)  # there may be thousands
        return True

    def progress(self) -> tuple[int, int]:
        """How many projects are checked, and how many there are."""
        return len(self._known), len(self._roots)

    def problems(self) -> Problems:
        """What was found, by file."""
        found = by_file(((root, known.problems) for root, known in self._known.items()), (), self._key)
        return {path: in_order(problems) for path, problems in found.items()}
