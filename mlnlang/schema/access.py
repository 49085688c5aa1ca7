"""Who may give orders: the patterns of `daemon_allow` (language, section 9).

A pattern is an address, an address with `*` for parts of it, or a network in CIDR. It always speaks of the whole
address: the original's patterns were not anchored, so that 10.0.0.1 also let in 10.0.0.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network


def is_pattern(text: str) -> bool:
    """Whether a text can be a pattern."""
    if "*" in text:
        parts = text.split(".")
        return text == "*" or (len(parts) == 4 and all(_is_part(part) for part in parts))
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def allowed(address: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns admits an address; no pattern admits nobody."""
    return any(_admits(pattern, address) for pattern in patterns if is_pattern(pattern))


def _is_part(part: str) -> bool:
    return bool(re.fullmatch(r"[0-9*]{1,4}", part)) and (not part.isdigit() or int(part) <= 255)


def _admits(pattern: str, address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if "*" not in pattern:
        network = ip_network(pattern, strict=False)
        return network.version == found.version and found in network
    if pattern == "*":
        return True
    wanted = ".".join(re.escape(part).replace(r"\*", "[0-9]*") for part in pattern.split("."))
    return re.fullmatch(wanted, str(found)) is not None
