"""A machine's block devices as its guest sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Devices:
    """Devices of the root and swap disk; `mounts` maps a mount's source to its device.

    `root` is None where the template is a whole disk: its partitions, and the root among them, are its own affair.
    """

    root: str | None
    swap: str | None = None
    mounts: Mapping[str, str] = field(default_factory=dict)
