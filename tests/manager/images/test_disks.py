"""Disks made natively are those that the generated scripts make, in the same places, and go away without a rest."""

from __future__ import annotations

import os
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from codegen_helpers import require, run
from codegen_projects import card, host, static
from guest_helpers import plant
from image_helpers import contents, image_of, machine
from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.images import building, copying, cow, formats, swap

from mlnlang.ir import Disk, Host, Project, TransferredFile, User

MIB = 1 << 20


def build(some: Machine) -> None:
    building.build_root(some, lambda phase, done=0.0: None)


def by_script(some: Machine, tmp_path: Path) -> Path:
    """Run the generated control.sh; returns its images folder."""
    images = tmp_path / "theirs"
    env = {"MLN_IMAGES": str(images), "MLN_TEMPLATES": str(some.place.templates), "MLN_FILES": str(some.place.files)}
    control = f"{some.place.folder}/hosts/{some.host.name}/control.sh"
    told = run("dash", control, "build", env={**env, "TMPDIR": str(tmp_path)})
    assert told.returncode == 0, told.stdout + told.stderr
    return images


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template of 8 MiB with a busybox tree."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return image_of(plant(tmp_path / "tree", "bin/busybox", "etc/inittab"), folder / "busybox.ext4")


def web(backend: str = "uml", *disks: Disk, **values: object) -> Host:
    disks = disks or (Disk("root", template="busybox.ext4"),)
    interfaces = (static("eth0", "web.p", backend, "10.0.0.2"),)
    return host("web", backend, template="busybox.ext4", disks=disks, interfaces=interfaces,
                users=(User("alice", "$6$x$y"),), **values)  # fmt: skip


@pytest.mark.parametrize(
    ("size", "free", "length"), [(None, None, 8), (20 * MIB, None, 20), (None, 5 * MIB, 13), (2 * MIB, None, 8)]
)
def test_a_root_disk_of_any_size(
    size: int | None, free: int | None, length: int, template: Path, tmp_path: Path, files: Path
) -> None:
    require("dash", "resize2fs")
    disks = (
        Disk("root", template="busybox.ext4", size_bytes=size, free_space_bytes=free),
        Disk("swap", size_bytes=MIB),
    )
    some = machine(web("uml", *disks), tmp_path / "out")
    build(some)
    theirs = by_script(some, tmp_path)
    ours = Path(some.place.images)
    assert sorted(os.listdir(ours)) == sorted(os.listdir(theirs)) == ["web.img", "web.swap"]
    root = ours / "web.img"
    assert root.stat().st_size == length * MIB
    assert root.stat().st_mode & 0o777 == 0o600
    superblock = formats.superblock(str(root))
    assert superblock is not None
    assert superblock.size == length * MIB
    assert contents(root, tmp_path) == contents(theirs / "web.img", tmp_path)
    building.remove(some)
    assert os.listdir(ours) == []


def test_swap_is_known_to_others(tmp_path: Path) -> None:
    path = tmp_path / "swap"
    swap.make(str(path), 3 * MIB)
    told = run("swaplabel", path)
    assert told.returncode == 0, told.stderr
    assert "UUID:" in told.stdout
    reference = tmp_path / "reference"
    reference.write_bytes(b"\0" * 3 * MIB)
    assert run("mkswap", reference).returncode == 0
    ours, theirs = path.read_bytes(), reference.read_bytes()
    assert ours[1024:1036] + ours[1052:] == theirs[1024:1036] + theirs[1052:]
    with pytest.raises(DriverError, match="too small"):
        swap.make(str(tmp_path / "tiny"), 4096)


def test_a_volume_that_was_made_stays(template: Path, tmp_path: Path, files: Path) -> None:
    some = machine(web(), tmp_path / "out")
    build(some)
    image = Path(some.place.images) / "web.img"
    image.write_bytes(b"mine")
    build(some)
    assert image.read_bytes() == b"mine"


def test_holes_stay_holes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    with source.open("wb") as file:
        file.truncate(64 * MIB)
        file.seek(30 * MIB + 123)
        file.write(b"x" * 100_000)
    steps: list[float] = []
    how = copying.copy(str(source), str(tmp_path / "target"), steps.append)
    assert how in ("copy", "reflink")
    target = tmp_path / "target"
    assert target.read_bytes() == source.read_bytes()
    assert target.stat().st_blocks * 512 < MIB
    assert target.stat().st_mtime_ns == source.stat().st_mtime_ns
    assert steps[-1] == 1.0


