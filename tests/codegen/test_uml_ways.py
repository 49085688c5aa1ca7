"""The ways User-Mode Linux machines are wired: by either switch program, or by vectors; and machines that die early."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

import pytest
from codegen_helpers import SEARCH, require, run, write_plan
from codegen_projects import MIB, card, host, static, switch
from mlnlang_codegen import generate
from mlnlang_codegen.uml.lower import tap_name
from test_uml_boot import processes, wait_for

from mlnlang.ir import Disk, Host, Interface, Project, derive

#: A kernel that tells what it has, and shows its words in place of running.
STUB = """\
#!/bin/sh
case $1 in
--showconfig) printf 'CONFIG_UML=y\\n%s' ;;
*) printf '%%s\\n' "$@" ;;
esac
"""


def pair(*, hub: bool = False, **values: str) -> Project:
    """`one` waits, `two` pings it; both on a switch that the server has a plug in."""
    one, two = (
        host(n, "uml", template="busybox.ext4", family="busybox", boot_order=order, startup=lines,
             interfaces=(static("eth0", f"{n}.p", "uml", a, "lan"),), kernel=values.get("kernel"))
        for n, a, order, lines in (
            ("one", "10.9.0.1", 1, ()),
            ("two", "10.9.0.2", 2, ("ping -c 2 -W 9 10.9.0.1 && echo PING-OK", "ip link show eth0", "echo ALL-DONE")),
        )
    )  # fmt: skip
    return Project("p", (one, two), (switch("lan", "p", "uml", hub=hub, tap="plug0"),))


@dataclass
class Server:
    """A server's folder and a network namespace of its own, empty but for the loopback device."""

    folder: Path
    space: str
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path) -> CompletedProcess[str]:
        """A command there."""
        return run("ip", "netns", "exec", self.space, *words, env=self.env, timeout=90)

    def script(self, name: str, *words: str) -> CompletedProcess[str]:
        """One of the scripts, which must do well."""
        told = self.run(self.folder / f"{name}.sh", *words)
        assert told.returncode == 0, told.stderr
        return told

    def devices(self) -> set[str]:
        """The network devices."""
        lines = self.run("ip", "-o", "link").stdout.splitlines()
        return {line.split(": ")[1].partition("@")[0] for line in lines} - {"lo", "sit0", "ip6tnl0", "tunl0", "gre0",
                "gretap0", "erspan0", "ip_vti0", "ip6_vti0", "ip6gre0"}  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, busybox_template: Path) -> Iterator[Server]:
    """A server with a short name; whatever happens, nothing is left."""
    require("linux.uml", "uml_mconsole", "setsid", "debugfs", "ip")
    space = f"mln-test-{os.getpid()}"
    if run("ip", "netns", "add", space).returncode != 0:
        pytest.skip("no right to make a network namespace")
    made = Server(tmp_path / "local", space, {"MLN_TEMPLATES": str(busybox_template), "MLN_STOP_TIMEOUT": "0"})
    yield made
    if (made.folder / "stop.sh").exists():
        made.run(made.folder / "stop.sh")
    run("ip", "netns", "delete", space)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short name that has a blank."""
    with TemporaryDirectory(prefix="mln run") as folder:
        yield Path(folder)


@pytest.mark.parametrize("way", ["vde_switch", "vector"])
def test_two_machines_talk(way: str, server: Server, tmp_path: Path, short_folder: Path) -> None:
    setting = "MLN_UML_TRANSPORT" if way == "vector" else "MLN_UML_SWITCH"
    if way != "vector":
        require(way)
    state = short_folder
    server.env |= {setting: way, "MLN_RUN": str(state)}
    write_plan(generate(pair(hub=way == "vector")), tmp_path)
    server.run("ip", "link", "set", "lo", "up")
    server.script("build")
    started = server.script("start")
    assert "two: started" in started.stdout
    bridge, taps = derive.bridge("lan", "p"), {tap_name(f"{n}.p", Interface("eth0", "")) for n in ("one", "two")}
    up = f"up (bridge {bridge})" if way == "vector" else "up"
    assert server.script("status").stdout == f"host one: up\nhost two: up\nswitch lan: {up}\n"
    assert all(len(name) <= 15 for name in (*taps, bridge))
    here = server.devices()
    if way == "vector":
        assert {bridge, "plug0", *taps} < here
    else:
        assert here == {"plug0"}
        assert stat.S_ISSOCK((state / "switches/lan.ctl").stat().st_mode)
        assert (state / "switches/lan.ctl").readlink() == Path("lan.ctl.vde/ctl")
    # The server's own plug leads to the machines.
    server.run("ip", "address", "add", "10.9.0.9/24", "dev", "plug0")
    server.run("ip", "link", "set", "plug0", "up")
    shown = wait_for(state / "console/two.log", "ALL-DONE")
    assert "PING-OK" in shown
    assert derive.mac("uml", "two.p", "eth0").lower() in shown
    assert server.run("/bin/busybox", "ping", "-c", "2", "-W", "9", "10.9.0.1").returncode == 0

    # What is up has decided how it is wired, not the environment of a later day.
    del server.env[setting]
    assert "is up" in server.script("start", "two").stdout
    server.script("stop")
    assert server.devices() == set()
    assert server.script("status").stdout == "host one: down\nhost two: down\nswitch lan: down\n"
    assert processes(str(tmp_path)) == processes(str(state)) == []
    left = {p.name for p in state.rglob("*") if not p.is_dir() and p.parent.name != "console"}
    assert left <= {"lan.log"}
    assert list((state / "uml").iterdir()) == []


@pytest.mark.parametrize(
    ("who", "mode"),
    [({}, 0o700), ({"owner": "nobody"}, 0o777), ({"group": "nogroup"}, 0o770), ({"sudo": "nobody"}, 0o777)],
)
def test_sockets_of_vde_switch_elsewhere(who: dict[str, str], mode: int, tmp_path: Path) -> None:
    require("vde_switch", *(["sudo"] if "sudo" in who else []))
    project = Project("p", (), (switch("lan", "p", "uml", hub=True, **who),))
    # A socket that lies in there would have a name that is too long.
    folder = tmp_path / (100 * "x")
    control = write_plan(generate(project), folder) / "local/switches/lan/control.sh"
    for path in (p for p in folder.parents if p.is_relative_to("/tmp") and p != Path("/tmp")):
        path.chmod(0o755)
    env = {"MLN_UML_SWITCH": "vde_switch", "MLN_UML_TRANSPORT": "daemon"}
    started = run(control, "start", env=env)
    link = folder / "local/run/switches/lan.ctl"
    try:
        assert started.returncode == 0, started.stderr
        there = link.readlink()
        assert there.is_absolute()
        assert stat.S_IMODE(there.stat().st_mode) == mode
        assert there.owner() == (who.get("owner") or who.get("sudo") or "root")
        assert there.group() == who.get("group", "nogroup" if "sudo" in who else "root")
        assert run(control, "status", env=env).stdout == "switch lan: up\n"
    finally:
        assert run(control, "stop").returncode == 0
    assert not there.parent.parent.exists()
    assert not link.is_symlink()
    assert run(control, "status", env=env).stdout == "switch lan: down\n"


def stub(folder: Path, *options: str) -> str:
    """A kernel's path."""
    path = folder / ("kernel" + "".join(options))
    path.write_text(STUB % "".join(f"CONFIG_{option}=y\\n" for option in options))
    path.chmod(0o755)
    return str(path)


