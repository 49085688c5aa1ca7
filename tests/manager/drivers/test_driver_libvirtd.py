"""The libvirt driver with a real libvirtd and QEMU's own translation: a machine boots, changes, grows and goes."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import tiny_guest
from codegen_helpers import require, require_library, run
from codegen_projects import MIB, host, static, switch
from driver_helpers import Lab, Seen, lab, settings
from libvirt_server import LibvirtServer, libvirt_server
from mlnlang_manager.drivers.protocol import DriverError, State

from mlnlang.ir import Disk, GuestFile, Host, Project


@dataclass(frozen=True)
class Daemon:
    """A libvirtd of the test's own, and where it is reached from here."""

    server: LibvirtServer
    uri: str


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A server with a libvirtd."""
    require("libvirtd", "virsh", "qemu-system-x86_64", "unshare", "nsenter", "ip", "dnsmasq")
    require_library("libvirt", lambda: __import__("libvirt"))
    folder = tmp_path_factory.mktemp("d") / "s"
    with libvirt_server(folder) as found:
        (folder / "run/lock").mkdir()  # where it notes who has a console
        yield Daemon(found, f"qemu+unix:///system?socket={folder}/run/libvirt/libvirt-sock")


@pytest.fixture
def driver(daemon: Daemon, templates: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """The driver on that server."""
    from mlnlang_manager.drivers.libvirt import LibvirtDriver

    monkeypatch.setenv("MLN_LIBVIRT_URI", daemon.uri)
    monkeypatch.setenv("MLN_DOMAIN_TYPE", "qemu")
    return LibvirtDriver("kvm", settings(templates=templates))


def tiny(folder: Path, **values: object) -> Host:
    """A machine that tells on its console what it sees, and has a login there."""
    kernel = tiny_guest.kernel()
    return host(
        "one", "kvm", template="busybox.ext4", family="busybox", memory_mib=128, kernel=str(kernel),
        ramdisk=str(tiny_guest.ram_disk(folder, kernel)), kernel_extra="quiet no_timer_check",
        disks=(Disk("root", template="busybox.ext4", size_bytes=16 * MIB),),
        interfaces=(static("eth0", "one.kit", "kvm", "10.9.0.1", "lan"),),
        startup=("echo SEEN $(hostname) $(df -k / | tail -1) $(cat /etc/note) >/dev/console",),
        guest_files=(GuestFile("/etc/note", "first\n"),), **values,
    )  # fmt: skip


@pytest.fixture
def made(tmp_path: Path, templates: Path) -> Lab:
    """A machine on a switch."""
    return lab(Project("kit", (tiny(tmp_path),), (switch("lan", "kit", "kvm"),)), tmp_path / "a lab", templates)


def console_of(driver, machine) -> bytes:  # type: ignore[no-untyped-def]
    """Start the machine, wait until it is ready, and give back what its console showed meanwhile."""
    driver.start(machine, Seen())
    console = driver._consoles[machine.identity]
    assert driver.wait_ready(machine, 90), console._text
    return console._text


def test_the_life_of_a_machine(made: Lab, driver, daemon: Daemon, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    require("resize2fs", "debugfs", "qemu-img")
    machine, lan, image = made.machine("one"), made.segment("lan"), Path(made.place.images) / "one.qcow2"
    assert driver.needs(machine, "build") == []
    assert driver.needs(machine, "start") == []
    driver.build(machine, Seen())
    assert daemon.server.virsh("list", "--all", "--name") == "one.kit"
    assert daemon.server.virsh("vol-list", "images.kit").split()[0] == "one.qcow2"
    driver.start_switch(lan)
    try:
        shown = console_of(driver, machine)
        assert b"SEEN one" in shown
        assert b" first" in shown
        assert driver.state(machine) is State.UP
        assert driver.set_memory(machine, 96) is True
        assert driver.set_memory(machine, 256) is False
        assert driver.grow_disk(machine, 32 * MIB) is False
        driver.stop(machine, 1)  # nobody in this guest hears ACPI
        assert driver.state(machine) is State.DOWN

        assert driver.grow_disk(machine, 48 * MIB) is True
        changed = replace(machine.host, memory_mib=160, guest_files=(GuestFile("/etc/note", "second\n"),))
        again = lab(
            replace(made.project, hosts=(changed,)), tmp_path / "a lab", made.place and Path(str(made.place.templates))
        )
        machine = again.machine("one")
        driver.reconfigure(machine, Seen())
        told = run("qemu-img", "info", image).stdout
        assert "virtual size: 48 MiB" in told
        assert f"backing file: {made.place.templates}/busybox.ext4" in told
        shown = console_of(driver, machine)
        assert b" second" in shown
        assert int(shown.partition(b"SEEN ")[2].split()[2]) > 35_000
        assert "163840 KiB" in daemon.server.virsh("dominfo", "one.kit")
    finally:
        driver.stop(machine, 0, force=True)
        driver.remove(machine)
        driver.remove_switch(lan)
    assert daemon.server.virsh("list", "--all", "--name") == ""
    assert daemon.server.virsh("net-list", "--all", "--name") == ""
    assert daemon.server.virsh("pool-list", "--all", "--name") == ""
    assert not list(Path(made.place.images).iterdir())


def test_a_machine_that_ends_at_once_was_not_started(tmp_path: Path, templates: Path, driver) -> None:  # type: ignore[no-untyped-def]
    sad = replace(tiny(tmp_path), startup=("poweroff -f",), interfaces=())
    machine = lab(Project("sad", (sad,)), tmp_path, templates).machine("one")
    driver.build(machine, Seen())
    try:
        driver.start(machine, Seen())
        with pytest.raises(DriverError, match="ended while it was starting"):
            driver.wait_ready(machine, 90)
        assert driver.state(machine) is State.DOWN
    finally:
        driver.remove(machine)


def test_a_disk_with_partitions_grows_while_the_machine_runs(tmp_path: Path, driver) -> None:  # type: ignore[no-untyped-def]
    require("qemu-img")
    templates = tmp_path / "templates"
    templates.mkdir()
    assert run("qemu-img", "create", "-q", "-f", "qcow2", templates / "t.qcow2", "8M").returncode == 0
    blank = host(
        "b", "kvm", template="t.qcow2", memory_mib=64, cloud_init=True, disks=(Disk("root", template="t.qcow2"),)
    )
    machine = lab(Project("disk", (blank,)), tmp_path, templates).machine("b")
    require("xorriso")
    driver.build(machine, Seen())
    try:
        driver.start(machine, Seen())
        assert driver.grow_disk(machine, 24 * MIB) is True
        assert driver.grow_disk(machine, 16 * MIB) is True  # never shrinks
        assert driver.wait_ready(machine, 1) is False  # it has nothing to boot from
        driver.stop(machine, 0, force=True)
        assert "virtual size: 24 MiB" in run("qemu-img", "info", Path(machine.place.images) / "b.qcow2").stdout
        assert driver.grow_disk(machine, 32 * MIB) is True
        assert "virtual size: 32 MiB" in run("qemu-img", "info", Path(machine.place.images) / "b.qcow2").stdout
    finally:
        driver.stop(machine, 0, force=True)
        driver.remove(machine)


def test_a_console_in_a_terminal(daemon: Daemon, made: Lab, driver) -> None:  # type: ignore[no-untyped-def]
    machine = made.machine("one")
    near, far = pty.openpty()
    done = subprocess.run(driver.console(machine), stdin=far, stdout=far, stderr=far, timeout=60, check=False)
    os.close(far)
    assert done.returncode == 1
    assert b"failed to get domain 'one.kit'" in os.read(near, 4096)
    os.close(near)
