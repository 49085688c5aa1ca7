"""Exports come back whole on another server, or not at all; snapshots and clones."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from codegen_helpers import require, run
from image_helpers import contents
from mln_helpers import COMMAND, Home

PROJECT = """\
global { project lab }
#include parts/common.mln
host first {
    superclass common
    size 20M
    swap 1M
    network eth0 { address 10.0.0.1 }
}
host second {
    superclass common
    root_passwd secret
    network eth0 { address 10.0.0.2 }
}
switch lan { uml }
"""
COMMON = """\
superclass common {
    uml
    template busybox.ext4
    memory 64M
    size 16M
    network eth0 {
        switch lan
        netmask 255.255.255.0
    }
}
"""


@pytest.fixture
def lab(tmp_path: Path) -> Home:
    """A built project of two hosts, from two files."""
    require("busybox", "mke2fs", "debugfs", "openssl")
    home = Home(tmp_path / "one")
    home.write("src/parts/common.mln", COMMON)
    assert home.run("-T", "T", "templates", "build", "busybox").returncode == 0
    built = home.run("-T", "T", "build", "-f", home.write("src/lab.mln", PROJECT))
    assert built.returncode == 0, built.stderr
    return home


def digests(home: Home, project: str = "lab") -> dict[str, str]:
    folder = home.projects / project / "local/images"
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def other(tmp_path: Path) -> Home:
    """Another server: a home without anything."""
    home = Home(tmp_path / "two")
    home.folder.mkdir()
    return home


@pytest.mark.parametrize("how", [(), ("-z",), ("--zstd",), ("--tar",)])
def test_there_and_back(how: tuple[str, ...], lab: Home, tmp_path: Path) -> None:
    require("tar", "gzip", "zstd")
    done = lab.json("export", "-p", "lab", "-d", str(tmp_path / "backup"), *how)
    target = Path(done["path"])
    assert target.name == "lab" + {"": "", "-z": ".tar.gz", "--zstd": ".tar.zst", "--tar": ".tar"}["".join(how)]
    assert target.stat().st_mode & 0o077 == 0
    assert os.listdir(tmp_path / "backup") == [target.name]
    before = digests(lab)
    assert sorted(before) == ["first.img", "first.swap", "second.img"]
    there = other(tmp_path)
    came = there.json("import", "-p", "lab", "-d", str(tmp_path / "backup"), "-T", str(there.folder / "T2"))
    assert sorted((i["host"], i["role"]) for i in came["images"]) == [
        ("first", "root"), ("first", "swap"), ("second", "root"),
    ]  # fmt: skip
    assert digests(there) == before
    folder = there.projects / "lab"
    assert sum(path.stat().st_blocks * 512 for path in (folder / "local/images").iterdir()) < 12 << 20
    assert str(there.folder / "T2") in (folder / "local/lib/settings.sh").read_text()
    assert (folder / ".mln/source/parts/common.mln").read_text() == COMMON
    assert there.run("status", "lab").stdout.splitlines()[:2] == ["lab host first down", "lab host second down"]
    assert os.listdir(there.projects) == ["lab"]
    again = there.run("import", "-p", "lab", "-d", str(tmp_path / "backup"))
    assert (again.returncode, "there is a project `lab` already" in again.stderr) == (1, True)


def test_others_can_read_and_check_an_export(lab: Home, tmp_path: Path) -> None:
    require("tar", "sha256sum")
    assert lab.run("export", "lab", "-d", str(tmp_path), "-z").returncode == 0
    assert run("tar", "-C", tmp_path, "-xzf", tmp_path / "lab.tar.gz").returncode == 0
    checked = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path / "lab", capture_output=True,
                             text=True, check=False)  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    locked = json.loads((tmp_path / "lab/mln.lock.json").read_text())["templates"]
    assert locked["busybox.ext4"]["sha256"] == sha256((lab.folder / "T/busybox.ext4").read_bytes()).hexdigest()
    assert contents(tmp_path / "lab/images/first/root", tmp_path / "dump")["etc/hostname"][4] == b"first\n"
    assert lab.run("export", "lab", "-d", str(tmp_path), "-z").returncode == 2
    assert lab.run("export", "lab", "-d", str(tmp_path), "-z", "--yes").returncode == 0


def change(folder: Path, name: str, act: Callable[[Path], object]) -> None:
    """Change an export so that its sums still hold."""
    act(folder / name)
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    sums = "".join(f"{sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
    (folder / "SHA256SUMS").write_text(sums)


def edit(old: str, new: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(path.read_text().replace(old, new))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a byte of a disk": (lambda f: flip(f / "images/first/root"), "damaged: images/first/root"),
    "a disk cut off": (lambda f: os.truncate(f / "images/second/root", 5 << 20), "damaged: images/second/root"),
    "a disk missing": (lambda f: (f / "images/first/swap").unlink(), "images/first/swap is missing"),
    "no sums": (lambda f: (f / "SHA256SUMS").unlink(), "has no SHA256SUMS"),
    "broken sums": (lambda f: (f / "SHA256SUMS").write_text("x\n"), "SHA256SUMS is damaged"),
    "a file more": (lambda f: (f / "source/extra").write_text(""), "does not list: source/extra"),
    "a strange file": (lambda f: (f / "evil").write_text(""), "has what no export has: 'evil'"),
    "a link": (lambda f: (f / "source/l").symlink_to("/etc/passwd"), "has what no export has: 'source/l'"),
    "a link to a folder": (lambda f: (f / "source/l").symlink_to("/etc"), "has what no export has: 'source/l'"),
    "a pipe": (lambda f: os.mkfifo(f / "source/p"), "has what no export has: 'source/p'"),
    "no index": (lambda f: change(f, "mln-export.json", lambda p: p.unlink()), "no "),
    "an index that is none": (lambda f: change(f, "mln-export.json", lambda p: p.write_text("[]")), "is damaged"),
    "a newer form": (lambda f: change(f, "mln-export.json", edit('"version": 1', '"version": 2')), "of version 2"),
    "no project": (lambda f: change(f, "project.json", lambda p: p.write_text("{}")), "project.json is damaged"),
    "another project": (lambda f: change(f, "mln-export.json", edit('"lab"', '"lob"')), "is of `lob`, not of `lab`"),
    "a project with a way out": (
        lambda f: [change(f, n, edit('"lab"', '"../lab"')) for n in ("mln-export.json", "project.json")],
        "can't be carried",
    ),
    "a disk of elsewhere": (
        lambda f: change(f, "mln-export.json", edit("images/first/root", "../../../etc/shadow")), "belongs nowhere",
    ),
    "a disk of nobody": (lambda f: change(f, "mln-export.json", edit('"host": "first"', '"host": "x"')), "no host"),
    "another kind of disk": (lambda f: change(f, "mln-export.json", edit('"raw"', '"qcow2"')), "is no qcow2 image"),
    "a disk placed outside": (
        lambda f: change(f, "project.json", edit('"directory": null', '"directory": "/tmp/mln-nowhere"')),
        "outside of its folder: /tmp/mln-nowhere",
    ),
    "a source that is not there": (
        lambda f: change(f, "mln-export.json", edit('"main": "lab.mln"', '"main": "x.mln"')), "names a source",
    ),
}  # fmt: skip


def flip(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(3 << 20)
        file.write(b"\1")


@pytest.mark.parametrize("form", ["folder", "tar"])
@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_export_is_refused_whole(form: str, name: str, exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    shutil.copytree(exported, folder)
    act, message = DAMAGE[name]
    act(folder)
    path = folder
    if form == "tar":
        path = tmp_path / "lab.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            tar.add(folder, "lab")
    there = other(tmp_path)
    words = () if "way out" in name else ("-p", "lab")
    done = there.run("import", "-d", str(path), *words)
    assert done.returncode == 1, done.stdout
    expected = message.replace("has: 'source", "has: 'lab/source").replace("has: 'evil", "has: 'lab/evil")
    assert (expected if form == "tar" else message) in done.stderr
    assert "Traceback" not in done.stderr
    assert not there.projects.exists() or os.listdir(there.projects) == []
    assert not Path("/tmp/mln-nowhere").exists()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported project, as a folder."""
    require("busybox", "mke2fs", "debugfs", "openssl")
    home = Home(tmp_path_factory.mktemp("exported"))
    home.write("src/parts/common.mln", COMMON)
    assert home.run("-T", "T", "templates", "build", "busybox", "--size", "8M").returncode == 0
    text = PROJECT.replace("size 20M", "size 8M")
    assert home.run("-T", "T", "build", "-f", home.write("src/lab.mln", text)).returncode == 0
    assert home.run("export", "lab", "-d", str(home.folder / "out")).returncode == 0
    return home.folder / "out/lab"


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "lab/../../evil", "lab/source/../../evil", "lab\\x"])
def test_names_that_lead_elsewhere_are_refused(name: str, exported: Path, tmp_path: Path) -> None:
    path = tmp_path / "lab.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(exported, "lab")
        tar.addfile(tarfile.TarInfo(name), io.BytesIO(b""))
    done = other(tmp_path).run("import", "-d", str(path))
    assert (done.returncode, "has what no export has" in done.stderr) == (1, True)


