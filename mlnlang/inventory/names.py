"""Under which name a machine is listed, and what may stand in others' files without quotes.

A short name where it is nobody else's, else `host.project`. Names are compared as resolvers do, without regard to case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address

from mlnlang.diagnostics import Diagnostic, Related
from mlnlang.diagnostics.network_rules import DUPLICATE_IDENTITY
from mlnlang.ir import Host, Project

#: What every format takes as one word: no blank, wildcard, `%` or quote, and no sign that begins an option.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*\$?")
#: A server to jump by, as ssh -J takes it.
JUMP = re.compile(
    r"(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
)
#: Names that mean something else to those who read the lists (hosts(5), Ansible's two groups that are always there).
RESERVED = frozenset(("localhost", "ip6-localhost", "ip6-loopback", "ip6-allnodes", "ip6-allrouters", "broadcasthost",
                      "all", "ungrouped", "none"))  # fmt: skip
#: What inet_aton(3) takes for an address.
_NUMBER = r"(?:0[xX][0-9A-Fa-f]+|[0-9]+)"
NUMERIC = re.compile(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}")


def servers(projects: Sequence[Project]) -> set[str]:
    """Every server that is described or carries something."""
    described = {server.name for project in projects for server in project.servers}
    return described | {host.service_host for project in projects for host in project.hosts if host.service_host}


def names(projects: Sequence[Project], taken: set[str]) -> dict[str, str]:
    """The name to list each machine by, by its identity. `taken` are names that mean something else."""
    short = Counter(host.name.lower() for project in projects for host in project.hosts)
    known = {name.lower() for name in taken} | RESERVED
    known |= {project.identity(host).lower() for project in projects for host in project.hosts}
    return {
        project.identity(host): host.name if _is_free(host.name, short, known) else project.identity(host)
        for project in projects
        for host in project.hosts
    }


def _is_free(name: str, short: Counter[str], known: set[str]) -> bool:
    return short[name.lower()] == 1 and name.lower() not in known and not NUMERIC.fullmatch(name)


def clashes(projects: Sequence[Project]) -> list[Diagnostic]:
    """Machines that no list can tell apart, among them those that the checks let pass: `Web.p` and `web.p`.

    One problem for two projects, however many hosts.
    """
    first: dict[str, tuple[Project, Host]] = {}
    said: set[tuple[int, int]] = set()
    problems = []
    for project in projects:
        for host in project.hosts:
            other, twin = first.setdefault(project.identity(host).lower(), (project, host))
            pair = (id(other), id(project))
            if twin is host or pair in said:
                continue
            said.add(pair)
            there = twin.where.span()
            problems.append(
                DUPLICATE_IDENTITY.at(
                    host.where.span(),
                    f"two machines are called `{project.identity(host)}`",
                    related=[Related(there, f"the other is `{other.identity(twin)}`")] if there else [],
                    help="names in a list of machines are compared without regard to case; "
                    "give one of the projects or hosts another name, or list them apart",
                )
            )
    return problems


def reachable(address: str | None) -> bool:
    """Whether a fixed address leads to the machine from elsewhere: not by one link alone, not to the reader itself."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    if found.is_loopback or found.is_unspecified or found.is_multicast:
        return False
    return not (isinstance(found, IPv6Address) and (found.is_link_local or found.scope_id))
