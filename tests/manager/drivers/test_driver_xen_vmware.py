"""The drivers of Xen and VMware against stand-ins of their programs, which check their arguments."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from codegen_helpers import SEARCH, image_text, require, require_library, run
from codegen_projects import MIB, host, static
from driver_helpers import Lab, Seen, lab, settings, stand_in
from mlnlang_manager.drivers import vmware, xen
from mlnlang_manager.drivers.protocol import DriverError, State
from mlnlang_manager.drivers.vmware import VmwareDriver
from mlnlang_manager.drivers.xen import XenDriver
from stand_ins import VDISKMANAGER, VMRUN, XL

from mlnlang.ir import Disk, Display, GuestFile, Project


@pytest.fixture
def hypervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-ins, first on the path; returns where they note what they are asked."""
    place = tmp_path / "hypervisor"
    for name, code in (("xl", XL), ("vmrun", VMRUN)):
        stand_in(place, name, code)
    monkeypatch.setenv("PATH", f"{place}:{SEARCH}")
    monkeypatch.setenv("STAND_IN", str(place))
    return place


def calls(place: Path) -> list[str]:
    """What was asked, without the program's folder."""
    return [line.rpartition("/")[2] for line in (place / "calls").read_text().splitlines()]


def xen_lab(folder: Path, templates: Path) -> Lab:
    """A Xen machine."""
    made = host(
        "x", "xen", template="busybox.ext4", family="busybox", memory_mib=128, kernel="/bin/busybox",
        disks=(Disk("root", template="busybox.ext4"), Disk("swap", size_bytes=MIB)),
        guest_files=(GuestFile("/etc/note", "first\n"),),
    )  # fmt: skip
    return lab(Project("p", (made,)), folder, templates)


def test_a_machine_of_xen(tmp_path: Path, templates: Path, hypervisor: Path) -> None:
    require("debugfs", "resize2fs", "mkswap")
    made = xen_lab(tmp_path, templates)
    driver, machine, images = (
        XenDriver("xen", settings(templates=templates)),
        made.machine("x"),
        Path(made.place.images),
    )
    assert driver.needs(machine, "build") == []
    assert driver.state(machine) is State.NOT_BUILT
    driver.build(machine, Seen())
    driver.build(machine, Seen())
    assert sorted(path.name for path in images.iterdir()) == ["x.img", "x.swap"]
    assert driver.state(machine) is State.DOWN
    driver.start(machine, Seen())
    driver.start(machine, Seen())
    assert driver.wait_ready(machine, 5)
    assert driver.state(machine) is State.UP
    assert driver.set_memory(machine, 96) is True
    assert driver.set_memory(machine, 256) is False
    assert driver.set_vcpus(machine, 2) is True
    assert driver.set_vcpus(machine, 8) is False
    assert driver.grow_disk(machine, 32 * MIB) is False
    assert driver.console(machine) == ["xl", "console", "x.p"]
    for forbidden in (driver.remove, lambda m: driver.reconfigure(m, Seen())):
        with pytest.raises(DriverError, match="up; stop it first"):
            forbidden(machine)
    state = json.loads((hypervisor / "state.json").read_text())
    assert (state["x.p"]["mem"], state["x.p"]["vcpus"]) == (96, 2)
    state["x.p"]["state"] = "--p---"
    (hypervisor / "state.json").write_text(json.dumps(state))
    assert driver.state(machine) is State.PAUSED
    driver.stop(machine, 5)
    driver.stop(machine, 5)
    assert driver.state(machine) is State.DOWN
    assert driver.grow_disk(machine, 32 * MIB) is True
    assert (images / "x.img").stat().st_size == 32 * MIB
    changed = replace(machine, host=replace(machine.host, guest_files=(GuestFile("/etc/note", "second\n"),)))
    changed = replace(changed, place=replace(changed.place, project=Project("p", (changed.host,))))
    driver.reconfigure(changed, Seen())
    assert image_text(images / "x.img", "/etc/note") == "second\n"
    driver.remove(machine)
    assert driver.state(machine) is State.NOT_BUILT
    assert not list(images.iterdir())
    assert "xl shutdown -F x.p" in calls(hypervisor)
    assert not any(call.startswith("xl destroy") for call in calls(hypervisor))


