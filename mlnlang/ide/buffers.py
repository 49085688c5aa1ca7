"""The texts an editor holds, as a world's overlay looks them up: by path, however the path is spelt."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping


class Buffers(Mapping[str, str]):
    """Texts by normalised path. `texts` is replaced as a whole, so another thread sees the old state or the new one."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self.texts: Mapping[str, str] = {}

    def key(self, path: str) -> str:
        """The one spelling of a path."""
        return os.path.normpath(os.path.join(self._cwd, path))

    def __getitem__(self, path: str) -> str:
        return self.texts[self.key(path)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)
