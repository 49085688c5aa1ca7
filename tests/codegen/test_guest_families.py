"""Setting guests up whose image is a folder: which family is found, what it gets, and that twice is once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from codegen_helpers import require, run
from codegen_projects import card, host, static
from guest_helpers import plant, set_up, snapshot
from mlnlang_codegen import generate

from mlnlang.ir import AuthorizedKey, Group, GuestFile, Host, Project, TransferredFile, User

#: Image → its files, its os-release, and what is to be found.
IMAGES = {
    "debian 12 cloud": (
        ("usr/lib/systemd/systemd", "usr/sbin/netplan", "etc/debian_version", "bin/bash", "bin/busybox", "etc/inittab"),
        "ID=debian\n", "debian; its network: netplan",
    ),
    "ubuntu": (
        ("lib/systemd/systemd", "usr/sbin/netplan", "usr/sbin/NetworkManager"),
        "ID=ubuntu\nID_LIKE=debian\n", "debian; its network: netplan",
    ),
    "debian server": (
        ("lib/systemd/systemd", "sbin/ifup", "lib/systemd/systemd-networkd", "etc/debian_version"),
        "ID=debian\n", "debian; its network: ifupdown",
    ),
    "debian container": (
        ("lib/systemd/systemd", "lib/systemd/systemd-networkd"), 'ID="debian"\n', "debian; its network: networkd",
    ),
    "old debian": (
        ("etc/debian_version", "etc/network/interfaces", "sbin/ifup", "etc/init.d/", "etc/rc3.d/", "etc/init.d/rcS"),
        "", "debian; its network: ifupdown",
    ),
    "rocky 9": (
        ("usr/lib/systemd/systemd", "usr/sbin/NetworkManager", "etc/sysconfig/network-scripts/", "etc/redhat-release"),
        'ID="rocky"\nID_LIKE="rhel centos fedora"\n', "redhat; its network: networkmanager",
    ),
    "centos 7": (
        ("usr/lib/systemd/systemd", "usr/sbin/NetworkManager", "etc/rc.d/init.d/network", "etc/redhat-release"),
        'ID="centos"\nID_LIKE="rhel fedora"\n', "redhat; its network: ifcfg",
    ),
    "old red hat": (
        ("etc/redhat-release", "etc/sysconfig/network-scripts/", "etc/rc.d/rc3.d/", "etc/rc.d/init.d/"),
        "", "redhat; its network: ifcfg",
    ),
    "leap": (
        ("usr/lib/systemd/systemd", "usr/sbin/wicked", "etc/sysconfig/network/"),
        'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse; its network: wicked",
    ),
    "tumbleweed": (
        ("usr/lib/systemd/systemd", "usr/sbin/NetworkManager"), 'ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n',
        "suse; its network: networkmanager",
    ),
    "old suse": (("etc/SuSE-release", "etc/sysconfig/network/", "etc/HOSTNAME", "etc/init.d/rc3.d/"), "",
                 "suse; its network: wicked"),
    "busybox": (("bin/busybox", "etc/inittab", "etc/init.d/rcS"), "", "busybox; its network: ifupdown"),
    "alpine": (("sbin/openrc", "bin/busybox", "etc/inittab", "etc/alpine-release"), "ID=alpine\n",
               "busybox; its network: ifupdown"),
    "arch": (("usr/lib/systemd/systemd", "usr/lib/systemd/systemd-networkd"), "ID=arch\n",
             "other; its network: networkd"),
}  # fmt: skip

NETWORK = {
    "netplan": "etc/netplan/60-mln.yaml", "ifupdown": "etc/network/interfaces",
    "networkd": "etc/systemd/network/70-mln-eth0.network",
    "networkmanager": "etc/NetworkManager/system-connections/mln-eth0.nmconnection",
    "ifcfg": "etc/sysconfig/network-scripts/ifcfg-eth0", "wicked": "etc/sysconfig/network/ifcfg-eth0",
}  # fmt: skip


def full_host(**values: object) -> Host:
    """One of everything."""
    return host(
        "web", "xen", root_password="$6$r$r", nameserver="10.0.0.53",
        interfaces=(static("eth0", "web.p", "xen", "10.0.0.2"), card("eth1", "web.p", "xen", switch="lan")),
        users=(User("alice", "$6$x$y", uid=1234), User("a.b", "$6$z$z", "/srv/a b"), User("old", "$6$new$new")),
        groups=(Group("staff", ("alice", "old")), Group("empty")),
        authorized_keys=(AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"), AuthorizedKey("root", source="root.pub")),
        files=(TransferredFile("motd", "/etc/motd", "0640"),), modules=("dummy numdummies=2", "loop"),
        guest_files=(
            GuestFile("/etc/app.conf", "a = 1", "0600", "alice", "staff"),
            GuestFile("/etc/debian.conf", "d\n", families=("debian",)),
            GuestFile("/etc/both.conf", "b\n", families=("debian", "redhat")),
            GuestFile("/etc/hosts", "10.9.9.9 far\n", append=True),
        ),
        startup=("echo up; x='$HOME'",), shutdown=("echo down",), **values,
    )  # fmt: skip


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """Where the server's files are."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/motd").write_text("welcome\n")
    (tmp_path / "files/root.pub").write_text("ssh-rsa BBBB root\n")
    return {"MLN_FILES": str(tmp_path / "files"), "TMPDIR": str(tmp_path)}


