"""Set-up shared by all tests: hypothesis profiles, and the switch that writes expected files anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Wall time says nothing on a loaded machine, and a failure must come back: no deadline, no random seed.
settings.register_profile(
    "default",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("search", parent=settings.get_profile("default"), derandomize=False, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

UPDATE = os.environ.get("MLN_UPDATE_GOLDEN") == "1"


@pytest.fixture
def golden() -> Callable[[Path, str], None]:
    """Compare a text with a file; MLN_UPDATE_GOLDEN=1 writes the file instead."""

    def compare(path: Path, text: str) -> None:
        if UPDATE:
            path.write_text(text, encoding="utf-8")
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        assert text == expected, f"{path} differs; MLN_UPDATE_GOLDEN=1 writes it anew"

    return compare
