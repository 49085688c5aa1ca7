"""What a plugin is and what it may do.

A plugin module holds `PLUGIN = Plugin(name=…, expand=…)`. `expand` gets a view of the resolved project and returns
`Changes`; it changes nothing itself. The rows it declares get checks, completion, hover and documentation like the
language's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import AuthorizedKey, GuestFile, Service
from mlnlang.schema import BlockRow, Keyword
from mlnlang.semantics.resolve import Resolved
from mlnlang.source import Span


class ProjectView(Protocol):
    """The resolved project, as a plugin sees it."""

    @property
    def name(self) -> str:
        """The project's name."""
        ...

    @property
    def hosts(self) -> Mapping[str, Resolved]:
        """All hosts so far, those of earlier plugins too."""
        ...

    @property
    def globals(self) -> Resolved:
        """The `global` blocks, merged."""
        ...

    @property
    def superclasses(self) -> Sequence[str]:
        """Names of the superclasses that there are."""
        ...

    @property
    def incomplete(self) -> bool:
        """Whether something is missing from the text, so that nothing can be said about what is absent."""
        ...

    def combined(self, host: Resolved, kind: str) -> Resolved | None:
        """A block of `global` with the host's laid over it."""
        ...

    def superclass(self, name: str) -> Resolved | None:
        """A superclass, resolved."""
        ...

    def read(self, path: str, beside: Span | None = None) -> bytes | None:
        """A file's bytes; a relative path is looked for beside a place in the project. None where it can't be read."""
        ...


@dataclass(frozen=True)
class HostDraft:
    """A host to be made, as its block would be written. `origin` is the line that asked for it."""

    name: str
    origin: Span
    settings: Mapping[str, str] = field(default_factory=dict)
    blocks: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Changes:
    """What a plugin wants changed. The mappings go from a host's name to what it gets."""

    hosts: list[HostDraft] = field(default_factory=list)
    files: dict[str, list[GuestFile]] = field(default_factory=dict)
    keys: dict[str, list[AuthorizedKey]] = field(default_factory=dict)
    services: dict[str, list[Service]] = field(default_factory=dict)
    kernel_extra: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


@dataclass(frozen=True)
class Plugin:
    """A plugin: its name, what it adds to the language, and what it does. Lower `order` runs first."""

    name: str
    expand: Callable[[ProjectView], Changes]
    doc: str = ""
    version: str = "1"
    keywords: Sequence[Keyword] = ()
    blocks: Sequence[BlockRow] = ()
    order: int = 50