def test_a_file_cut_off_anywhere_is_refused(exported: Path, tmp_path: Path) -> None:
    require("tar", "zstd")
    for ending, flag in ((".tar.gz", "--gzip"), (".tar.zst", "--zstd"), (".tar", "--sparse")):
        path = tmp_path / f"lab{ending}"
        assert run("tar", flag, "-cf", path, "-C", exported.parent, "lab").returncode == 0
        whole = path.read_bytes()
        for part in (0.02, 0.5, 0.9):
            path.write_bytes(whole[: int(len(whole) * part)])
            home = Home(tmp_path / f"home{ending}{part}")
            home.folder.mkdir()
            done = home.run("import", "-d", str(path))
            assert done.returncode == 1, (ending, part, done.stdout)
            assert "Traceback" not in done.stderr
            assert not home.projects.exists() or os.listdir(home.projects) == []
        path.unlink()


def test_killed_in_the_middle(exported: Path, tmp_path: Path) -> None:
    """kill -9 at many moments: nothing, or all of it; the next import clears up."""
    there = other(tmp_path)
    command = [*COMMAND, "import", "-d", str(exported)]
    outcomes = set()
    for step in range(12):
        with subprocess.Popen(command, env=there.environment, cwd=there.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:  # fmt: skip
            time.sleep(0.15 + step * 0.07)
            process.send_signal(signal.SIGKILL)
        found = [name for name in os.listdir(there.projects) if not name.startswith(".import-")] \
            if there.projects.exists() else []  # fmt: skip
        outcomes.add(tuple(found))
        if found:
            assert there.run("status", "lab").stdout.splitlines()[0] == "lab host first down"
            shutil.rmtree(there.projects / "lab")
    assert there.run("import", "-d", str(exported)).returncode == 0
    assert os.listdir(there.projects) == ["lab"]
    assert () in outcomes


def test_overlays_need_their_template(lab: Home, tmp_path: Path) -> None:
    require("uml_moo")
    text = "global { project over }\nhost a {\n    uml\n    cow_filesystem busybox.ext4\n    memory 32M\n}\n"
    built = lab.run("-T", "T", "build", "-f", lab.write("over.mln", text))
    assert built.returncode == 0, built.stderr
    assert lab.run("export", "over", "-d", str(tmp_path / "bare"), "-T", "T").returncode == 0
    assert lab.run("export", "over", "-d", str(tmp_path / "full"), "-T", "T", "--with-templates").returncode == 0
    there = other(tmp_path)
    words = ("-T", str(there.folder / "T2"), "import", "over", "-d")
    refused = there.run(*words, str(tmp_path / "bare"))
    assert (refused.returncode, "which is not here as it was" in refused.stderr) == (1, True)
    done = there.run(*words, str(tmp_path / "full"))
    assert done.returncode == 0, done.stderr
    merged = [tmp_path / "here.img", tmp_path / "there.img"]
    for home, path in zip((lab, there), merged, strict=True):
        assert run("uml_moo", home.projects / "over/local/images/a.cow", path).returncode == 0
    assert merged[0].read_bytes() == merged[1].read_bytes()


def test_disks_over_templates_of_kvm_become_whole(lab: Home, tmp_path: Path) -> None:
    require("qemu-img")
    text = "global { project k }\nhost a {\n    kvm\n    template busybox.ext4\n    kernel /boot/vmlinuz\n}\n"
    built = lab.run("-T", "T", "build", "-f", lab.write("k.mln", text), env={"MLN_DRIVER": "sim"})
    assert built.returncode == 0, built.stderr
    folder = lab.projects / "k/local/images"
    folder.mkdir(exist_ok=True)
    base = lab.folder / "T/busybox.ext4"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", base, folder / "a.qcow2")
    done = lab.run("export", "k", "-d", str(tmp_path / "out"), "-T", "T", env={"MLN_DRIVER": "sim"})
    assert done.returncode == 0, done.stderr
    image = tmp_path / "out/k/images/a/root"
    assert "backing" not in run("qemu-img", "info", "--output=json", image).stdout
    there = other(tmp_path)
    assert there.run("import", "k", "-d", str(tmp_path / "out")).returncode == 0
    compared = run("qemu-img", "compare", there.projects / "k/local/images/a.qcow2", base)
    assert compared.returncode == 0, compared.stdout
    run("qemu-img", "rebase", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/shadow", image)
    change(tmp_path / "out/k", "images/a/root", lambda _: None)
    shutil.rmtree(there.projects / "k")
    refused = there.run("import", "k", "-d", str(tmp_path / "out"))
    assert (refused.returncode, "leads to another file" in refused.stderr) == (1, True)


def test_snapshots(lab: Home) -> None:
    assert lab.run("snapshot", "lab", "one").stdout == "kept one of lab: first, second\n"
    assert lab.run("snapshot", "-p", "lab", "one").stderr.startswith("mln: there is a snapshot `one` already")
    assert lab.run("snapshot", "-p", "lab", "-h", "first", "two").returncode == 0
    before = digests(lab)
    flip(lab.projects / "lab/local/images/first.img")
    flip(lab.projects / "lab/local/images/second.img")
    listed = lab.json("snapshots", "lab")["snapshots"]
    assert [(one["name"], [disk["host"] for disk in one["disks"]]) for one in listed] == [
        ("one", ["first", "first", "second"]), ("two", ["first", "first"]),
    ]  # fmt: skip
    assert lab.run("restore", "lab", "one").returncode == 2
    assert lab.run("restore", "lab", "two", "-h", "second", "--yes").returncode == 1
    assert lab.run("restore", "lab", "two", "--yes").stdout == "restored two of lab: first\n"
    assert digests(lab)["first.img"] == before["first.img"]
    assert digests(lab)["second.img"] != before["second.img"]
    flip(lab.projects / "lab/.mln/snapshots/one/first.root")
    damaged = lab.run("restore", "lab", "one", "--yes")
    assert (damaged.returncode, "is damaged: first.root" in damaged.stderr) == (1, True)
    assert digests(lab)["second.img"] != before["second.img"]
    assert lab.run("snapshots", "rm", "lab", "one", "--yes").returncode == 0
    assert (
        lab.run("restore", "lab", "one", "--yes").stderr
        == "mln: there is no snapshot `one`; mln snapshots lists them\n"
    )
    for name in ("../x", ".x", "a b", "x" * 65):
        assert lab.run("snapshot", "lab", name).returncode == 2
    assert lab.run("snapshot", "lab").returncode == 2
    images = lab.projects / "lab/local/images"
    assert not [name for name in os.listdir(images) if name.endswith(".part")]


def test_clones(lab: Home) -> None:
    done = lab.run("clone", "lab", "copy", "--to", "copy.mln", "-T", "T")
    assert done.returncode == 0, done.stderr
    assert (lab.folder / "copy.mln").read_text() == PROJECT.replace("project lab", "project copy")
    commands = [(lab.projects / name / "local/hosts/first/command.sh").read_text() for name in ("lab", "copy")]
    assert "umid=first.copy" in commands[1]
    macs = [text.partition("fe:fd")[2][:12] for text in commands]
    assert macs[0] != macs[1]
    assert not (lab.projects / "copy/local/images").exists()
    assert lab.run("clone", "lab", "full", "--with-disks", "-T", "T").returncode == 0
    assert digests(lab, "full") == digests(lab)
    assert lab.json("status", "full", code=1)["states"][0]["state"] == "down"
    assert lab.run("clone", "lab", "full").returncode == 1
    assert "x/y" in lab.run("clone", "lab", "x/y", "-T", "T").stderr
    assert lab.run("clone", "copy", "third", "-T", "T").returncode == 0
    assert sorted(os.listdir(lab.projects)) == ["copy", "full", "lab", "third"]


def test_a_name_that_is_no_text_is_not_guessed(lab: Home) -> None:
    text = PROJECT.replace("global { project lab }", "global {\n    $name = odd\n    project $[name]\n}")
    assert lab.run("build", "-f", lab.write("src/odd.mln", text), "-T", "T").returncode == 0
    refused = lab.run("clone", "odd", "new", "-T", "T")
    assert (refused.returncode, "does not say `odd` where it names the project" in refused.stderr) == (1, True)
