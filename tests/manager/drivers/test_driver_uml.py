"""The driver of User-Mode Linux with real kernels."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from codegen_helpers import require, run
from codegen_projects import MIB, host, static, switch
from driver_helpers import Lab, Seen, lab, processes, settings
from mlnlang_manager.drivers import mconsole, uml_process
from mlnlang_manager.drivers.protocol import DriverError, State
from mlnlang_manager.drivers.uml import UmlDriver

from mlnlang.ir import Disk, Project

TOOLS = ("linux.uml", "uml_switch", "debugfs", "resize2fs")


def machine(name: str, address: str, **values: object) -> object:
    """A small machine on the switch `lan`."""
    return host(
        name, "uml", template="busybox.ext4", family="busybox",
        interfaces=(static("eth0", f"{name}.pair", "uml", address, "lan"),), **values,
    )  # fmt: skip


def pair() -> Project:
    """`two` pings `one` once it is up."""
    pings = ("ping -c 2 -W 10 one.pair && echo PING-OK",)
    hosts = (machine("one", "10.9.0.1"), machine("two", "10.9.0.2", startup=pings))
    return Project("pair", hosts, (switch("lan", "pair", "uml"),))  # type: ignore[arg-type]


@pytest.fixture
def driver(templates: Path) -> UmlDriver:
    """The driver."""
    require(*TOOLS)
    return UmlDriver("uml", settings(templates=templates))


@pytest.fixture
def made(tmp_path: Path, templates: Path, driver: UmlDriver) -> Iterator[Lab]:
    """The pair, under a name with a blank and too long for a socket's path; whatever happens, nothing is left."""
    found = lab(pair(), tmp_path / ("a folder with a long name " * 4).strip(), templates)
    try:
        yield found
    finally:
        for each in found.machines:
            driver.stop(each, 0, force=True)
        driver.stop_switch(found.segment("lan"))


def test_the_life_of_two_machines(made: Lab, driver: UmlDriver) -> None:
    one, two = made.machine("one"), made.machine("two")
    for each in (one, two):
        assert driver.state(each) is State.NOT_BUILT
        assert driver.needs(each, "build") == []
        driver.build(each, Seen())
        driver.build(each, Seen())
        assert driver.state(each) is State.DOWN
    driver.start_switch(made.segment("lan"))
    assert driver.switch_state(made.segment("lan")) is State.UP
    for each in (one, two):
        seen = Seen()
        driver.start(each, seen)
        driver.start(each, seen)
        assert "booting" in seen.phases
        assert driver.state(each) is State.UP
    assert driver.wait_ready(one, 60)
    assert driver.wait_ready(two, 60)
    assert b"PING-OK" in Path(driver.console_log(two)).read_bytes()
    assert os.listdir(Path(made.place.run) / "notify") == []
    with pytest.raises(DriverError, match="up; stop it first"):
        driver.remove(one)
    again = UmlDriver("uml", driver.settings)  # another mln, which has heard nothing, and reads the console
    assert again.state(one) is State.UP
    assert again.wait_ready(two, 5)
    for each in (one, two):
        again.stop(each, 60)
        again.stop(each, 60)
        assert again.state(each) is State.DOWN
        assert run("e2fsck", "-fn", Path(made.place.images) / f"{each.host.name}.img").returncode == 0
        driver.remove(each)
        assert driver.state(each) is State.NOT_BUILT
    driver.stop_switch(made.segment("lan"))
    assert processes(made.place.folder) == []
    left = [path for path in Path(made.place.run).rglob("*") if not path.is_dir()]
    assert [path.name for path in left if path.suffix != ".log"] == []
    assert not list(Path(made.place.images).iterdir())


def test_a_guest_that_hangs_is_halted(tmp_path: Path, templates: Path, driver: UmlDriver) -> None:
    hung = host("hung", "uml", template="busybox.ext4", family="busybox", startup=("echo HUNG", "sleep 600"))
    found = lab(Project("p", (hung,)), tmp_path, templates).machine("hung")
    driver.build(found, Seen())
    driver.start(found, Seen())
    try:
        assert driver.wait_ready(found, 3) is False
    finally:
        driver.stop(found, 1)
    assert driver.state(found) is State.DOWN
    assert processes(str(tmp_path)) == []


def test_a_kernel_that_panics_was_not_started(tmp_path: Path, templates: Path, driver: UmlDriver) -> None:
    made = host("sad", "uml", template="busybox.ext4", family="busybox", kernel_extra="init=/nowhere")
    found = lab(Project("p", (made,)), tmp_path, templates).machine("sad")
    driver.build(found, Seen())
    with pytest.raises(DriverError, match=r"Kernel panic - .*init") as caught:
        driver.start(found, Seen())
    assert caught.value.log == driver.console_log(found)
    assert driver.state(found) is State.DOWN
    assert processes(str(tmp_path)) == []