def words(folder: Path, name: str, env: dict[str, str] | None = None) -> list[str]:
    """The cards on a machine's command line."""
    told = run("sh", folder / f"hosts/{name}/command.sh", env=env)
    return [line for line in told.stdout.splitlines() if line.startswith(("eth", "vec"))]


def test_a_kernel_without_daemons(server: Server, tmp_path: Path) -> None:
    kernel = stub(tmp_path, "UML_NET_VECTOR")
    project = pair(kernel=kernel)
    write_plan(generate(project), tmp_path)
    assert server.run(server.folder / "build.sh", "one").returncode == 0
    assert "switch lan is not up" in server.run(server.folder / "hosts/one/control.sh", "start").stderr
    mac, tap = project.hosts[0].interfaces[0].mac, tap_name("one.p", project.hosts[0].interfaces[0])
    control = server.folder / "switches/lan/control.sh"
    assert f"started (bridge {derive.bridge('lan', 'p')})" in server.run(control, "start").stdout
    told = server.run("sh", server.folder / "hosts/one/command.sh").stdout
    assert f"vec0:transport=tap,ifname={tap},depth=64,mac={mac}\n" in told
    # A bridge with somebody's machine on it stays up.
    server.run("ip", "tuntap", "add", "other", "mode", "tap")
    server.run("ip", "link", "set", "other", "master", derive.bridge("lan", "p"))
    assert "still has machines" in server.run(control, "stop").stderr
    server.run("ip", "link", "delete", "other")
    assert "stopped" in server.run(control, "stop").stdout
    assert server.devices() == set()


