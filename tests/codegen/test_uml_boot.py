"""Two real User-Mode Linux machines, from the generated scripts alone: built, started, talking, stopped."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from codegen_helpers import require, run, write_plan
from codegen_projects import MIB, card, host, static, switch
from mlnlang_codegen import generate

from mlnlang.ir import AuthorizedKey, Disk, Group, GuestFile, Project, User


def processes(marker: str) -> list[int]:
    """Processes whose command line or working directory names the marker."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            command = Path(f"/proc/{entry}/cmdline").read_bytes().decode(errors="replace")
            folder = os.readlink(f"/proc/{entry}/cwd")
        except OSError:
            continue
        if marker in command or marker in folder:
            found.append(int(entry))
    return found


def wait_for(path: Path, text: str, seconds: float = 40) -> str:
    """A console log once it has the text."""
    end = time.monotonic() + seconds
    shown = ""
    while time.monotonic() < end:
        shown = path.read_text(errors="replace") if path.exists() else ""
        if text in shown:
            return shown
        time.sleep(0.2)
    raise AssertionError(f"{text} is not in {path}:\n{shown[-2000:]}")


#: What the second machine tells of itself, by its own programs.
INSIDE = (
    "echo NAME $(hostname) $(id -Gn alice)",
    "echo LOGIN $(grep ^alice: /etc/passwd) $(grep ^alice: /etc/shadow)",
    "echo FILE $(stat -c '%a %U %G' /etc/app.conf)",
    "cd /home/alice && echo KEY $(stat -c '%a %U' .ssh .ssh/authorized_keys) $(su -c 'cat .ssh/authorized_keys' alice)",
    "echo HOME $(stat -c %U /home/alice)",
)


