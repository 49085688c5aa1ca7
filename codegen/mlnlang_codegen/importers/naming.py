"""Names that the language can carry, for what the input calls otherwise; unique, and the same every time."""

from __future__ import annotations

import re
import unicodedata

from mlnlang.backends import BY_NAME
from mlnlang.schema.model import GOOD_NAME
from mlnlang_codegen.importers.draft import Draft, Machine, Segment
from mlnlang_codegen.importers.tree import Leaf

MOST = 63
_ODD = re.compile(r"[^A-Za-z0-9]+")
DEFAULT_PROJECT = "imported"


def carriable(text: str, default: str) -> str:
    """A text as a name: accents dropped, other characters as hyphens, 63 characters."""
    if GOOD_NAME.fullmatch(text) and len(text) <= MOST:
        return text
    plain = unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode()
    return _ODD.sub("-", plain).strip("-")[:MOST].strip("-") or default


class _Taken:
    """Names given so far."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._next: dict[str, int] = {}

    def claim(self, name: str) -> str:
        """The name, or with a number behind it the first that is free."""
        wanted, number = name, self._next.get(name, 2)
        while name in self._names:
            tail = f"-{number}"
            name, number = wanted[: MOST - len(tail)].rstrip("-") + tail, number + 1
        self._names.add(name)
        self._next[wanted] = number
        return name


def give_names(draft: Draft, project: str | None) -> None:
    """Name the project, its hosts and its switches."""
    suffix = _common_suffix(draft.machines)
    chosen = project or draft.project or suffix or DEFAULT_PROJECT
    draft.project = project or carriable(chosen, DEFAULT_PROJECT)
    if draft.project_leaf is not None:
        _settle(draft.project_leaf, draft.project, f"project {draft.project}")
    hosts = _Taken()
    for machine in draft.machines:
        _name_machine(machine, suffix, draft.project, hosts)
    switches = _Taken()
    for segment in draft.segments.values():
        _name_segment(segment, draft.project, switches)
    _back_ends(draft)


def _common_suffix(machines: list[Machine]) -> str:
    """`project`, where every machine is called `host.project`: that is how MLN names its own."""
    suffixes = {machine.wanted.partition(".")[2] for machine in machines}
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    return suffix if GOOD_NAME.fullmatch(suffix) and all(m.wanted.partition(".")[0] for m in machines) else ""


def _name_machine(machine: Machine, suffix: str, project: str, taken: _Taken) -> None:
    own = machine.wanted.removesuffix(f".{suffix}") if suffix else machine.wanted
    machine.name = taken.claim(carriable(own, "host"))
    leaf = machine.origin
    if leaf is None:
        return
    if suffix and suffix != project:
        leaf.carried(f"host {machine.name}", f"the machine is called `{machine.name}.{project}` now")
    else:
        _settle(leaf, machine.name, f"host {machine.name}", own)


def _name_segment(segment: Segment, project: str, taken: _Taken) -> None:
    own = segment.wanted.removesuffix(f".{project}")
    segment.name = taken.claim(carriable(own, "lan"))
    if segment.origin is not None:
        _settle(segment.origin, segment.name, f"switch {segment.name}", own)


def _settle(leaf: Leaf, name: str, became: str, own: str | None = None) -> None:
    same = name == (leaf.value if own is None else own)
    leaf.carried(became, "" if same else "names are letters, digits and hyphens, and each is there once")


def _back_ends(draft: Draft) -> None:
    """A switch is made by the first back end that needs it; one that nobody needs, by a back end of its family."""
    for machine in draft.machines:
        for card in machine.cards:
            if card.segment is not None and not card.segment.backend:
                card.segment.backend = machine.backend
    for segment in draft.segments.values():
        if not segment.backend:
            segment.backend = {"bridge": "kvm"}.get(segment.family, segment.family)
        assert BY_NAME[segment.backend].segment == segment.family
