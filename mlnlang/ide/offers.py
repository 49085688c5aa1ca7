"""A proposal of completion, and the snippets that keywords and blocks are put in as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlnlang.schema import BlockRow, Keyword

Kind = Literal["keyword", "block", "value", "name", "variable", "file", "folder", "address"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a proposal takes the place of: from `start` to the cursor, or to `end` where it replaces the whole word."""

    start: int
    cursor: int
    end: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word to offer. `insert` is a snippet where `snippet` says so; `plain` is for editors that know none.

    `subject` is what `documentation` tells more of; `asks_on`: what follows can be proposed too.
    """

    label: str
    kind: Kind
    detail: str
    stretch: Stretch
    sort: str = ""
    insert: str = ""
    plain: str = ""
    snippet: bool = False
    filter_text: str = ""
    deprecated: bool = False
    subject: tuple[str, ...] = ()
    asks_on: bool = False

    def text(self, *, snippets: bool) -> str:
        """What is put in."""
        if self.snippet and not snippets:
            return self.plain or self.label
        return self.insert or self.label


def keyword_snippet(row: Keyword) -> str:
    """`memory ${1:256M}`: the keyword with its example's value to type over, or open where names can be proposed."""
    if row.kind == "flag":
        return row.name
    if row.choices:
        return f"{row.name} ${{1|{','.join(escaped(choice) for choice in row.choices)}|}}"
    if row.refers_to or row.kind in ("address", "netmask", "path"):
        return f"{row.name} $0"
    value = row.example.partition(" ")[2]
    if row.kind == "flag-or-text" or row.secret:
        return row.name if row.kind == "flag-or-text" else f"{row.name} $0"
    return f"{row.name} ${{1:{escaped(value)}}}" if value else f"{row.name} $0"


def block_snippet(row: BlockRow, name: str) -> str:
    """`network ${1:eth1} {`, the cursor inside, and the closing brace."""
    header = f"{row.name} ${{1:{escaped(name)}}}" if row.named else row.name
    return f"{header} {{\n\t$0\n}}"


def escaped(text: str) -> str:
    """A text as it stands inside a placeholder."""
    return "".join(f"\\{char}" if char in "$}\\,|" else char for char in text)