def two_machines() -> Project:
    """`one` waits; `two`, a copy-on-write machine with a swap disk, pings it by name."""
    name = "pair"
    one = host(
        "one", "uml", template="busybox.ext4", family="busybox", boot_order=1,
        disks=(Disk("root", template="busybox.ext4", size_bytes=16 * MIB), Disk("swap", size_bytes=MIB)),
        interfaces=(static("eth0", f"one.{name}", "uml", "10.9.0.1", "lan"),),
        startup=("swapon -a && grep -q ubdb /proc/swaps && echo SWAP-ON",),
    )  # fmt: skip
    two = host(
        "two", "uml", template="busybox.ext4", family="busybox", boot_order=2,
        disks=(Disk("root", cow_base="busybox.ext4"),), users=(User("alice", "$6$x$y", uid=1234),),
        groups=(Group("staff", ("alice",)),), authorized_keys=(AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"),),
        guest_files=(GuestFile("/etc/app.conf", "x\n", "0640", "alice", "staff"),),
        interfaces=(static("eth0", f"two.{name}", "uml", "10.9.0.2", "lan"),),
        startup=("ping -c 2 -W 10 one.pair && echo PING-OK", *INSIDE),
        shutdown=("echo GOOD-BYE",),
    )  # fmt: skip
    hooks = {"beforeProjectStart": ('echo "hook of $MLN_PROJECT"',), "afterProjectStop": ("echo all down",)}
    return Project(name, (one, two), (switch("lan", name, "uml"),), hooks=hooks)


@pytest.fixture
def server(tmp_path: Path, busybox_template: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """The server's folder, under a name with a blank; whatever happens, nothing is left running."""
    require("linux.uml", "uml_switch", "uml_mconsole", "uml_mkcow", "setsid", "debugfs")
    folder = write_plan(generate(two_machines()), tmp_path / "the server") / "local"
    env = {"MLN_TEMPLATES": str(busybox_template)}
    yield folder, env
    run(folder / "stop.sh", env={**env, "MLN_STOP_TIMEOUT": "1"})


def test_two_machines_talk(server: tuple[Path, dict[str, str]]) -> None:
    folder, env = server
    built = run(folder / "build.sh", env=env, timeout=120)
    assert built.returncode == 0, built.stderr
    assert sorted(p.name for p in (folder / "images").iterdir()) == ["one.img", "one.swap", "two.cow"]

    started = run(folder / "start.sh", env=env, timeout=120)
    assert started.returncode == 0, started.stderr
    assert "hook of pair" in started.stdout
    assert started.stdout.index("one: started") < started.stdout.index("two: started")
    assert "is up" in run(folder / "start.sh", "two", env=env).stdout
    assert run(folder / "status.sh", env=env).stdout == "host one: up\nhost two: up\nswitch lan: up\n"
    assert "up; stop it first" in run(folder / "remove.sh", "one", env=env).stderr

    assert "SWAP-ON" in wait_for(folder / "run/console/one.log", "SWAP-ON")
    shown = wait_for(folder / "run/console/two.log", "HOME ")
    assert "PING-OK" in shown
    assert "HOME alice" in shown
    assert "NAME two alice staff" in shown
    assert "LOGIN alice:x:1234:1234::/home/alice:/bin/sh alice:$6$x$y:" in shown
    assert "FILE 640 alice staff" in shown
    assert "KEY 700 alice 600 alice ssh-ed25519 AAAA a@b" in shown

    stopped = run(folder / "stop.sh", env=env, timeout=120)
    assert stopped.returncode == 0, stopped.stderr
    assert stopped.stderr == ""
    assert stopped.stdout.index("two: stopped") < stopped.stdout.index("one: stopped")
    assert "all down" in stopped.stdout
    assert "GOOD-BYE" in (folder / "run/console/two.log").read_text(errors="replace")
    assert processes(str(folder)) == []
    assert run(folder / "stop.sh", env=env).returncode == 0
    assert run("e2fsck", "-fn", folder / "images/one.img").returncode == 0


def test_a_machine_that_hangs_is_halted(tmp_path: Path, busybox_template: Path) -> None:
    require("linux.uml", "uml_switch", "uml_mconsole", "setsid", "debugfs")
    # Its start-up lines never end, so that init does not come to shutting down.
    hung = host(
        "one", "uml", template="busybox.ext4", family="busybox", startup=("echo HUNG", "sleep 600"),
        interfaces=(static("eth0", "one.p", "uml", "10.9.0.1", "lan"),),
    )  # fmt: skip
    other = host("two", "uml", template="busybox.ext4", family="busybox")
    folder = write_plan(generate(Project("p", (hung, other), (switch("lan", "p", "uml"),))), tmp_path) / "local"
    env = {"MLN_TEMPLATES": str(busybox_template), "MLN_STOP_TIMEOUT": "1"}
    try:
        assert run(folder / "build.sh", "one", env=env).returncode == 0
        assert "switch lan: started" in run(folder / "start.sh", "one", env=env).stdout
        wait_for(folder / "run/console/one.log", "HUNG")
        stopped = run(folder / "stop.sh", "one", env=env)
        assert "halting it" in stopped.stderr
        assert "switch lan" not in stopped.stdout
        told = run(folder / "status.sh", env=env).stdout
        assert told == "host one: down\nhost two: not built\nswitch lan: up\n"
    finally:
        run(folder / "stop.sh", env=env)
    assert processes(str(folder)) == []


def test_cards_on_devices_of_the_server(tmp_path: Path, busybox_template: Path) -> None:
    require("linux.uml", "uml_mconsole", "ip", "unshare")
    if run("unshare", "-n", "true").returncode != 0:
        pytest.skip("no right to make a network namespace")
    cards = (
        card("eth0", "b.p", "uml", tun_interface="tapb", tun_address="10.8.0.1/24", address="10.8.0.2",
             prefix_length=24, netmask="255.255.255.0"),
        card("eth1", "b.p", "uml", bridge="br9", address="10.7.0.2", prefix_length=24, netmask="255.255.255.0"),
    )  # fmt: skip
    pings = ("ping -c1 -W9 10.8.0.1 && echo TAP-OK", "ping -c1 -W9 10.7.0.1 && echo BRIDGE-OK", "echo ALL-DONE")
    project = Project(
        "p", (host("b", "uml", template="busybox.ext4", family="busybox", interfaces=cards, startup=pings),)
    )
    folder = write_plan(generate(project), tmp_path) / "local"
    log = folder / "run/console/b.log"
    steps = (
        "mount -t sysfs sysfs /sys && ip link add br9 type bridge && ip address add 10.7.0.1/24 dev br9 && "
        f"ip link set br9 up && cd {folder} && ./build.sh && ./start.sh && "
        f"for n in $(seq 100); do ! grep -q ALL-DONE {log} || break; sleep 0.2; done; ./stop.sh; ip -br link"
    )
    told = run("unshare", "-n", "-m", "sh", "-c", steps, env={"MLN_TEMPLATES": str(busybox_template)}, timeout=120)
    shown = log.read_text(errors="replace")
    assert "TAP-OK" in shown
    assert "BRIDGE-OK" in shown
    assert "tapb" not in told.stdout
    assert processes(str(folder)) == []
