"""Plans on disk, and tools of others that read what we write."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlnlang.ir.plan import Plan

#: Where Debian keeps the tools of root.
SEARCH = os.environ["PATH"] + ":/usr/local/sbin:/usr/sbin:/sbin"


def require(*tools: str) -> None:
    """Skip the test when a tool is not installed; fail it where MLN_REQUIRE_ALL=1 says that nothing may be skipped."""
    missing = [tool for tool in tools if shutil.which(tool, path=SEARCH) is None and not Path(tool).exists()]
    if not missing:
        return
    message = f"not installed: {', '.join(missing)}"
    if os.environ.get("MLN_REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)


def require_library(name: str, load: Callable[[], object]) -> None:
    """The same for something that is loaded or imported."""
    try:
        load()
    except (OSError, ImportError) as error:
        if os.environ.get("MLN_REQUIRE_ALL") == "1":
            pytest.fail(f"{name}: {error}")
        pytest.skip(f"{name}: {error}")


def write_plan(plan: Plan, folder: Path) -> Path:
    """Write a plan's files below a folder, with their modes; returns the folder."""
    for file in plan.files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.content, encoding="utf-8")
        path.chmod(file.mode)
    return folder


def run(*words: str | Path, timeout: float = 60, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command with no input, and give back what it said."""
    return subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=timeout,
        check=False,
        env={**os.environ, "PATH": SEARCH, **(env or {})},
    )


def image_text(image: Path, path: str) -> str:
    """A file's text in an ext image."""
    return run("debugfs", "-R", f'cat "{path}"', image).stdout


def image_stat(image: Path, path: str) -> tuple[str, int, int]:
    """Mode, user and group of a path in an ext image."""
    words = run("debugfs", "-R", f'stat "{path}"', image).stdout.split()
    mode = words[words.index("Mode:") + 1]
    return mode, int(words[words.index("User:") + 1]), int(words[words.index("Group:") + 1])
