"""Rename: every place of a name at once, where the language allows it and nothing else changes its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import BAD_DEFINITION, BAD_LINE, BAD_NAME, DUPLICATE
from mlnlang.ide.atlas import Atlas, Chart, Placed
from mlnlang.ide.names import TITLES, Name, Occurrence
from mlnlang.semantics.sections import Section
from mlnlang.semantics.symbols import check_name
from mlnlang.semantics.validate import is_account
from mlnlang.semantics.variables import BUILT_IN, lookup, scopes
from mlnlang.source import Span
from mlnlang.syntax.words import REFERENCE

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CARD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
#: Names that need not be described to be used.
_FREE = frozenset(("server",))


class Refused(Exception):
    """A name can't be changed, or not to this; says why."""


def prepare(atlas: Atlas, path: str, offset: int) -> Span | None:
    """The name at the cursor, if it can be changed; None where there is no name. Raises Refused."""
    here = atlas.at(path, offset)
    if not here:
        return None
    _renamable(atlas, [(chart, each.name) for chart, each in here])
    return here[0][1].span


def rename(atlas: Atlas, path: str, offset: int, new: str) -> list[Occurrence] | None:
    """The places to change, in the order of files and places; None where there is no name. Raises Refused."""
    here = atlas.at(path, offset)
    if not here:
        return None
    placed, found = _renamable(atlas, [(chart, each.name) for chart, each in here])
    name = here[0][1].name
    _check_new(name, new, here[0][1].span)
    if new != name.text:
        for chart, each in placed:
            _check_free(chart, each, new)
            _check_made(atlas, chart, each, new)
    return [each for each in found if each.form == "plain"]


def _renamable(atlas: Atlas, seeds: Iterable[Placed]) -> tuple[list[Placed], list[Occurrence]]:
    """All that has to change together. Raises Refused."""
    placed = atlas.together(seeds)
    found = atlas.occurrences(placed)
    name = placed[0][1]
    composed = next((each for each in found if each.form == "composed"), None)
    if composed is not None:
        place = composed.span.place()
        raise Refused(f"{name.title()} is composed from variables at {place}: `{composed.span.text}`")
    if not any(each.form == "plain" for each in found):
        raise Refused(f"{name.title()} is built in")
    if name.kind not in _FREE and not any(each.defines for each in found):
        raise Refused(f"{name.title()} is not defined here")
    for chart, each in placed:
        if each in chart.names.pinned:
            raise Refused(f"{each.title()} can't have another name: {chart.names.pinned[each]}")
        if chart.unit.doubtful:
            raise Refused(f"the braces of `{chart.root}` don't match: mend them first")
    return placed, found


# ---------------------------------------------------------------- the new name
def _check_new(name: Name, new: str, span: Span) -> None:
    """The language's rules for a name of this kind."""
    problems = list(_faults(name, new, span))
    for problem in problems:
        if problem.is_error:
            raise Refused(f"{problem.message} ({problem.code})" + (f"; {problem.help}" if problem.help else ""))


def _faults(name: Name, new: str, span: Span) -> Iterator[Diagnostic]:
    kind = name.kind
    if not new:
        yield BAD_NAME.at(span, f"a {TITLES[kind]} needs a name")
    elif kind == "variable":
        if not _VARIABLE.fullmatch(new):
            help_ = "a name is a letter or `_`, then letters, digits, `_`"
            yield BAD_DEFINITION.at(span, f"`${new}` can't be a variable", help=help_)
        elif new in BUILT_IN:
            yield BAD_DEFINITION.at(span, f"`${new}` is built in")
    elif kind in ("user", "group"):
        if not is_account(new):
            yield BAD_LINE.at(span, f"`{new}` is no name for an account")
    elif kind == "interface":
        if not _CARD.fullmatch(new):
            yield BAD_NAME.at(span, f"`{new}` is no name for a network card", help="use letters, digits and hyphens")
    else:
        found: list[Diagnostic] = []
        check_name(found, "host" if kind == "prefix" else kind, f"{new}1" if kind == "prefix" else new, span)
        yield from found


