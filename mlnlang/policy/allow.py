"""`# mln: allow(RULE, RULE) reason`: what a comment lets pass, and where.

- Behind something: what starts on that line; if the line opens a block, the whole block.
- On a line of its own: the next item, a line or a whole block.

In a raw block only a line that is all comment is one; what stands behind a shell line belongs to the shell.
A problem is let pass if its place, or one of its related places, starts where the comment holds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Rule
from mlnlang.diagnostics.catalogue import BAD_ALLOW, UNUSED_ALLOW
from mlnlang.policy.rules import firm, rule_of, unknown
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import Block, SyntaxTree

_COMMENT = re.compile(r"#\s*mln:\s*(?:(?P<word>\w[\w-]*)\s*\((?P<names>[^()]*)\)|\w[\w-]*\s*\(|allow\b)")
_NAME = re.compile(r"[^\s,]+")


@dataclass(eq=False)
class Allowance:
    """One comment: the rules it names by code, each with its place, and the stretches of the file where it holds."""

    comment: Span
    rules: dict[str, Span]
    stretches: list[tuple[int, int]]
    used: set[str] = field(default_factory=set)


#: Start and end of a stretch, and whose it is.
_Held = tuple[int, int, Allowance]


class _Stretches:
    """Finds all stretches around an offset, in the time it takes to tell them: a balanced tree of intervals."""

    def __init__(self, held: list[_Held]) -> None:
        self._held = sorted(held, key=lambda each: each[0])
        self._furthest = [0] * len(held)  # by the middle of each part: the last end in it
        self._fill(0, len(held))

    def _fill(self, low: int, high: int) -> int:
        if low >= high:
            return 0
        middle = (low + high) // 2
        end = max(self._held[middle][1], self._fill(low, middle), self._fill(middle + 1, high))
        self._furthest[middle] = end
        return end

    def at(self, offset: int) -> Iterator[Allowance]:
        """Whose stretches the offset is in."""
        parts = [(0, len(self._held))]
        while parts:
            low, high = parts.pop()
            middle = (low + high) // 2
            if low >= high or self._furthest[middle] <= offset:
                continue
            start, end, allowance = self._held[middle]
            parts.append((low, middle))
            if start <= offset:
                parts.append((middle + 1, high))
                if offset < end:
                    yield allowance


class Allowances:
    """All comments of the files of a run."""

    def __init__(self, trees: Iterable[SyntaxTree]) -> None:
        self._files: dict[str, list[Allowance]] = {}
        self.problems: list[Diagnostic] = []
        for tree in trees:
            if tree.file.path not in self._files:
                self._files[tree.file.path] = list(self._read(tree))
        held: dict[tuple[str, str], list[_Held]] = {}
        for path, allowances in self._files.items():
            for allowance in allowances:
                for code in allowance.rules:
                    held.setdefault((path, code), []).extend((*each, allowance) for each in allowance.stretches)
        self._held = {key: _Stretches(each) for key, each in held.items()}

    def allows(self, problem: Diagnostic) -> bool:
        """Whether a comment lets the problem pass; the comment counts as used then."""
        allowed = False
        for span in (problem.span, *(related.span for related in problem.related)):
            held = self._held.get((span.file.path, problem.code)) if span else None
            for allowance in held.at(span.start) if held and span else ():
                allowance.used.add(problem.code)
                allowed = True
        return allowed

    def unused(self, files: Iterable[str]) -> Iterator[Diagnostic]:
        """What is allowed in these files and was not found. Only rules that one run can tell of are asked."""
        for path in files:
            for allowance in self._files.get(path, ()):
                if UNUSED_ALLOW.code not in allowance.rules:
                    yield from _unused(allowance)

    def _read(self, tree: SyntaxTree) -> Iterator[Allowance]:
        file, places = tree.file, _Places(tree)
        for start, end in tree.comments:
            found = _COMMENT.match(file.text, start, end)
            if found is None:
                continue
            if found["word"] != "allow":
                self.problems.append(_bad(Span(file, start, start + len(file.text[start:end].rstrip()))))
                continue
            rules: dict[str, Span] = {}
            for name in _NAME.finditer(file.text, *found.span("names")):
                span = Span(file, *name.span())
                rule = rule_of(name.group())
                if problem := _problem(rule, span):
                    self.problems.append(problem)
                elif rule is not None:
                    rules.setdefault(rule.code, span)
            if not _NAME.search(file.text, *found.span("names")):
                self.problems.append(_bad(Span(file, start, found.end())))
            if rules:
                yield Allowance(Span(file, start, found.end()), rules, places.of(start, end))


def _problem(rule: Rule | None, name: Span) -> Diagnostic | None:
    if rule is None:
        return unknown(name.text, name)
    return firm(rule, name, "allowed") if rule.firm else None


def _bad(span: Span) -> Diagnostic:
    return BAD_ALLOW.at(
        span,
        f"`{span.text}` is not of the form `# mln: allow(RULE)`",
        help="`mlnc explain bad-allow` shows the form; for a remark, leave `mln:` out",
    )


# ---------------------------------------------------------------- places
class _Places:
    """Where the comments of a file hold."""

    def __init__(self, tree: SyntaxTree) -> None:
        self._text = tree.file.text
        self._tokens = tree.tokens
        self._starts = [token.start for token in tree.tokens]
        self._blocks = [entry for entry in tree.walk() if isinstance(entry, Block)]
        self._headers = [block.header.start for block in self._blocks]

    def of(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches where a comment from `start` to `end` holds."""
        line = self._text.rfind("\n", 0, start) + 1
        if not self._text[line:start].strip(" \t\r;"):
            return self._next_item(end)
        # A line that goes on behind a backslash starts where its item starts.
        first = bisect_right(self._starts, line) - 1
        if first >= 0 and self._starts[first] < line < self._tokens[first].end:
            line = self._text.rfind("\n", 0, self._starts[first]) + 1
        low, high = bisect_left(self._headers, line), bisect_left(self._headers, start)
        if low and line <= self._blocks[low - 1].open.start < start:
            low -= 1  # the header stands above its brace
        return [(line, start), *((block.start, block.end) for block in self._blocks[low:high])]

    def _next_item(self, at: int) -> list[tuple[int, int]]:
        """The item that follows, a block as a whole; nothing at the end of a block."""
        index = bisect_left(self._starts, at)
        if index == len(self._tokens) or self._tokens[index].type == "CLOSE":
            return []
        token = self._tokens[index]
        last = bisect_right(self._headers, token.start) - 1
        if last >= 0 and token in (self._blocks[last].header, self._blocks[last].open):
            return [(self._blocks[last].start, self._blocks[last].end)]
        return [(token.start, token.end)]


