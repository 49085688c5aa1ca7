"""Commands that go into one machine: `PROJECT HOST` or `-p PROJECT -h HOST`, and what comes behind."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mlnlang_manager.reporting import Failure

if TYPE_CHECKING:
    from mlnlang_manager.drivers.protocol import Machine
    from mlnlang_manager.engine.opened import Opened


def add_machine(command: ArgumentParser, more: str = "") -> None:
    """`PROJECT HOST` and the options of that meaning; `more` is what words behind them are."""
    about = "the machine" + (f", then {more}" if more else "")
    count: Any = REMAINDER if more else "*"
    words = command.add_argument("words", metavar="PROJECT HOST", nargs=count, help=about)
    project = command.add_argument("-p", "--project", metavar="PROJECT", help="its project")
    host = command.add_argument("-h", "--host", metavar="HOST", help="its name")
    _complete(words, project, host)


def _complete(words: Any, project: Any, host: Any) -> None:
    from mlnlang_manager import completing

    def either(prefix: str, parsed_args: Namespace, **more: Any) -> list[str]:
        named = list(getattr(parsed_args, "words", None) or [])
        if not named and not parsed_args.project:
            return completing.projects(prefix, parsed_args)
        parsed_args.name = parsed_args.project or named[0]
        return completing.hosts(prefix, parsed_args, **more)

    words.completer, project.completer, host.completer = either, completing.projects, completing.hosts


def machine(options: Namespace) -> tuple[Opened, Machine, list[str]]:
    """The machine that is named, in its project, and the words behind. Raises Failure."""
    from mlnlang_manager.engine.opened import opened
    from mlnlang_manager.projects import chosen_hosts
    from mlnlang_manager.settings import settings

    words = list(options.words)
    project = options.project or _next(words, options.command)
    host = options.host or _next(words, options.command)
    if words[:1] == ["--"]:
        words = words[1:]
    work = opened(settings(options), project)
    names = chosen_hosts(work.project, Namespace(host=[host]))
    if len(names) != 1:
        raise Failure(f"`{host}` is {len(names)} hosts; name one", code=2)
    found = next((m for m in work.machines if m.host.name == names[0]), None)
    if found is None:
        server = dict(work.project.hosts)[names[0]]
        raise Failure(
            f"{names[0]} is on {server}, which this version does not reach", f"run mln {options.command} there"
        )
    return work, found, words


def _next(words: list[str], command: str) -> str:
    if words[:1] == ["--"]:
        del words[0]
    if not words:
        raise Failure(f"name a machine: mln {command} PROJECT HOST", code=2)
    return words.pop(0)


@contextmanager
def told() -> Iterator[None]:
    """What a driver can't do is a failure of the command."""
    from mlnlang_manager.drivers.protocol import DriverError

    try:
        yield
    except DriverError as error:
        more = f"see {error.log}" if error.log else ""
        raise Failure(error.message, error.hint or more) from None
