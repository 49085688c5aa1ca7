"""The checks, in an order such that what comes later leaves alone what an earlier one explains."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mlnlang.checks import addresses, gateways, identity, order, placement, secrets, storage, wiring
from mlnlang.checks.findings import Findings
from mlnlang.checks.site import Site
from mlnlang.checks.templates import templates
from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import Project
from mlnlang.world import World

#: One function a check. A new one is a line here, a row of `network_rules`, and a case of tests/failing.
CHECKS: tuple[Callable[[Site, Findings], None], ...] = (
    identity.machines,
    identity.bridges,
    placement.switches,
    addresses.duplicates,
    addresses.hardware_addresses,
    addresses.lengths,
    addresses.reserved,
    addresses.subnets,
    wiring.lonely,
    wiring.loops,
    wiring.side_by_side,
    wiring.islands,
    gateways.gateways,
    gateways.dhcp,
    placement.displays,
    placement.capacity,
    storage.volumes,
    storage.migration,
    order.boot_order,
    secrets.secrets,
)


def check(projects: Sequence[Project], world: World) -> list[Diagnostic]:
    """Everything that is wrong between the things of these projects, which are taken to run side by side."""
    found = Findings()
    first, namesakes = identity.namesakes(projects, found)
    problems = _side_by_side(first, found, world)
    for project in namesakes:
        problems += _side_by_side([project], Findings(), world)
    return problems


def _side_by_side(projects: Sequence[Project], found: Findings, world: World) -> list[Diagnostic]:
    site = Site(projects)
    for each in CHECKS:
        each(site, found)
    templates(site, found, world)
    return found.diagnostics()
