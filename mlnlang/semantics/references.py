"""Names that values point at: switches and servers. (Superclasses are linked with the symbols.)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Related, did_you_mean, nearest
from mlnlang.diagnostics.catalogue import UNKNOWN_SERVER, UNKNOWN_SWITCH
from mlnlang.schema import Schema
from mlnlang.semantics.sections import FAULTY, Entry, Section
from mlnlang.semantics.symbols import MANY, Symbols

#: Other places of one missing name that its diagnostic shows.
MOST_PLACES = 6


def check_references(symbols: Symbols, schema: Schema, servers: Iterable[str]) -> list[Diagnostic]:
    """Report switches that do not exist, and servers that are not described where others are: once for each name."""
    if symbols.incomplete:
        return []
    described = {*servers, *symbols.servers}
    switches = {*symbols.switches, *symbols.misspelt}
    missing: dict[tuple[str, str], list[Entry]] = {}
    for section in symbols.root.walk():
        known = schema.keywords_in(section.context)
        for entry in _pointing(section):
            row = known.get(entry.key)
            name = " ".join(symbols.evaluator.words(entry))
            if row is None or not name or entry.dynamic or entry.typed is FAULTY or "$" in name:
                continue
            to_switch = row.refers_to == "switch" and not name.startswith("/") and name not in switches
            to_server = row.refers_to == "server" and described and name not in described
            if to_switch or to_server:
                missing.setdefault((str(row.refers_to), name), []).append(entry)
    problems: list[Diagnostic] = []
    for (kind, name), entries in missing.items():
        near = () if len(problems) > MANY else symbols.switches if kind == "switch" else described
        make = _unknown_switch if kind == "switch" else _unknown_server
        problems.append(make(symbols, entries, name, near))
    return problems


def _places(entries: list[Entry]) -> tuple[list[Related], list[str]]:
    """The other places, and a note on those that are too many."""
    others = [Related(entry.value_span(), "and here") for entry in entries[1 : 1 + MOST_PLACES]]
    more = len(entries) - 1 - len(others)
    return others, [f"and in {more} more places"] if more else []


def _pointing(section: Section) -> Iterator[Entry]:
    return (entry for entry in section.entries if entry.key in ("switch", "service_host"))


def _unknown_server(symbols: Symbols, entries: list[Entry], name: str, known: Iterable[str]) -> Diagnostic:  # noqa: ARG001
    related, notes = _places(entries)
    return UNKNOWN_SERVER.at(
        entries[0].value_span(),
        f"the server `{name}` is not described",
        related=related,
        notes=notes,
        help=did_you_mean(name, known) or f"add `server {name} {{ … }}`",
    )


def _unknown_switch(symbols: Symbols, entries: list[Entry], name: str, known: Iterable[str]) -> Diagnostic:
    near = nearest(name, known, most=1)
    help_ = did_you_mean(name, known)
    if not help_:
        some = ", ".join(f"`{other}`" for other in islice(symbols.switches, 8))
        help_ = f"add `switch {name} {{ }}`" + (f"; the project has {some}" if some else "")
    related, notes = _places(entries)
    edits = tuple(Edit(entry.value_span(), near[0]) for entry in entries) if near else ()
    return UNKNOWN_SWITCH.at(
        entries[0].value_span(),
        f"there is no switch `{name}`",
        related=related,
        notes=notes,
        help=help_,
        fix=Fix(f"write `{near[0]}`", edits) if edits else None,
    )
