"""A home for each test, and a project in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from mln_helpers import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home directory."""
    return Home(tmp_path)
