"""`check` for who asks again after every edit: a host of which nothing was to be said is not asked again.

What a back end says of a host depends on the host, on the switches it is wired to as `Site.around` has them, and on
what the project says for all.
"""

from __future__ import annotations

from dataclasses import replace

from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import Host, Project
from mlnlang_codegen.capabilities import not_yet, refused, unsupported
from mlnlang_codegen.carried import Carried, carried_of
from mlnlang_codegen.site import Site

#: Projects whose hosts are remembered: more are seldom edited at a time.
_MOST_PROJECTS = 16


class Rechecking:
    """Says of a project what `check` says, and remembers of which hosts that is nothing."""

    def __init__(self) -> None:
        self._fine: dict[str, tuple[object, dict[str, tuple[Host, object]]]] = {}

    def __call__(self, project: Project) -> list[Diagnostic]:
        """What the back ends can't carry."""
        common = replace(project, hosts=(), switches=())
        known = self._fine.pop(project.name, None)
        fine = known[1] if known is not None and known[0] == common else {}
        site = Site(project)
        around = {name: site.around(switch) for name, switch in site.switches.items()}
        now = {
            host.name: (host, tuple(around[i.switch] for i in host.interfaces if i.switch in around))
            for host in project.hosts
        }
        asked = [host for host in project.hosts if fine.get(host.name) != now[host.name]]
        lot: Carried = carried_of(project, asked)
        report = unsupported(project, asked)
        said = report.hosts | {refusal.thing.name for refusal in lot.refusals}
        self._fine[project.name] = common, {name: each for name, each in now.items() if name not in said}
        for name in list(self._fine)[:-_MOST_PROJECTS]:
            del self._fine[name]
        return [*not_yet(project), *report.found.values(), *refused(lot)]
