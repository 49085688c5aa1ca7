"""Names that machines and bridges share with others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from mlnlang.backends import BY_NAME
from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import LOCAL, Site
from mlnlang.diagnostics.network_rules import DUPLICATE_BRIDGE, DUPLICATE_IDENTITY, DUPLICATE_PROJECT
from mlnlang.ir import Project, Switch, derive


def namesakes(projects: Sequence[Project], found: Findings) -> tuple[list[Project], list[Project]]:
    """Report projects of one name; returns the first of each name, and the others.

    Everything of two namesakes clashes, so the others are not held against the rest.
    """
    first: dict[str, Project] = {}
    others: list[Project] = []
    for project in projects:
        other = first.setdefault(project.name, project)
        if other is project:
            continue
        others.append(project)
        found.report(
            DUPLICATE_PROJECT,
            project.where.span("project"),
            f"another project is called `{project.name}`",
            related=[place(other.where.span("project"), "the other is named here")],
            help="give each project a name of its own, or check them apart if they never run side by side",
        )
    return list(first.values()), others


def machines(site: Site, found: Findings) -> None:
    """Two machines whose `host.project` is the same, though host and project are not."""
    first: dict[str, tuple[int, object]] = {}
    for number, host in site.hosts:
        project = site.projects[number]
        identity = project.identity(host)
        other_number, other = first.setdefault(identity, (number, host))
        if other is host or site.projects[other_number].name == project.name:
            continue
        found.report(
            DUPLICATE_IDENTITY,
            host.where.span(),
            f"the host `{host.name}` of `{project.name}` and a host of `{site.projects[other_number].name}` are both"
            f" the machine `{identity}`",
            related=[place(other.where.span(), "the other is here")],  # type: ignore[attr-defined]
            help="names without dots can't meet in this way",
        )


def bridges(site: Site, found: Findings) -> None:
    """Switches that become one bridge of a server, and were not both told to."""
    made: dict[tuple[str, str], list[tuple[int, Switch]]] = defaultdict(list)
    for number, project in enumerate(site.projects):
        for switch in project.switches:
            if BY_NAME[switch.backend].segment == "bridge" and not switch.external:
                server = switch.service_host or project.this_server or LOCAL
                made[server, switch.bridge].append((number, switch))
    names = [project.name for project in site.projects]
    for (_, bridge), switches in made.items():
        if len({(names[number], switch.name) for number, switch in switches}) < 2:
            continue
        (number, first), (other_number, last) = switches[0], switches[-1]
        asked = all(switch.bridge != derive.bridge(switch.name, names[n]) for n, switch in switches)
        if asked and number != other_number:
            continue  # one bridge for several projects, as both say
        found.blame_segment(("bridge", bridge))
        for n, switch in switches:
            found.blame_segment(("switch", n, switch.name))
        found.report(
            DUPLICATE_BRIDGE,
            last.where.span("bridge"),
            f"the switches `{first.name}` of `{names[number]}` and `{last.name}` of `{names[other_number]}`"
            f" are both the bridge `{bridge}`",
            related=[place(first.where.span("bridge"), "the other is here")],
            help="give one of them a `bridge` of its own, of at most 15 characters",
        )
