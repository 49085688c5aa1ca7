"""What a keyword or block is for, in a few lines of Markdown, from its row of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mlnlang.backends import TITLES
from mlnlang.diagnostics import Rule
from mlnlang.schema import BlockRow, Keyword

_BODIES = {
    "keywords": "holds keywords",
    "open": "holds keywords; words that nobody knows are kept",
    "lines": "holds lines",
    "raw": "holds lines that are kept to the letter",
}
#: What the code generators say of a keyword: back end, `full`, `partial` or `none`, and why; empty if nothing.
Support = Callable[[str], Sequence[tuple[str, str, str]]]


def no_support(_word: str) -> Sequence[tuple[str, str, str]]:
    """For those who have no code generators at hand."""
    return ()


def describe(row: Keyword | BlockRow, support: Support = no_support) -> str:
    """The description."""
    text = _keyword(row) if isinstance(row, Keyword) else _block(row)
    return "\n\n".join(part for part in (text, _carried(row, support(row.name))) if part)


def describe_rule(rule: Rule) -> str:
    """What a rule is about, for comments that allow it."""
    facts = [f"`{rule.code}` `{rule.slug}` ({rule.severity}): {rule.title}.", rule.why]
    if rule.firm:
        facts.append("It can't be allowed: the compiler can't do without it.")
    if rule.bad and rule.good and "\0" not in rule.bad and len(rule.bad) < 600:
        facts += ["Reported:", f"```mln\n{rule.bad.rstrip()}\n```", "Right:", f"```mln\n{rule.good.rstrip()}\n```"]
    return "\n\n".join(facts)


def _carried(row: Keyword | BlockRow, rows: Sequence[tuple[str, str, str]]) -> str:
    """Who carries it: one line for the back ends that do, one for each that does not, or not wholly."""
    if not rows:
        return ""
    full = [title for title, level, _ in rows if level == "full"]
    lines = [f"- Carried by {', '.join(full)}"] if full else []
    for title, level, why in rows:
        if level != "full" and (row.backends == "*" or _letter(title) in row.backends):
            lines.append(f"- {title}: {'in part' if level == 'partial' else 'not carried'}; {why}")
    return "\n".join(lines)


def _letter(title: str) -> str:
    return next((letter for letter, known in TITLES.items() if known == title), "")


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
    if not row.backends:
        facts.append("No back end carries it yet")
    if row.status == "dead":
        facts.append("Without effect: of old versions")
    return [*facts, f"Of the plugin {row.plugin}"] if row.plugin else facts


def _page(title: str, doc: str, example: str, facts: Iterable[str]) -> str:
    parts = [title, doc, *([f"Example: `{example}`"] if example else []), "\n".join(f"- {fact}" for fact in facts)]
    return "\n\n".join(part for part in parts if part)


def _shown(limit: int | None) -> str:
    return "…" if limit is None else str(limit)