def image(tmp_path: Path, name: str) -> Path:
    """A tree like that image's."""
    paths, release, _ = IMAGES[name]
    tree = plant(tmp_path / "tree", *paths)
    if release:
        (tree / "usr/lib").mkdir(parents=True, exist_ok=True)
        (tree / "usr/lib/os-release").write_text(release)
        (tree / "etc/os-release").symlink_to("../usr/lib/os-release")
    return tree


@pytest.mark.parametrize("name", IMAGES)
def test_a_guest_of_each_family(name: str, tmp_path: Path, env: dict[str, str]) -> None:
    require("dash")
    tree = image(tmp_path, name)
    expected = IMAGES[name][2]
    told = set_up(full_host(), tree, tmp_path / "out", env=env)
    assert told.returncode == 0, told.stderr
    assert f"the guest is of the family {expected}" in told.stdout
    assert ("does not tell its family" in told.stderr) == (name == "arch")
    style = expected.rpartition(" ")[2]
    assert [s for s, path in NETWORK.items() if (tree / path).exists() and "10.0.0.2" in (tree / path).read_text()] == [
        style
    ]
    assert not list(tree.rglob("*eth1*")) or {p.suffix for p in tree.rglob("*eth1*")} == {".link"}
    assert (tree / "etc/hostname").read_text() == "web\n"
    hosts = (tree / "etc/hosts").read_text().splitlines()
    assert hosts[1] == "127.0.1.1 web.p web"
    assert hosts[-2:] == ["10.0.0.2 web.p web", "10.9.9.9 far"]
    assert (tree / "etc/resolv.conf").read_text() == "nameserver 10.0.0.53\n"
    assert (tree / "etc/debian.conf").exists() == expected.startswith("debian")
    assert (tree / "etc/both.conf").exists() == expected.startswith(("debian", "redhat"))
    accounts_are_right(tree)
    runs_at_boot(tree, name)


def accounts_are_right(tree: Path) -> None:
    """Users, groups, hashes, homes, keys, owners, modes: read as login and sshd do."""
    passwd = {line.split(":")[0]: line.split(":") for line in (tree / "etc/passwd").read_text().splitlines()}
    group = {line.split(":")[0]: line.split(":") for line in (tree / "etc/group").read_text().splitlines()}
    shadow = {line.split(":")[0]: line.split(":")[1] for line in (tree / "etc/shadow").read_text().splitlines()}
    assert passwd["alice"][2:4] == ["1234", group["alice"][2]]
    assert passwd["a.b"][5] == "/srv/a b"
    assert passwd["alice"][6] == ("/bin/bash" if (tree / "bin/bash").exists() else "/bin/sh")
    assert group["staff"][3] == "alice,old"
    assert group["empty"][3] == ""
    assert shadow == {"root": "$6$r$r", "old": "$6$new$new", "alice": "$6$x$y", "a.b": "$6$z$z"}
    assert (tree / "etc/shadow").stat().st_mode & 0o7777 == 0o640
    keys = tree / "home/alice/.ssh/authorized_keys"
    assert keys.read_text() == "ssh-ed25519 AAAA a@b\n"
    assert (keys.stat().st_uid, keys.stat().st_mode & 0o777, keys.parent.stat().st_mode & 0o777) == (1234, 0o600, 0o700)
    assert (tree / "root/.ssh/authorized_keys").read_text() == "ssh-rsa BBBB root\n"
    app = tree / "etc/app.conf"
    assert app.read_text() == "a = 1"
    assert (app.stat().st_uid, app.stat().st_gid, app.stat().st_mode & 0o777) == (1234, int(group["staff"][2]), 0o600)
    assert (tree / "etc/motd").stat().st_mode & 0o777 == 0o640


