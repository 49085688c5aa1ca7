"""Where a value comes from: every layer that set it, the one that counts first."""

from __future__ import annotations

from typing import Any

from mlnlang.api import Checked
from mlnlang.diagnostics import did_you_mean
from mlnlang.ide.layers import default_of, owner_of, shown, value_of
from mlnlang.schema.core import ALIASES
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import Entry


def explain_value(what: str, checked: Checked) -> tuple[str, str]:
    """(text, nothing) for `host.NAME[.BLOCK…][.KEYWORD]`, or (nothing, what is wrong with the question)."""
    project = checked.resolved
    assert project is not None
    kind, _, rest = what.partition(".")
    if kind == "global":
        block, path, title = project.globals, rest, "global"
    else:
        table = _table(checked, kind)
        name = _named(rest, table)
        if name is None:
            first = rest.split(".")[0]
            hint = did_you_mean(first, table) or (
                f"there are {', '.join(list(table)[:8])}" if table else "there is none"
            )
            return "", f"there is no {kind} `{first}`; {hint}"
        block, path, title = table[name], rest[len(name) + 1 :], f"{kind}.{name}"
    if not path:
        return _everything(title, block), ""
    return _walk(title, block, path, checked)


def _table(checked: Checked, kind: str) -> dict[str, Resolved]:
    project = checked.resolved
    assert project is not None
    if kind == "superclass":
        found = project.symbols.superclasses
        return {name: project.resolve_superclass(section) for name, section in found.items()}
    return {"host": project.hosts, "switch": project.switches, "server": project.servers}[kind]


def _named(rest: str, table: dict[str, Any]) -> str | None:
    """The longest name that the question starts with: names may hold dots."""
    parts = rest.split(".")
    for end in range(len(parts), 0, -1):
        if ".".join(parts[:end]) in table:
            return ".".join(parts[:end])
    return None


def _walk(title: str, block: Resolved, path: str, checked: Checked) -> tuple[str, str]:
    """Follow `network.eth0.address` (or `eth0.address`) to a keyword or a list."""
    parts = path.split(".")
    while parts:
        word = ALIASES.get(parts[0], parts[0])
        if word in block.settings and len(parts) == 1:
            return _layers(f"{title}.{word}", block, word, checked), ""
        step = _inner(block, parts)
        if step is None and len(parts) == 1 and (several := list(block.blocks(word))):
            return "\n".join(_everything(f"{title}.{word}.{b.name}", b) for b in several), ""
        if step is None:
            return _absent(title, block, word, checked)
        inner, used = step
        title = f"{title}.{'.'.join(parts[:used])}"
        block, parts = inner, parts[used:]
    return _everything(title, block), ""


def _inner(block: Resolved, parts: list[str]) -> tuple[Resolved, int] | None:
    for kind, name in block.children:
        found = block.block(kind, name)
        if found is None:
            continue
        if name and parts[:2] == [kind, name]:
            return found, 2
        if parts[0] == (name or kind):
            return found, 1
    return None


def _absent(title: str, block: Resolved, word: str, checked: Checked) -> tuple[str, str]:
    """A keyword that nobody set: its default, if it is one at all."""
    assert checked.resolved is not None
    schema = checked.resolved.scope.schema
    row = schema.keywords_in(block.context).get(word)
    if row is None:
        known = [*schema.keywords_in(block.context), *schema.blocks_in(block.context)]
        hint = did_you_mean(word, known)
        if word in schema.blocks_in(block.context):
            return f"{title}.{word} is not set", ""
        return "", f"`{word}` is no keyword of {title}" + (f"; {hint}" if hint else "")
    default, source = default_of(row.name, row.default, checked.config)
    if not default:
        return f"{title}.{word} is not set, and has no default", ""
    return f"{title}.{word} = {default}\n  nobody sets it: the default {source}", ""


def _layers(title: str, block: Resolved, word: str, checked: Checked) -> str:
    lines = [f"{title} = {shown(word, block)}"]
    rows = [
        (value_of(word, entry, block), entry.span().place(), _origin(word, entry, block))
        for entry in block.layers(word)
    ]
    default, source = default_of(word, _built_in(block, word, checked), checked.config)
    if default:
        rows.append((default, "", f"the default {source}"))
    width = max(len(value) for value, _, _ in rows)
    places = max(len(place) for _, place, _ in rows)
    for at, (value, place, origin) in enumerate(rows):
        mark = "  ← this counts" if at == 0 else ""
        lines.append(f"  {value:<{width}}  {place:<{places}}  {origin}{mark}".rstrip())
    return "\n".join(lines)


def _origin(word: str, entry: Entry, block: Resolved) -> str:
    """Whose line it is, and how it is written where that differs from the value."""
    written = " ".join(entry.text.split())
    return owner_of(entry) + (f", written `{written}`" if written and written != value_of(word, entry, block) else "")


def _built_in(block: Resolved, word: str, checked: Checked) -> str:
    assert checked.resolved is not None
    row = checked.resolved.scope.schema.keywords_in(block.context).get(word)
    return row.default if row else ""


def _everything(title: str, block: Resolved, depth: int = 0) -> str:
    """All that is set in a block, each value with the line that counts."""
    indent = "  " * depth
    lines = [f"{indent}{title}"] if depth == 0 else []
    rows = [(word, shown(word, block), block.settings[word]) for word in block.settings]
    for word, value, entry in rows:
        lines.append(f"{indent}  {word} = {value}    {entry.span().place()}  {owner_of(entry)}")
    for entry in block.lines:
        if not entry.key:
            lines.append(f"{indent}  {_line(entry, block)}    {entry.span().place()}  {owner_of(entry)}")
    for kind, name in block.children:
        inner = block.block(kind, name)
        if inner is not None:
            lines.append(f"{indent}  {kind} {name}".rstrip())
            lines.append(_everything("", inner, depth + 1))
    return "\n".join(line for line in lines if line)


def _line(entry: Entry, block: Resolved) -> str:
    return entry.text if entry.raw else " ".join(block.words(entry))
