"""Names of a project: what is defined, whether the names can be carried, which superclass belongs to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Related, did_you_mean, nearest
from mlnlang.diagnostics.catalogue import (
    AWKWARD_NAME,
    BAD_NAME,
    DUPLICATE,
    MISSING_NAME,
    MISSING_PROJECT,
    SUPERCLASS_CYCLE,
    TWO_SUPERCLASSES,
    UNKNOWN_SUPERCLASS,
)
from mlnlang.schema.model import GOOD_NAME, USABLE_NAME
from mlnlang.semantics.sections import Entry, Section
from mlnlang.semantics.unit import Unit
from mlnlang.semantics.variables import Evaluator
from mlnlang.source import Span

#: Beyond so many problems nobody reads guesses at what was meant.
MANY = 100


@dataclass
class Symbols:
    """A project's first-level blocks by name, in the order they were written."""

    root: Section
    evaluator: Evaluator
    project: Entry | None = None
    hosts: dict[str, Section] = field(default_factory=dict)
    superclasses: dict[str, Section] = field(default_factory=dict)
    switches: dict[str, Section] = field(default_factory=dict)
    servers: dict[str, Section] = field(default_factory=dict)
    globals: list[Section] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    #: Something is left out of the text, so what is absent can't be told.
    incomplete: bool = False

    @property
    def misspelt(self) -> set[str]:
        """Names of first-level blocks of a kind that nobody knows: `swich lan { }` was reported as what it is."""
        return {section.name for section in self.root.children if section.row is None and section.name}

    @property
    def name(self) -> str:
        """The project's name; empty where it has none."""
        return self.evaluator.project or ""

    def table(self, kind: str) -> dict[str, Section]:
        """The table of a kind of block."""
        return {
            "host": self.hosts, "superclass": self.superclasses, "switch": self.switches, "server": self.servers,
        }[kind]  # fmt: skip


def collect(unit: Unit) -> Symbols:
    """The symbols of a unit, superclasses linked and cycles cut."""
    evaluator = Evaluator()
    symbols = Symbols(unit.root, evaluator, incomplete=unit.incomplete)
    symbols.globals = [section for section in unit.root.children if section.kind == "global"]
    _name_project(symbols, unit)
    for section in unit.root.children:
        if section.kind in ("host", "superclass", "switch", "server") and section.row:
            _define(symbols, section)
    link(symbols, [section for section in unit.root.children if section.kind in ("host", "superclass") and section.row])
    _cut_cycles(symbols)
    return symbols


def _name_project(symbols: Symbols, unit: Unit) -> None:
    """Find the project's name. The last `project` line counts, as for every keyword."""
    lines = [entry for section in symbols.globals if (entry := section.entry("project"))]
    if lines:
        symbols.project = lines[-1]
        name = " ".join(symbols.evaluator.words(lines[-1]))
        if name:
            symbols.evaluator.project = name
            check_name(symbols.problems, "project", name, lines[-1].value_span())
        return
    misplaced = unit.root.entry("project")
    if not unit.incomplete and not misplaced:
        symbols.problems.append(_missing_project(symbols, unit))


def _missing_project(symbols: Symbols, unit: Unit) -> Diagnostic:
    place = symbols.globals[0].header_span() if symbols.globals else unit.root.file.span(0, 0)
    if not unit.root.children and not unit.root.entries:
        return MISSING_PROJECT.at(
            place,
            "the file is empty: it has no project",
            help="start with `global { project NAME }` and a host",
        )
    return MISSING_PROJECT.at(
        place,
        "the project has no name",
        help="write `global { project NAME }`; if this file is made to be included, check the file that includes it",
    )


def _define(symbols: Symbols, section: Section) -> None:
    section.name = symbols.evaluator.name(section)
    if not section.name:
        symbols.problems.append(
            MISSING_NAME.at(
                section.header_span(),
                f"this `{section.kind}` has no name",
                help=f"write `{section.kind} NAME {{`",
            )
        )
        return
    table = symbols.table(section.kind)
    if not ("$" in section.raw_name and "$" in section.name):  # else a variable in it was reported
        check_name(symbols.problems, section.kind, section.name, section.name_span())
    first = table.get(section.name)
    if first is None:
        table[section.name] = section
        return
    symbols.problems.append(
        DUPLICATE.at(
            section.name_span(),
            f"the {section.kind} `{section.name}` is defined twice",
            related=[Related(first.name_span(), "it is defined here already")],
            help="give one of them another name, or merge the two blocks",
        )
    )


