"""Lowered hosts and switches to a plan: files below a folder a server, and actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlnlang.ir import Host, Project
from mlnlang.ir.plan import Action, Phase, Plan, PlannedFile, plan
from mlnlang_codegen.backend import Artefact, BackEnd, Lowered
from mlnlang_codegen.carried import Carried, carried
from mlnlang_codegen.guest import GuestPlan
from mlnlang_codegen.guest.constants import NAMES, constant
from mlnlang_codegen.guest.network import project_hosts
from mlnlang_codegen.migration import migration_files
from mlnlang_codegen.quoting import sh
from mlnlang_codegen.rendering import render, static
from mlnlang_codegen.site import Place

_PHASES: Mapping[Phase, str] = {
    "build": "Makes the machines of",
    "start": "Starts",
    "stop": "Stops",
    "status": "Tells the state of",
    "remove": "Removes the machines of",
}
_LIBRARIES = ("common", "driver", "images", "filesystem", "guest", "kind", "seed")
#: How a host's guest.sh begins.
GUEST_HEAD = """\
# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of {}, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
"""
#: Where switches stand among the steps of a phase: before all hosts, or after them.
_FIRST, _LAST = 0, 100


def assemble(project: Project) -> Plan:
    """The plan of a project: every host and switch that a back end here can carry."""
    lot = carried(project)
    files: list[PlannedFile] = []
    actions: list[Action] = []
    for place in lot.places:
        files += _server_files(project, lot, place)
        files += migration_files(project, place, lot.places)
        for switch in place.switches:
            back_end, lowered = lot.switches[switch.name]
            files += _artefacts(f"{place.name}/switches/{switch.name}", lowered)
            actions += _actions(place.name, f"switch {switch.name}", back_end.name, None)
        for host in place.hosts:
            back_end, lowered = lot.hosts[host.name]
            files += _artefacts(f"{place.name}/hosts/{host.name}", lowered)
            files += _guest_files(place.name, project.identity(host), host, lowered.guest)
            actions += _actions(place.name, f"host {host.name}", back_end.name, host.boot_order)
    return plan(project.name, files, actions)


def _artefacts(folder: str, lowered: Lowered) -> Iterator[PlannedFile]:
    for artefact in lowered.artefacts:
        yield _file(f"{folder}/{artefact.name}", artefact)


def _file(path: str, artefact: Artefact) -> PlannedFile:
    return PlannedFile(path, render(artefact.template, artefact.values), artefact.mode)


def _guest_files(server: str, identity: str, host: Host, guest: GuestPlan) -> Iterator[PlannedFile]:
    if not guest.lines and not guest.seed:
        return
    folder = f"{server}/guest/{host.name}"
    text = GUEST_HEAD.format(identity) + guest.script
    yield PlannedFile(f"{folder}/guest.sh", text, 0o600 if guest.has_secrets else 0o644)
    if guest.root_password is not None:
        yield PlannedFile(f"{folder}/root_password", f"{guest.root_password}\n", 0o600)
    if guest.seed:
        seed = f"{folder}/seed"
        yield PlannedFile(f"{seed}/meta-data", guest.seed.meta_data)
        yield PlannedFile(f"{seed}/user-data", guest.seed.user_data, 0o600)
        yield PlannedFile(f"{seed}/network-config", guest.seed.network_config)


def _server_files(project: Project, lot: Carried, place: Place) -> Iterator[PlannedFile]:
    for phase, about in _PHASES.items():
        values = {"phase": phase, "about": about, "project": project.name, "server": place.name}
        yield PlannedFile(f"{place.name}/{phase}.sh", render("server/driver.sh.j2", values), 0o755)
    for name in _LIBRARIES:
        yield PlannedFile(f"{place.name}/lib/{name}.sh", static(f"server/{name}.sh"))
    for name in NAMES:
        yield PlannedFile(f"{place.name}/lib/guest/{name}", constant(name))
    for name in _own_libraries(lot, place):
        yield PlannedFile(f"{place.name}/lib/{name.rpartition('/')[2]}", static(name))
    yield PlannedFile(f"{place.name}/lib/settings.sh", render("server/settings.sh.j2", _settings(project)))
    yield PlannedFile(f"{place.name}/lib/inventory", render("server/inventory.j2", _inventory(place)))
    yield PlannedFile(f"{place.name}/lib/hosts", project_hosts(project))
    for name, lines in sorted(project.hooks.items()):
        if lines:
            text = "#!/bin/bash\n" + "".join(f"{line}\n" for line in lines)
            yield PlannedFile(f"{place.name}/hooks/{name}.sh", text, 0o755)


def _own_libraries(lot: Carried, place: Place) -> list[str]:
    back_ends: list[BackEnd] = [lot.hosts[host.name][0] for host in place.hosts]
    back_ends += [lot.switches[switch.name][0] for switch in place.switches]
    return sorted({name for back_end in back_ends for name in back_end.libraries})


def _settings(project: Project) -> dict[str, Any]:
    return {
        "project": project.name,
        "templates": sh(project.templates_directory or "/opt/mln/templates"),
        "files": sh(project.files_directory or "/opt/mln/files"),
    }


def _inventory(place: Place) -> dict[str, Any]:
    here = {switch.name for switch in place.switches}
    hosts = [
        {
            "name": host.name,
            "boot_order": host.boot_order,
            "switches": sorted({i.switch for i in host.interfaces if i.switch in here}),
        }
        for host in place.hosts
    ]
    return {"switches": [switch.name for switch in place.switches], "hosts": hosts}


def _actions(server: str, subject: str, back_end: str, boot_order: int | None) -> Iterator[Action]:
    kind, _, name = subject.partition(" ")
    script = f"{'hosts' if kind == 'host' else 'switches'}/{name}/control.sh"
    for phase in _PHASES:
        yield Action(server, phase, _order(phase, boot_order), subject, back_end, f"{script} {phase}")


def _order(phase: Phase, boot_order: int | None) -> int:
    """Hosts by boot order, backwards at the end of their lives; switches first up and last down."""
    backwards = phase in ("stop", "remove")
    if boot_order is None:
        return _LAST if backwards else _FIRST
    return _LAST - boot_order if backwards else boot_order
