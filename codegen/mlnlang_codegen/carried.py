"""What of a project the back ends here carry: hosts and switches lowered, and what can't be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlnlang.ir import Host, Project, Switch
from mlnlang_codegen.backend import BackEnd, Lowered
from mlnlang_codegen.quoting import CannotCarryError, has_control, name, one_line, server_name
from mlnlang_codegen.registry import back_end
from mlnlang_codegen.site import Place, Site

#: A host's one-line values: the IR's field → the language's keyword.
_ONE_LINE = {
    "template": "template",
    "cpus": "cpus",
    "kernel": "kernel",
    "ramdisk": "ramdisk",
    "kernel_extra": "extra",
    "modules_dir": "modules_dir",
    "nameserver": "nameserver",
    "root_password": "root_passwd",
    "term": "term",
    "color": "color",
    "owner": "owner",
    "group": "group",
    "sudo": "sudo",
}
#: A host's lists of lines.
_LINES = ("modules", "startup", "shutdown", "xen_extra")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A host, a switch or the whole project left out, and why."""

    thing: Host | Switch | Project
    error: CannotCarryError


@dataclass(frozen=True, slots=True)
class Carried:
    """Lowered hosts and switches by name, the servers they are on, and what was refused."""

    hosts: dict[str, tuple[BackEnd, Lowered]]
    switches: dict[str, tuple[BackEnd, Lowered]]
    places: list[Place]
    refusals: list[Refusal]


#: The project that was lowered last, and the outcome: `check` and `generate` of one project do the work once.
_LAST: list[tuple[Project, Carried]] = []


def carried(project: Project) -> Carried:
    """Every host and switch that has a back end here, lowered."""
    for known, lot in tuple(_LAST):
        if known is project:
            return lot
    lot = carried_of(project, project.hosts)
    _LAST[:] = [(project, lot)]
    return lot


def carried_of(project: Project, some: Sequence[Host]) -> Carried:
    """The same with some of the project's hosts only."""
    site = Site(project)
    lot = Carried({}, {}, [], [])
    try:
        _check_project(project)
    except CannotCarryError as error:
        lot.refusals.append(Refusal(project, error))
        return lot
    for host in some:
        made = back_end(host.backend)
        if made:
            try:
                _check_host(host)
                lot.hosts[host.name] = (made, made.lower_host(site, host))
            except CannotCarryError as error:
                lot.refusals.append(Refusal(host, error))
    for switch in project.switches:
        made = switch_back_end(site, switch)
        if made:
            try:
                _check_names(switch)
                lot.switches[switch.name] = (made, made.lower_switch(site, switch))
            except CannotCarryError as error:
                lot.refusals.append(Refusal(switch, error))
    hosts = tuple(host for host in some if host.name in lot.hosts)
    switches = tuple(switch for switch in project.switches if switch.name in lot.switches)
    lot.places.extend(site.places(hosts, switches))
    return lot


def switch_back_end(site: Site, switch: Switch) -> BackEnd | None:
    """Who makes a switch: its own back end, else the one of a host wired to it (Xen and KVM share bridges)."""
    names = [switch.backend, *(host.backend for host in site.wired[switch.name])]
    return next((found for found in map(back_end, names) if found), None)


def _check_project(project: Project) -> None:
    name(project.name, "project")
    one_line(project.templates_directory or "", "templates")
    one_line(project.files_directory or "", "files")
    for hook, lines in project.hooks.items():
        name(hook, "global")
        one_line("".join(lines).replace("\t", ""), hook)


def _check_names(thing: Host | Switch) -> None:
    name(thing.name)
    if thing.service_host:
        server_name(thing.service_host, "service_host")


def _check_host(host: Host) -> None:
    _check_names(host)
    values = [getattr(host, field) or "" for field in _ONE_LINE]
    lines = [line for field in _LINES for line in getattr(host, field)]
    if not has_control("".join(values)) and not has_control("".join(lines).replace("\t", "")):
        return
    for value, keyword in zip(values, _ONE_LINE.values(), strict=True):
        one_line(value, keyword)
    for field in _LINES:
        for line in getattr(host, field):
            one_line(line.replace("\t", ""), field)