def test_what_was_there_stays(server: Server, tmp_path: Path) -> None:
    server.env["MLN_UML_TRANSPORT"] = "vector"
    write_plan(generate(pair()), tmp_path)
    bridge = derive.bridge("lan", "p")
    server.run("ip", "link", "add", bridge, "type", "bridge")
    server.run("ip", "tuntap", "add", "plug0", "mode", "tap")
    started = server.run(server.folder / "switches/lan/control.sh", "start")
    assert "plug0 was there before" in started.stderr
    assert "stopped" in server.run(server.folder / "switches/lan/control.sh", "stop").stdout
    assert server.devices() == {bridge, "plug0"}
    assert "master" not in server.run("ip", "link", "show", "plug0").stdout


def check_start(project: Project, folder: Path, **env: str) -> str:
    """What start.sh says is missing, to a user who is not root."""
    server = write_plan(generate(project), folder) / "local"
    for path in (folder, *folder.parents):
        if path == folder or path.name.startswith("pytest"):
            path.chmod(0o755)
    user = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    return run(*user, server / "start.sh", env={"MLN_RUN": "/nowhere", **env}).stderr


def test_root_is_asked_for_up_front(tmp_path: Path) -> None:
    require("setpriv", "ip", "uml_mconsole")
    told = check_start(pair(kernel=stub(tmp_path, "UML_NET_VECTOR")), tmp_path)
    assert told.count("root (without the daemon transport") == 1
    assert "switch" not in check_start(pair(kernel=stub(tmp_path, "UML_NET_DAEMON")), tmp_path)
    told = check_start(pair(kernel=stub(tmp_path)), tmp_path)
    assert "kernel with UML_NET_VECTOR (" in told
    told = check_start(pair(), tmp_path, MLN_UML_TRANSPORT="pigeon", MLN_UML_SWITCH="token_ring")
    assert "  transport pigeon (MLN_UML_TRANSPORT is" in told
    assert "  switch program token_ring (MLN_UML_SWITCH is" in told


def test_a_switch_program_is_asked_for_up_front(tmp_path: Path) -> None:
    kernel = stub(tmp_path, "UML_NET_DAEMON")
    bare = tmp_path / "bin"
    bare.mkdir()
    for tool in ("sh", "dirname", "cat", "awk", "sed", "sort", "printf", "ps", "ip", "id", "grep", "tr"):
        (bare / tool).symlink_to(next(p for d in SEARCH.split(":") if (p := Path(d) / tool).exists()))
    folder = write_plan(generate(pair(kernel=kernel)), tmp_path) / "local"
    library = folder / "lib/common.sh"
    library.write_text(library.read_text().replace("PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin", ""))
    control = folder / "switches/lan/control.sh"
    told = run("/bin/sh", control, "check", "start", env={"PATH": str(bare)}).stdout
    assert told == "command setsid\ncommand uml_switch or vde_switch\n"
    told = run("/bin/sh", control, "check", "start", env={"PATH": str(bare), "MLN_UML_SWITCH": "vde_switch"}).stdout
    assert "command vde_switch\n" in told


