"""Whole plans, compared file by file with what was approved. MLN_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from codegen_projects import GOLDEN
from mlnlang_codegen import check, generate

FOLDER = Path(__file__).parent / "golden"
#: The shell libraries are compared by their tests, not by copies of them.
LIBRARIES = {
    "bridge.sh",
    "common.sh",
    "driver.sh",
    "filesystem.sh",
    "guest.sh",
    "umlnet.sh",
    "images.sh",
    "kind.sh",
    "kvm.sh",
    "libvirt.sh",
    "lxc.sh",
    "seed.sh",
    "uml.sh",
    "vmware.sh",
    "xen.sh",
}


def approved_part(path: str) -> bool:
    """Whether a file of the plan is kept as a golden file."""
    folder, _, name = path.rpartition("/")
    return not (folder.endswith("/lib") and name in LIBRARIES) and not folder.endswith("/lib/guest")


@pytest.mark.parametrize("case", sorted(GOLDEN))
def test_plan(case: str) -> None:
    project = GOLDEN[case]()
    plan = generate(project)
    document = plan.document()
    del document["digest"]
    document["files"] = [f for f in document["files"] if approved_part(f["path"])]
    found = {file.path: file.content for file in plan.files if approved_part(file.path)}
    found["plan.json"] = json.dumps(document, indent=1) + "\n"
    found["diagnostics.txt"] = "".join(f"{d.severity}: {d.message}\n" for d in check(project))
    folder = FOLDER / case
    if os.environ.get("MLN_UPDATE_GOLDEN") == "1":
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in found.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    kept = {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*") if p.is_file()}
    assert sorted(found) == sorted(kept)
    for path, text in found.items():
        assert text == kept[path], path


@pytest.mark.parametrize("case", sorted(GOLDEN))
def test_same_bytes(case: str) -> None:
    project = GOLDEN[case]()
    assert generate(project).digest == generate(project).digest


@pytest.mark.parametrize("case", sorted(GOLDEN))
def test_secrets_are_private(case: str) -> None:
    for file in generate(GOLDEN[case]()).files:
        if any(secret in file.content for secret in ("geheim", 'p"w', "|22", "$6$", "l47/Y")):
            assert file.mode & 0o077 == 0, file.path
