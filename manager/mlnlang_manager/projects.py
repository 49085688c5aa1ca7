"""Projects that have been compiled into the projects folder: what their `plan.json` says."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from mlnlang.diagnostics import did_you_mean
from mlnlang_manager.reporting import Failure, tell
from mlnlang_manager.settings import Settings

PLAN = "plan.json"
PLAN_VERSION = 1


@dataclass(frozen=True)
class Project:
    """A compiled project. `hosts` and `switches` are (name, server), hosts in their boot order.

    `backends` says who carries (`host` or `switch`, name); `orders` is the boot order of each host.
    """

    name: str
    folder: str
    hosts: tuple[tuple[str, str], ...]
    switches: tuple[tuple[str, str], ...]
    backends: dict[tuple[str, str], str] = field(default_factory=dict, compare=False)
    orders: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def servers(self) -> list[str]:
        """The servers that carry something, sorted."""
        return sorted({server for _, server in (*self.hosts, *self.switches)})

    def here(self, settings: Settings) -> list[str]:
        """Those of its servers that this one is."""
        return [server for server in self.servers if server in settings.servers]


def all_projects(settings: Settings) -> list[Project]:
    """The projects there are, sorted; folders that can't be read as one are named and left out."""
    try:
        names = sorted(os.listdir(settings.projects))
    except FileNotFoundError:
        return []
    found = []
    for name in names:
        if os.path.lexists(os.path.join(settings.projects, name, PLAN)):
            try:
                found.append(_read(settings, name))
            except Failure as failure:
                tell(f"mln: {failure.message}")
    return found


def named_project(settings: Settings, name: str) -> Project:
    """The project of that name. Raises Failure."""
    if name in (".", "..") or "/" in name or not os.path.lexists(os.path.join(settings.projects, name, PLAN)):
        known = [project.name for project in all_projects(settings)]
        hint = did_you_mean(name, known) or (f"there are: {', '.join(known)}" if known else "mln build makes projects")
        raise Failure(f"there is no project `{name}` in {settings.projects}", hint)
    return _read(settings, name)


def chosen(settings: Settings, options: Namespace) -> list[Project]:
    """What PROJECT or `-p` names; all projects where neither is given and that is allowed. Raises Failure."""
    if options.name and options.project and options.name != options.project:
        raise Failure(f"two projects are named: `{options.name}` and `{options.project}`", code=2)
    name = options.name or options.project
    if name and options.all:
        raise Failure(f"both a project and all are named: `{name}` and -a", code=2)
    if name:
        return [named_project(settings, name)]
    if options.all:
        return all_projects(settings)
    if options.needs_project:
        raise Failure(f"name the project: mln {options.command} PROJECT, or -a for all", code=2)
    if options.host:
        raise Failure("hosts are named without their project: add -p PROJECT", code=2)
    return all_projects(settings)


def chosen_hosts(project: Project, options: Namespace) -> list[str]:
    """The hosts that `-h` names or whose pattern they match, each once; none where all are meant. Raises Failure."""
    given = [name for each in options.host or () for name in each.split(":") if name]
    known = [host for host, _ in project.hosts]
    names: dict[str, None] = {}
    for name in given:
        matching = [host for host in known if host == name or fnmatchcase(host, name)]
        if not matching:
            hint = did_you_mean(name, known) or f"there are: {', '.join(known) or 'none'}"
            raise Failure(f"the project `{project.name}` has no host `{name}`", hint)
        names.update(dict.fromkeys(matching))
    return list(names)


def elsewhere(project: Project, settings: Settings, hosts: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Hosts, of those named or of all, that other servers carry, each with its server."""
    named = set(hosts)
    return [(h, s) for h, s in project.hosts if s not in settings.servers and (not named or h in named)]


def _read(settings: Settings, name: str) -> Project:
    path = os.path.join(settings.projects, name, PLAN)
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        if document["version"] != PLAN_VERSION:
            raise Failure(f"{path} is of version {document['version']}, which this mln does not know")
        return planned(settings, name, document)
    except OSError as error:
        raise Failure(f"{path} can't be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Failure(f"{path} is no plan", "mln build writes it anew") from None


def planned(settings: Settings, name: str, document: dict[str, Any]) -> Project:
    """The project of a plan's document, where it is or would be. Raises KeyError, TypeError and ValueError."""
    starts = [action for action in document["actions"] if action["phase"] == "start"]
    starts.sort(key=lambda action: (action["order"], action["subject"]))
    subjects = [(*_subject(action), str(action["server"])) for action in starts]
    backends = {_subject(action): str(action["backend"]) for action in starts}
    orders = {_subject(action)[1]: int(action["order"]) for action in starts if _subject(action)[0] == "host"}
    return Project(
        name,
        os.path.join(settings.projects, name),
        tuple((subject, server) for kind, subject, server in subjects if kind == "host"),
        tuple((subject, server) for kind, subject, server in subjects if kind == "switch"),
        backends,
        orders,
    )


def _subject(action: dict[str, object]) -> tuple[str, str]:
    kind, _, name = str(action["subject"]).partition(" ")
    return kind, name
