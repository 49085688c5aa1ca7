"""Names that values point at: switches and servers. (Superclasses are linked with the symbols.)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from mlnlang.diagnostics import Diagnostic, Edit, Fix, did_you_mean, nearest
from mlnlang.diagnostics.catalogue import UNKNOWN_SERVER, UNKNOWN_SWITCH
from mlnlang.schema import Schema
from mlnlang.semantics.sections import FAULTY, Entry, Section
from mlnlang.semantics.symbols import MANY, Symbols


def check_references(symbols: Symbols, schema: Schema, servers: Iterable[str]) -> list[Diagnostic]:
    """Report switches that do not exist, and servers that are not described where others are."""
    if symbols.incomplete:
        return []
    problems: list[Diagnostic] = []
    described = {*servers, *symbols.servers}
    switches = {*symbols.switches, *symbols.misspelt}
    for section in symbols.root.walk():
        known = schema.keywords_in(section.context)
        for entry in _pointing(section):
            several = len(problems) > MANY
            row = known.get(entry.key)
            name = " ".join(symbols.evaluator.words(entry))
            if row is None or not name or entry.dynamic or entry.typed is FAULTY or "$" in name:
                continue
            if row.refers_to == "switch" and not name.startswith("/") and name not in switches:
                problems.append(_unknown_switch(symbols, entry, name, () if several else symbols.switches))
            elif row.refers_to == "server" and described and name not in described:
                problems.append(
                    UNKNOWN_SERVER.at(
                        entry.value_span(),
                        f"the server `{name}` is not described",
                        help=("" if several else did_you_mean(name, described)) or f"add `server {name} {{ … }}`",
                    )
                )
    return problems


def _pointing(section: Section) -> Iterator[Entry]:
    return (entry for entry in section.entries if entry.key in ("switch", "service_host"))


def _unknown_switch(symbols: Symbols, entry: Entry, name: str, known: Iterable[str]) -> Diagnostic:
    near = nearest(name, known, most=1)
    help_ = did_you_mean(name, known)
    if not help_:
        some = ", ".join(f"`{other}`" for other in islice(symbols.switches, 8))
        help_ = f"add `switch {name} {{ }}`" + (f"; the project has {some}" if some else "")
    return UNKNOWN_SWITCH.at(
        entry.value_span(),
        f"there is no switch `{name}`",
        help=help_,
        fix=Fix(f"write `{near[0]}`", (Edit(entry.value_span(), near[0]),)) if near else None,
    )
