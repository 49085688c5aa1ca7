"""sshkey: public keys for users of the guests (language, section 8; the article's Listing 7)."""

from __future__ import annotations

import re

from mlnlang.diagnostics.catalogue import KEY_FILE_MISSING, PLUGIN_SETTING
from mlnlang.ir import AuthorizedKey
from mlnlang.plugins.api import Changes, Plugin, ProjectView
from mlnlang.schema import BlockRow, LineForm
from mlnlang.semantics.sections import Entry

_TYPE = r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]+|sk-[\w@.-]+)"
_KEY = re.compile(rf"(?:\S+\s+)?{_TYPE}\s+[A-Za-z0-9+/]{{8,}}={{0,3}}(?:\s.*)?")


def expand(project: ProjectView) -> Changes:
    """Keys for each host that `sshkey` in `global` or its own block applies to."""
    changes = Changes()
    everywhere = project.globals.block("sshkey") is not None
    known: dict[Entry, list[AuthorizedKey]] = {}
    for name, host in project.hosts.items():
        if not everywhere and host.block("sshkey") is None:
            continue
        block = project.combined(host, "sshkey")
        keys: list[AuthorizedKey] = []
        for entry, words in block.rows() if block else ():
            if entry.dynamic or entry not in known:
                known[entry] = _keys(project, entry, words, changes)
            keys += [key for key in known[entry] if key not in keys]
        if keys:
            changes.keys[name] = keys
    return changes


def _keys(project: ProjectView, entry: Entry, words: tuple[str, ...], changes: Changes) -> list[AuthorizedKey]:
    """The keys of a line: the key itself, or those in the file it names."""
    user, rest = words[0], " ".join(words[1:])
    if _KEY.fullmatch(rest):
        return [AuthorizedKey(user, rest)]
    if len(words) > 2:
        changes.problems.append(
            PLUGIN_SETTING.at(
                entry.span(),
                "this is neither a public key nor one file",
                help="write `USER FILE` or `USER ssh-ed25519 AAAA…`",
            )
        )
        return []
    data = project.read(rest, entry.span())
    if data is None:
        changes.problems.append(
            KEY_FILE_MISSING.at(
                entry.value_span(),
                f"the key file `{rest}` can't be read here",
                help="it is read on the server when the host is built; put it there, or write the key itself",
            )
        )
        return [AuthorizedKey(user, source=rest)]
    return _read(user, rest, data, entry, changes)


def _read(user: str, path: str, data: bytes, entry: Entry, changes: Changes) -> list[AuthorizedKey]:
    lines = [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and all(_KEY.fullmatch(line) for line in lines):
        return [AuthorizedKey(user, line) for line in lines]
    private = any("PRIVATE KEY" in line for line in lines)
    changes.problems.append(
        PLUGIN_SETTING.at(
            entry.value_span(),
            f"`{path}` holds a private key" if private else f"`{path}` holds no public key",
            help="name the file that ends in `.pub`" if private else "a public key looks like `ssh-ed25519 AAAA… name`",
        )
    )
    return []


PLUGIN = Plugin(
    name="sshkey",
    doc="Puts public keys into users' authorized_keys, once, with owner and mode 700/600.",
    expand=expand,
    blocks=(
        BlockRow(
            "sshkey",
            ("global", "host"),
            "sshkey",
            "Public keys for users: a line `USER FILE`, or the key itself.",
            body="lines",
            line=LineForm("USER KEY…"),
            example="sshkey { nagios /home/nagios/.ssh/id.pub }",
            plugin="sshkey",
        ),
    ),
)
