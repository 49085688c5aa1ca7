"""Run plugins so that none can break, block or falsify a compilation: each failure is one diagnostic with its name."""

from __future__ import annotations

import ctypes
import os
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from mlnlang.diagnostics import Diagnostic, Related
from mlnlang.diagnostics.catalogue import DUPLICATE, PLUGIN_FAILED, PLUGIN_NONSENSE, PLUGIN_TOO_SLOW
from mlnlang.plugins.api import Changes, Plugin
from mlnlang.plugins.soundness import nonsense
from mlnlang.semantics.additions import Additions
from mlnlang.semantics.made import make_host
from mlnlang.semantics.resolve import Resolved, ResolvedProject
from mlnlang.semantics.symbols import check_name, link
from mlnlang.semantics.validate import Validator
from mlnlang.source import Span
from mlnlang.world import World, WorldError

#: Seconds a plugin may take, where mln.conf says nothing.
TIME_LIMIT = 10.0

_Result = TypeVar("_Result")


class TooSlow(Exception):
    """A guarded function did not end in time."""


class _Stop(BaseException):
    """Raised inside a plugin's thread to end it."""


class View:
    """The view of the project that a plugin gets."""

    def __init__(self, project: ResolvedProject, world: World) -> None:
        self._project = project
        self._world = world

    @property
    def name(self) -> str:
        """The project's name."""
        return self._project.name

    @property
    def hosts(self) -> Mapping[str, Resolved]:
        """All hosts so far."""
        return MappingProxyType(self._project.hosts)

    @property
    def globals(self) -> Resolved:
        """The merged `global` blocks."""
        return self._project.globals

    @property
    def superclasses(self) -> Sequence[str]:
        """Names of the superclasses."""
        return list(self._project.symbols.superclasses)

    @property
    def incomplete(self) -> bool:
        """Whether something is missing from the text."""
        return self._project.symbols.incomplete

    def combined(self, host: Resolved, kind: str) -> Resolved | None:
        """A block of `global` with the host's laid over it."""
        return self._project.combined(host, kind)

    def superclass(self, name: str) -> Resolved | None:
        """A superclass, resolved."""
        section = self._project.symbols.superclasses.get(name)
        return self._project.resolve_superclass(section) if section else None

    def read(self, path: str, beside: Span | None = None) -> bytes | None:
        """A file's bytes, or None."""
        if path.startswith("~/"):
            path = self._world.environment().get("HOME", "~") + path[1:]
        if beside is not None:
            path = os.path.join(os.path.dirname(beside.file.path), path)
        try:
            return self._world.read(path)
        except WorldError:
            return None


def run(
    plugins: Iterable[Plugin], project: ResolvedProject, world: World, limit: float = TIME_LIMIT
) -> tuple[Additions, list[Diagnostic]]:
    """Run plugins in order and take their changes into the project."""
    additions = Additions()
    problems: list[Diagnostic] = []
    for plugin in sorted(plugins, key=lambda p: (p.order, p.name)):
        changes = _expand(plugin, View(project, world), limit, problems, partial(_blame, plugin, project))
        if changes is not None:
            _apply(plugin, changes, project, additions, problems)
    return additions, problems


def _blame(plugin: Plugin, project: ResolvedProject) -> Span | None:
    """Where the project uses a plugin, to point at when it fails."""
    names = {block.name for block in plugin.blocks} | {keyword.name for keyword in plugin.keywords}
    for section in project.symbols.root.walk():
        if section.parent is not None and section.kind in names:
            return section.header_span()
        for entry in section.entries:
            if entry.key in names:
                return entry.span()
    return None


def _expand(
    plugin: Plugin, view: View, limit: float, problems: list[Diagnostic], blame: Callable[[], Span | None]
) -> Changes | None:
    try:
        changes = guarded(lambda: plugin.expand(view), limit)
    except TooSlow:
        problems.append(
            PLUGIN_TOO_SLOW.at(blame(), f"the plugin `{plugin.name}` did not end within {limit:g} s and was stopped")
        )
        return None
    except BaseException as error:
        problems.append(
            PLUGIN_FAILED.at(blame(), f"the plugin `{plugin.name}` broke off: {describe(error)}", notes=[where(error)])
        )
        return None
    wrong = nonsense(changes)
    if wrong:
        problems.append(PLUGIN_NONSENSE.at(blame(), f"the plugin `{plugin.name}` returned {wrong}"))
        return None
    return changes


def guarded(work: Callable[[], _Result], limit: float) -> _Result:
    """Call a function in a thread of its own; raise what it raises, or TooSlow after `limit` seconds.

    A thread that is late is told to stop, again and again; what hangs in C code is left behind (it can't keep
    the process from ending).
    """
    outcome: list[tuple[bool, Any]] = []

    def target() -> None:
        try:
            outcome.append((True, work()))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=target, daemon=True, name="mln-plugin")
    thread.start()
    thread.join(limit)
    if not outcome:
        for _ in range(20):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_Stop))
            thread.join(0.05)
            if not thread.is_alive():
                break
        raise TooSlow
    fine, value = outcome[0]
    if fine:
        result: _Result = value
        return result
    raise value


def describe(error: BaseException) -> str:
    """`ValueError: what it says`, on one line."""
    try:
        text = " ".join(str(error).split())[:200]
    except BaseException:
        text = ""
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def where(error: BaseException) -> str:
    """The innermost line that raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"raised in {frames[-1].filename}, line {frames[-1].lineno}" if frames else "raised at once"


def _apply(
    plugin: Plugin,
    changes: Changes,
    project: ResolvedProject,
    additions: Additions,
    problems: list[Diagnostic],
) -> None:
    problems.extend(changes.problems)
    validator = Validator(project.scope.schema, project.scope.evaluator)
    before = len(project.symbols.problems)
    for draft in changes.hosts:
        section = make_host(project.symbols.root, project.scope.schema, draft.name, draft.origin, draft.settings,
                            draft.blocks, draft.lines)  # fmt: skip
        first = project.symbols.hosts.get(draft.name)
        if first is not None:
            problems.append(
                DUPLICATE.at(
                    draft.origin,
                    f"the plugin `{plugin.name}` makes a host `{draft.name}`, which is defined already",
                    related=[Related(first.name_span(), "it is defined here")],
                )
            )
            continue
        check_name(problems, "host", draft.name, draft.origin)
        link(project.symbols, [section])
        validator.check(section)
        project.symbols.hosts[draft.name] = section
        project.hosts[draft.name] = project.resolve_host(section)
    problems.extend(project.symbols.problems[before:])
    del project.symbols.problems[before:]
    problems.extend(validator.problems)
    strangers = sorted({*changes.files, *changes.keys, *changes.services, *changes.kernel_extra} - set(project.hosts))
    if strangers:
        problems.append(
            PLUGIN_NONSENSE.at(
                None, f"the plugin `{plugin.name}` returned something for the unknown host `{strangers[0]}`"
            )
        )
    additions.take(changes.files, changes.keys, changes.services, changes.kernel_extra)
