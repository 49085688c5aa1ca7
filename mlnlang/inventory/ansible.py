"""The listing as a static inventory of Ansible's, in YAML.

Groups: `project_…`, `superclass_…`, `switch_…`, `server_…`, `backend_…`. Things of one name in several projects share a
group, so that a group's name does not depend on what else is listed; `switch_lan:&project_demo` is one of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from mlnlang.inventory.as_json import shown
from mlnlang.inventory.listing import LOCAL, Entry, Listing
from mlnlang.inventory.yaml_text import dump

HEAD = "# Written by `mlnc inventory`; an inventory for `ansible -i`.\n"


def render(listing: Listing) -> str:
    """The inventory: machines with their variables below `all`, then the groups, sorted."""
    hosts = {_name(entry): _variables(entry) for entry in listing.entries}
    body: dict[str, Any] = {"hosts": hosts}
    if groups := _groups(listing):
        body["children"] = {group: {"hosts": {name: {} for name in members}} for group, members in groups.items()}
    return HEAD + dump({"all": body})


def _name(entry: Entry) -> str:
    """A host may not be called as a group is; identities hold a dot, groups never."""
    return entry.identity if re.match("(?:project|superclass|switch|server|backend)_", entry.name) else entry.name


def _variables(entry: Entry) -> dict[str, Any]:
    known = {
        "ansible_host": entry.address,
        "ansible_user": entry.user,
        "ansible_ssh_common_args": f"-o ProxyJump={entry.jump}" if entry.jump else None,
    }
    own = {f"mln_{key}": value for key, value in shown(entry).items() if key not in ("name", "address", "user", "jump")}
    return {**{key: value for key, value in known.items() if value is not None}, **own}


def _groups(listing: Listing) -> dict[str, list[str]]:
    members: dict[tuple[str, str], list[str]] = {}
    for entry in listing.entries:
        for key in dict.fromkeys(_memberships(entry)):
            members.setdefault(key, []).append(_name(entry))
    called = _group_names(members)
    return dict(sorted((called[key], hosts) for key, hosts in members.items()))


def _memberships(entry: Entry) -> Iterable[tuple[str, str]]:
    yield "project", entry.project
    yield "backend", entry.backend
    yield "server", entry.server or LOCAL
    for superclass in entry.superclasses:
        yield "superclass", superclass
    for switch in entry.switches:
        yield "switch", switch


def _group_names(keys: Mapping[tuple[str, str], object]) -> dict[tuple[str, str], str]:
    """Letters, digits and `_`; a name that had other signs gets a digest where it would meet another."""
    plain = {key: f"{key[0]}_{re.sub('[^A-Za-z0-9_]', '_', key[1])}" for key in keys}
    met = Counter(plain.values())
    return {
        key: name if met[name] == 1 or name == f"{key[0]}_{key[1]}" else f"{name}_{_digest(key[1])}"
        for key, name in plain.items()
    }


def _digest(name: str) -> str:
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
