"""Entry point of `mln-lsp`: over standard input and output, or for one client over TCP.

Exit: 0 the client ended the session, 1 it went away without a word, or the address can't be had, 2 wrong usage,
130 interrupted.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mlnlang import __version__

if TYPE_CHECKING:
    from argparse import ArgumentParser

LOOPBACK = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `mln-lsp`; returns the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given == ["--version"]:  # as quick as an interpreter can be
        sys.stdout.write(f"mln-lsp {__version__}\n")
        return 0
    top = parser()
    options = top.parse_args(given)
    address = _address(top, options.tcp) if options.tcp is not None else None
    gc.disable()  # most of what is imported stays; from then on `housekeeping` says when
    from mlnlang_lsp.serving import serve_stdio, serve_tcp

    return serve_stdio() if address is None else serve_tcp(*address)


def parser() -> ArgumentParser:
    """The command line."""
    import argparse

    top = argparse.ArgumentParser(
        prog="mln-lsp",
        description="Language server for MLN projects. Editors start it and talk to it over standard input and output.",
    )
    top.add_argument("--version", action="version", version=f"mln-lsp {__version__}")
    top.add_argument("--stdio", action="store_true", help="use standard input and output (this is the default)")
    top.add_argument(
        "--tcp",
        metavar="[HOST:]PORT",
        help="wait for one client on this address instead; without HOST only this machine can connect. "
        "Port 0 takes a free one; the address is printed on standard error",
    )
    return top


def _address(top: ArgumentParser, given: str) -> tuple[str, int]:
    host, _, port = given.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        top.error(f"--tcp: `{given}` is no [HOST:]PORT")
    return host.strip("[]") or LOOPBACK, int(port)


if __name__ == "__main__":
    sys.exit(main())
