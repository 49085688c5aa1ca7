"""A file for a guest, and how files that several parties want at one path come together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the guest: its text, or a template and values; `append`: lines to add once."""

    path: str
    content: str = ""
    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    append: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether the guest keeps the file from others, so that we do as well."""
        return int(self.mode, 8) & 0o077 == 0


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """One piece a path, sorted: a later whole file replaces an earlier one, appended lines are put behind it."""
    whole: dict[str, Piece] = {}
    added: dict[str, Piece] = {}
    for piece in pieces:
        if piece.append:
            before = added.get(piece.path)
            added[piece.path] = _behind(before, piece) if before else piece
        else:
            whole[piece.path] = piece
    for path, piece in added.items():
        base = whole.get(path)
        whole[path] = _behind(base, piece) if base and not base.template else piece
    return [whole[path] for path in sorted(whole)]


def _behind(first: Piece, second: Piece) -> Piece:
    text = first.content
    if text and not text.endswith("\n"):
        text += "\n"
    if second.content and f"\n{second.content}" in f"\n{text}":
        return first
    return replace(first, content=text + second.content)