def check_name(problems: list[Diagnostic], kind: str, name: str, span: Span) -> None:
    """Report a name that no machine, or not every back end, can carry."""
    if (GOOD_NAME.fullmatch(name) and len(name) <= 63) or "\ufffd" in name:
        return  # what could not be read as text was reported
    if len(name) > 63:
        problems.append(BAD_NAME.at(span, f"the {kind}'s name is longer than 63 characters"))
    elif USABLE_NAME.fullmatch(name) and not name.endswith((".", "-")) and ".." not in name:
        if kind not in ("host", "project"):
            return  # only these become names on a network
        odd = "`_`" if "_" in name else "`.`"
        better = name.replace("_", "-").replace(".", "-").strip("-")
        problems.append(
            AWKWARD_NAME.at(span, f"the {kind}'s name `{name}` holds {odd}, which some back ends can't carry",
                            help=f"`{better}` works everywhere")
        )  # fmt: skip
    else:
        odd_ones = sorted({char for char in name if not (char.isascii() and (char.isalnum() or char in "-_."))})
        signs = ", ".join("a blank" if char == " " else f"`{char}`" for char in odd_ones[:5])
        what = f"holds {signs}" if signs else "starts or ends with a sign"
        problems.append(BAD_NAME.at(span, f"the {kind}'s name `{name}` {what}", help="use letters, digits and hyphens"))


# ---------------------------------------------------------------- superclasses
def link(symbols: Symbols, sections: Iterable[Section]) -> None:
    """Find the superclass that each section names."""
    for section in sections:
        lines = [entry for entry in section.entries if entry.key == "superclass"]
        if not lines:
            continue
        if len(lines) > 1:
            symbols.problems.append(
                TWO_SUPERCLASSES.at(
                    lines[1].span(),
                    f"`{section.title()}` names two superclasses",
                    related=[Related(lines[0].span(), "the first is named here")],
                    help="keep one, and let that superclass name the other",
                )
            )
        _link(symbols, section, lines[-1])


def _link(symbols: Symbols, section: Section, entry: Entry) -> None:
    name = " ".join(symbols.evaluator.words(entry))
    if not name:
        return  # a keyword without its value is reported with the values
    found = symbols.superclasses.get(name)
    section.superclass = found
    section.broken = found is None
    if found is not None or symbols.incomplete or name in symbols.misspelt:
        return
    several = len(symbols.problems) > MANY
    near = [] if several else nearest(name, symbols.superclasses, most=1)
    help_ = "" if several else did_you_mean(name, symbols.superclasses)
    if not help_:
        known = ", ".join(f"`{other}`" for other in islice(symbols.superclasses, 8))
        help_ = f"the project has {known}" if known else "the project has no superclass"
        if name in symbols.hosts:
            help_ = f"`{name}` is a host; only a superclass can be inherited from"
    symbols.problems.append(
        UNKNOWN_SUPERCLASS.at(
            entry.value_span(),
            f"there is no superclass `{name}`",
            help=help_,
            fix=Fix(f"write `{near[0]}`", (Edit(entry.value_span(), near[0]),)) if near else None,
        )
    )


def _cut_cycles(symbols: Symbols) -> None:
    """Report each circle of superclasses once, and cut it so that no later stage can run in it."""
    done: set[Section] = set()
    for start in symbols.superclasses.values():
        path: dict[Section, None] = {}
        section: Section | None = start
        while section is not None and section not in done and section not in path:
            path[section] = None
            section = section.superclass
        if section is not None and section in path:
            steps = list(path)
            _report_cycle(symbols, steps[steps.index(section) :])
        done.update(path)


def _report_cycle(symbols: Symbols, cycle: list[Section]) -> None:
    steps = [entry for section in cycle if (entry := section.entry("superclass"))]
    names = " → ".join([*(section.name for section in cycle), cycle[0].name])
    symbols.problems.append(
        SUPERCLASS_CYCLE.at(
            steps[0].span(),
            f"the superclass `{cycle[0].name}` inherits from itself" + (f": {names}" if len(cycle) > 1 else ""),
            related=[Related(step.span(), f"`{step.section.name}` inherits here") for step in steps[1:]],
            help="remove this line" if len(cycle) == 1 else "remove one of these lines",
        )
    )
    for section in cycle:
        section.superclass = None
        section.broken = True
