"""Running `mlnc` as a person does: a process of its own, in a fresh directory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Mlnc = Callable[..., "subprocess.CompletedProcess[str]"]

GOOD = """\
global { project demo }

host web {
    uml
    template debian.ext4
    memory 128M
    network eth0 {
        address 10.0.0.2/24
        switch lan
    }
}

switch lan { }
"""


@pytest.fixture
def mlnc(tmp_path: Path) -> Mlnc:
    """`mlnc("check", "x.mln")` in a directory that holds `good.mln`; no configuration of the machine is read."""
    (tmp_path / "good.mln").write_text(GOOD)
    home = tmp_path / "home"
    home.mkdir()

    def run(
        *arguments: str, stdin: str = "", cwd: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("MLN_", "XDG_"))}
        clean |= {"HOME": str(home), "NO_COLOR": "1", **environment}
        return subprocess.run(
            [sys.executable, "-m", "mlnlang.cli.main", *arguments],
            cwd=cwd or tmp_path,
            input=stdin,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