# ---------------------------------------------------------------- what is not needed any more
def _unused(allowance: Allowance) -> Iterator[Diagnostic]:
    idle = [code for code in allowance.rules if code not in allowance.used and _steady(code)]
    if len(idle) == len(allowance.rules) == len(_NAME.findall(_names(allowance).text)):
        what = " or ".join(f"`{span.text}`" for span in allowance.rules.values())
        fix = Fix("remove the comment", (Edit(_whole(allowance.comment), ""),), safe=True)
        yield UNUSED_ALLOW.at(allowance.comment, f"nothing of {what} is found here", help=fix.title, fix=fix)
        return
    for code in idle:
        span = allowance.rules[code]
        fix = Fix(f"remove `{span.text}`", (Edit(_with_comma(span, _names(allowance)), ""),), safe=True)
        yield UNUSED_ALLOW.at(span, f"nothing of `{span.text}` is found here", help=fix.title, fix=fix)


def _steady(code: str) -> bool:
    rule = rule_of(code)
    return rule is not None and rule.steady


def _names(allowance: Allowance) -> Span:
    """What stands between the parentheses."""
    comment = allowance.comment
    return Span(comment.file, comment.file.text.index("(", comment.start) + 1, comment.end - 1)


def _with_comma(span: Span, names: Span) -> Span:
    """A name with the comma and blanks before it; the first of the list with those behind it."""
    text = span.file.text
    before = re.compile(r"[\s,]*$").search(text, names.start, span.start)
    if before and before.start() > names.start:
        return Span(span.file, before.start(), span.end)
    behind = re.compile(r"[\s,]*").match(text, span.end, names.end)
    return Span(span.file, span.start, behind.end() if behind else span.end)


def _whole(comment: Span) -> Span:
    """A comment with its reason: a line of its own with its line end, else the blanks before it."""
    file: SourceFile = comment.file
    text = file.text
    stop = text.find("\n", comment.end)
    stop = len(text) if stop < 0 else stop
    line = text.rfind("\n", 0, comment.start) + 1
    before = text[line : comment.start]
    if before.strip():
        end = stop - 1 if text[stop - 1 : stop] == "\r" else stop
        return Span(file, line + len(before.rstrip(" \t")), end)
    return Span(file, line, min(stop + 1, len(text)))
