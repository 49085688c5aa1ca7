"""A baseline: the problems an old project had when it started to be checked, which are hidden until someone has time.

The file is JSON: `{"version": 1, "problems": [{"file", "rule", "message", "count"}, …]}`, sorted. Paths are relative
to the baseline; there are no line numbers, so that lines may move.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from mlnlang.diagnostics import Diagnostic, Rule
from mlnlang.diagnostics.catalogue import BAD_BASELINE, BY_SLUG, STALE_BASELINE
from mlnlang.policy.rules import firm, unknown
from mlnlang.policy.settings import said
from mlnlang.source import SourceFile, Span, decode
from mlnlang.world import World, WorldError

VERSION = 1

#: File, slug, message.
Key = tuple[str, str, str]

_FORM = {"file": str, "rule": str, "message": str, "count": int}


class Baseline:
    """What a baseline still hides. `path` as messages print it."""

    def __init__(self, path: str, cwd: str, counts: Counter[Key], problems: list[Diagnostic]) -> None:
        self.path = path
        self.problems = problems
        self._cwd = cwd
        self._left = counts

    def hides(self, problem: Diagnostic) -> bool:
        """Whether it is listed, and not yet as often found as counted."""
        key = _key(problem, self.path, self._cwd)
        if self._left[key] <= 0:
            return False
        self._left[key] -= 1
        return True

    def stale(self, is_gone: Callable[[str, Rule], bool]) -> Diagnostic | None:
        """How many entries were not found; `is_gone` says of an absolute path and a rule whether that can be told."""
        base = os.path.dirname(os.path.join(self._cwd, self.path))
        gone = sum(
            count
            for (path, slug, _), count in self._left.items()
            if count > 0 and is_gone(os.path.normpath(os.path.join(base, path)), BY_SLUG[slug])
        )
        if not gone:
            return None
        return STALE_BASELINE.at(
            None,
            f"{gone} problem{'' if gone == 1 else 's'} of `{self.path}` {'is' if gone == 1 else 'are'} gone",
            path=self.path,
            help=f"`mlnc check --write-baseline {self.path} FILE…` writes it anew",
        )


def load(world: World, path: str, named: Span | None = None) -> Baseline:
    """Read a baseline; a broken one hides nothing and has problems. `named`: where settings name it."""
    cwd = world.cwd()
    try:
        text, _, faults = decode(world.read(path))
    except WorldError as error:
        message = f"the baseline `{path}` can't be read: {said(error)}"
        help_ = "`mlnc check --write-baseline FILE` makes one" if error.fault == "missing" else ""
        return Baseline(path, cwd, Counter(), [BAD_BASELINE.at(named, message, path=path, help=help_)])
    file = SourceFile(path, text)
    if faults:
        span = Span(file, faults[0], faults[0] + 1)
        return Baseline(path, cwd, Counter(), [BAD_BASELINE.at(span, "this byte is not UTF-8")])
    counts, problems = _counts(file)
    return Baseline(path, cwd, Counter() if problems else counts, problems)


def written(problems: Iterable[Diagnostic], path: str, cwd: str) -> str:
    """The text of a baseline at `path` that hides these problems."""
    import json

    counts = Counter(_key(problem, path, cwd) for problem in problems)
    entries = [
        {"file": file, "rule": slug, "message": message, "count": count}
        for (file, slug, message), count in sorted(counts.items())
    ]
    return json.dumps({"version": VERSION, "problems": entries}, indent=1, ensure_ascii=False) + "\n"


def _key(problem: Diagnostic, path: str, cwd: str) -> Key:
    home = problem.span.file.path if problem.span else problem.path
    if home:
        home = os.path.relpath(os.path.join(cwd, home), os.path.dirname(os.path.join(cwd, path)))
    return home, problem.slug, problem.message


def _counts(file: SourceFile) -> tuple[Counter[Key], list[Diagnostic]]:
    import json

    counts: Counter[Key] = Counter()
    try:
        content = json.loads(file.text)
    except json.JSONDecodeError as error:
        at = min(error.pos, max(len(file.text) - 1, 0))
        return counts, [BAD_BASELINE.at(Span(file, at, at + 1), f"this is not JSON: {error.msg}", help=_RENEW)]
    except (ValueError, RecursionError):
        return counts, [_malformed(file, "no baseline is nested so deep, and none has such numbers")]
    if not isinstance(content, dict) or content.get("version") != VERSION:
        return counts, [_malformed(file, f"this is no baseline of version {VERSION}")]
    entries = content.get("problems")
    if not isinstance(entries, list):
        return counts, [_malformed(file, "`problems` is no list")]
    for number, entry in enumerate(entries, 1):
        problem = _fault(file, entry, number)
        if problem:
            return counts, [problem]
        counts[entry["file"], entry["rule"], entry["message"]] += entry["count"]
    return counts, []


_RENEW = "`mlnc check --write-baseline FILE` writes it anew"


def _malformed(file: SourceFile, message: str) -> Diagnostic:
    return BAD_BASELINE.at(Span(file, 0, min(1, len(file.text))), message, help=_RENEW)


def _fault(file: SourceFile, entry: Any, number: int) -> Diagnostic | None:
    """What is wrong with an entry."""
    if not isinstance(entry, dict) or {name: type(entry.get(name)) for name in _FORM} != _FORM or entry["count"] < 1:
        return _malformed(file, f"entry {number} is not of the form `file`, `rule`, `message`, `count`")
    slug = entry["rule"]
    rule = BY_SLUG.get(slug)
    if rule is not None and not rule.firm:
        return None
    at = file.text.find(f'"{slug}"')
    span = Span(file, at + 1, at + 1 + len(slug)) if at >= 0 else None
    return unknown(slug, span, path=file.path) if rule is None else firm(rule, span, "in a baseline", path=file.path)
