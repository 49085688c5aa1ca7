"""The hooks, run by pre-commit itself: it installs this project from a git repository by itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cli.conftest import GOOD
from codegen.codegen_helpers import require
from format_helpers import ROOT

PRE_COMMIT = Path(sys.executable).parent / "pre-commit"


def said(*command: str | Path, cwd: Path, expected: int = 0, home: Path | None = None) -> str:
    """What a command prints; it must end with the expected code."""
    git = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
    environment = {key: value for key, value in os.environ.items() if key not in git}
    environment |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1"}
    environment |= {"PRE_COMMIT_HOME": str(home)} if home else {}
    for name in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{name}_NAME": "test", f"GIT_{name}_EMAIL": "test@example.org"}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout


def committed(folder: Path) -> str:
    """Make a repository of a folder; returns the commit."""
    said("git", "init", "-q", cwd=folder)
    said("git", "add", "-A", cwd=folder)
    said("git", "commit", "-q", "-m", "all", cwd=folder)
    return said("git", "rev-parse", "HEAD", cwd=folder).strip()


def require_registry(place: Path) -> None:
    """Skip where pip reaches no packages; fail where nothing may be skipped."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), "hatchling"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        (pytest.fail if os.environ.get("MLN_REQUIRE_ALL") == "1" else pytest.skip)(f"pip can't download: {done.stderr}")


def test_the_manifest_is_valid() -> None:
    require(str(PRE_COMMIT))
    said(PRE_COMMIT, "validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)


def test_the_documented_configuration_names_our_hooks(tmp_path: Path) -> None:
    require(str(PRE_COMMIT))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["mln-check", "mln-format"]
    text = (ROOT / "docs/ci.md").read_text()
    (block,) = re.findall(r"^```yaml\n# \.pre-commit-config\.yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (tmp_path / "config.yaml").write_text(block)
    said(PRE_COMMIT, "validate-config", "config.yaml", cwd=tmp_path)
    (repository,) = yaml.safe_load(block)["repos"]
    assert {hook["id"] for hook in repository["hooks"]} == {hook["id"] for hook in hooks}


def test_pre_commit_runs_them(tmp_path: Path) -> None:
    require(str(PRE_COMMIT), "git")
    require_registry(tmp_path / "downloads")
    source, work, home = tmp_path / "mln", tmp_path / "work", tmp_path / "home"
    names = said("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT).split("\0")
    for name in names:
        if name and not name.startswith("tests/") and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    hooks = [{"id": "mln-format"}, {"id": "mln-check", "args": ["--strict", "--no-config"]}]
    repository = {"repo": str(source), "rev": committed(source), "hooks": hooks}
    (work / "my labs").mkdir(parents=True)
    (work / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
    (work / "my labs/a.mln").write_text(GOOD)
    (work / "README").write_text("host a {\n")
    committed(work)
    done = said(PRE_COMMIT, "run", "--all-files", cwd=work, home=home)
    assert re.findall(r"^(\w+) MLN projects\.+(\w+)$", done, re.MULTILINE) == [
        ("format", "Passed"),
        ("check", "Passed"),
    ]

    (work / "my labs/a.mln").write_text(GOOD.replace("    memory", "  memroy"))
    said("git", "add", "-A", cwd=work)
    done = said(PRE_COMMIT, "run", cwd=work, home=home, expected=1)
    assert re.findall(r"^(\w+) MLN projects\.+(\w+)$", done, re.MULTILINE) == [
        ("format", "Failed"),
        ("check", "Failed"),
    ]
    assert "files were modified by this hook" in done
    assert "my labs/a.mln:6:5: error: the keyword `memroy` is not known" in done