def test_one_that_was_killed_is_down_and_can_be_started_again(
    tmp_path: Path, templates: Path, driver: UmlDriver
) -> None:
    made = host("k", "uml", template="busybox.ext4", family="busybox")
    found = lab(Project("p", (made,)), tmp_path, templates).machine("k")
    driver.build(found, Seen())
    driver.start(found, Seen())
    assert driver.wait_ready(found, 60)
    kernel = uml_process.Kernel("k.p", found.place.run, "k")
    os.kill(kernel.pid, signal.SIGKILL)
    assert uml_process.wait_end(kernel.pid, 5)
    assert driver.state(found) is State.DOWN
    driver.start(found, Seen())
    try:
        assert driver.wait_ready(found, 60)
    finally:
        driver.stop(found, 0, force=True)
    end = time.monotonic() + 5  # who wrote its console reads to the end first
    while processes(str(tmp_path)) and time.monotonic() < end:
        time.sleep(0.05)
    assert processes(str(tmp_path)) == []


def test_processes_of_others_are_left_alone(tmp_path: Path) -> None:
    """A stale number in the run folder that is somebody else's process by now."""
    kernel = uml_process.Kernel("x.p", str(tmp_path), "x")
    os.makedirs(kernel.folder)
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        Path(kernel.folder, "pid").write_text(f"{other.pid}\n")
        assert uml_process.clear(kernel)
        assert other.poll() is None
        assert not os.path.exists(kernel.folder)
        other.kill()


def test_disks_grow_while_the_machine_is_down(tmp_path: Path, templates: Path, driver: UmlDriver) -> None:
    made = host("g", "uml", template="busybox.ext4", family="busybox", startup=("echo SIZE $(df -k / | tail -1)",))
    over = host("c", "uml", template="busybox.ext4", family="busybox", disks=(Disk("root", cow_base="busybox.ext4"),))
    found = lab(Project("p", (made, over)), tmp_path, templates)
    one = found.machine("g")
    driver.build(one, Seen())
    assert driver.grow_disk(one, 40 * MIB)
    assert driver.grow_disk(one, 20 * MIB)  # never shrinks
    image = Path(found.place.images) / "g.img"
    assert image.stat().st_size == 40 * MIB
    assert run("e2fsck", "-fn", image).returncode == 0
    driver.start(one, Seen())
    try:
        assert driver.wait_ready(one, 60)
        assert driver.grow_disk(one, 60 * MIB) is False
        assert driver.set_memory(one, 128) is False
        shown = Path(driver.console_log(one)).read_text(errors="replace")
        assert int(shown.partition("SIZE ")[2].split()[1]) > 30_000
    finally:
        driver.stop(one, 0, force=True)
    assert driver.grow_disk(found.machine("c"), 60 * MIB) is False


def test_the_console(tmp_path: Path, templates: Path, driver: UmlDriver) -> None:
    made = host("t", "uml", template="busybox.ext4", family="busybox")
    found = lab(Project("p", (made,)), tmp_path, templates).machine("t")
    with pytest.raises(DriverError, match="does not answer"):
        driver.console(found)
    driver.build(found, Seen())
    driver.start(found, Seen())
    try:
        assert driver.wait_ready(found, 60)
        command = driver.console(found)
        near, far = pty.openpty()
        with subprocess.Popen(command, stdin=far, stdout=far, stderr=far, start_new_session=True) as process:
            os.close(far)
            shown = talk(near, [(b"login: ", b"root\n"), (b"# ", b"echo $((6*7))-$(hostname)\n"), (b"42-t", b"\x1d")])
            assert process.wait(20) == 0
        os.close(near)
        assert b"42-t" in shown
    finally:
        driver.stop(found, 0, force=True)


def talk(terminal: int, turns: list[tuple[bytes, bytes]], seconds: float = 40) -> bytes:
    """Wait for each text on a terminal and answer it; a quiet login is woken."""
    shown, start, end = b"", 0, time.monotonic() + seconds
    os.set_blocking(terminal, False)
    woken = 0.0
    for awaited, reply in turns:
        while awaited not in shown[start:]:
            assert time.monotonic() < end, shown
            if awaited == b"login: " and time.monotonic() > woken + 2:
                woken = time.monotonic()
                os.write(terminal, b"\n")
            try:
                shown += os.read(terminal, 4096)
            except BlockingIOError:
                time.sleep(0.05)
        start = len(shown)
        os.write(terminal, reply)
    return shown


def test_the_management_console_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(mconsole.NoAnswerError):
        mconsole.ask(str(tmp_path / "none"), "version", 1)
    deep = tmp_path / ("x" * 90) / ("y" * 90)
    deep.mkdir(parents=True)
    with pytest.raises(mconsole.NoAnswerError):
        mconsole.ask(str(deep / "none"), "version", 1)
    with pytest.raises(mconsole.NoAnswerError):
        mconsole.ask(str(deep / "nofolder" / "none"), "version", 1)
