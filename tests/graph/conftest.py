"""Mermaid's own parser, installed once beside the sources."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graph_helpers import lacking, require, run

NODE = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[2] / ".cache" / "mermaid"


@pytest.fixture(scope="session")
def read_mermaid() -> Callable[[str], dict[str, Any]]:
    """Read a flowchart: its nodes, edges and frames. The packages come from npm, at the versions named in node/."""
    require("node", "npm")
    wanted = (NODE / "package.json").read_bytes()
    if not (CACHE / "package.json").exists() or (CACHE / "package.json").read_bytes() != wanted:
        _install(wanted)

    def read(text: str) -> dict[str, Any]:
        done = run("node", str(NODE / "read.mjs"), str(CACHE), text=text)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return read


def _install(wanted: bytes) -> None:
    """Whole or not at all: several workers may come at once."""
    CACHE.parent.mkdir(exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="mermaid-", dir=CACHE.parent))
    (new / "package.json").write_bytes(wanted)
    done = run(
        "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(new), text="", timeout=600
    )
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        lacking(f"npm could not install Mermaid: {done.stderr[-300:]}")
    (new / "package.json").write_bytes(wanted)
    if CACHE.exists():
        old = Path(tempfile.mkdtemp(prefix="old-", dir=CACHE.parent))
        os.rename(CACHE, old / "mermaid")
        shutil.rmtree(old, ignore_errors=True)
    try:
        os.rename(new, CACHE)
    except OSError:  # another worker was faster
        shutil.rmtree(new, ignore_errors=True)
