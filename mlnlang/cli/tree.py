"""The tree of what was written."""

from __future__ import annotations

from collections.abc import Iterable


def print_tree(folder: str, paths: Iterable[str]) -> None:
    """Print a folder's files as a tree."""
    from rich.console import Console
    from rich.tree import Tree

    top = Tree(folder)
    branches: dict[str, Tree] = {"": top}
    for path in sorted(paths, key=lambda path: [(part != path.split("/")[-1], part) for part in path.split("/")]):
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            here, parent = "/".join(parts[:depth]), "/".join(parts[: depth - 1])
            if here not in branches:
                branches[here] = branches[parent].add(parts[depth - 1] + ("/" if depth < len(parts) else ""))
    Console(highlight=False, markup=False, soft_wrap=True).print(top)
