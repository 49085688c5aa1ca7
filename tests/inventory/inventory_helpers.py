"""Projects made of texts or directly as IR, their lists, and the programs that read those."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mlnlang.api import Compilation, Options
from mlnlang.cli.inventory import FORMATS
from mlnlang.inventory import Listing, Wish, build
from mlnlang.ir import Host, Interface, Project
from mlnlang.world import Disk, Memory, World

ROOT = Path(__file__).parents[2]
ANSIBLE = Path(sys.executable).with_name("ansible")
ANSIBLE_INVENTORY = Path(sys.executable).with_name("ansible-inventory")


def require(*tools: str | Path) -> None:
    """Skip the test when a tool is not installed; fail it where MLN_REQUIRE_ALL=1 says that nothing may be skipped."""
    missing = [str(tool) for tool in tools if shutil.which(tool) is None]
    if missing and os.environ.get("MLN_REQUIRE_ALL") == "1":
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with no input, and give back what it said."""
    return subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def compiled(world: World, *paths: str) -> list[Project]:
    """The projects of files, free of errors."""
    checked, problems = Compilation(world, Options(config_paths=())).together(paths)
    assert [problem.message for problem in problems if problem.is_error] == []
    return [project.ir for project in checked if project.ir]


def example(*names: str) -> list[Project]:
    """Projects of the examples folder."""
    return compiled(Disk(), *(str(ROOT / "examples" / f"{name}.mln") for name in names))


def of_text(text: str, path: str) -> Project:
    """The project of a text, as a file of that path."""
    return compiled(Memory({path: text}), path)[0]


def machine(name: str, address: str | None = None, **values: Any) -> Host:
    """A host made directly, so that it may hold what no checked project does."""
    cards = values.pop("interfaces", (Interface("eth0", "02:00:00:00:00:01", address=address, prefix_length=24),))
    return Host(name, values.pop("backend", "kvm"), 64, interfaces=cards, **values)


def listing(projects: list[Project], **wish: Any) -> Listing:
    """The list that a wish gives."""
    return build(projects, Wish(**wish))


def written(shown: Listing, kind: str) -> str:
    """A list in one of the formats."""
    text: str = import_module(f"mlnlang.inventory.{FORMATS[kind]}").render(shown)
    return text
