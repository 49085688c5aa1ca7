"""Where a value comes from: every layer that set it, the one that counts first."""

from __future__ import annotations

from typing import Any

from mlnlang.api import Checked
from mlnlang.diagnostics import did_you_mean
from mlnlang.schema import Address
from mlnlang.schema.core import ALIASES
from mlnlang.schema.units import show_bytes, show_memory
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import FAULTY, UNREAD, Entry, Section


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
    default, source = _default(row.name, row.default, checked)
    if not default:
        return f"{title}.{word} is not set, and has no default", ""
    return f"{title}.{word} = {default}\n  nobody sets it: the default {source}", ""


def _default(word: str, built_in: str, checked: Checked) -> tuple[str, str]:
    config = checked.config
    values: dict[str, tuple[str, bool]] = {
        "memory": (show_memory(config.default_memory_mib), show_memory(64) != show_memory(config.default_memory_mib)),
        "size": (show_bytes(config.default_size_bytes), config.default_size_bytes != 250 * 1024**2),
        "template": (config.default_template or "", True),
    }
    if word in values:
        value, configured = values[word]
        return value, "of mln.conf" if configured else "of the language"
    return built_in, "of the language"


def _layers(title: str, block: Resolved, word: str, checked: Checked) -> str:
    lines = [f"{title} = {_shown(word, block)}"]
    rows = [
        (_layer(word, entry, block), entry.span().place(), _origin(word, entry, block)) for entry in block.layers(word)
    ]
    default, source = _default(word, _built_in(block, word, checked), checked)
    if default:
        rows.append((default, "", f"the default {source}"))
    width = max(len(value) for value, _, _ in rows)
    places = max(len(place) for _, place, _ in rows)
    for at, (value, place, origin) in enumerate(rows):
        mark = "  ← this counts" if at == 0 else ""
        lines.append(f"  {value:<{width}}  {place:<{places}}  {origin}{mark}".rstrip())
    return "\n".join(lines)


def _layer(word: str, entry: Entry, block: Resolved) -> str:
    """The value that one layer gives, with its unit."""
    if entry.typed is UNREAD or entry.typed is FAULTY or entry.dynamic:
        return " ".join(block.words(entry)) or entry.key
    return _with_unit(word, entry.typed)


def _origin(word: str, entry: Entry, block: Resolved) -> str:
    """Whose line it is, and how it is written where that differs from the value."""
    written = " ".join(entry.text.split())
    return _owner(entry) + (f", written `{written}`" if written and written != _layer(word, entry, block) else "")


def _built_in(block: Resolved, word: str, checked: Checked) -> str:
    assert checked.resolved is not None
    row = checked.resolved.scope.schema.keywords_in(block.context).get(word)
    return row.default if row else ""


def _owner(entry: Entry) -> str:
    section: Section = entry.section
    names = []
    current: Section | None = section
    while current is not None and current.parent is not None:
        names.append(current.title())
        current = current.parent
    owner = ", ".join(reversed(names))
    return f"{owner} (made by a plugin)" if section.origin is not None else owner


def _shown(word: str, block: Resolved) -> str:
    """The value that counts, with its unit."""
    value = block.value(word)
    return block.text(word) or "" if value is None else _with_unit(word, value)


def _with_unit(word: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if word == "memory" and isinstance(value, int):
        return show_memory(value)
    if word in ("size", "free_space", "swap", "storage", "internalswap") and isinstance(value, int):
        return show_bytes(value)
    if isinstance(value, Address):
        return value.text if value.prefix_length is None else f"{value.text}/{value.prefix_length}"
    return f"/{value}" if word == "netmask" else str(value)


def _everything(title: str, block: Resolved, depth: int = 0) -> str:
    """All that is set in a block, each value with the line that counts."""
    indent = "  " * depth
    lines = [f"{indent}{title}"] if depth == 0 else []
    rows = [(word, _shown(word, block), block.settings[word]) for word in block.settings]
    for word, value, entry in rows:
        lines.append(f"{indent}  {word} = {value}    {entry.span().place()}  {_owner(entry)}")
    for entry in block.lines:
        if not entry.key:
            lines.append(f"{indent}  {_line(entry, block)}    {entry.span().place()}  {_owner(entry)}")
    for kind, name in block.children:
        inner = block.block(kind, name)
        if inner is not None:
            lines.append(f"{indent}  {kind} {name}".rstrip())
            lines.append(_everything("", inner, depth + 1))
    return "\n".join(line for line in lines if line)


def _line(entry: Entry, block: Resolved) -> str:
    return entry.text if entry.raw else " ".join(block.words(entry))
