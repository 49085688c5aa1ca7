"""Code actions: the fixes of what was found, and changes that keep the meaning."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from mlnlang.diagnostics import Diagnostic, Edit
from mlnlang.diagnostics.catalogue import PLUGIN_SETTING, RULES, UNKNOWN_SERVER, UNKNOWN_SUPERCLASS, UNKNOWN_SWITCH
from mlnlang.ide.extracting import extract
from mlnlang.ide.formatting import formatting
from mlnlang.ide.scene import Scene
from mlnlang.policy.fixing import pick
from mlnlang.schema.model import USABLE_NAME
from mlnlang.source import SourceFile, Span
from mlnlang.syntax import RawLine

QUICK_FIX = "quickfix"
EXTRACT = "refactor.extract"
FIX_ALL = "source.fixAll.mln"
FORMAT = "source.format.mln"
KINDS = (QUICK_FIX, EXTRACT, FIX_ALL, FORMAT)

_MISSING = {UNKNOWN_SUPERCLASS.code: "superclass", UNKNOWN_SWITCH.code: "switch", UNKNOWN_SERVER.code: "server"}
_MEANT = re.compile(r"did you mean (.*)\?$")
_QUOTED = re.compile(r"`([^`]+)`")
_NO_SUPERCLASS = re.compile(r"there is no superclass `([^`]+)`")
_ALLOW = re.compile(r"#\s*mln:\s*allow\s*\((?P<names>[^()]*)\)")


@dataclass(frozen=True)
class Action:
    """A change to offer. `edits` makes it; it is only asked for when somebody wants the change."""

    title: str
    kind: str
    edits: Callable[[], Sequence[Edit]]
    problem: Diagnostic | None = None
    preferred: bool = False


def actions(
    scene: Scene, problems: Iterable[Diagnostic], start: int, end: int, only: Sequence[str] = ()
) -> list[Action]:
    """What can be done about a stretch of a file. `problems` are the file's; `only` names the kinds that are wanted."""
    known = list(problems)
    found: list[Action] = []
    if _wanted(QUICK_FIX, only):
        for problem in known:
            if _concerns(problem, scene, start, end):
                found += _fixes(scene, problem)
    if _wanted(EXTRACT, only):
        found += _extractions(scene, start, end)
    if only:  # such actions are run on saving, or asked for by name
        found += _sources(scene, known, only)
    return found


def _wanted(kind: str, only: Sequence[str]) -> bool:
    return not only or any(kind == each or kind.startswith(f"{each}.") for each in only)


def _concerns(problem: Diagnostic, scene: Scene, start: int, end: int) -> bool:
    span = problem.span
    if span is None or scene.workspace.key(span.file.path) != scene.path:
        return False
    return span.start <= end and start <= max(span.end, span.start)


# ---------------------------------------------------------------- one problem
def _fixes(scene: Scene, problem: Diagnostic) -> Iterator[Action]:
    fix = problem.fix
    if fix is not None:
        yield Action(_upper(fix.title), QUICK_FIX, partial(list, fix.edits), problem, fix.safe)
    yield from _meant(problem)
    yield from _created(scene, problem)
    if can_allow(problem):
        yield Action(f"Allow `{problem.slug}` here", QUICK_FIX, lambda: allowance(scene, problem), problem)


def _upper(title: str) -> str:
    return title[:1].upper() + title[1:]


def _meant(problem: Diagnostic) -> Iterator[Action]:
    """The near matches that the help names, besides the one that the fix writes."""
    meant = _MEANT.search(problem.help)
    span = problem.span
    if meant is None or span is None:
        return
    written = {edit.text for edit in problem.fix.edits} if problem.fix else set()
    for name in _QUOTED.findall(meant[1]):
        if name not in written:
            yield Action(f"Write `{name}`", QUICK_FIX, partial(_written, span, name), problem)


def _written(span: Span, name: str) -> list[Edit]:
    return [Edit(span, name)]


def _created(scene: Scene, problem: Diagnostic) -> Iterator[Action]:
    """Create what a name points at and nobody has defined."""
    kind = _MISSING.get(problem.code)
    name = problem.span.text.strip("\"'") if problem.span else ""
    if problem.code == PLUGIN_SETTING.code and (found := _NO_SUPERCLASS.match(problem.message)):
        kind, name = "superclass", found[1]
    if kind and USABLE_NAME.fullmatch(name):
        yield Action(
            f"Create the {kind} `{name}`", QUICK_FIX, lambda: created(scene, kind, name), problem, not problem.fix
        )


