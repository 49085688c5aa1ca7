"""Images for tests: machines without a hypervisor, templates, and what the generators' tests have already."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "codegen"))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The server's files that a full host asks for."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "motd").write_text("welcome\n")
    (folder / "root.pub").write_text("ssh-rsa BBBB root\n")
    return folder