# ---------------------------------------------------------------- conflicts
def _check_free(chart: Chart, name: Name, new: str) -> None:
    """Whether the new name stands for nothing else where the old one is known. Raises Refused."""
    if name.kind == "variable":
        _check_variable(chart, name, new)
    elif name.kind in ("interface", "user", "group"):
        for other in chart.names.names():
            if other.kind == name.kind and other.text == new and _may_meet(chart, name, other):
                raise _taken(chart, other)
    elif name.kind not in ("project", "prefix"):
        for other in chart.names.names():
            if other.kind == name.kind and other.text == new:
                raise _taken(chart, other)


def _check_made(atlas: Atlas, chart: Chart, name: Name, new: str) -> None:
    """Hosts that plugins make have names too, as the last check has seen them. Raises Refused."""
    checked = atlas.workspace.checked(chart.root) if name.kind in ("host", "prefix") else None
    if checked is None or checked.resolved is None:
        return
    for taken, host in checked.resolved.hosts.items():
        own = name.kind == "prefix" and taken not in chart.symbols.hosts
        if own or not (taken == new or (name.kind == "prefix" and re.fullmatch(re.escape(new) + r"\d+", taken))):
            continue
        place = host.own.name_span().place() if host.own is not None else chart.root
        raise Refused(f"the host `{taken}` is there already, at {place} ({DUPLICATE.code})")


def _taken(chart: Chart, other: Name) -> Refused:
    places = chart.names.of(other)
    place = next((each for each in places if each.defines), places[0] if places else None)
    where = f", at {place.span.place()}" if place is not None else ""
    verb = "is there already" if place is None or place.defines else "is used already"
    return Refused(f"{other.title()} {verb}{where} ({DUPLICATE.code})")


def _may_meet(chart: Chart, one: Name, other: Name) -> bool:
    """Whether a host may have both: blocks that name them lie in one chain of superclasses."""
    if one.owner is None or other.owner is None:
        return True
    entities, others = _entities(chart, one), _entities(chart, other)
    return any(below in above.chain() or above in below.chain() for below in entities for above in others)


def _entities(chart: Chart, name: Name) -> set[Section]:
    found = {_top(each.section) for each in chart.names.of(name)}
    return found | ({name.owner} if name.owner is not None else set())


def _top(section: Section) -> Section:
    while section.parent is not None and section.parent.parent is not None:
        section = section.parent
    return section


def _check_variable(chart: Chart, name: Name, new: str) -> None:
    """No reference may be bound to something else than before. Raises Refused."""
    scope = name.owner
    for occurrence in chart.names.of(name):
        for level in () if occurrence.defines else scopes(occurrence.section):
            if new in level.variables:
                raise Refused(
                    f"`${new}` is defined already, at {level.variables[new].span().place()}, "
                    f"and would be meant at {occurrence.span.place()}"
                )
            if level is scope:
                break
    for other in chart.names.names():
        if other.kind == "variable" and other.text == new:
            _check_not_captured(chart, scope, other)

    for section in chart.unit.root.walk():
        if section.body == "raw" and scope is not None and scope in scopes(section):
            _check_shell(section, new)


def _check_shell(section: Section, new: str) -> None:
    """Variables of the shell stay what they are."""
    for entry in section.entries:
        if new in entry.text and lookup(new, section) is None:
            for found in REFERENCE.finditer(entry.text):
                if new in (found[1], found[2]):
                    raise Refused(
                        f"`${new}` at {entry.span().place()} is the shell's, and would be bound to the new name"
                    )


def _check_not_captured(chart: Chart, scope: Section | None, other: Name) -> None:
    if other.owner is scope:
        raise _taken(chart, other)
    for occurrence in chart.names.of(other):
        if occurrence.defines:
            continue
        for level in scopes(occurrence.section):
            if level is other.owner:
                break
            if level is scope:
                raise Refused(f"`${other.text}` at {occurrence.span.place()} would be bound to the new name")
