"""Seeds of cloud-init: valid by its own schema, rendered by its own code, discs read back, applied in a guest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from codegen_helpers import SEARCH, require, run, write_plan
from codegen_projects import MIB, card, host, static, switch
from guest_helpers import plant, snapshot
from mlnlang_codegen import check, generate

from mlnlang.ir import AuthorizedKey, Disk, Group, GuestFile, Host, Mount, Project, TransferredFile, User


def plain(backend: str = "kvm") -> Host:
    """The least."""
    return host("plain", backend, template="debian.qcow2", cloud_init=True)


def full(backend: str = "kvm") -> Host:
    """One of everything."""
    return host(
        "web", backend, template="debian-12.qcow2", cloud_init=True, nameserver="10.0.0.53", root_password="ge'heim $1",
        disks=(Disk("root", template="debian-12.qcow2"), Disk("swap", size_bytes=MIB)),
        interfaces=(
            card("eth0", "web.p", backend, switch="lan", address="10.0.0.2", prefix_length=24, gateway="10.0.0.1"),
            card("eth1", "web.p", backend, switch="lan", address="dhcp"),
            card("eth2", "web.p", backend, switch="lan", address="2001:db8::2", prefix_length=64,
                 gateway="2001:db8::1"),
            card("eth3", "web.p", backend, switch="lan"),
        ),
        users=(User("alice", "$6$x$y", "/srv/alice", 2000), User("bob")),
        groups=(Group("staff", ("alice", "bob", "debian")), Group("empty")),
        files=(TransferredFile("motd", "/etc/motd", "0640"), TransferredFile("site", "/var/www/")),
        authorized_keys=(
            AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"), AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"),
            AuthorizedKey("root", "ssh-rsa CCCC r"), AuthorizedKey("old", source="old.pub"),
        ),
        mounts=(Mount("nas:/export", "/mnt/x", "nfs", "ro"),), modules=("dummy numdummies=2",),
        guest_files=(
            GuestFile("/etc/app.conf", "a: 1\n# 'x' \"y\" $z\n", "0640", "alice", "staff"),
            GuestFile("/etc/odd", "\x01\r\n\x7f\n"), GuestFile("/etc/more", "line\n", append=True),
            GuestFile("/etc/httpd/x.conf", "never\n", families=("redhat",)),
        ),
        startup=("echo up",), shutdown=("echo down",), user_data=("apt-get update", "echo \"$HOME\""),
    )  # fmt: skip


def project(*hosts: Host) -> Project:
    """With a neighbour whose address every guest learns."""
    neighbour = host("near", hosts[0].backend, interfaces=(static("eth0", "near.p", hosts[0].backend, "10.0.0.3"),))
    return Project("p", (*hosts, neighbour), (switch("lan", "p", hosts[0].backend),))


def seed(made: Host) -> dict[str, str]:
    """A seed's files by name."""
    files = generate(project(made)).files
    return {f.path.rpartition("/")[2]: f.content for f in files if f"/guest/{made.name}/seed/" in f.path}


@pytest.mark.parametrize("make", [plain, full])
@pytest.mark.parametrize("backend", ["kvm", "xen", "vmware"])
def test_cloud_init_finds_nothing_wrong(make: Callable[[str], Host], backend: str, tmp_path: Path) -> None:
    require("cloud-init")
    found = seed(make(backend))
    assert sorted(found) == ["meta-data", "network-config", "user-data"]
    path = tmp_path / "user-data"
    path.write_text(found["user-data"])
    told = run("cloud-init", "schema", "--config-file", path)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Valid" in told.stdout + told.stderr
    assert "deprecat" not in (told.stdout + told.stderr).lower()
    if "--schema-type" in run("cloud-init", "schema", "--help").stdout:
        path.write_text(found["network-config"])
        assert run("cloud-init", "schema", "-t", "network-config", "--config-file", path).returncode == 0


