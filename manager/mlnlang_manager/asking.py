"""Questions to the person, each of which `--yes` answers."""

from __future__ import annotations

import sys

from mlnlang_manager.reporting import Failure


def ask(question: str, *, yes: bool, because: str, refused: str) -> None:
    """Raises Failure unless the person agrees, or with `yes`. `because`: why it is asked, where nobody can answer."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Failure(f"{because}, and there is nobody to ask", "say --yes", code=2)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failure(refused)
