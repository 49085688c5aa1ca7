"""The scripts: clean by shellcheck and dash, and what they say and do on a server without hypervisors."""

from __future__ import annotations

from pathlib import Path

import pytest
from codegen_helpers import SEARCH, image_stat, image_text, require, run, write_plan
from codegen_projects import GOLDEN, MIB, card, host, switch, uml_project, xen_project
from mlnlang_codegen import check, generate

from mlnlang.ir import AuthorizedKey, Disk, Group, GuestFile, Host, Mount, Project, TransferredFile, User

HOSTILE = 'it\'s "$HOME" `id` %s & <é> \\n'


def scripts(folder: Path) -> list[Path]:
    """All scripts but the hooks, which are the project's own lines."""
    return sorted(path for path in folder.rglob("*.sh") if path.parent.name != "hooks")


def hostile_project() -> Project:
    """Values that would break out of anything that is quoted badly."""
    path = f"/srv/{HOSTILE.replace(chr(34), '')}"
    wild = host(
        "a", "uml", template=path, kernel=HOSTILE, ramdisk=path, color=HOSTILE, owner=HOSTILE, group=HOSTILE,
        disks=(Disk("root", "lvm", template=path, volume_group="vg", lvm_options="--addtag 'a b' \"$x\""),),
        users=(User("alice", HOSTILE),), files=(TransferredFile(HOSTILE, "/srv/$(id) 'x'"),),
        authorized_keys=(AuthorizedKey("alice", HOSTILE), AuthorizedKey("alice", source=HOSTILE)),
        mounts=(Mount(path, f"/{HOSTILE}", "ext4", "a,b"),), term="xterm", root_password=HOSTILE,
        interfaces=(card("eth0", "a.p", "uml", socket="/tmp/$(id) 'x'"),),
        startup=(HOSTILE,), guest_files=(GuestFile("/etc/x 'y' $z", HOSTILE),),
    )  # fmt: skip
    return Project("p", (wild,), templates_directory=HOSTILE, files_directory=HOSTILE)


@pytest.mark.parametrize("case", [*sorted(GOLDEN), "hostile"])
def test_scripts_are_clean(case: str, tmp_path: Path) -> None:
    require("shellcheck", "dash")
    project = GOLDEN[case]() if case in GOLDEN else hostile_project()
    assert [d for d in check(project) if d.is_error] == []
    found = scripts(write_plan(generate(project), tmp_path))
    # Hostile values hold dollar signs and quotes inside quotes, which these take for slips.
    told = run("shellcheck", "-s", "sh", *(["-e", "SC2016,SC2089,SC2090"] if case == "hostile" else []), *found)
    assert told.returncode == 0, told.stdout
    for path in found:
        assert run("dash", "-n", path).returncode == 0, path


def test_help_and_usage(tmp_path: Path) -> None:
    server = write_plan(generate(uml_project()), tmp_path) / "local"
    for phase in ("build", "start", "stop", "status", "remove"):
        told = run(server / f"{phase}.sh", "--help")
        assert told.returncode == 0
        assert f"usage: {phase}.sh [--help] [HOST...]" in told.stdout
    assert run(server / "build.sh", "--frobnicate").returncode == 2
    wrong = run(server / "build.sh", "nobody")
    assert wrong.returncode == 2
    assert "no host nobody here; hosts: one two" in wrong.stderr
    assert run("sh", server / "hosts/one/control.sh", "dance").returncode == 1


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    server = write_plan(generate(xen_project()), tmp_path) / "local"
    told = run(server / "build.sh")
    assert told.returncode == 1
    listed = [line.strip() for line in told.stderr.splitlines()[1:]]
    assert "file /opt/mln/templates/ubuntu.ext3" in listed
    assert "file /opt/mln/templates/winXP.template" in listed
    assert listed == sorted(set(listed))
    assert not (server / "images").exists()