def test_what_fails_leaves_nothing(template: Path, tmp_path: Path, files: Path) -> None:
    some = machine(web(files=(TransferredFile("nothing", "/x"),)), tmp_path / "out")
    with pytest.raises(DriverError, match=f"no file {files}/nothing"):
        build(some)
    assert os.listdir(some.place.images) == []
    template.unlink()
    with pytest.raises(DriverError, match=r"no template .*busybox\.ext4"):
        build(machine(web(), tmp_path / "out"))
    assert f"file {template}" in building.needs(machine(web(), tmp_path / "out"))
    with pytest.raises(DriverError, match="can't be made"), copying.made(str(tmp_path / "tree/etc/passwd/x")):
        raise AssertionError


def test_a_template_with_a_wounded_file_system_is_mended(template: Path, tmp_path: Path, files: Path) -> None:
    run("debugfs", "-w", "-R", "set_super_value state 2", template)
    some = machine(web("uml", Disk("root", template="busybox.ext4", size_bytes=20 * MIB)), tmp_path / "out")
    build(some)
    assert contents(Path(some.place.images) / "web.img", tmp_path)["etc/hostname"][4] == b"web\n"


def test_a_qcow2_overlay(template: Path, tmp_path: Path, files: Path) -> None:
    require("dash", "qemu-img")
    root = Disk("root", template="busybox.ext4", size_bytes=20 * MIB)
    some = machine(web("kvm", root, kernel="/boot/vmlinuz"), tmp_path / "out")
    build(some)
    theirs = by_script(some, tmp_path)
    found = []
    for folder in (Path(some.place.images), theirs):
        image = folder / "web.qcow2"
        told = run("qemu-img", "info", "--output=json", image).stdout
        assert f'"full-backing-filename": "{template}"' in told
        assert f'"virtual-size": {20 * MIB}' in told
        raw = tmp_path / "raw.img"
        assert run("qemu-img", "convert", "-O", "raw", image, raw).returncode == 0
        found.append(contents(raw, tmp_path))
        assert run("qemu-img", "check", image).returncode == 0
    assert found[0] == found[1]
    assert (Path(some.place.images) / "web.qcow2").stat().st_blocks * 512 < 3 * MIB
    building.remove(some)
    assert os.listdir(some.place.images) == []


def test_a_template_that_is_not_what_its_name_says(template: Path, tmp_path: Path, files: Path) -> None:
    require("qemu-img")
    run("qemu-img", "convert", "-O", "qcow2", template, tmp_path / "x")
    shutil.move(tmp_path / "x", template)
    with pytest.raises(DriverError, match="is a qcow2 image and not raw, as its name says"):
        build(machine(web("kvm"), tmp_path / "out"))


def test_an_overlay_of_user_mode_linux(template: Path, tmp_path: Path, files: Path) -> None:
    require("uml_moo", "uml_mkcow")
    some = machine(web("uml", Disk("root", cow_base="busybox.ext4")), tmp_path / "out")
    build(some)
    image = Path(some.place.images) / "web.cow"
    assert image.stat().st_blocks * 512 < MIB
    merged, ours = tmp_path / "merged.img", tmp_path / "ours.img"
    told = run("uml_moo", image, merged)
    assert told.returncode == 0, told.stdout + told.stderr
    cow.merge(str(image), str(ours))
    assert merged.read_bytes() == ours.read_bytes()
    assert contents(merged, tmp_path)["etc/hostname"][4] == b"web\n"
    assert formats.of(str(image)) == formats.Image("cow", "", 8 * MIB)
    empty, reference = tmp_path / "empty.cow", tmp_path / "reference.cow"
    cow.write(str(empty), str(template), str(template))
    assert run("uml_mkcow", reference, template).returncode == 0
    assert empty.read_bytes() == reference.read_bytes()
    os.utime(template, (1, 1))
    with pytest.raises(DriverError, match="no longer as it was"):
        cow.merge(str(image), str(tmp_path / "again"))


