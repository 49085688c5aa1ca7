"""Entry point of `mln`: arguments, exit codes, and the promise that no traceback reaches a user.

Exit: 0 fine, 1 problems found or work failed, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlnlang import __version__

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `mln`; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # as quick as an interpreter can be
        sys.stdout.write(f"mln {__version__}\n")
        return 0
    from mlnlang_manager.arguments import parser

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return _run(parser(), given)


def _run(top: ArgumentParser, given: Sequence[str]) -> int:
    from mlnlang_manager.reporting import Failure, fail

    if "_ARGCOMPLETE" in os.environ:
        import argcomplete  # only a shell that completes pays for it

        argcomplete.autocomplete(top)
    options = top.parse_args(given)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep the interpreter from complaining at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Failure as failure:
        return fail(failure, _json(options))
    except Exception as error:
        if os.environ.get("MLN_DEBUG"):
            raise
        return fail(_fault(error), _json(options))
    return status


def _json(options: Namespace) -> bool:
    return bool(getattr(options, "json", False))


def _fault(error: Exception) -> Any:
    from mlnlang_manager.reporting import Failure

    if isinstance(error, OSError) and error.errno is not None:
        return Failure(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
    return Failure(f"mln itself failed: {type(error).__name__}: {error}", "MLN_DEBUG=1 shows the details")


if __name__ == "__main__":
    sys.exit(main())