def customised() -> Host:
    """A host whose guest gets one of everything."""
    return host(
        "web", "uml", template="busybox.ext4", family="busybox", root_password="geheim $x",
        disks=(Disk("root", template="busybox.ext4", size_bytes=20 * MIB),),
        users=(User("alice", "$6$x$y"), User("carol", "$6$c$c", "/srv/carol", 1500), User("old", "$6$new$hash")),
        groups=(Group("staff", ("alice", "old")),),
        files=(TransferredFile("motd", "/etc/motd", "0640"), TransferredFile("site dir", "/var/www/", "0644")),
        authorized_keys=(
            AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"), AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"),
            AuthorizedKey("root", source="root.pub"),
        ),
        guest_files=(
            GuestFile("/etc/app dir/app.conf", "a = '$1'\n", "0640", "alice", "staff"),
            GuestFile("/etc/init.d/rcS", "echo appended\n", append=True),
            GuestFile("/etc/inittab", "::ctrlaltdel:/bin/halt\n", append=True),
        ),
    )  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, busybox_template: Path) -> tuple[Path, dict[str, str]]:
    """The written plan of `customised`, in a folder with a blank, and an environment for its scripts."""
    require("debugfs", "resize2fs", "openssl", "/usr/bin/linux.uml", "uml_mconsole")
    files = tmp_path / "files"
    (files / "site dir/sub").mkdir(parents=True)
    (files / "site dir/index.html").write_text("<html>\n")
    (files / "site dir/sub/link").symlink_to("../index.html")
    (files / "motd").write_text("welcome\n")
    (files / "root.pub").write_text("ssh-rsa BBBB root\n")
    project = Project("p", (customised(),))
    folder = write_plan(generate(project), tmp_path / "a folder") / "local"
    return folder, {"MLN_TEMPLATES": str(busybox_template), "MLN_FILES": str(files)}


def test_build_sets_the_guest_up(server: tuple[Path, dict[str, str]]) -> None:
    folder, env = server
    told = run(folder / "build.sh", env=env)
    assert told.returncode == 0, told.stderr
    image = folder / "images/web.img"
    assert image.stat().st_mode & 0o077 == 0
    assert image.stat().st_size == 20 * MIB
    assert run("e2fsck", "-fn", image).returncode == 0
    assert image_text(image, "/etc/hostname") == "web\n"
    shadow = dict(line.split(":", 1) for line in image_text(image, "/etc/shadow").splitlines())
    assert shadow["alice"].startswith("$6$x$y:")
    assert shadow["old"].startswith("$6$new$hash:19000:")
    salt = shadow["root"].split("$")[2]
    hashed = run("openssl", "passwd", "-6", "-salt", salt, "geheim $x").stdout.strip()
    assert shadow["root"].startswith(hashed + ":")
    assert image_stat(image, "/etc/shadow") == ("0640", 0, 0)
    passwd = image_text(image, "/etc/passwd")
    assert "alice:x:1001:1001::/home/alice:/bin/sh\n" in passwd
    assert "carol:x:1500:1500::/srv/carol:/bin/sh\n" in passwd
    assert "staff:x:1001:alice,old\n" in image_text(image, "/etc/group") or "alice,old" in image_text(
        image, "/etc/group"
    )
    assert image_text(image, "/home/alice/.profile") == "umask 022\n"


def test_files_and_keys(server: tuple[Path, dict[str, str]]) -> None:
    folder, env = server
    assert run(folder / "build.sh", env=env).returncode == 0
    image = folder / "images/web.img"
    alice = int(next(line for line in image_text(image, "/etc/passwd").splitlines() if "alice" in line).split(":")[2])
    assert image_text(image, "/home/alice/.ssh/authorized_keys") == "ssh-ed25519 AAAA a@b\n"
    assert image_stat(image, "/home/alice/.ssh/authorized_keys")[:2] == ("0600", alice)
    assert image_stat(image, "/home/alice/.ssh")[:2] == ("0700", alice)
    assert image_text(image, "/root/.ssh/authorized_keys") == "ssh-rsa BBBB root\n"
    assert image_text(image, "/etc/motd") == "welcome\n"
    assert image_stat(image, "/etc/motd") == ("0640", 0, 0)
    assert image_text(image, "/var/www/site dir/index.html") == "<html>\n"
    assert image_stat(image, "/var/www/site dir/sub")[0] == "0755"
    assert 'dest: "../index.html"' in run("debugfs", "-R", 'stat "/var/www/site dir/sub/link"', image).stdout
    assert image_text(image, "/etc/app dir/app.conf") == "a = '$1'\n"
    assert image_stat(image, "/etc/app dir/app.conf")[0:2] == ("0640", alice)
    assert "\nhostname -F /etc/hostname\necho appended\necho MLN-READY " in image_text(image, "/etc/init.d/rcS")
    assert image_stat(image, "/etc/init.d/rcS")[0] == "0755"
    assert image_text(image, "/etc/inittab").count("ctrlaltdel") == 1