def test_what_a_seed_says() -> None:
    found = seed(full())
    config = yaml.safe_load(found["user-data"])
    assert found["user-data"].startswith("#cloud-config\n")
    assert (config["hostname"], config["fqdn"]) == ("web", "web.p")
    alice, bob, root = config["users"]
    assert alice == {
        "name": "alice", "shell": "/bin/bash", "uid": 2000, "homedir": "/srv/alice", "lock_passwd": False,
        "hashed_passwd": "$6$x$y", "groups": ["staff"], "ssh_authorized_keys": ["ssh-ed25519 AAAA a@b"],
    }  # fmt: skip
    assert bob == {"name": "bob", "shell": "/bin/bash", "groups": ["staff"]}
    assert root == {"name": "root", "ssh_authorized_keys": ["ssh-rsa CCCC r"]}
    assert config["groups"] == ["staff", "empty"]
    assert config["disable_root"] is False
    assert config["mounts"] == [
        ["/dev/vdb", "none", "swap", "sw", "0", "0"],
        ["nas:/export", "/mnt/x", "nfs", "ro", "0", "0"],
    ]
    assert config["bootcmd"] == [["modprobe", "dummy", "numdummies=2"]]
    files = {file["path"]: file for file in config["write_files"]}
    assert files["/etc/app.conf"] == {
        "path": "/etc/app.conf", "permissions": "0640", "content": "a: 1\n# 'x' \"y\" $z\n", "owner": "alice:staff",
        "defer": True,
    }  # fmt: skip
    assert files["/etc/odd"]["encoding"] == "b64"
    assert files["/etc/more"]["append"] is True
    assert "/etc/httpd/x.conf" not in files
    assert files["/etc/mln/user_data"]["content"] == '#!/bin/bash\napt-get update\necho "$HOME"\n'
    assert config["runcmd"][-1] == ["/etc/mln/user_data"]
    assert ["usermod", "-a", "-G", "staff", "debian"] in config["runcmd"]
    assert "geheim" not in found["user-data"].replace("'", "")
    meta = yaml.safe_load(found["meta-data"])
    assert meta["local-hostname"] == "web"
    assert meta["instance-id"].startswith("web.p-")


def test_a_changed_seed_is_another_instance() -> None:
    first, second = (yaml.safe_load(seed(made)["meta-data"])["instance-id"] for made in (plain(), full()))
    assert first.split("-")[-1] != second.split("-")[-1]
    assert seed(full()) == seed(full())


@pytest.mark.parametrize(("kind", "where"), [("eni", "etc/network"), ("netplan", "etc/netplan"), ("sysconfig", "etc")])
def test_cloud_init_renders_the_network(kind: str, where: str, tmp_path: Path) -> None:
    require("cloud-init")
    made = full()
    source = tmp_path / "network-config"
    source.write_text(seed(made)["network-config"])
    macs = [word for i in made.interfaces for word in ("-m", f"{i.name},{i.mac}")]
    told = run("cloud-init", "devel", "net-convert", "-p", source, "-k", "yaml", "-d", tmp_path / "out", "-D",
               "debian" if kind != "sysconfig" else "centos", "-O", kind, *macs)  # fmt: skip
    assert told.returncode == 0, told.stderr
    at = tmp_path / "out" / where
    text = at.read_text() if at.is_file() else "".join(p.read_text() for p in sorted(at.rglob("*")) if p.is_file())
    for part in ("10.0.0.2", "10.0.0.1", "2001:db8::2", "2001:db8::1", "dhcp", "10.0.0.53"):
        assert part in text, text
    assert "eth3" not in text


@pytest.mark.parametrize("make", [plain, full])
def test_netplan_takes_the_network_too(make: Callable[[], Host], tmp_path: Path) -> None:
    require("netplan")
    path = tmp_path / "etc/netplan/x.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"network": yaml.safe_load(seed(make())["network-config"])}))
    path.chmod(0o600)
    told = run("netplan", "generate", "--root-dir", tmp_path)
    assert told.returncode == 0, told.stderr
    if make is full:
        assert "Address=10.0.0.2/24" in (tmp_path / "run/systemd/network/10-netplan-eth0.network").read_text()


