"""A resolved host as a page and as data: every value, and every line that set it. Secrets are left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from mlnlang.ide.layers import Layer, default_of, layers, owner_of, shown
from mlnlang.ide.resolving import host_named
from mlnlang.ide.scene import Scene
from mlnlang.ide.summaries import Link, place, summary_of
from mlnlang.semantics.resolve import Resolved

HIDDEN = "(secret)"


def host_at(scene: Scene, offset: int) -> str | None:
    """The host whose block holds an offset."""
    section = scene.section(offset)
    while section.parent is not None and section.parent.parent is not None:
        section = section.parent
    return section.name if section.kind == "host" else None


def host_page(scene: Scene, name: str, link: Link = place) -> str | None:
    """The page in Markdown; None where the project has no such host."""
    block = scene.resolved.hosts.get(name) if scene.resolved else None
    if block is None:
        return None
    parts = [summary_of(scene, "host", name, link)]
    parts += _tables(block, "", link, scene)
    return "\n\n".join(parts) + "\n"


def _tables(block: Resolved, title: str, link: Link, scene: Scene) -> Iterator[str]:
    rows = [_row(block, word, link) for word in block.settings if word]
    if not title:
        rows += _defaults(block, scene)
    listed = [] if block.own and block.own.body == "keywords" else list(_lines(block, link))
    if title and (rows or listed or not block.children):
        yield f"### {title}"
    if rows:
        yield "\n".join(["| keyword | value | set by |", "|---|---|---|", *rows])
    if listed:
        yield "\n".join(listed)
    for kind, name in block.children:
        inner = block.block(kind, name)
        if inner is not None:
            yield from _tables(inner, f"{title} {kind} {name}".strip(), link, scene)


def _row(block: Resolved, word: str, link: Link) -> str:
    told = [f"{link(layer.span)} {layer.owner}" for layer in _layers(block, word)]
    return f"| `{word}` | {_cell(_value(block, word))} | {_cell('; under it '.join(told))} |"


def _defaults(block: Resolved, scene: Scene) -> Iterator[str]:
    for word, row in block.keywords.items():
        if word not in block.settings and row.status != "dead":
            default, source = default_of(word, row.default, scene.config)
            if default and (row.backends == "*" or word in ("vcpus",)):
                yield f"| `{word}` | {_cell(default)} | the default {source} |"


def _lines(block: Resolved, link: Link) -> Iterator[str]:
    for entry in block.lines:
        if entry.key:
            continue
        words = block.words(entry)
        text = entry.text if entry.raw else " ".join([*words[:1], *(_masked(word) for word in words[1:])])
        yield f"- `{text}` {link(entry.span())} {owner_of(entry)}"


def _masked(word: str) -> str:
    return HIDDEN if word.startswith("$") else word


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _is_secret(block: Resolved, word: str) -> bool:
    row = block.keywords.get(word)
    return bool(row and row.secret)


def _value(block: Resolved, word: str) -> str:
    return HIDDEN if _is_secret(block, word) else shown(word, block)


def _layers(block: Resolved, word: str) -> list[Layer]:
    found = layers(block, word)
    return [Layer(HIDDEN, layer.span, layer.owner) for layer in found] if _is_secret(block, word) else found


# ---------------------------------------------------------------- data
def host_document(scene: Scene, name: str) -> dict[str, Any] | None:
    """`{"host": …the IR's form…, "layers": {"network.eth0.address": [{value, file, line, column, owner}, …]}}`."""
    host = host_named(scene, name)
    block = scene.resolved.hosts.get(name) if scene.resolved else None
    if host is None or block is None:
        return None
    return {"host": _plain(host), "layers": dict(_layer_table(block, ""))}


def _layer_table(block: Resolved, prefix: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for word in block.settings:
        if word:
            yield f"{prefix}{word}", [_as_data(layer) for layer in _layers(block, word)]
    for kind, name in block.children:
        inner = block.block(kind, name)
        if inner is not None:
            yield from _layer_table(inner, f"{prefix}{kind}.{name}." if name else f"{prefix}{kind}.")


def _as_data(layer: Layer) -> dict[str, Any]:
    line, column = layer.span.file.position(layer.span.start)
    return {
        "value": layer.value, "file": layer.span.file.path, "line": line, "column": column, "owner": layer.owner,
    }  # fmt: skip


def _plain(value: Any, *, secret: bool = False) -> Any:
    if secret and value is not None:
        return HIDDEN
    if is_dataclass(value):
        return {
            each.name: _plain(getattr(value, each.name), secret=bool(each.metadata.get("secret")))
            for each in fields(value)
            if each.metadata.get("json", True)
        }
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in sorted(value.items())}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