def test_building_twice_changes_nothing(server: tuple[Path, dict[str, str]]) -> None:
    folder, env = server
    assert run(folder / "build.sh", env=env).returncode == 0
    image = folder / "images/web.img"
    before = (image.stat().st_mtime_ns, image.read_bytes())
    again = run(folder / "build.sh", "web", env=env)
    assert again.returncode == 0
    assert "already there" in again.stdout
    assert (image.stat().st_mtime_ns, image.read_bytes()) == before
    assert run(folder / "status.sh", env=env).stdout == "host web: down\n"
    assert run(folder / "remove.sh", env=env).returncode == 0
    assert run(folder / "status.sh", env=env).stdout == "host web: not built\n"
    assert run(folder / "remove.sh", env=env).returncode == 0


def test_secrets_reach_no_process_and_no_log(server: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, env = server
    spies = tmp_path / "spies"
    spies.mkdir()
    for tool in ("openssl", "debugfs", "awk", "sed", "grep", "cp", "mv", "printf", "cat"):
        real = next(Path(p) / tool for p in SEARCH.split(":") if (Path(p) / tool).exists())
        (spies / tool).write_text(f'#!/bin/sh\necho "{tool} $*" >>{tmp_path}/arguments\nexec {real} "$@"\n')
        (spies / tool).chmod(0o755)
    told = run(folder / "build.sh", env={**env, "PATH": f"{spies}:{SEARCH}"})
    assert told.returncode == 0, told.stderr
    arguments = (tmp_path / "arguments").read_text()
    assert "openssl passwd -6 -stdin" in arguments
    for secret in ("geheim", "$6$"):
        assert secret not in arguments
        assert secret not in told.stdout + told.stderr


def test_failure_leaves_nothing_half_made(server: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, env = server
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (tmp_path / "files/motd").write_bytes(b"x" * 24 * MIB)
    told = run(folder / "build.sh", env={**env, "TMPDIR": str(scratch)})
    assert told.returncode == 1
    assert "failed: web" in told.stderr
    assert list((folder / "images").iterdir()) == []
    assert list(scratch.iterdir()) == []


def test_sizes_grow_and_never_shrink(tmp_path: Path, busybox_template: Path) -> None:
    require("resize2fs", "/usr/bin/linux.uml", "uml_mconsole")
    sizes = {"small": {"size_bytes": MIB}, "free": {"free_space_bytes": 3 * MIB}, "same": {}}
    hosts = tuple(
        host(n, "uml", template="busybox.ext4", disks=(Disk("root", template="busybox.ext4", **v),))
        for n, v in sizes.items()
    )
    folder = write_plan(generate(Project("p", hosts)), tmp_path) / "local"
    told = run(folder / "build.sh", env={"MLN_TEMPLATES": str(busybox_template)})
    assert told.returncode == 0, told.stderr
    made = {n: (folder / f"images/{n}.img").stat().st_size // MIB for n in sizes}
    assert made == {"small": 12, "free": 15, "same": 12}
    assert "below the template's" in told.stderr


FAKE_LVM = """\
#!/bin/sh
# Volumes are files below VOLUMES; what is asked is noted.
tool=${0##*/}
echo "$tool $*" >>"$VOLUMES/calls"
case $tool in
lvs) for last; do :; done; test -e "$VOLUMES/$last" ;;
lvcreate)
    while [ $# -gt 1 ]; do
        case $1 in -n) name=$2 ;; -L) size=${2%b} ;; esac
        shift
    done
    mkdir -p "$VOLUMES/${1%%/*}" && truncate -s "$size" "$VOLUMES/${1%%/*}/$name" ;;
lvrename) mv "$VOLUMES/$1/$2" "$VOLUMES/$1/$3" ;;
lvremove) for last; do :; done; rm -f "$VOLUMES/$last" ;;
esac
"""


@pytest.mark.parametrize("broken", [False, True])
def test_logical_volumes(tmp_path: Path, busybox_template: Path, broken: bool) -> None:
    require("resize2fs", "mkswap")
    volumes = tmp_path / "volumes"
    tools = tmp_path / "tools"
    tools.mkdir()
    volumes.mkdir()
    for tool in ("lvs", "lvcreate", "lvrename", "lvremove"):
        (tools / tool).write_text(FAKE_LVM)
        (tools / tool).chmod(0o755)
    (tools / "xl").write_text("#!/bin/sh\nexit 1\n")
    (tools / "xl").chmod(0o755)
    disks = (
        Disk(
            "root", "lvm", template="busybox.ext4", size_bytes=16 * MIB, volume_group="vg", lvm_options="--addtag 'a b'"
        ),
        Disk("swap", "lvm", size_bytes=MIB, volume_group="vg"),
    )
    project = Project("p", (host("a", "xen", template="busybox.ext4", disks=disks, users=(User("u", "$6$h"),)),))
    folder = write_plan(generate(project), tmp_path / "out") / "local"
    library = folder / "lib/images.sh"
    # No device mapper here: volumes are files of another folder, everything else is as on a server.
    library.write_text(library.read_text().replace('"/dev/$', f'"{volumes}/$'))
    if broken:
        (tools / "debugfs").write_text("#!/bin/sh\necho 'No space' >&2\n")
        (tools / "debugfs").chmod(0o755)
    env = {"PATH": f"{tools}:{SEARCH}", "VOLUMES": str(volumes), "MLN_TEMPLATES": str(busybox_template)}
    guest = folder / "guest/a/guest.sh"
    assert guest.exists()
    told = run(folder / "build.sh", env=env)
    if broken:
        assert told.returncode == 1
        assert list((volumes / "vg").iterdir()) == []
        return
    assert told.returncode == 0, told.stderr
    assert sorted(p.name for p in (volumes / "vg").iterdir()) == ["a.p", "a.p.swap"]
    assert "u:$6$h" in image_text(volumes / "vg/a.p", "/etc/shadow")
    assert "--addtag a b vg" in (volumes / "calls").read_text()
    assert run(folder / "build.sh", env=env).stdout.count("already there") == 2
    assert run(folder / "remove.sh", env=env).returncode == 0
    assert list((volumes / "vg").iterdir()) == []


XL = """\
#!/bin/sh
# A Xen of one file: the names of what runs.
touch "$DOMAINS"
case $1 in
domid) grep -qx "$2" "$DOMAINS" ;;
create) sed -n 's/^name = "\\(.*\\)"/\\1/p' "$2" >>"$DOMAINS"; cp "$2" "$DOMAINS.cfg" ;;
shutdown) ;;
destroy) : >"$DOMAINS" ;;
esac
"""


def test_xen_start_and_stop(tmp_path: Path, busybox_template: Path) -> None:
    require("resize2fs", "ip")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "xl").write_text(XL)
    (tools / "xl").chmod(0o755)
    env = {
        "PATH": f"{tools}:{SEARCH}", "DOMAINS": str(tmp_path / "domains"), "MLN_TEMPLATES": str(busybox_template),
        "MLN_STOP_TIMEOUT": "1",
    }  # fmt: skip
    project = Project("p", (host("a", "xen", template="busybox.ext4", disks=(Disk("root", template="busybox.ext4"),)),))
    folder = write_plan(generate(project), tmp_path / "my server") / "local"
    early = run(folder / "start.sh", env=env)
    assert early.returncode == 1
    assert "missing on this server" in early.stderr
    assert run(folder / "build.sh", env=env).returncode == 0
    assert run(folder / "start.sh", env=env).stdout == "host a: started\nstart: 1 done\n"
    assert f"target={folder}/images/a.img" in (tmp_path / "domains.cfg").read_text()
    assert run(folder / "start.sh", env=env).stdout == "host a: is up\nstart: 1 done\n"
    assert run(folder / "remove.sh", env=env).returncode == 1
    assert run(folder / "status.sh", env=env).stdout == "host a: up\n"
    assert "destroying" in run(folder / "stop.sh", env=env).stderr
    assert run(folder / "status.sh", env=env).stdout == "host a: down\n"


def test_a_bridge_is_made_and_removed(tmp_path: Path) -> None:
    require("ip", "unshare")
    if run("unshare", "-n", "true").returncode != 0:
        pytest.skip("no right to make a network namespace")
    project = Project("p", (), (switch("lan", "p", "xen"), switch("old", "p", "xen", external=True)))
    folder = write_plan(generate(project), tmp_path) / "local"
    steps = (
        f"mount -t sysfs sysfs /sys && ip link add old.p type bridge && {folder}/start.sh && {folder}/start.sh && "
        f"ip -br link show type bridge && {folder}/status.sh && {folder}/stop.sh && ip -br link show type bridge"
    )
    told = run("unshare", "-n", "-m", "sh", "-c", steps)
    assert told.returncode == 0, told.stderr
    shown = [line.split()[0] for line in told.stdout.splitlines() if ".p " in line and "<" in line]
    assert shown == ["old.p", "lan.p", "old.p"]
