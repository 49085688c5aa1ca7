"""Passwords in clear text."""

from __future__ import annotations

import re

from mlnlang.checks.findings import Findings
from mlnlang.checks.site import Site
from mlnlang.diagnostics.network_rules import CLEARTEXT_SECRET

#: What crypt(5) knows: `$id$…`, bsdi's `_…`, traditional DES (13 characters); and what locks an account.
_HASHED = re.compile(r"\$[0-9a-zA-Z][0-9a-zA-Z-]*\$.+|_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13}|[!*].*|x|")

_KEEP_APART = "keep it in a file of its own that is included and not shared"
_HELP = "write its crypt(3) hash: `openssl passwd -6` makes one"


def secrets(site: Site, found: Findings) -> None:
    """Root and user passwords that are not hashed, and the project's own."""
    for number, host in site.hosts:
        if host.root_password is not None and not is_hashed(host.root_password):
            message = f"the root password of `{site.name(number, host)}` stands here in clear text"
            found.report(CLEARTEXT_SECRET, host.where.span("root_passwd"), message, help=_HELP)
        if host.display is not None and host.display.password:
            message = f"the VNC password of `{site.name(number, host)}` stands here in clear text: it has no other form"
            found.report(CLEARTEXT_SECRET, host.where.span("vncpasswd"), message, help=_KEEP_APART, severity="note")
        for user in host.users:
            if user.password_hash is not None and not is_hashed(user.password_hash):
                message = f"the password of the user `{user.name}` stands here in clear text"
                found.report(CLEARTEXT_SECRET, user.where.span(), message, help=_HELP)
    for project in site.projects:
        if project.where.given("project_password"):
            span = project.where.span("project_password")
            found.report(CLEARTEXT_SECRET, span, "the project's password stands here in clear text")


def is_hashed(secret: str) -> bool:
    """Whether a word is a hash as crypt(5) describes them, or locks the account."""
    return _HASHED.fullmatch(secret) is not None
