"""The loss report: what became of every setting, for people (a line a setting) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import CHANGED, LOST
from mlnlang.diagnostics.render import visible
from mlnlang.source import Span
from mlnlang_codegen.importers.tree import Leaf, Node

VERSION = 1
_MOST_SHOWN = 60


def diagnostics(leaves: Iterable[Leaf]) -> list[Diagnostic]:
    """One for each setting that is lost or changed; what is lost together is said together."""
    found: list[Diagnostic] = []
    groups: dict[tuple[int, str], list[Leaf]] = {}
    for leaf in leaves:
        if leaf.fate == "changed":
            found.append(CHANGED.at(leaf.span, f"{_shown(leaf)} becomes `{leaf.became}`: {leaf.why}"))
        elif leaf.fate == "lost" and leaf.group is None:
            found.append(LOST.at(leaf.span, f"{_shown(leaf)} is lost: {leaf.why}"))
        elif leaf.fate == "lost":
            groups.setdefault((id(leaf.group), leaf.why), []).append(leaf)
    for lost in groups.values():
        found.append(_group(lost))
    return sorted(found, key=Diagnostic.sort_key)


def _group(lost: list[Leaf]) -> Diagnostic:
    group = lost[0].group
    assert group is not None
    if len(lost) == 1:
        return LOST.at(lost[0].span, f"{_shown(lost[0])} is lost: {lost[0].why}")
    inside = ", ".join(f"{_inside(leaf, group)}{_value(leaf)}" for leaf in lost)
    return LOST.at(_place(group, lost), f"{group.place or 'of the file'}: {inside} are lost: {lost[0].why}")


def _place(group: Node, lost: list[Leaf]) -> Span:
    return group.span if group.place else lost[0].span


def _inside(leaf: Leaf, group: Node) -> str:
    return leaf.place.removeprefix(group.place).lstrip("/@.") or "text"


def _value(leaf: Leaf) -> str:
    if not leaf.value and not leaf.secret:
        return ""
    text = "…" if leaf.secret else leaf.value
    return f"={text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + '…'}"


def _shown(leaf: Leaf) -> str:
    return f"{leaf.place}{_value(leaf)}"


def lines(found: Iterable[Diagnostic]) -> list[str]:
    """`file:line:column: severity: message [CODE slug]`."""
    return [
        visible(f"{d.span.place() if d.span else d.path}: {d.severity}: {d.message} [{d.code} {d.slug}]") for d in found
    ]


def document(leaves: Iterable[Leaf]) -> dict[str, Any]:
    """`{"version": 1, "settings": […]}`: all settings in the order of the input; secrets are not shown."""
    return {"version": VERSION, "settings": [_setting(leaf) for leaf in leaves]}


def _setting(leaf: Leaf) -> dict[str, Any]:
    line, column = leaf.span.file.position(leaf.span.start)
    return {
        "file": leaf.span.file.path,
        "line": line,
        "column": column,
        "setting": leaf.place,
        "value": None if leaf.secret else leaf.value,
        "fate": leaf.fate,
        "became": leaf.became or None,
        "why": leaf.why or None,
    }