def test_cards_that_no_vector_stands_in_for(tmp_path: Path) -> None:
    require("ip", "uml_mconsole")
    kernel = stub(tmp_path, "UML_NET_VECTOR")
    cards = (
        card("eth0", "a.p", "uml", slirp=True),
        card("eth1", "a.p", "uml", socket="/tmp/other.ctl"),
        card("eth2", "a.p", "uml", bridge="br0"),
        card("eth3", "a.p", "uml", tun_interface="tap7"),
    )
    project = Project("p", (host("a", "uml", kernel=kernel, interfaces=cards),))
    folder = write_plan(generate(project), tmp_path) / "local"
    (folder / "run").mkdir()
    told = run(folder / "hosts/a/control.sh", "check", "start").stdout
    assert f"kernel with UML_NET_SLIRP, for slirp ({kernel} has none)" in told
    assert f"kernel with UML_NET_DAEMON, for a switch's socket ({kernel} has none)" in told
    shown = words(folder, "a")
    assert [line.split(",")[0] for line in shown] == ["eth0=slirp", "eth1=daemon", "vec2:transport=tap",
                                                      "vec3:transport=tap"]  # fmt: skip
    assert words(folder, "a", {"MLN_UML_TRANSPORT": "daemon"})[3] == f"eth3=tuntap,tap7,{cards[3].mac}"


def test_long_names_of_devices_are_not_carried() -> None:
    long = card("eth0", "a.p", "uml", tun_interface="a234567890123456")
    assert generate(Project("p", (host("a", "uml", interfaces=(long,)),))).files == ()


def lonely(name: str, **values: str) -> Host:
    """A machine without cards."""
    return host(name, "uml", template="busybox.ext4", family="busybox",
                disks=(Disk("root", template="busybox.ext4", size_bytes=12 * MIB),), **values)  # fmt: skip


def test_a_machine_that_dies_was_not_started(tmp_path: Path, busybox_template: Path) -> None:
    require("linux.uml", "uml_mconsole", "setsid", "debugfs")
    hosts = (lonely("bad", kernel_extra="init=/bin/false"), lonely("none", kernel="/bin/false"), lonely("good"))
    folder = write_plan(generate(Project("p", hosts)), tmp_path) / "local"
    env = {"MLN_TEMPLATES": str(busybox_template)}
    try:
        assert run(folder / "build.sh", env=env).returncode == 0
        started = run(folder / "start.sh", env=env)
        assert started.returncode == 1
        assert "bad: started" not in started.stdout
        assert "Kernel panic - not syncing: Attempted to kill init" in started.stderr
        assert "host bad: error: ended as soon as it was started; see " in started.stderr
        assert "host none: error: ended as soon as it was started; see " in started.stderr
        assert "good: started" in started.stdout
        assert run(folder / "status.sh", env=env).stdout == "host bad: down\nhost good: up\nhost none: down\n"
        assert os.listdir(folder / "run/uml") == ["good.p"]
        # One that is killed leaves helpers, which the next start or stop ends.
        os.kill(int((folder / "run/uml/good.p/pid").read_text()), signal.SIGKILL)
        assert processes(str(folder)) != []
        assert "good: is down" in run(folder / "stop.sh", env=env).stdout
        assert processes(str(folder)) == []
    finally:
        run(folder / "stop.sh", env={**env, "MLN_STOP_TIMEOUT": "1"})
