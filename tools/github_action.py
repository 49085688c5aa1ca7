"""What the GitHub Action runs (action.yml): `mlnc check` as its inputs say.

The inputs come by the environment and go to mlnc as arguments: no shell ever reads them.
"""

from __future__ import annotations

import glob
import os
import shlex
import subprocess
import sys

MLNC = (sys.executable, "-m", "mlnlang.cli.main", "check")


def main() -> int:
    """Check; the exit code is that of mlnc."""
    patterns = [line.strip() for line in os.environ.get("MLNC_FILES", "").splitlines() if line.strip()]
    files = list(dict.fromkeys(path for pattern in patterns for path in matching(pattern)))
    if not files:
        return fail(f"no file matches {', '.join(patterns) or 'an empty list'}")
    try:
        arguments = shlex.split(os.environ.get("MLNC_ARGS", ""))
    except ValueError as error:
        return fail(f"the input `args` can't be read: {error}")
    form = os.environ.get("MLNC_FORMAT") or "github"
    command = [*MLNC, "--format", form, *arguments, "--", *files]
    status = subprocess.run(command, check=False).returncode  # noqa: S603
    sarif = os.environ.get("MLNC_SARIF_FILE", "")
    if sarif and status < 2:
        status = max(status, write(sarif, arguments, files))
    return status


def matching(pattern: str) -> list[str]:
    """Files that a pattern means; a name without signs stands for itself, so that mlnc says when it is not there."""
    if not glob.has_magic(pattern):
        return [pattern]
    return sorted(path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path))


def write(sarif: str, arguments: list[str], files: list[str]) -> int:
    """Write the SARIF file; what there is to say was said by the run before, unless the file can't be written."""
    if os.path.isfile(sarif):
        os.remove(sarif)
    command = [*MLNC, "--format", "sarif", "--output", sarif, *arguments, "--", *files]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if os.path.isfile(sarif):
        return 0
    sys.stderr.write(done.stderr)
    return fail(f"`{sarif}` was not written")


def fail(message: str) -> int:
    """Say what is wrong as a workflow command does."""
    shown = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::error title=mlnc::{shown}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