def created(scene: Scene, kind: str, name: str) -> list[Edit]:
    """A new block at the end of this file, or of the project's where this one is a part of a block."""
    root = scene.view.unit.root.file
    file = scene.view.file if scene.view.section(0).parent is None else root
    eol = "\r\n" if "\r\n" in file.text else "\n"
    body = f"{kind} {name} {{{eol}}}" if kind == "superclass" else f"{kind} {name} {{ }}"
    text = file.text
    last = "" if not text or text.endswith("\n") else eol
    return [Edit(Span(file, len(text), len(text)), f"{last}{eol if text else ''}{body}{eol}")]


# ---------------------------------------------------------------- allowances
def can_allow(problem: Diagnostic) -> bool:
    """Whether a comment can let a problem pass."""
    rule = RULES.get(problem.code)
    return problem.span is not None and rule is not None and not rule.firm and not (problem.is_error and not rule.check)


def allowance(scene: Scene, problem: Diagnostic) -> list[Edit]:
    """`# mln: allow(slug)` behind the line of a problem, or above it where something else stands there."""
    span = problem.span
    assert span is not None
    file = span.file
    text = file.text
    line = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", span.start)
    stop = len(text) if stop < 0 else stop
    for begin, end in _comments(scene, file):
        if line <= begin <= stop:
            allow = _ALLOW.match(text, begin, end)
            return (
                [Edit(Span(file, allow.end() - 1, allow.end() - 1), f", {problem.slug}")]
                if allow
                else _above(scene, span, problem.slug)
            )
    if _is_raw(scene, span) or text[line:stop].rstrip().endswith("\\"):
        return _above(scene, span, problem.slug)
    at = line + len(text[line:stop].rstrip())
    return [Edit(Span(file, at, at), f"  # mln: allow({problem.slug})")]


def _comments(scene: Scene, file: SourceFile) -> list[tuple[int, int]]:
    return scene.workspace.tree(file.path).comments


def _is_raw(scene: Scene, span: Span) -> bool:
    tree = scene.workspace.tree(span.file.path)
    return any(isinstance(token, RawLine) and token.start <= span.start <= token.end for token in tree.tokens)


def _above(scene: Scene, span: Span, slug: str) -> list[Edit]:
    """On a line of its own before the item, with the same indentation."""
    file = span.file
    text = file.text
    tree = scene.workspace.tree(file.path)
    token = next((t for t in tree.tokens if t.start <= span.start <= t.end and t.start < t.end), None)
    start = token.start if token is not None else span.start
    line = text.rfind("\n", 0, start) + 1
    lead = text[line : line + len(text[line:start]) - len(text[line:start].lstrip(" \t"))]
    eol = "\r\n" if "\r\n" in text else "\n"
    return [Edit(Span(file, line, line), f"{lead}# mln: allow({slug}){eol}")]


# ---------------------------------------------------------------- selections, whole files
def _extractions(scene: Scene, start: int, end: int) -> Iterator[Action]:
    found = extract(scene, start, end)
    if found is not None:
        name, edits = found
        yield Action(f"Extract the superclass `{name}`", EXTRACT, lambda: edits)


def _sources(scene: Scene, problems: list[Diagnostic], only: Sequence[str]) -> Iterator[Action]:
    if _wanted(FIX_ALL, only):
        edits = all_fixes(scene, problems)
        if edits:
            yield Action("Apply all safe fixes of this file", FIX_ALL, lambda: edits)
    if _wanted(FORMAT, only):
        edit = formatting(scene.file, scene.workspace.schema.raw_blocks)
        if edit is not None:
            yield Action("Format this file", FORMAT, lambda: [edit])


def all_fixes(scene: Scene, problems: Iterable[Diagnostic]) -> list[Edit]:
    """The edits of all safe fixes that touch only this file and not each other."""
    key = scene.workspace.key
    own = [
        problem
        for problem in problems
        if problem.fix and all(key(edit.span.file.path) == scene.path for edit in problem.fix.edits)
    ]
    return [edit for fix in pick(own) for edit in fix.edits]
