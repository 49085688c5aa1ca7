"""One settings file: its text checked key by key. What is wrong is said where it stands; the rest still counts."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_args

from mlnlang.diagnostics import Diagnostic, did_you_mean
from mlnlang.diagnostics.catalogue import BAD_SETTINGS
from mlnlang.diagnostics.model import Rule
from mlnlang.policy.rules import firm, rule_of, rules_of, unknown
from mlnlang.policy.settings import Level, Settings
from mlnlang.source import SourceFile, Span, decode

KEYS = ("strict", "select", "ignore", "baseline", "levels")
LEVELS: tuple[str, ...] = get_args(Level)

_RANK = {"off": 0, "note": 1, "warning": 2, "error": 3}
_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)$")


@lru_cache(maxsize=16)
def read(path: str, data: bytes, table: tuple[str, ...]) -> Settings | None:
    """The settings of a file, in the table named; None where a file for many purposes has no such table."""
    text, _, faults = decode(data)
    file = SourceFile(path, text)
    if faults:
        span = Span(file, faults[0], faults[0] + 1)
        return Settings(path, problems=(BAD_SETTINGS.at(span, "this byte is not UTF-8"),))
    try:
        content: Any = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        return Settings(path, problems=(_broken(file, error),))
    for name in table:
        content = content.get(name) if isinstance(content, dict) else None
    if content is None:
        return None
    return _Reader(file, table).settings(content)


def _broken(file: SourceFile, error: Exception) -> Diagnostic:
    if isinstance(error, RecursionError):
        return BAD_SETTINGS.at(None, "this is nested too deep for TOML", path=file.path)
    found = _PLACE.search(str(error))
    at = len(file.text.rstrip())
    if found and found[1]:
        at = file.line_starts[min(int(found[1]), len(file.line_starts)) - 1] + int(found[2]) - 1
    reason = _PLACE.sub("", str(error)).strip()
    return BAD_SETTINGS.at(Span(file, at, min(at + 1, len(file.text))), f"this is not TOML: {reason}")


class _Reader:
    def __init__(self, file: SourceFile, table: tuple[str, ...]) -> None:
        self._file = file
        self._table = table
        self._problems: list[Diagnostic] = []

    def settings(self, content: Any) -> Settings:
        if not isinstance(content, dict):
            self._wrong(Span(self._file, 0, 0), f"`{'.'.join(self._table)}` is not a table")
            content = {}
        for key in content:
            if key not in KEYS:
                span = self._key(key)
                help_ = did_you_mean(key, KEYS) or f"the keys are {', '.join(f'`{known}`' for known in KEYS)}"
                self._wrong(span, f"`{key}` is no setting", help_)
        baseline = self._typed(content, "baseline", str, "a path in quotes", "")
        return Settings(
            self._file.path,
            strict=self._typed(content, "strict", bool, "`true` or `false`", False),
            select=frozenset(rule.code for rule in self._rules(content, "select")) if "select" in content else None,
            ignore=frozenset(rule.code for rule in self._rules(content, "ignore")),
            levels=self._levels(content),
            baseline=os.path.join(os.path.dirname(self._file.path), baseline) if baseline else "",
            baseline_span=self._value("baseline", baseline) if baseline else None,
            problems=tuple(self._problems),
        )

    def _wrong(self, span: Span, message: str, help: str = "") -> None:
        self._problems.append(BAD_SETTINGS.at(span, message, help=help))

    def _typed(self, content: dict[str, Any], key: str, kind: type, form: str, default: Any) -> Any:
        value = content.get(key, default)
        if isinstance(value, kind):
            return value
        self._wrong(self._key(key), f"`{key}` takes {form}")
        return default

    def _rules(self, content: dict[str, Any], key: str) -> Iterator[Rule]:
        """The rules that a list names."""
        for word in self._typed(content, key, list, 'a list of rules: `["missing-netmask", "MLN5"]`', []):
            if not isinstance(word, str):
                self._wrong(self._key(key), f"`{key}` takes rules in quotes, not `{word}`")
                continue
            rules = rules_of(word)
            if not rules:
                self._problems.append(unknown(word, self._value(key, word)))
            elif key == "ignore" and all(rule.firm for rule in rules):
                self._problems.append(firm(rules[0], self._value(key, word), "ignored"))
            yield from rules

    def _levels(self, content: dict[str, Any]) -> dict[str, Level]:
        levels: dict[str, Level] = {}
        table = self._typed(content, "levels", dict, 'a table: `[levels]`, then lines `missing-netmask = "off"`', {})
        for word, level in table.items():
            rule = rule_of(word)
            if rule is None:
                self._problems.append(unknown(word, self._key(word, "levels")))
            elif not isinstance(level, str) or level not in LEVELS:
                words = ", ".join(f'`"{known}"`' for known in LEVELS)
                self._wrong(self._key(word, "levels"), f"a level is one of {words}", did_you_mean(str(level), LEVELS))
            elif rule.firm and _RANK[level] < _RANK["error"]:
                self._problems.append(firm(rule, self._key(word, "levels"), "lowered or switched off"))
            elif rule.code in levels:
                self._wrong(self._key(word, "levels"), f"`{rule.slug}` ({rule.code}) has a level already")
            else:
                levels[rule.code] = level  # type: ignore[assignment]
        return levels

    # ------------------------------------------------------------ places: tomllib tells none
    def _key(self, key: str, *inside: str) -> Span:
        """Where a key stands: in its table, or anywhere; the file's start where it can't be told."""
        text, word = self._file.text, re.escape(key)
        header = r"\s*\.\s*".join(re.escape(name) for name in (*self._table, *inside))
        table = re.search(rf"^[ \t]*\[\s*{header}\s*\]", text, re.MULTILINE) if header else None
        starts = (table.end(), 0) if table else (0,)
        for start in starts:
            for before in (r"^[ \t]*(?:[\w.\"'-]+\.)?", r"[{,]\s*", r"^[ \t]*\[[^\]\n]*\b"):
                found = re.compile(rf"{before}[\"']?({word})[\"']?\s*[=.\]]", re.MULTILINE).search(text, start)
                if found:
                    return Span(self._file, *found.span(1))
        return Span(self._file, 0, 0)

    def _value(self, key: str, value: str) -> Span:
        """Where a text in quotes stands behind a key; the key where it is written with escapes."""
        span = self._key(key)
        found = re.compile(rf"[\"']({re.escape(value)})[\"']").search(self._file.text, span.end)
        return Span(self._file, *found.span(1)) if found else span
