"""Entry point of `mlnc`: arguments, exit codes, and the promise that no traceback reaches a user.

Exit: 0 fine, 1 problems found or work failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from mlnlang import __version__
from mlnlang.cli.parsing import Parser

#: Modules of the commands in the order of the help, each with `add` and `run`. (`import` is no name for a module.)
COMMANDS = ("check", "compile", "fmt", "explain", "importing", "graph", "dump", "inventory", "docs")
_WORDS = {"importing": "import"}

EPILOG = """\
examples:
  mlnc check lab.mln                          what is wrong, with file, line and column
  mlnc compile lab.mln -o out                 write out/<project>/ for its hypervisors
  mlnc graph lab.mln -o lab.svg               draw the network
  mlnc fmt --diff lab.mln                     show what the formatter would change
  mlnc explain MLN405                         what a code means
  mlnc explain host.web.memory lab.mln        where a value comes from
"""


def parser(only: str = "") -> argparse.ArgumentParser:
    """The whole command line; with `only`, that command's alone, which is quicker to make."""
    top = Parser(
        prog="mlnc",
        description="Check, format and compile MLN projects: whole networks of virtual machines in one text file.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"mlnc {__version__}")
    subparsers = top.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    words = {_WORDS.get(name, name): name for name in COMMANDS}
    for name in [words[only]] if only in words else COMMANDS:
        import_module(f"mlnlang.cli.{name}").add(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `mlnc`; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # as quick as an interpreter can be
        print(f"mlnc {__version__}")
        return 0
    gc.disable()  # one short run: what is allocated is needed to the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    completes = "_ARGCOMPLETE" in os.environ
    return _run(parser(given[0] if given and not completes else ""), given)


def _run(top: argparse.ArgumentParser, given: Sequence[str]) -> int:
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete  # only a shell that completes pays for it

        argcomplete.autocomplete(top)
    options = top.parse_args(given)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("MLN_DEBUG"):
            raise
        return _internal(error)
    return status


def _internal(error: Exception) -> int:
    from mlnlang.cli.console import show
    from mlnlang.diagnostics.catalogue import CANNOT_WRITE, INTERNAL

    if isinstance(error, OSError) and error.errno is not None:
        show([CANNOT_WRITE.at(None, f"the output can't be written: {error.strerror}")])
        return 1
    text = f"{type(error).__name__}: {error}"
    show([INTERNAL.at(None, f"mlnc itself failed: {text}", help="please report this; MLN_DEBUG=1 shows the details")])
    return 1


if __name__ == "__main__":
    sys.exit(main())
