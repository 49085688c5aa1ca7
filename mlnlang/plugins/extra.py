"""extra: more words for the command line of the guest's kernel."""

from __future__ import annotations

from mlnlang.plugins.api import Changes, Plugin, ProjectView
from mlnlang.schema import Keyword


def expand(project: ProjectView) -> Changes:
    """Kernel words for each host that has them."""
    changes = Changes()
    for name, host in project.hosts.items():
        if "extra" in host.settings and (text := host.text("extra")):
            changes.kernel_extra[name] = text
    return changes


PLUGIN = Plugin(
    name="extra",
    doc="Adds words to the command line of the guest's kernel.",
    expand=expand,
    keywords=(
        Keyword(
            "extra",
            ("host",),
            "text",
            "Words appended to the command line of the guest's kernel.",
            "extra selinux=0",
            plugin="extra",
        ),
    ),
)
