"""Where a value comes from: every layer that set it, the one that counts first, as data with places."""

from __future__ import annotations

from dataclasses import dataclass

from mlnlang.schema import Address
from mlnlang.schema.units import show_bytes, show_memory
from mlnlang.semantics.config import Config
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import FAULTY, UNREAD, Entry, Section
from mlnlang.source import Span

#: Keywords whose numbers are bytes.
_IN_BYTES = frozenset(("size", "free_space", "swap", "storage", "internalswap", "default_size"))
_IN_MEBIBYTES = frozenset(("memory", "default_memory", "daemon_max_memory"))


@dataclass(frozen=True, slots=True)
class Layer:
    """A line that sets a value. `written`: how, where that differs from the value."""

    value: str
    span: Span
    owner: str
    written: str = ""


def layers(block: Resolved, word: str) -> list[Layer]:
    """Every line that sets a keyword of a block, the one that counts first."""
    return [_layer(block, word, entry) for entry in block.layers(word)]


def _layer(block: Resolved, word: str, entry: Entry) -> Layer:
    value = value_of(word, entry, block)
    written = " ".join(entry.text.split())
    return Layer(value, entry.span(), owner_of(entry), written if written != value else "")


def value_of(word: str, entry: Entry, block: Resolved) -> str:
    """The value that one layer gives, with its unit."""
    if entry.typed is UNREAD or entry.typed is FAULTY or entry.dynamic:
        return " ".join(block.words(entry)) or entry.key
    return with_unit(word, entry.typed)


def shown(word: str, block: Resolved) -> str:
    """The value that counts, with its unit."""
    value = block.value(word)
    return block.text(word) or "" if value is None else with_unit(word, value)


def with_unit(word: str, value: object) -> str:
    """A typed value as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if word in _IN_MEBIBYTES and isinstance(value, int):
        return show_memory(value)
    if word in _IN_BYTES and isinstance(value, int):
        return show_bytes(value)
    if isinstance(value, Address):
        return value.text if value.prefix_length is None else f"{value.text}/{value.prefix_length}"
    return f"/{value}" if word == "netmask" else str(value)


def owner_of(entry: Entry) -> str:
    """The blocks that hold a line: `host web, network eth0`."""
    names = []
    current: Section | None = entry.section
    while current is not None and current.parent is not None:
        names.append(current.title())
        current = current.parent
    owner = ", ".join(reversed(names)) or "the first level"
    return f"{owner} (made by a plugin)" if entry.section.origin is not None else owner


def default_of(word: str, built_in: str, config: Config) -> tuple[str, str]:
    """A keyword's default, and whose it is; nothing where it has none."""
    values: dict[str, tuple[str, bool]] = {
        "memory": (show_memory(config.default_memory_mib), config.default_memory_mib != 64),
        "size": (show_bytes(config.default_size_bytes), config.default_size_bytes != 250 * 1024**2),
        "template": (config.default_template or "", True),
    }
    if word in values:
        value, configured = values[word]
        return value, "of mln.conf" if configured else "of the language"
    return built_in, "of the language"
