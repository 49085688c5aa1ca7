"""Seeds for cloud-init: the same disc as the script's."""

from __future__ import annotations

import os
import re
import tarfile
from pathlib import Path

import pytest
import test_guest_families as families
from codegen_helpers import require, run
from codegen_projects import host
from guest_helpers import snapshot
from image_helpers import machine
from mlnlang_manager.drivers.protocol import Machine
from mlnlang_manager.images import building, seed

from mlnlang.ir import Disk, TransferredFile


@pytest.fixture
def some(tmp_path: Path, files: Path) -> Machine:
    require("xorriso", "openssl")
    (files / "site/deep").mkdir(parents=True)
    (files / "site/deep/page").write_text("hello")
    (files / "site/link").symlink_to("deep/page")
    full = families.full_host()
    made = host("web", "kvm", template="cloud.qcow2", cloud_init=True, root_password="secret", users=full.users,
                interfaces=full.interfaces, authorized_keys=full.authorized_keys, startup=("true",),
                disks=(Disk("root", source="/dev/null"),),
                files=(*full.files, TransferredFile("site", "/srv/", "0640")))  # fmt: skip
    return machine(made, tmp_path / "out")


def disc(path: Path, folder: Path) -> dict[str, tuple[str, int, int, int, bytes]]:
    """The files of a disc, the salt of the hash taken out, and the members of its tar by name."""
    assert path.read_bytes()[0x8028:0x802E] == b"cidata"
    folder.mkdir()
    told = run("xorriso", "-osirrox", "on", "-indev", path, "-extract", "/", folder)
    assert told.returncode == 0, told.stderr
    with tarfile.open(folder / "mln/files.tar") as tar:
        members = {
            m.name.removeprefix("./"): tar.extractfile(m).read()  # type: ignore[union-attr]
            for m in tar if m.isreg()
        }  # fmt: skip
    (folder / "mln/files.tar").unlink()
    found = snapshot(folder)
    text = re.sub(rb"\$6\$[^\"]{20,}", b"HASH", found["user-data"][4])
    assert b"secret" not in text
    assert text.count(b"HASH") == 1
    contents = {name: ("", 0, 0, 0, entry[4]) for name, entry in found.items()}
    return {**contents, "user-data": ("", 0, 0, 0, text), **{n: ("", 0, 0, 0, data) for n, data in members.items()}}


def test_the_same_as_the_script(some: Machine, tmp_path: Path, files: Path) -> None:
    require("dash")
    building.build_root(some, lambda phase, done=0.0: None)
    ours = Path(some.place.images) / "web.seed.iso"
    assert ours.stat().st_mode & 0o777 == 0o600
    libraries = "settings common images filesystem guest"
    script = (
        f"set -eu; MLN_SERVER={some.place.folder}; for l in {libraries}; do . $MLN_SERVER/lib/$l.sh; done;"
        f" subject host web; build_seed {tmp_path}/theirs.iso"
    )
    told = run("dash", "-c", script, env={"MLN_FILES": str(files), "TMPDIR": str(tmp_path)})
    assert told.returncode == 0, told.stdout + told.stderr
    assert disc(ours, tmp_path / "a") == disc(tmp_path / "theirs.iso", tmp_path / "b")
    before = ours.read_bytes()
    building.build_root(some, lambda phase, done=0.0: None)
    assert ours.read_bytes() == before
    os.utime(f"{some.place.folder}/guest/web/seed/user-data", (2**31, 2**31))
    building.build_root(some, lambda phase, done=0.0: None)
    assert ours.read_bytes() != before
    building.remove(some)
    assert os.listdir(some.place.images) == []


def test_a_server_without_a_program_for_discs(some: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "_PROGRAMS", {})
    assert seed.lacking() == ["command xorriso, genisoimage or mkisofs"]
