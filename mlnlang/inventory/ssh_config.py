"""The listing as a file for ssh -F, or to be included from ~/.ssh/config: ssh_config(5).

Names, users and jumps hold no blank, wildcard, quote or `%` (`listing`), so no word needs quotes.
"""

from __future__ import annotations

from mlnlang.inventory.listing import Entry, Listing


def render(listing: Listing) -> str:
    """A block a machine. One without an address is a comment: a block would hide what the user's own file says."""
    head = (
        "# Written by `mlnc inventory`. Use it with `ssh -F`, or put a line `Include` at the head of ~/.ssh/config.\n"
    )
    return head + "".join(_block(entry) for entry in listing.entries)


def _block(entry: Entry) -> str:
    if entry.address is None:
        return f"\n# {entry.identity}: no fixed address\n"
    lines = [
        f"Host {' '.join(dict.fromkeys((entry.name, entry.identity)))}",
        f"    HostName {entry.address}",
        # Labs reuse addresses; keys belong to machines.
        f"    HostKeyAlias {entry.identity}",
    ]
    if entry.user:
        lines.append(f"    User {entry.user}")
    if entry.jump:
        lines.append(f"    ProxyJump {entry.jump}")
    return "\n" + "\n".join(lines) + "\n"