# ---------------------------------------------------------------- the disc
@pytest.fixture
def server(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """The plan of `full` on a server that has its files."""
    require("isoinfo", "openssl", "find", "tar")
    files = tmp_path / "files"
    (files / "site/sub").mkdir(parents=True)
    (files / "site/index.html").write_text("<html>\n")
    (files / "site/sub/link").symlink_to("../index.html")
    (files / "motd").write_text("welcome\n")
    (files / "old.pub").write_text("# mine\nssh-rsa DDDD old\n\nssh-rsa EEEE old\n")
    folder = write_plan(generate(project(full())), tmp_path / "the server") / "local"
    return folder, {"MLN_FILES": str(files), "MLN_IMAGES": str(tmp_path / "my images"), "TMPDIR": str(tmp_path)}


BUILD = """\
set -eu
MLN_SERVER=$1 MLN_NAME=web MLN_HERE=$1/hosts/web
for library in settings common images filesystem guest; do . "$MLN_SERVER/lib/$library.sh"; done
subject host web
need_seed_tool
needs_met
guest_setup /nowhere
build_seed "$MLN_IMAGES"/web.seed.iso
"""


#: All that making a disc may run, beside the one program that writes it.
COMMANDS = (
    *("dash", "sh", "dirname", "mkdir", "mktemp", "cp", "mv", "rm", "awk", "sed", "tar", "cat", "sort"),
    *("openssl", "find", "stat", "readlink"),
)


def build(server: tuple[Path, dict[str, str]], **more: str) -> str:
    """Make the disc; returns what was said."""
    folder, env = server
    told = run("dash", "-c", BUILD, "build", folder, env={**env, **more})
    assert told.returncode == 0, told.stderr
    return told.stdout


def disc_text(iso: Path, path: str) -> str:
    """A file of the disc."""
    return run("isoinfo", "-R", "-i", iso, "-x", f"/{path}").stdout


@pytest.mark.parametrize("tool", ["xorriso", "genisoimage", "mkisofs"])
def test_a_disc_is_read_back(tool: str, server: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    real = shutil.which("genisoimage" if tool == "mkisofs" else tool, path=SEARCH)
    require(real or tool)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in COMMANDS:
        (tools / name).symlink_to(shutil.which(name, path=SEARCH) or name)
    (tools / tool).symlink_to(real or tool)
    folder, env = server
    program = BUILD.replace("need_seed_tool", f"PATH={tools}\nneed_seed_tool")
    told = run(tools / "dash", "-c", program, "build", folder, env=env)
    assert told.returncode == 0, told.stderr
    iso = Path(env["MLN_IMAGES"]) / "web.seed.iso"
    assert iso.stat().st_mode & 0o077 == 0
    assert "Volume id: cidata" in run("isoinfo", "-d", "-i", iso).stdout
    seed_folder = folder / "guest/web/seed"
    for name in ("meta-data", "network-config"):
        assert disc_text(iso, name) == (seed_folder / name).read_text()
    user_data = disc_text(iso, "user-data")
    hashed = yaml.safe_load(user_data)["chpasswd"]["users"][0]["password"]
    salt = hashed.split("$")[2]
    assert run("openssl", "passwd", "-6", "-salt", salt, "ge'heim $1").stdout.strip() == hashed
    assert user_data.replace(hashed, "@MLN_ROOT_HASH@") == (seed_folder / "user-data").read_text()
    assert disc_text(iso, "mln/hosts") == "10.0.0.3 near.p near\n10.0.0.2 web.p web\n2001:db8::2 web.p web\n"
    assert disc_text(iso, "mln/keys") == "old\tssh-rsa DDDD old\nold\tssh-rsa EEEE old\n"


def test_a_disc_is_made_once_and_again_when_the_seed_is_newer(server: tuple[Path, dict[str, str]]) -> None:
    require("genisoimage")
    folder, env = server
    assert "made" in build(server)
    iso = Path(env["MLN_IMAGES"]) / "web.seed.iso"
    before = iso.read_bytes(), iso.stat().st_mtime_ns
    assert "already there" in build(server)
    assert (iso.read_bytes(), iso.stat().st_mtime_ns) == before
    (folder / "guest/web/seed/meta-data").write_text("instance-id: other\n")
    assert "made" in build(server)
    assert disc_text(iso, "meta-data") == "instance-id: other\n"
    assert [p.name for p in iso.parent.iterdir()] == ["web.seed.iso"]


def test_what_is_missing_is_said_before_anything_is_done(server: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, env = server
    tools = tmp_path / "few"
    tools.mkdir()
    for name in ("dash", "sort", "sed", "rm"):
        (tools / name).symlink_to(shutil.which(name, path=SEARCH) or name)
    program = BUILD.replace("subject", f"PATH={tools}; subject")
    told = run(tools / "dash", "-c", program, "build", folder, env=env)
    assert told.returncode == 1
    assert "command xorriso, genisoimage, mkisofs or cloud-localds" in told.stderr
    assert not Path(env["MLN_IMAGES"]).exists()


def test_secrets_reach_no_process_and_no_log(server: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    require("genisoimage")
    spies = tmp_path / "spies"
    spies.mkdir()
    for tool in ("openssl", "awk", "sed", "grep", "cp", "mv", "cat", "xorriso", "genisoimage", "tar"):
        real = shutil.which(tool, path=SEARCH)
        if real:
            (spies / tool).write_text(f'#!/bin/sh\necho "{tool} $*" >>{tmp_path}/arguments\nexec {real} "$@"\n')
            (spies / tool).chmod(0o755)
    said = build(server, PATH=f"{spies}:{SEARCH}")
    arguments = (tmp_path / "arguments").read_text()
    assert "openssl passwd -6 -stdin" in arguments
    assert "heim" not in arguments + said
    assert "$6$" not in arguments + said


def test_the_guest_takes_what_lies_beside_the_seed(
    server: tuple[Path, dict[str, str]], tmp_path: Path, busybox_template: Path
) -> None:
    require("genisoimage", "chroot", "/bin/busybox", "xorriso")
    chroot = shutil.which("chroot", path=SEARCH) or ""
    _, env = server
    build(server)
    tree = plant(tmp_path / "guest", "tmp/", "var/", "home/old/", "run/mln/")
    shutil.copy("/bin/busybox", tree / "bin/busybox")
    for applet in run("/bin/busybox", "--list").stdout.split():
        if applet != "busybox":
            (tree / "bin" / applet).symlink_to("busybox")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost\n10.0.0.2 web.p web\n")
    # The same files, put into the folder that the seed would be mounted at.
    iso = Path(env["MLN_IMAGES"]) / "web.seed.iso"
    assert run("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", tree / "run/mln").returncode == 0
    if os.geteuid() != 0 or run(chroot, tree, "/bin/true").returncode != 0:
        pytest.skip("no right to change the root folder")
    (tree / "dev").mkdir()
    os.mknod(tree / "dev/null", 0o20666, os.makedev(1, 3))
    for _ in range(2):
        told = run(
            chroot, tree, "/bin/sh", "/run/mln/mln/apply.sh", "/run/mln/mln", env={"PATH": "/bin", "TMPDIR": "/tmp"}
        )
        assert told.returncode == 0, told.stderr
        found = {path: what for path, what in snapshot(tree).items() if path.startswith(("etc", "var", "home"))}
        assert found["etc/motd"] == ("file", 0o640, 0, 0, b"welcome\n")
        assert found["var/www/site/index.html"][4] == b"<html>\n"
        assert found["var/www/site/sub/link"][4] == b"../index.html"
        assert found["home/old/.ssh/authorized_keys"] == (
            "file",
            0o600,
            1000,
            1000,
            b"ssh-rsa DDDD old\nssh-rsa EEEE old\n",
        )
        assert found["home/old/.ssh"][1:4] == (0o700, 1000, 1000)
        assert found["etc/hosts"][4].decode().splitlines() == [
            "127.0.0.1 localhost", "10.0.0.2 web.p web", "10.0.0.3 near.p near", "2001:db8::2 web.p web",
        ]  # fmt: skip
    assert list((tree / "tmp").iterdir()) == []


def test_other_back_ends_set_the_disk_up() -> None:
    for backend in ("uml", "lxc"):
        made = host("web", backend, cloud_init=True)
        if any(d.slug == "no-back-end-yet" for d in check(Project("p", (made,)))):
            continue
        paths = [f.path for f in generate(Project("p", (made,))).files]
        assert not [p for p in paths if "/guest/web/seed/" in p]
        assert "local/guest/web/guest.sh" in paths


def test_xen_and_vmware_attach_the_disc() -> None:
    files = {f.path: f.content for b in ("xen", "vmware") for f in generate(project(full(b))).files}
    assert "vdev=xvdp, access=ro, target=/@MLN_IMAGES@/web.seed.iso" in files["local/hosts/web/xl.cfg"]
    assert "<readonly/>" in files["local/hosts/web/domain.xml"]
    assert 'ide1:0.fileName = "/@MLN_IMAGES@/web.seed.iso"' in files["local/hosts/web/web.vmx"]
    assert 'build_seed "$MLN_IMAGES"/web.seed.iso' in files["local/hosts/web/control.sh"]