def runs_at_boot(tree: Path, name: str) -> None:
    """The start-up lines are there, and something runs them."""
    script = (tree / "etc/mln/startup").read_text().splitlines()
    assert script == [f"#!/bin/{'bash' if (tree / 'bin/bash').exists() else 'sh'}", "echo up; x='$HOME'"]
    assert (tree / "etc/mln/startup").stat().st_mode & 0o777 == 0o755
    if any((tree / path).exists() for path in ("lib/systemd/systemd", "usr/lib/systemd/systemd")):
        link = tree / "etc/systemd/system/multi-user.target.wants/mln.service"
        assert link.readlink() == Path("/etc/systemd/system/mln.service")
        assert (tree / "etc/modules-load.d/mln.conf").read_text() == "dummy\nloop\n"
        assert (tree / "etc/modprobe.d/mln.conf").read_text() == "options dummy numdummies=2\n"
        assert "Name=eth0" in (tree / "etc/systemd/network/70-mln-eth0.link").read_text()
        return
    assert (tree / "etc/modules").read_text() == "dummy numdummies=2\nloop\n"
    assert 'NAME="eth0"' in (tree / "etc/udev/rules.d/70-persistent-net.rules").read_text()
    folders = {"old debian": "etc", "old red hat": "etc/rc.d", "old suse": "etc/init.d"}
    if name in folders:
        assert (tree / folders[name] / "rc3.d/S99mln").is_symlink()
        assert (tree / folders[name] / "rc0.d/K01mln").is_symlink()
    elif name == "alpine":
        assert "boot start" in (tree / "etc/local.d/mln.start").read_text()
    else:
        assert (tree / "etc/init.d/rcS").read_text().splitlines() == [
            "hostname -F /etc/hostname", "sh /etc/mln/boot modules", "ifup -a", "sh /etc/mln/boot start",
        ]  # fmt: skip
        assert (tree / "etc/inittab").read_text() == "::shutdown:sh /etc/mln/boot stop\n"


@pytest.mark.parametrize("name", ["debian server", "old red hat", "tumbleweed", "busybox"])
def test_twice_is_once(name: str, tmp_path: Path, env: dict[str, str]) -> None:
    require("dash")
    tree = image(tmp_path, name)
    assert set_up(full_host(), tree, tmp_path / "out", env=env).returncode == 0
    before = snapshot(tree)
    assert set_up(full_host(), tree, tmp_path / "out", env=env).returncode == 0
    assert snapshot(tree) == before


def test_the_project_s_word_counts(tmp_path: Path, env: dict[str, str]) -> None:
    tree = image(tmp_path, "debian server")
    told = set_up(full_host(family="suse"), tree, tmp_path / "out", env=env)
    assert told.returncode == 0, told.stderr
    assert "of the family suse, as the project says" in told.stdout
    assert (tree / NETWORK["wicked"]).exists()
    assert not (tree / NETWORK["ifupdown"]).exists()


def test_a_setting_of_old_red_hat_keeps_the_others(tmp_path: Path, env: dict[str, str]) -> None:
    tree = image(tmp_path, "old red hat")
    (tree / "etc/sysconfig/network").write_text("NETWORKING=no\nHOSTNAME=x\nGATEWAYDEV=eth0\nHOSTNAME=y\n")
    assert set_up(full_host(), tree, tmp_path / "out", env=env).returncode == 0
    assert (tree / "etc/sysconfig/network").read_text() == "NETWORKING=yes\nHOSTNAME=web.p\nGATEWAYDEV=eth0\n"


