"""Pages about codes, keywords and blocks: for `mlnc explain` and for the generated documentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlnlang.backends import TITLES
from mlnlang.diagnostics import Rule
from mlnlang.schema import BlockRow, Keyword, Schema


def rule_page(rule: Rule) -> str:
    """What a code means."""
    lines = [
        f"{rule.code} {rule.slug} ({rule.severity})",
        "",
        f"{rule.title[0].upper()}{rule.title[1:]}.",
        "",
        rule.why,
        "",
        "Always an error: it can't be allowed, ignored or lowered."
        if rule.firm
        else f"May be allowed where it is meant so: `# mln: allow({rule.slug})`; see `[levels]` of mlnc.toml, too.",
    ]
    if rule.bad and "\0" not in rule.bad and len(rule.bad) < 1000:
        lines += ["", "This is reported:", "", *_indented(rule.bad)]
        if rule.good:
            lines += ["", "This is right:", "", *_indented(rule.good)]
    return "\n".join(lines)


def keyword_page(word: str, plugin_directories: Sequence[str] = ()) -> str:
    """What a keyword or block is for, wherever it is valid; empty where nobody knows it."""
    schema = full_schema(plugin_directories)
    pages = [_keyword(row) for row in schema.keywords if row.name == word]
    pages += [_block(block, schema) for block in schema.blocks if block.name == word]
    return "\n\n".join(pages)


def full_schema(plugin_directories: Sequence[str] = ()) -> Schema:
    """The language with all plugins that can be found."""
    from mlnlang.plugins.loading import available
    from mlnlang.schema.core import CORE
    from mlnlang.world import Disk

    plugins, _ = available(Disk(), plugin_directories)
    return CORE.extended(
        [row for plugin in plugins for row in plugin.keywords], [row for plugin in plugins for row in plugin.blocks]
    )


def where(contexts: Iterable[str]) -> str:
    """`host, superclass`: the blocks a row is valid in, as people name them."""
    names = {
        "top": "first level",
        "host": "host, superclass",
        "conf": "mln.conf",
        "global-openstack": "openstack in global",
    }
    return ", ".join(names.get(context, context) for context in contexts)


def carried_by(letters: str) -> str:
    """`Xen, KVM`: the back ends that a row has to do with; empty for all."""
    if not letters:
        return "no back end yet"
    return "" if letters == "*" else ", ".join(TITLES[letter] for letter in letters)


def kind_of(row: Keyword) -> str:
    """What a keyword's value is, in words."""
    words = {
        "flag": "flag",
        "flag-or-text": "flag, or text",
        "text": "text",
        "word": "one word",
        "name": "a name",
        "path": "a path",
        "number": "whole number",
        "memory": "memory (K, M, G; no suffix = M)",
        "disk": "disk size (K, M, G, T, KB, MB, GB, TB; no suffix = bytes)",
        "mode": "octal mode",
        "address": "`dhcp`, IPv4 or IPv6 address",
        "ip": "IP address",
        "netmask": "netmask or length",
        "mac": "hardware address",
        "yes-no": "yes or no",
        "pattern": "address, address with `*`, or CIDR",
        "choice": "one of " + ", ".join(row.choices),
    }
    text = words[row.kind]
    if row.kind == "number" and row.least is not None and row.most is not None:
        text += f" from {row.least} to {row.most}"
    return text


def _keyword(row: Keyword) -> str:
    lines = [f"{row.name} ({where(row.contexts)})", "", row.doc, "", f"  value:    {kind_of(row)}"]
    if row.default:
        lines.append(f"  default:  {row.default}")
    if row.example:
        lines.append(f"  example:  {row.example}")
    if row.repeatable:
        lines.append("  may be given several times")
    return "\n".join(lines + _tail(row.backends, row.plugin, row.status))


def _block(block: BlockRow, schema: Schema) -> str:
    lines = [f"{block.name} {{ … }} ({where(block.contexts)})", "", block.doc, ""]
    if block.line:
        lines.append(f"  lines:    {block.line.form}")
    if block.example:
        lines.append(f"  example:  {block.example}")
    inside = sorted(
        [
            *schema.keywords_in(block.context),
            *(f"{name} {{ }}" for name in schema.blocks_in(block.context) if name != "*"),
        ]
    )
    if inside and block.body in ("keywords", "open"):
        lines.append(f"  inside:   {', '.join(inside)}")
    return "\n".join(lines + _tail(block.backends, block.plugin, block.status))


def _tail(backends: str, plugin: str, status: str) -> list[str]:
    lines = []
    if carried_by(backends):
        lines.append(f"  only for: {carried_by(backends)}")
    if plugin:
        lines.append(f"  plugin:   {plugin}")
    if status == "dead":
        lines.append("  without effect: of old versions")
    return lines


def _indented(text: str) -> list[str]:
    return [f"    {line}".rstrip() for line in text.rstrip("\n").split("\n")]
