"""What a back end is: a capability table, and a function that lowers a host to plain data for its templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlnlang.ir import Host, Switch
from mlnlang_codegen.guest import NOTHING, GuestPlan
from mlnlang_codegen.site import Site

Level = Literal["full", "partial", "none"]


@dataclass(frozen=True, slots=True)
class Support:
    """How far a back end carries a feature; `why` completes the sentence where it doesn't."""

    level: Level
    why: str = ""


FULL = Support("full")


def partial(why: str) -> Support:
    """A feature carried in part."""
    return Support("partial", why)


def none(why: str) -> Support:
    """A feature not carried."""
    return Support("none", why)


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file of a host's or switch's folder: name, template, the template's values, mode."""

    name: str
    template: str
    values: Mapping[str, Any]
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class Lowered:
    """A host or switch, ready for the templates."""

    artefacts: tuple[Artefact, ...]
    guest: GuestPlan = NOTHING


@dataclass(frozen=True, slots=True)
class BackEnd:
    """One back end. `libraries` are shell libraries of its own, beside those of the server folder."""

    name: str
    title: str
    package: str
    capabilities: Mapping[str, Support]
    lower_host: Callable[[Site, Host], Lowered]
    lower_switch: Callable[[Site, Switch], Lowered]
    #: Names of templates that go out as they are: `uml/uml.sh` becomes `lib/uml.sh`.
    libraries: tuple[str, ...] = ()
