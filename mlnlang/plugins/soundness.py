"""Whether a plugin, and what it returns, is what it claims to be: a foreign module may hand over anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import get_args

from mlnlang.diagnostics import Diagnostic, Severity
from mlnlang.ir import AuthorizedKey, GuestFile, Service
from mlnlang.plugins.api import Changes, HostDraft, Plugin
from mlnlang.schema import BlockRow, Keyword, Kind, Schema
from mlnlang.source import Span


def unsound(plugin: object, core: Schema) -> str:
    """What is wrong with a plugin's declaration; empty where it is sound."""
    if not isinstance(plugin, Plugin):
        return "it has no `PLUGIN` of type Plugin"
    if not isinstance(plugin.name, str) or not callable(plugin.expand) or not isinstance(plugin.order, int):
        return "its name, expand or order is of the wrong type"
    if not _rows(plugin.keywords, Keyword) or not _rows(plugin.blocks, BlockRow):
        return "its keywords or blocks are not rows"
    for row in plugin.keywords:
        if row.kind not in get_args(Kind):
            return f"its keyword `{row.name}` is of the unknown kind `{row.kind}`"
    words = [(row.name, row.contexts) for row in plugin.keywords] + [(row.name, row.contexts) for row in plugin.blocks]
    for name, contexts in words:
        if any(name in core.keywords_in(context) or name in core.blocks_in(context) for context in contexts):
            return f"`{name}` is a word of the language already"
    return ""


def _rows(rows: object, kind: type) -> bool:
    return isinstance(rows, (tuple, list)) and all(
        isinstance(row, kind) and isinstance(row.name, str) and isinstance(row.contexts, tuple)  # type: ignore[attr-defined]
        for row in rows
    )


def nonsense(changes: object) -> str:
    """What is wrong with what a plugin returned; empty where it is sound."""
    if not isinstance(changes, Changes):
        return f"{'None' if changes is None else f'a value of type {type(changes).__name__}'}, not Changes"
    if not isinstance(changes.hosts, list) or not all(_sound_draft(draft) for draft in changes.hosts):
        return "hosts that are not HostDrafts of texts"
    for name, kind in (("files", GuestFile), ("keys", AuthorizedKey), ("services", Service)):
        if not _maps_to(getattr(changes, name), kind):
            return f"{name} that do not map hosts to lists of {kind.__name__}"
    extra = changes.kernel_extra
    if not isinstance(extra, dict) or not _texts([*extra, *extra.values()]):
        return "kernel_extra that does not map hosts to texts"
    if not isinstance(changes.problems, list) or not all(_sound_problem(problem) for problem in changes.problems):
        return "problems that are not Diagnostics"
    return ""


def _maps_to(given: object, kind: type[GuestFile] | type[AuthorizedKey] | type[Service]) -> bool:
    return isinstance(given, dict) and all(
        isinstance(host, str) and isinstance(items, list) and all(isinstance(i, kind) and _sound_item(i) for i in items)
        for host, items in given.items()
    )


def _sound_item(item: GuestFile | AuthorizedKey | Service) -> bool:
    """Whether every field holds a text, a truth value, nothing, or tuples of texts."""
    return all(_plain(getattr(item, field.name)) for field in fields(item)) and not (
        isinstance(item, GuestFile) and (item.path is None or item.content is None)
    )


def _plain(value: object) -> bool:
    if isinstance(value, tuple):
        return all(_plain(part) for part in value)
    return value is None or isinstance(value, (str, bool))


def _sound_draft(draft: object) -> bool:
    if not isinstance(draft, HostDraft) or not isinstance(draft.name, str) or not isinstance(draft.origin, Span):
        return False
    try:
        texts = [*draft.settings.keys(), *draft.settings.values()]
        for (kind, name), settings in draft.blocks.items():
            texts += [kind, name, *settings.keys(), *settings.values()]
        for kind, lines in draft.lines.items():
            texts += [kind, *lines]
    except (AttributeError, TypeError, ValueError):
        return False
    return _texts(texts)


def _sound_problem(problem: object) -> bool:
    return (
        isinstance(problem, Diagnostic)
        and _texts([problem.code, problem.slug, problem.message, problem.path, problem.help])
        and problem.severity in get_args(Severity)
        and (problem.span is None or isinstance(problem.span, Span))
        and all(isinstance(related.span, Span) for related in problem.related)
    )


def _texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
