"""The helpers of the code generators' tests serve here too: projects, plans on disk, a real libvirtd."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "codegen"))

from driver_helpers import make_template


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `busybox.ext4`: a file system that boots, with a login on its second console."""
    folder = tmp_path_factory.mktemp("templates")
    make_template(folder / "busybox.ext4", tmp_path_factory.mktemp("tree"))
    return folder
