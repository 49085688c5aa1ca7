"""A world that remembers what it was asked, so that a result can be told to be still valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlnlang.world import World, WorldError


class Traced:
    """Passes questions on to a world and keeps each with its answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.asked: dict[tuple[str, str], Any] = {}
        self._peeked: dict[tuple[str, int], Any] = {}

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises WorldError."""
        answer = _ask(self._world, "read", path)
        self.asked["read", path] = answer
        if isinstance(answer, bytes):
            return answer
        raise WorldError(answer[0], path, answer[1])

    def peek(self, path: str, count: int) -> tuple[bytes, int]:
        """The beginning and the length of a file. Raises WorldError."""
        first, second = self._peeked[path, count] = _peek(self._world, path, count)
        if isinstance(first, bytes):
            return first, second
        raise WorldError(first, path, second)

    def exists(self, path: str) -> bool:
        """Whether anything stands at the path."""
        answer: bool = _ask(self._world, "exists", path)
        self.asked["exists", path] = answer
        return answer

    def names(self, path: str) -> list[str]:
        """Names in a directory."""
        answer: list[str] = _ask(self._world, "names", path)
        self.asked["names", path] = answer
        return answer

    def cwd(self) -> str:
        """The working directory."""
        return self._world.cwd()

    def environment(self) -> Mapping[str, str]:
        """The environment."""
        return self._world.environment()

    def still_true(self) -> bool:
        """Whether the world would answer all questions as it did."""
        return all(_ask(self._world, what, path) == answer for (what, path), answer in self.asked.items()) and all(
            _peek(self._world, path, count) == answer for (path, count), answer in self._peeked.items()
        )


def _peek(world: World, path: str, count: int) -> Any:
    try:
        return world.peek(path, count)
    except WorldError as error:
        return (error.fault, error.detail)


def _ask(world: World, what: str, path: str) -> Any:
    if what == "exists":
        return world.exists(path)
    if what == "names":
        return world.names(path)
    try:
        return world.read(path)
    except WorldError as error:
        return (error.fault, error.detail)
