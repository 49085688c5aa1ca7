"""Setting guests up natively leaves the same guest as the generated guest.sh, on images and on mounted trees."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import test_guest_families as families
from codegen_helpers import require, run
from codegen_projects import host, static
from guest_helpers import plant, set_up, snapshot
from image_helpers import contents, disk_of, image_of, machine
from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.images.guest import configure

from mlnlang.ir import AuthorizedKey, GuestFile, Host, Project, TransferredFile, User


def environment(files: Path, tmp_path: Path) -> dict[str, str]:
    return {"MLN_FILES": str(files), "TMPDIR": str(tmp_path)}


@pytest.mark.parametrize("name", families.IMAGES)
def test_the_same_as_the_script_on_an_image(name: str, tmp_path: Path, files: Path) -> None:
    require("dash", "debugfs", "mke2fs")
    tree = families.image(tmp_path, name)
    theirs = image_of(tree, tmp_path / "theirs.ext4")
    ours = Path(shutil.copy(theirs, tmp_path / "ours.ext4"))
    told = set_up(families.full_host(), theirs, tmp_path / "out", env=environment(files, tmp_path))
    assert told.returncode == 0, told.stderr
    configure(str(ours), machine(families.full_host(), tmp_path / "out"))
    expected = contents(theirs, tmp_path)
    assert contents(ours, tmp_path) == expected
    log = (tmp_path / "out/log/host-web.log").read_text()
    assert f"the guest is of the family {families.IMAGES[name][2]}" in log


@pytest.mark.parametrize("name", families.IMAGES)
def test_the_same_as_the_script_on_a_tree(name: str, tmp_path: Path, files: Path) -> None:
    require("dash")
    theirs = families.image(tmp_path, name)
    ours = Path(shutil.copytree(theirs, tmp_path / "ours", symlinks=True))
    told = set_up(families.full_host(), theirs, tmp_path / "out", env=environment(files, tmp_path))
    assert told.returncode == 0, told.stderr
    configure(str(ours), machine(families.full_host(), tmp_path / "out"))
    assert snapshot(ours) == snapshot(theirs)


@pytest.mark.parametrize("name", ["debian server", "old red hat", "tumbleweed", "busybox"])
def test_twice_is_once(name: str, tmp_path: Path, files: Path) -> None:
    """The second time, not a byte of the image is written."""
    image = image_of(families.image(tmp_path, name), tmp_path / "disk.ext4")
    web = machine(families.full_host(), tmp_path / "out")
    configure(str(image), web)
    before = image.read_bytes()
    configure(str(image), web)
    assert image.read_bytes() == before


def small(**values: object) -> Host:
    return host("web", "uml", template="x.ext4", interfaces=(static("eth0", "web.p", "uml", "10.0.0.2"),), **values)


def test_a_root_password_in_clear_is_hashed_and_never_an_argument(
    tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("openssl")
    seen = tmp_path / "seen"
    stand_in = tmp_path / "bin/openssl"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\necho "$@" >>{seen}\nexec {shutil.which("openssl")} "$@"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stand_in.parent}:/usr/bin:/bin")
    image = image_of(plant(tmp_path / "tree"), tmp_path / "disk.ext4")
    configure(str(image), machine(small(root_password="ge'heim \\x"), tmp_path / "out"))
    hashed = contents(image, tmp_path)["etc/shadow"][4].decode().splitlines()[0].split(":")[1]
    made = run("perl", "-e", "print crypt($ARGV[0], $ARGV[1])", "ge'heim \\x", hashed)
    assert made.stdout == hashed
    assert hashed.startswith("$6$")
    assert "heim" not in seen.read_text()
    assert "heim" not in (tmp_path / "out/log/host-web.log").read_text()


def test_a_full_disk_is_an_error(tmp_path: Path, files: Path) -> None:
    image = image_of(plant(tmp_path / "tree"), tmp_path / "disk.ext4", "512K", "ext2")
    (files / "big").write_bytes(b"x" * 900_000)
    web = machine(small(files=(TransferredFile("big", "/srv/big"),)), tmp_path / "out")
    with pytest.raises(DriverError, match=r"can't be written: .*[Cc]ould not allocate block"):
        configure(str(image), web)


@pytest.mark.parametrize("kind", ["image", "tree"])
def test_accounts_that_files_do_not_make_easy(kind: str, tmp_path: Path, files: Path) -> None:
    """A last line without an end, no group file at all: new accounts get lines of their own and their numbers."""
    require("dash")
    tree = plant(tmp_path / "tree")
    (tree / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh")
    (tree / "etc/group").unlink()
    made = small(users=(User("bob", "$6$x$y"), User("eve", uid=77)))
    places = [tree, tmp_path / "ours"]
    if kind == "image":
        places = [image_of(tree, tmp_path / "theirs.ext4"), tmp_path / "ours.ext4"]
        shutil.copy(*places)
    else:
        shutil.copytree(*places, symlinks=True)
    told = set_up(made, places[0], tmp_path / "out", env=environment(files, tmp_path))
    assert told.returncode == 0, told.stderr
    configure(str(places[1]), machine(made, tmp_path / "out"))
    found = [snapshot(place) if kind == "tree" else contents(place, tmp_path) for place in places]
    assert found[0] == found[1]
    assert found[1]["etc/passwd"][4].decode().splitlines()[1:] == [
        "bob:x:1000:1000::/home/bob:/bin/sh", "eve:x:77:77::/home/eve:/bin/sh",
    ]  # fmt: skip
    assert found[1]["home/bob"][2:4] == (1000, 1000)
    assert found[1]["etc/group"][4] == b"bob:x:1000:\neve:x:77:\n"


def test_folders_with_modes_owners_and_links_from_the_server(tmp_path: Path, files: Path) -> None:
    require("dash")
    folder = files / "site"
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/page").write_text("hello")
    (folder / "deep/run").write_text("#!/bin/sh\n")
    (folder / "deep/run").chmod(0o4711)
    (folder / "deep").chmod(0o700)
    (folder / "a b").write_text("")
    (folder / "link").symlink_to("deep/er/page")
    made = small(
        files=(TransferredFile("site", "/srv/"), TransferredFile("site", "/opt/x", "0640")),
        authorized_keys=(AuthorizedKey("root", "ssh-rsa AAA x"), AuthorizedKey("root", "ssh-rsa AAA x")),
        guest_files=(GuestFile("/srv/site/link", "no link\n"),),
    )  # fmt: skip
    theirs = image_of(plant(tmp_path / "tree"), tmp_path / "theirs.ext4")
    ours = Path(shutil.copy(theirs, tmp_path / "ours.ext4"))
    told = set_up(made, theirs, tmp_path / "out", env=environment(files, tmp_path))
    assert told.returncode == 0, told.stderr
    configure(str(ours), machine(made, tmp_path / "out"))
    found = contents(ours, tmp_path)
    assert found == contents(theirs, tmp_path)
    for image in (ours, theirs):  # what is dumped has lost this bit
        assert "Mode:  04711" in run("debugfs", "-R", "stat /srv/site/deep/run", image).stdout
    assert found["opt/x/deep"][1] == 0o750
    assert found["srv/site/link"][0] == "link"


def test_what_is_in_the_way_is_named(tmp_path: Path, files: Path) -> None:
    image = image_of(plant(tmp_path / "tree", "etc/hostname/", "srv"), tmp_path / "disk.ext4")
    with pytest.raises(DriverError, match="has a folder where /etc/hostname belongs"):
        configure(str(image), machine(small(), tmp_path / "out"))
    (tmp_path / "tree/etc/hostname").rmdir()
    image_of(tmp_path / "tree", image)
    web = machine(replace(small(), guest_files=(GuestFile("/srv/x", ""),)), tmp_path / "out")
    with pytest.raises(DriverError, match="can't be written"):
        configure(str(image), web)
    with pytest.raises(DriverError, match="the guest knows no nobody in /etc/passwd"):
        configure(str(image), machine(replace(small(), guest_files=(GuestFile("/x", "", owner="nobody"),)), tmp_path))


def test_a_partition_is_found_without_mounting(tmp_path: Path, files: Path) -> None:
    """A disk with a partition table: an empty ext file system, and one with the guest."""
    tree = plant(tmp_path / "tree", "bin/busybox", "etc/inittab")
    disk = disk_of(tmp_path, tree)
    assert configure(str(disk), machine(small(), tmp_path / "out"))
    part = tmp_path / "part.ext4"
    part.write_bytes(disk.read_bytes()[10 << 20 : 18 << 20])
    assert contents(part, tmp_path)["etc/hostname"][4] == b"web\n"


def test_libguestfs_where_nothing_else_helps(tmp_path: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for guestmount that checks how it is called: libguestfs itself is not tried here."""
    disk = tmp_path / "disk.img"
    disk.write_bytes(b"\0" * 510 + b"\x55\xaa" + b"\0" * 4096)
    with pytest.raises(DriverError, match="needs the command guestmount"):
        configure(str(disk), machine(small(), tmp_path / "out"))
    tree = plant(tmp_path / "tree", "bin/busybox", "etc/inittab")
    (tmp_path / "bin").mkdir()
    mount, unmount = tmp_path / "bin/guestmount", tmp_path / "bin/guestunmount"
    mount.write_text(f'#!/bin/sh\n[ "$1 $2 $3 $4" = "-a {disk} -i --rw" ] && rmdir "$5" && ln -s {tree} "$5"\n')
    unmount.write_text(f'#!/bin/sh\nrm "$1" && mkdir "$1" && echo done >{tmp_path}/unmounted\n')
    for path in (mount, unmount):
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    assert configure(str(disk), machine(small(), tmp_path / "out"))
    assert (tree / "etc/hostname").read_text() == "web\n"
    assert (tmp_path / "unmounted").exists()


def test_windows_is_left_the_same(tmp_path: Path, files: Path) -> None:
    require("dash")
    made = host(
        "win", "vmware", root_password="ge'heim", interfaces=(static("eth0", "win.p", "vmware", "10.0.0.9"),),
        users=(User("bob", "$6$x$y"),), files=(TransferredFile("motd", "/Users/Public/"),), startup=("echo %PATH%",),
        authorized_keys=(AuthorizedKey("root", source="root.pub"),),
    )  # fmt: skip
    trees = [tmp_path / "theirs", tmp_path / "ours"]
    for tree in trees:
        (tree / "Windows/System32/drivers/etc").mkdir(parents=True)
        (tree / "Windows/System32/drivers/etc/hosts").write_bytes(b"# mine\r\n")
    told = set_up(made, trees[0], tmp_path / "out", env=environment(files, tmp_path))
    assert told.returncode == 0, told.stderr
    configure(str(trees[1]), machine(made, tmp_path / "out", Project("p", (made,))))
    assert snapshot(trees[1]) == snapshot(trees[0])
