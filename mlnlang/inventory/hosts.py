"""The listing as lines of /etc/hosts: `address host.project host`, hosts(5)."""

from __future__ import annotations

from mlnlang.inventory.listing import Entry, Listing


def render(listing: Listing) -> str:
    """All addresses of each machine, the one to reach it by first; machines without one are comments."""
    lines = ["# Written by `mlnc inventory`; addresses are as the projects say."]
    for entry in listing.entries:
        lines += _lines(entry)
    return "\n".join(lines) + "\n"


def _lines(entry: Entry) -> list[str]:
    if not entry.addresses:
        return [f"# {entry.identity}: no fixed address"]
    words = " ".join(dict.fromkeys((entry.identity, entry.name)))
    return [f"{address} {words}" for address in entry.addresses]
