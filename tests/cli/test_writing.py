"""What `mlnc compile` writes, and that a write that fails leaves what was there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cli.conftest import GOOD, Mlnc


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of every file."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mode & 0o777, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_manifest_lists_what_is_there(mlnc: Mlnc, tmp_path: Path) -> None:
    done = mlnc("compile", "good.mln", "-o", "here")
    assert done.returncode == 0
    folder = tmp_path / "here/demo"
    files = snapshot(folder)
    manifest = json.loads(files.pop("manifest.json")[1])
    assert manifest["version"] == 1
    assert manifest["inputs"]["good.mln"]["sha256"] == sha256(GOOD.encode()).hexdigest()
    listed = {path: (int(entry["mode"], 8), entry["sha256"]) for path, entry in manifest["outputs"].items()}
    assert listed == {path: (mode, sha256(data).hexdigest()) for path, (mode, data) in files.items()}
    plan = json.loads(files["plan.json"][1])
    assert plan["project"] == "demo"
    assert {action["phase"] for action in plan["actions"]} >= {"build", "start", "stop"}


def test_the_same_bytes_every_time_and_everywhere(mlnc: Mlnc, tmp_path: Path) -> None:
    mlnc("compile", "good.mln", "-o", "a", PYTHONHASHSEED="1")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/good.mln").write_text(GOOD)
    mlnc("compile", "elsewhere/good.mln", "-o", "b", PYTHONHASHSEED="2", LANG="C", TZ="Asia/Tokyo")
    assert snapshot(tmp_path / "a/demo") == snapshot(tmp_path / "b/demo")


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_umask(mlnc: Mlnc, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        mlnc("compile", "good.mln")
    finally:
        os.umask(before)
    assert (tmp_path / "out/demo/local/build.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out/demo/local").stat().st_mode & 0o777 == 0o755


def test_compiling_again_touches_only_what_changed(mlnc: Mlnc, tmp_path: Path) -> None:
    mlnc("compile", "good.mln")
    folder = tmp_path / "out/demo"
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    (tmp_path / "good.mln").write_text(GOOD.replace("128M", "256M"))
    assert mlnc("compile", "good.mln").returncode == 0
    changed = {path.relative_to(folder).as_posix() for path, when in times.items() if path.stat().st_mtime_ns != when}
    assert "local/hosts/web/command.sh" in changed
    assert "local/build.sh" not in changed
    assert not list(folder.glob(".mlnc-*"))


def test_what_is_no_longer_wanted_goes_and_what_is_not_ours_stays(mlnc: Mlnc, tmp_path: Path) -> None:
    mlnc("compile", "good.mln")
    folder = tmp_path / "out/demo"
    (folder / "local/images").mkdir()
    (folder / "local/images/web.img").write_text("the machine's disk")
    (folder / "local/hosts/web/notes.txt").write_text("mine")
    (tmp_path / "good.mln").write_text(GOOD.replace("host web", "host mail"))
    assert mlnc("compile", "good.mln").returncode == 0
    assert (folder / "local/images/web.img").read_text() == "the machine's disk"
    assert (folder / "local/hosts/web/notes.txt").read_text() == "mine"
    assert [path.name for path in (folder / "local/hosts/web").iterdir()] == ["notes.txt"]
    assert not (folder / "local/guest/web").exists()
    assert (folder / "local/hosts/mail").is_dir()


def test_a_project_with_errors_is_not_written(mlnc: Mlnc, tmp_path: Path) -> None:
    mlnc("compile", "good.mln")
    before = snapshot(tmp_path / "out")
    (tmp_path / "good.mln").write_text(GOOD.replace("128M", "128X"))
    done = mlnc("compile", "good.mln")
    assert done.returncode == 1
    assert done.stderr.endswith("1 error; nothing was written\n")
    assert snapshot(tmp_path / "out") == before


def test_two_projects_of_one_name(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "twin.mln").write_text(GOOD)
    done = mlnc("compile", "good.mln", "twin.mln")
    assert done.returncode == 1
    assert "the project `demo` is given twice" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_stands_where_the_directory_should(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = mlnc("compile", "good.mln")
    assert done.returncode == 1
    assert done.stderr.startswith("out/demo: error: `out/demo` can't be written: ")
    assert "[MLN007 cannot-write]" in done.stderr
    assert (tmp_path / "out").read_text() == "a file"


def test_a_directory_stands_where_a_file_should(mlnc: Mlnc, tmp_path: Path) -> None:
    """It is moved aside and back when something else fails; else the plan's file takes its place."""
    (tmp_path / "out/demo/plan.json").mkdir(parents=True)
    (tmp_path / "out/demo/plan.json/inside").write_text("x")
    assert mlnc("compile", "good.mln").returncode == 0
    assert (tmp_path / "out/demo/plan.json").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_can_not_be_written(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    done = mlnc("compile", "good.mln")
    assert done.returncode == 1
    assert "Permission denied" in done.stderr


def test_a_process_that_may_not_write_so_much(mlnc: Mlnc, tmp_path: Path) -> None:
    """A limit on file sizes fails in the middle of writing, as a full disk does; it needs no root."""
    mlnc("compile", "good.mln")
    before = snapshot(tmp_path / "out")
    lines = "".join(f"        echo line {number} of a long start-up\n" for number in range(4000))
    (tmp_path / "good.mln").write_text(GOOD.replace("    memory", f"    startup {{\n{lines}    }}\n    memory"))
    command = 'ulimit -f 32; trap "" XFSZ; exec "$@"'
    done = subprocess.run(
        ["bash", "-c", command, "sh", sys.executable, "-m", "mlnlang.cli.main", "compile", "good.mln"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "can't be written: File too large" in done.stderr
    assert snapshot(tmp_path / "out") == before
    assert not list((tmp_path / "out/demo").glob(".mlnc-*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a file system needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_the_previous_output(mlnc: Mlnc, tmp_path: Path, small_disk: Path) -> None:
    assert mlnc("compile", "good.mln", "-o", str(small_disk)).returncode == 0
    before = snapshot(small_disk)
    hosts = "".join(f"host web{number} {{ template t; network eth0 {{ switch lan }} }}\n" for number in range(200))
    (tmp_path / "good.mln").write_text("global { project demo }\n" + hosts + "switch lan { }\n")
    done = mlnc("compile", "good.mln", "-o", str(small_disk))
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert snapshot(small_disk) == before


def test_the_tree_is_shown_on_request(mlnc: Mlnc) -> None:
    done = mlnc("compile", "good.mln", "--tree")
    assert done.stdout.startswith("out/demo\n")
    assert "build.sh" in done.stdout
    assert mlnc("compile", "good.mln").stdout == ""
