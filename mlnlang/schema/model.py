"""Rows of the table: keywords, blocks, forms of list lines; and the schema that answers what is valid where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mlnlang.schema.values import Kind

Body = Literal["keywords", "open", "lines", "raw"]
Status = Literal["old", "new", "dead"]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword. `contexts`: the kinds of block it is valid in. `backends`: letters X V U K C, or `*` for all.

    `refers_to` names what the value points at: superclass, switch or server. `repeatable`: each line counts.
    """

    name: str
    contexts: tuple[str, ...]
    kind: Kind
    doc: str
    example: str = ""
    default: str = ""
    backends: str = "*"
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    refers_to: str = ""
    secret: bool = False
    repeatable: bool = False
    status: Status = "old"
    plugin: str = ""


@dataclass(frozen=True, slots=True)
class LineForm:
    """The form of a list block's lines: `USER [HASH] [HOME] [UID]`; a last word with `…` takes the rest."""

    form: str

    @property
    def least(self) -> int:
        """Fewest words."""
        return len([word for word in self.form.split() if not word.startswith("[")])

    @property
    def most(self) -> int | None:
        """Most words; None where the rest of the line is free."""
        return None if "…" in self.form else len(self.form.split())

    def fits(self, words: Sequence[str]) -> bool:
        """Whether a line has as many words as the form wants."""
        return self.least <= len(words) and (self.most is None or len(words) <= self.most)


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A block. `context` names its inside; `body`: `keywords` only, `open` to any word, `lines`, or `raw` lines."""

    name: str
    contexts: tuple[str, ...]
    context: str
    doc: str
    body: Body = "keywords"
    named: bool = False
    may_be_named: bool = False
    line: LineForm | None = None
    example: str = ""
    backends: str = "*"
    status: Status = "old"
    plugin: str = ""


@dataclass
class Schema:
    """What is valid where. Immutable once made; plugins' rows make a new one."""

    keywords: tuple[Keyword, ...]
    blocks: tuple[BlockRow, ...]
    _keyword: dict[str, dict[str, Keyword]] = field(default_factory=dict, repr=False)
    _block: dict[str, dict[str, BlockRow]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for row in self.keywords:
            for context in row.contexts:
                self._keyword.setdefault(context, {})[row.name] = row
        for block in self.blocks:
            for context in block.contexts:
                self._block.setdefault(context, {})[block.name] = block

    def extended(self, keywords: Iterable[Keyword], blocks: Iterable[BlockRow]) -> Schema:
        """This schema with more rows."""
        return Schema((*self.keywords, *keywords), (*self.blocks, *blocks))

    def keywords_in(self, context: str) -> dict[str, Keyword]:
        """Keywords valid in a kind of block, by name."""
        return self._keyword.get(context, {})

    def blocks_in(self, context: str) -> dict[str, BlockRow]:
        """Blocks valid in a kind of block, by name."""
        return self._block.get(context, {})

    def homes(self, name: str) -> list[str]:
        """The kinds of block in which a word is valid."""
        rows: Iterator[Keyword | BlockRow] = iter((*self.keywords, *self.blocks))
        return sorted({context for row in rows if row.name == name for context in row.contexts})

    @property
    def raw_blocks(self) -> frozenset[str]:
        """Names of the blocks whose lines are kept to the letter."""
        return frozenset(block.name for block in self.blocks if block.body == "raw")

    @property
    def block_names(self) -> frozenset[str]:
        """Names of all blocks."""
        return frozenset(block.name for block in self.blocks)

    def names(self) -> frozenset[str]:
        """Every word some row knows."""
        return frozenset([row.name for row in self.keywords] + [block.name for block in self.blocks])


#: A name that every back end can carry, and one that is accepted with a warning (language, section 2).
GOOD_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
USABLE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