def test_a_deaf_machine_of_xen_is_destroyed(tmp_path: Path, templates: Path, hypervisor: Path) -> None:
    machine = xen_lab(tmp_path, templates).machine("x")
    driver = XenDriver("xen", settings(templates=templates))
    driver.build(machine, Seen())
    driver.start(machine, Seen())
    (hypervisor / "deaf").touch()
    driver.stop(machine, 1)
    assert driver.state(machine) is State.DOWN
    assert calls(hypervisor)[-2] == "xl destroy x.p"


def test_who_drives_xen(hypervisor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_library("libvirt", lambda: __import__("libvirt"))
    assert type(xen.make("xen", settings())) is XenDriver
    monkeypatch.setenv("MLN_XEN_URI", "test:///default")
    assert type(xen.make("xen", settings())).__name__ == "LibvirtDriver"
    monkeypatch.setattr(xen, "find_spec", lambda _: None)
    assert type(xen.make("xen", settings())) is XenDriver


def test_xen_by_libvirt(tmp_path: Path, templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """libvirt's test driver stands in for the hypervisor."""
    require_library("libvirt", lambda: __import__("libvirt"))
    monkeypatch.setenv("MLN_XEN_URI", "test:///default")
    machine, driver = xen_lab(tmp_path, templates).machine("x"), xen.make("xen", settings(templates=templates))
    driver.build(machine, Seen())
    driver.start(machine, Seen())
    assert driver.state(machine) is State.UP
    driver.stop(machine, 5)
    driver.remove(machine)
    assert driver.state(machine) is State.NOT_BUILT


def vmware_lab(folder: Path, templates: Path, template: str = "busybox.ext4", **values: object) -> Lab:
    """A VMware machine."""
    made = host(
        "v", "vmware", template=template, family="busybox", memory_mib=128,
        interfaces=(static("eth0", "v.p", "vmware", "10.9.0.1"), static("eth1", "v.p", "vmware", "10.8.0.1")), **values,
    )  # fmt: skip
    return lab(Project("p", (made,)), folder, templates)


def test_a_machine_of_vmware(tmp_path: Path, templates: Path, hypervisor: Path) -> None:
    require("qemu-img", "debugfs", "resize2fs")
    made = vmware_lab(tmp_path, templates, guest_files=(GuestFile("/etc/note", "first\n"),))
    driver, machine = VmwareDriver("vmware", settings(templates=templates)), made.machine("v")
    folder = Path(made.place.images) / "v"
    assert driver.state(machine) is State.NOT_BUILT
    driver.build(machine, Seen())
    assert driver.state(machine) is State.DOWN
    driver.start(machine, Seen())
    driver.start(machine, Seen())
    assert driver.state(machine) is State.UP
    assert driver.wait_ready(machine, 5) is True
    assert driver.set_memory(machine, 64) is False
    assert driver.grow_disk(machine, 32 * MIB) is False
    with pytest.raises(DriverError, match="window only"):
        driver.console(machine)
    with pytest.raises(DriverError, match="up; stop it first"):
        driver.reconfigure(machine, Seen())
    driver.stop(machine, 5)
    driver.stop(machine, 5)
    assert driver.state(machine) is State.DOWN
    assert driver.grow_disk(machine, 32 * MIB) is True
    assert run("qemu-img", "convert", "-O", "raw", folder / "v.vmdk", tmp_path / "raw").returncode == 0
    assert (tmp_path / "raw").stat().st_size == 32 * MIB
    assert run("e2fsck", "-fn", tmp_path / "raw").returncode == 0
    assert image_text(tmp_path / "raw", "/etc/note") == "first\n"
    driver.remove(machine)
    assert driver.state(machine) is State.NOT_BUILT
    assert not folder.exists()
    stops = [line.split()[1:] for line in (hypervisor / "calls").read_text().splitlines() if " stop " in line]
    assert stops == [["-T", "ws", "stop", str(folder / "v.vmx"), "soft"]]


def test_a_deaf_machine_of_vmware_is_switched_off(tmp_path: Path, templates: Path, hypervisor: Path) -> None:
    machine, driver = (
        vmware_lab(tmp_path, templates).machine("v"),
        VmwareDriver("vmware", settings(templates=templates)),
    )
    (hypervisor / "deaf").touch()
    driver.build(machine, Seen())
    driver.start(machine, Seen())
    assert driver.wait_ready(machine, 0.5) is False
    driver.stop(machine, 1)
    assert driver.state(machine) is State.DOWN
    assert "hard" in (hypervisor / "calls").read_text()


def test_a_machine_that_vmware_does_not_start(tmp_path: Path, templates: Path, hypervisor: Path) -> None:
    machine, driver = (
        vmware_lab(tmp_path, templates).machine("v"),
        VmwareDriver("vmware", settings(templates=templates)),
    )
    with pytest.raises(DriverError, match="not built"):
        driver.start(machine, Seen())
    driver.build(machine, Seen())
    Path(driver.root_path(machine)).unlink()
    with pytest.raises(DriverError, match="vmrun can't start it: Error: Insufficient permissions"):
        driver.start(machine, Seen())


def test_a_disk_with_partitions_is_left_to_vmware(tmp_path: Path, hypervisor: Path) -> None:
    require("qemu-img")
    stand_in(hypervisor, "vmware-vdiskmanager", VDISKMANAGER)
    templates = tmp_path / "templates"
    templates.mkdir()
    assert run("qemu-img", "create", "-q", "-f", "vmdk", templates / "t.vmdk", "8M").returncode == 0
    made = vmware_lab(tmp_path, templates, "t.vmdk", cloud_init=True)
    require("xorriso")
    driver, machine = VmwareDriver("vmware", settings(templates=templates)), made.machine("v")
    driver.build(machine, Seen())
    assert driver.grow_disk(machine, 24 * MIB)
    assert driver.grow_disk(machine, 16 * MIB)
    assert "virtual size: 24 MiB" in run("qemu-img", "info", driver.root_path(machine)).stdout
    asked = [call for call in (hypervisor / "calls").read_text().splitlines() if "vdiskmanager" in call]
    assert len(asked) == 1
    assert " -x 24MB /" in asked[0]


def test_what_vmware_noted_stays() -> None:
    compiled = 'memsize = "256"\nethernet0.address = "a"\nscsi0:0.fileName = "v.vmdk"\n'
    old = (
        'memsize = "128"\nethernet0.address = "b"\nethernet0.pciSlotNumber = "32"\nethernet1.present = "TRUE"\n'
        'ethernet1.pciSlotNumber = "33"\nRemoteDisplay.vnc.port = "5901"\nvmotion.checkpointFBSize = "4194304"\n'
        'scsi0:0.redo = ""\nfirmware = "efi"\n'
    )
    assert vmware.merged(compiled, old) == compiled + (
        'ethernet0.pciSlotNumber = "32"\nvmotion.checkpointFBSize = "4194304"\nscsi0:0.redo = ""\n'
    )
    assert vmware.merged(compiled, vmware.merged(compiled, old)) == vmware.merged(compiled, old)


def test_changes_of_the_project_reach_the_vmx(tmp_path: Path, templates: Path, hypervisor: Path) -> None:
    require("qemu-img", "debugfs", "resize2fs")
    made = vmware_lab(tmp_path, templates, display=Display(3, "geheim"))
    driver = VmwareDriver("vmware", settings(templates=templates))
    driver.build(made.machine("v"), Seen())
    path = Path(driver.vmx(made.machine("v")))
    path.write_text(path.read_text() + 'vmci0.id = "7"\n')
    changed = replace(
        made.machine("v").host, memory_mib=256, display=None, interfaces=made.project.hosts[0].interfaces[:1]
    )
    machine = lab(Project("p", (changed,)), tmp_path, templates).machine("v")
    driver.start(machine, Seen())
    text = path.read_text()
    assert 'memsize = "256"' in text
    assert 'vmci0.id = "7"' in text
    assert "ethernet1" not in text
    assert "geheim" not in text
    assert path.stat().st_mode & 0o777 == 0o600