def test_a_disk_that_is_there_is_set_up_once(template: Path, tmp_path: Path, files: Path) -> None:
    images = tmp_path / "out/local/images"
    images.mkdir(parents=True)
    shutil.copy(template, images / "own.img")
    some = machine(web("uml", Disk("root", source="own.img")), tmp_path / "other")
    place = replace(some.place, images=str(images))
    some = replace(some, place=place)
    build(some)
    assert contents(images / "own.img", tmp_path)["etc/hostname"][4] == b"web\n"
    before = (images / "own.img").read_bytes()
    build(some)
    assert (images / "own.img").read_bytes() == before
    building.remove(some)
    assert sorted(os.listdir(images)) == ["own.img"]


LVM = """\
#!/bin/sh
# Volumes are files below VG.
name=$(basename "$0")
echo "$name $*" >>{log}
case $name in
lvs) [ -e "{vg}/${{2#*/}}" ] ;;
lvcreate)
    while [ $# -gt 1 ]; do
        case $1 in -L) size=${{2%b}} ;; -n) new=$2 ;; esac
        shift
    done
    truncate -s "$size" "{vg}/$new" ;;
lvrename) mv "{vg}/$2" "{vg}/$3" ;;
lvremove) rm "{vg}/${{2#*/}}" ;;
esac
"""


def test_logical_volumes_by_stand_ins(
    template: Path, tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LVM itself is not tried here: stand-ins check what it is asked for, their volumes are files."""
    from mlnlang_manager.images import plans, volumes

    vg, log = tmp_path / "vg", tmp_path / "lvm.log"
    (tmp_path / "bin").mkdir()
    vg.mkdir()
    for name in ("lvs", "lvcreate", "lvrename", "lvremove"):
        (tmp_path / "bin" / name).write_text(LVM.format(log=log, vg=vg))
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setattr(volumes, "device", lambda group, name: f"{vg}/{name}")
    root = Disk(
        "root", "lvm", template="busybox.ext4", size_bytes=20 * MIB, volume_group="vg0", lvm_options="lock -i 2"
    )
    some = machine(web("xen", root, Disk("swap", "lvm", size_bytes=MIB, volume_group="vg0")), tmp_path / "out")
    assert [part.path for part in plans.parts(some)] == ["/dev/vg0/web.p", "/dev/vg0/web.p.swap"]
    build(some)
    assert sorted(os.listdir(vg)) == ["web.p", "web.p.swap"]
    assert f"lvcreate -y -L {20 * MIB}b -n web.p.part -i 2 vg0" in log.read_text()
    assert contents(vg / "web.p", tmp_path)["etc/hostname"][4] == b"web\n"
    building.remove(some)
    assert os.listdir(vg) == []
    broken = machine(replace(some.host, files=(TransferredFile("nothing", "/x"),)), tmp_path / "out2")
    with pytest.raises(DriverError, match="no file"):
        build(broken)
    assert os.listdir(vg) == []


def test_formats_are_told_by_their_bytes(template: Path, tmp_path: Path) -> None:
    require("qemu-img")
    assert formats.of(str(template)) == formats.Image("raw", "ext", 8 * MIB)
    for name in ("qcow2", "vmdk", "vdi", "vpc", "vhdx", "qcow"):
        path = tmp_path / name
        assert run("qemu-img", "convert", "-f", "raw", "-O", name, template, path).returncode == 0
        found = formats.of(str(path))
        assert found.format == name
        if name not in ("vhdx", "vpc"):
            assert found.virtual_size == 8 * MIB
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert formats.of(str(empty)) == formats.Image("raw", "", 0)
    assert [formats.by_name(n) for n in ("a.QCOW2", "x/b.ext4", "c.vhd", "d")] == ["qcow2", "raw", "vpc", "raw"]
    broken = tmp_path / "broken"
    broken.write_bytes(b"QFI\xfb" + struct.pack(">I", 3))
    assert formats.of(str(broken)).format == "raw"


def test_only_the_machine_that_is_meant(template: Path, tmp_path: Path, files: Path) -> None:
    here, there = web(), replace(web(), name="far", service_host="other")
    project = Project("p", (here, there))
    some = machine(here, tmp_path / "out", project)
    build(some)
    assert os.listdir(some.place.images) == ["web.img"]
    assert not building.handles(machine(host("v", "vmware", interfaces=(card("eth0", "v.p", "vmware"),)), tmp_path))
