"""What plugins add to hosts, kept until the project is lowered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlnlang.ir import AuthorizedKey, GuestFile, Service


@dataclass
class Additions:
    """By host: files, keys, services, and words for the kernel's command line."""

    files: dict[str, list[GuestFile]] = field(default_factory=dict)
    keys: dict[str, list[AuthorizedKey]] = field(default_factory=dict)
    services: dict[str, list[Service]] = field(default_factory=dict)
    kernel_extra: dict[str, str] = field(default_factory=dict)

    def of(self, host: str) -> tuple[object, ...]:
        """All of a host's share, to compare."""
        return tuple(table.get(host) for table in (self.files, self.keys, self.services, self.kernel_extra))

    def take(
        self,
        files: Mapping[str, Sequence[GuestFile]],
        keys: Mapping[str, Sequence[AuthorizedKey]],
        services: Mapping[str, Sequence[Service]],
        kernel_extra: Mapping[str, str],
    ) -> None:
        """Add one plugin's share."""
        for host, new_files in files.items():
            self.files.setdefault(host, []).extend(new_files)
        for host, new_keys in keys.items():
            self.keys.setdefault(host, []).extend(new_keys)
        for host, new_services in services.items():
            self.services.setdefault(host, []).extend(new_services)
        for host, text in kernel_extra.items():
            self.kernel_extra[host] = f"{self.kernel_extra.get(host, '')} {text}".strip()
