"""postfix: where a guest's mail server sends what it does not deliver itself."""

from __future__ import annotations

import re

from mlnlang.diagnostics.catalogue import PLUGIN_SETTING
from mlnlang.ir import GuestFile, Service
from mlnlang.plugins.api import Changes, Plugin, ProjectView
from mlnlang.schema import BlockRow, Keyword

_IN = ("postfix",)
_KEYS = ("relayhost", "myorigin", "mydestination", "inet_interfaces")


def expand(project: ProjectView) -> Changes:
    """Lines for main.cf; Postfix takes the last of several lines for a setting."""
    changes = Changes()
    everywhere = project.globals.block("postfix") is not None
    for name, host in project.hosts.items():
        if not everywhere and host.block("postfix") is None:
            continue
        block = project.combined(host, "postfix")
        if block is None:
            continue
        settings = {key: text for key in _KEYS if (text := block.text(key))}
        bad = next((key for key, text in settings.items() if re.search(r"[\x00-\x1f\x7f]|\$\{", text)), None)
        if bad is not None:
            changes.problems.append(PLUGIN_SETTING.at(block.span(bad), f"Postfix can't carry this `{bad}`"))
            continue
        if settings:
            content = "".join(f"{key} = {text}\n" for key, text in settings.items())
            changes.files[name] = [GuestFile("/etc/postfix/main.cf", content, append=True, plugin="postfix")]
            changes.services[name] = [Service("postfix", tuple(sorted(settings.items())))]
    return changes


PLUGIN = Plugin(
    name="postfix",
    doc="Sets up the guest's Postfix to relay mail.",
    expand=expand,
    blocks=(
        BlockRow(
            "postfix",
            ("global", "host"),
            "postfix",
            "Settings of Postfix; a host's lines win over those in `global`.",
            example="postfix { relayhost mail.example.org }",
            plugin="postfix",
        ),
    ),
    keywords=(
        Keyword(
            "relayhost",
            _IN,
            "text",
            "Where mail goes that is not delivered here.",
            "relayhost mail.example.org",
            plugin="postfix",
        ),
        Keyword("myorigin", _IN, "text", "Domain that local senders get.", "myorigin example.org", plugin="postfix"),
        Keyword(
            "mydestination",
            _IN,
            "text",
            "Domains that are delivered here.",
            "mydestination localhost",
            plugin="postfix",
        ),
        Keyword("inet_interfaces", _IN, "text", "Where it listens.", "inet_interfaces loopback-only", plugin="postfix"),
    ),
)