@pytest.mark.parametrize(("said", "labelled"), [("enforcing", True), ("disabled", False)])
def test_selinux_labels_what_was_written_from_outside(
    said: str, labelled: bool, tmp_path: Path, env: dict[str, str]
) -> None:
    tree = image(tmp_path, "rocky 9")
    (tree / "etc/selinux").mkdir()
    (tree / "etc/selinux/config").write_text(f"# SELINUX=x\nSELINUX={said}\n")
    assert set_up(full_host(), tree, tmp_path / "out", env=env).returncode == 0
    assert (tree / ".autorelabel").exists() == labelled


def test_links_of_the_image_lead_nowhere_outside(tmp_path: Path, env: dict[str, str]) -> None:
    tree = image(tmp_path, "debian server")
    (tree / "home").symlink_to("/../../../../../../tmp/elsewhere")
    outside = snapshot(tmp_path / "files")
    assert set_up(full_host(), tree, tmp_path / "out", env=env).returncode == 0
    assert (tree / "tmp/elsewhere/alice/.ssh/authorized_keys").exists()
    assert snapshot(tmp_path / "files") == outside


def test_an_ext_image_gets_the_same(tmp_path: Path, env: dict[str, str]) -> None:
    require("mke2fs", "debugfs")
    tree = image(tmp_path, "old debian")
    disk = tmp_path / "disk.ext4"
    assert run("mke2fs", "-q", "-t", "ext4", "-F", "-d", tree, disk, "8M").returncode == 0
    for where in (tree, disk):
        told = set_up(full_host(), where, tmp_path / "out", env=env)
        assert told.returncode == 0, told.stderr
        assert "family debian; its network: ifupdown" in told.stdout
    back = tmp_path / "back"
    back.mkdir()
    run("debugfs", "-R", f"rdump / {back}", disk)
    shutil.rmtree(back / "lost+found")
    assert snapshot(back) == snapshot(tree)
    assert run("e2fsck", "-fn", disk).returncode == 0


def test_a_windows_disk(tmp_path: Path, env: dict[str, str]) -> None:
    made = host(
        "win", "vmware", root_password="ge'heim", interfaces=(static("eth0", "win.p", "vmware", "10.0.0.9"),),
        users=(User("bob", "$6$x$y"),), files=(TransferredFile("motd", "/Users/Public/"),), startup=("echo %PATH%",),
        authorized_keys=(AuthorizedKey("root", source="root.pub"),),
    )  # fmt: skip
    tree = tmp_path / "tree"
    (tree / "Windows/System32/drivers/etc").mkdir(parents=True)
    (tree / "Windows/System32/drivers/etc/hosts").write_bytes(b"# mine\r\n")
    told = set_up(made, tree, tmp_path / "out", env=env)
    assert told.returncode == 0, told.stderr
    assert "of the family windows" in told.stdout
    assert (tree / "mln/password").read_text() == "ge'heim\n"
    assert (tree / "mln/password").stat().st_mode & 0o777 == 0o600
    assert (tree / "mln/startup.cmd").read_bytes() == b"echo %PATH%\r\n"
    assert (tree / "mln/key0").read_text() == "ssh-rsa BBBB root\n"
    assert (tree / "Users/Public/motd").read_text() == "welcome\n"
    assert (tree / "Windows/System32/drivers/etc/hosts").read_bytes() == b"# mine\r\n10.0.0.9 win.p win\n"
    assert "firstboot.ps1" in (tree / "Windows/Setup/Scripts/SetupComplete.cmd").read_text()
    assert "Set-MlnName 'win'" in (tree / "mln/firstboot.ps1").read_text()
    assert not (tree / "etc").exists()
    before = snapshot(tree)
    assert set_up(made, tree, tmp_path / "out", env=env).returncode == 0
    assert snapshot(tree) == before


def test_windows_is_left_alone_when_nothing_is_asked() -> None:
    win = host("w", "xen", template="winXP.template", hvm=True, interfaces=(card("eth0", "w.p", "xen", switch="lan"),))
    paths = [f.path for f in generate(Project("p", (win,))).files]
    assert "local/hosts/w/xl.cfg" in paths
    assert "local/guest/w/guest.sh" not in paths


def test_few_files_a_host() -> None:
    files = [f.path for f in generate(Project("p", (full_host(),))).files]
    assert [p for p in files if "/hosts/web/" in p or "/guest/web/" in p] == [
        "local/guest/web/guest.sh",
        "local/hosts/web/control.sh",
        "local/hosts/web/domain.xml",
        "local/hosts/web/xl.cfg",
    ]
