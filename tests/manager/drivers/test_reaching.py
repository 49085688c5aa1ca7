"""`mln console`, `ssh` and `exec`: with real machines of User-Mode Linux, and with stand-ins of ssh and virsh."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from codegen_helpers import SEARCH, require
from driver_helpers import stand_in
from mln_helpers import COMMAND, Home
from mlnlang_manager.drivers import typing_in
from mlnlang_manager.drivers.protocol import DriverError

LAB = """\
global { project lab }
superclass common {
    template busybox.ext4
    family busybox
    memory 64M
    network eth0 { switch lan; netmask 255.255.255.0 }
}
superclass machine { superclass common; uml }
host one { superclass machine; network eth0 { address 10.9.0.1 } }
host two {
    superclass machine
    network eth0 { address 10.9.0.2 }
    root_passwd geheim
    users { alice x }
}
switch lan { uml }
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, templates: Path) -> Iterator[Home]:
    """Two machines that are up."""
    require("linux.uml", "uml_switch", "debugfs", "resize2fs", "openssl")
    home = Home(tmp_path_factory.mktemp("home"))
    built = home.run("-T", str(templates), "build", "-f", home.write("lab.mln", LAB))
    assert built.returncode == 0, built.stdout + built.stderr
    started = home.run("start", "lab")
    assert started.returncode == 0, started.stdout + started.stderr
    yield home
    home.run("stop", "lab", "--now")
    home.run("stop", "lab")


def test_a_command_by_the_console(running: Home) -> None:
    done = running.run("exec", "lab", "one", "ping", "-c", "1", "-W", "10", "two.lab")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 packets received" in done.stdout
    script = 'echo "a  b" $HOME; echo "$(hostname)" >&2; exit 7'
    done = running.run("exec", "-p", "lab", "-h", "one", "--", "sh", "-c", script)
    assert (done.returncode, done.stdout) == (7, "a  b /root\none\n")
    assert running.run("exec", "--by", "console", "lab", "one", "false").returncode == 1


def test_root_with_a_password_that_the_project_tells(running: Home) -> None:
    done = running.run("exec", "lab", "two", "id", "-un")
    assert (done.returncode, done.stdout) == (0, "root\n")
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                words = Path(f"/proc/{name}/cmdline").read_bytes()
            except OSError:
                continue
            assert b"geheim" not in words


def test_what_exec_says_when_it_can_not(running: Home) -> None:
    done = running.run("exec", "--by", "agent", "lab", "one", "true")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "mln: machines of uml can't be reached by their agent; try --by ssh\n"
    done = running.run("exec", "--timeout", "2", "lab", "one", "sleep", "30")
    assert done.returncode == 1
    assert "gives no answer" in done.stderr
    assert running.run("exec", "lab", "one", "echo", "again").stdout == "again\n"
    assert running.run("exec", "lab", "one").returncode == 2
    assert running.run("exec", "lab").returncode == 2
    assert running.run("exec", "lab", "three", "true").stderr.startswith("mln: the project `lab` has no host `three`")


def test_the_console_in_a_terminal(running: Home) -> None:
    near, far = pty.openpty()
    command = [*COMMAND, "console", "lab", "one"]
    with subprocess.Popen(
        command, env=running.environment, stdin=far, stdout=far, stderr=far, start_new_session=True
    ) as p:
        os.close(far)
        shown = b""
        while b"Connected" not in shown:
            assert p.poll() is None, shown
            shown += os.read(near, 4096)
        busy = running.run("exec", "lab", "one", "true")
        assert "somebody else is at its console" in busy.stderr
        os.write(near, b"\x1d")
        assert p.wait(20) == 0
    os.close(near)
    log = running.run("console", "--log", "lab", "one")
    assert "Linux version" in log.stdout
    assert running.run("console", "lab", "one", "ls").returncode == 2


def test_ssh_goes_where_the_project_says(running: Home, tmp_path: Path) -> None:
    stand_in(tmp_path, "ssh", "import sys\nprint(*sys.argv[1:], sep='|')\nsys.exit(3)\n")
    env = {"PATH": f"{tmp_path}:{SEARCH}"}
    done = running.run("ssh", "lab", "two", env=env)
    assert (done.returncode, done.stdout) == (3, "-o|HostKeyAlias=two.lab|-l|alice|--|10.9.0.2\n")
    done = running.run("ssh", "-u", "bob", "-J", "gate", "-p", "lab", "-h", "one", "--", "ls", "-l", env=env)
    assert done.stdout == "-o|HostKeyAlias=one.lab|-J|gate|-l|bob|--|10.9.0.1|ls|-l\n"
    done = running.run("exec", "--by", "ssh", "lab", "two", "echo", "a b", env=env)
    assert done.stdout == "-o|BatchMode=yes|-o|HostKeyAlias=two.lab|-l|alice|--|10.9.0.2|echo 'a b'\n"
    assert running.run("ssh", "-u", "-x", "lab", "one", env=env).returncode == 2
    assert running.run("ssh", "-J", "-oProxyCommand=x", "lab", "one", env=env).returncode == 2


class Guest:
    """The other end of a terminal, played by a shell of this machine."""

    def __init__(self, *command: str) -> None:
        self.near, self.far = pty.openpty()
        self.path = os.ttyname(self.far)
        self.process = subprocess.Popen(command, stdin=self.near, stdout=self.near, stderr=self.near)

    def __enter__(self) -> str:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.near)
        os.close(self.far)


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("read x; while :; do printf 'Password: '; read x || exit; done", "asks for root's password"),
        ("while read x; do printf 'Login incorrect\\nhost login: '; done", "may not log in"),
        ("while read x; do :; done", "gives no answer"),
    ],
)
def test_consoles_that_let_nobody_in(says: str, expected: str) -> None:
    with Guest("sh", "-c", says) as path, pytest.raises(DriverError, match=expected):
        typing_in.execute(path, ["true"], 4)


def test_what_does_not_fit_into_a_line(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match="does not fit"):
        typing_in.execute("/dev/null", ["echo", "a\nb"], 1)
    with pytest.raises(DriverError, match="does not fit"):
        typing_in.execute("/dev/null", ["echo", "x" * 4000], 1)
    with pytest.raises(DriverError, match="No such file"):
        typing_in.execute(str(tmp_path / "none"), ["true"], 1)
