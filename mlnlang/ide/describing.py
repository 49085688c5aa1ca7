"""What a keyword or block is for, in a few lines of Markdown, from its row of the table."""

from __future__ import annotations

from collections.abc import Iterable

from mlnlang.backends import TITLES
from mlnlang.schema import BlockRow, Keyword

_BODIES = {
    "keywords": "holds keywords",
    "open": "holds keywords; words that nobody knows are kept",
    "lines": "holds lines",
    "raw": "holds lines that are kept to the letter",
}


def describe(row: Keyword | BlockRow) -> str:
    """The description."""
    return _keyword(row) if isinstance(row, Keyword) else _block(row)


def summary(row: Keyword | BlockRow) -> str:
    """A few words: what kind of value, or what kind of block."""
    if isinstance(row, BlockRow):
        return f"block of {row.plugin}" if row.plugin else "block"
    kind = " | ".join(row.choices) if row.choices else row.kind.replace("-", " ")
    return f"{kind} ({row.plugin})" if row.plugin else kind


def _keyword(row: Keyword) -> str:
    facts = [f"Value: {summary(row)}"]
    if row.least is not None or row.most is not None:
        facts.append(f"From {_shown(row.least)} to {_shown(row.most)}")
    facts += [f"Default: `{row.default}`"] if row.default else []
    facts += [f"Names a {row.refers_to}"] if row.refers_to else []
    facts += ["May be repeated"] if row.repeatable else []
    return _page(f"`{row.name}`", row.doc, row.example, [*facts, *_common(row)])


def _block(row: BlockRow) -> str:
    name = f"{row.name} NAME" if row.named else f"{row.name} [NAME]" if row.may_be_named else row.name
    facts = [f"A block: {_BODIES[row.body]}"]
    facts += [f"Each line: `{row.line.form}`"] if row.line else []
    return _page(f"`{name} {{ … }}`", row.doc, row.example, [*facts, *_common(row)])


def _common(row: Keyword | BlockRow) -> list[str]:
    facts = []
    if row.backends != "*":
        facts.append(f"Only for {', '.join(TITLES[letter] for letter in row.backends if letter in TITLES)}")
    return [*facts, f"Of the plugin {row.plugin}"] if row.plugin else facts


def _page(title: str, doc: str, example: str, facts: Iterable[str]) -> str:
    parts = [title, doc, *([f"Example: `{example}`"] if example else []), "\n".join(f"- {fact}" for fact in facts)]
    return "\n\n".join(part for part in parts if part)


def _shown(limit: int | None) -> str:
    return "…" if limit is None else str(limit)
