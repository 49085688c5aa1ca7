"""Words that a host's back end has nothing to do with: said at their place, never passed over in silence.

The code generators say more precisely what they can't express; this speaks for the table of keywords, where they
have said nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlnlang.backends import BY_NAME, CLOUDS
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import NOT_CARRIED
from mlnlang.ir import Project
from mlnlang.semantics.resolve import Resolved, ResolvedProject
from mlnlang.semantics.sections import Entry, Section
from mlnlang.source import Span

#: What a word is said of: where it stands, the word, and the letters of the back ends that carry it.
_Word = tuple[Entry | Section, str, str]


def uncarried(project: ResolvedProject, ir: Project, said: Iterable[Diagnostic]) -> list[Diagnostic]:
    """A warning for each line that its back end does not carry, unless something was said of the line already."""
    covered = {_line(d.span) for d in said if d.span is not None}
    seen: set[tuple[Entry | Section, str]] = set()
    problems: list[Diagnostic] = []
    things = [(host.backend, project.hosts[host.name]) for host in ir.hosts]
    things += [(switch.backend, project.switches[switch.name]) for switch in ir.switches]
    for backend, block in things:
        if backend in CLOUDS:
            continue
        row = BY_NAME[backend]
        for where, word, letters in _words(block):
            if row.letter in letters or (where, backend) in seen:
                continue
            seen.add((where, backend))
            span = where.span() if isinstance(where, Entry) else where.header_span()
            if _line(span) not in covered:
                whom = row.title if letters else "any back end"
                problems.append(NOT_CARRIED.at(span, f"`{word}` is not carried by {whom}, so it has no effect"))
    return problems


def _line(span: Span) -> tuple[str, int]:
    return span.file.path, span.file.position(span.start).line


def _words(block: Resolved) -> Iterator[_Word]:
    """The keywords and inner blocks of a thing that are not for every back end, and that are switched on."""
    keywords = block.keywords
    for word, entry in block.settings.items():
        row = keywords.get(word)
        if row is None or row.backends == "*" or row.status == "dead" or word in BY_NAME:
            continue
        if row.kind != "flag" or block.flag(word):
            yield entry, word, row.backends
    for kind, name in block.children:
        inner = block.block(kind, name)
        if inner is None or inner.own is None or inner.own.row is None or kind in CLOUDS:
            continue
        row_ = inner.own.row
        if row_.backends != "*" and row_.status != "dead":
            yield inner.own, kind, row_.backends
        elif kind == "network":
            yield from _words(inner)
