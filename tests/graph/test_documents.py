"""The pictures in the documents are what the command draws."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlnlang.cli.main import main

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@pytest.mark.parametrize(("name", "status"), [("lab", 0), ("slips", 1)])
def test_images_are_fresh(
    name: str,
    status: int,
    golden: Callable[[Path, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(IMAGES)
    out = tmp_path / "out.svg"
    assert main(["graph", "--no-config", f"{name}.mln", "-o", str(out)]) == status
    assert bool(capsys.readouterr().err) == bool(status)
    golden(IMAGES / f"{name}.svg", out.read_text())
