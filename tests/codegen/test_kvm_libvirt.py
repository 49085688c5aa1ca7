"""KVM with a real libvirtd: it takes every file of ours, reads from it what the project says, and runs a machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import tiny_guest
from codegen_helpers import require, run, write_plan
from codegen_projects import MIB, host, kvm_project, static, switch
from libvirt_server import LibvirtServer, libvirt_server
from mlnlang_codegen import generate

from mlnlang.ir import Disk, Display, Host, Mount, Project, Switch, User, derive

KVM_HOSTS = [h.name for h in kvm_project().hosts if h.backend == "kvm"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibvirtServer]:
    """A server with a libvirtd."""
    require("libvirtd", "virsh", "qemu-system-x86_64", "unshare", "nsenter", "ip", "dnsmasq")
    with libvirt_server(tmp_path_factory.mktemp("libvirt") / "server") as found:
        yield found


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The KVM project's files, with folders put in."""
    folder = write_plan(generate(kvm_project()), tmp_path_factory.mktemp("plan"))
    for path in folder.rglob("*.xml"):
        text = path.read_text()
        for token in ("IMAGES", "FILES", "TEMPLATES"):
            text = text.replace(f"/@MLN_{token}@", f"/srv/{token.lower()}")
        path.write_text(text)
    return folder


def defined(server: LibvirtServer, path: Path, identity: str) -> ElementTree.Element:
    """What libvirt made of a domain.xml."""
    server.virsh("define", "--validate", path)
    return ElementTree.fromstring(server.virsh("dumpxml", "--inactive", "--security-info", identity))


def attribute(element: ElementTree.Element | None, name: str) -> str | None:
    """An attribute, or None without the element."""
    return None if element is None else element.get(name)


@pytest.mark.parametrize("name", KVM_HOSTS)
def test_what_libvirt_reads(name: str, server: LibvirtServer, plan: Path) -> None:
    project = kvm_project()
    expected = next(h for h in project.hosts if h.name == name)
    (path,) = plan.glob(f"*/hosts/{name}/domain.xml")
    found = defined(server, path, f"{name}.lab")
    assert found.findtext("name") == f"{name}.lab"
    assert found.findtext("uuid") == derive.machine_uuid(f"{name}.lab")
    assert found.findtext("memory") == str(expected.memory_mib * 1024)
    assert found.findtext("vcpu") == str(expected.vcpus)
    assert attribute(found.find("vcpu"), "cpuset") == ("0-1,3" if expected.cpus else None)
    assert found.findtext("os/kernel") == expected.kernel
    assert found.findtext("os/initrd") == expected.ramdisk
    assert (expected.kernel_extra or "") in (found.findtext("os/cmdline") or "")
    assert attribute(found.find("os"), "firmware") == ("efi" if expected.firmware == "uefi" else None)
    assert len(found.findall("devices/disk[@device='cdrom']")) == expected.cloud_init
    check_cards(project, expected, found)
    check_display(expected, found.find("devices/graphics"))


def check_cards(project: Project, expected: Host, found: ElementTree.Element) -> None:
    """Hardware addresses, and what the cards are wired to."""
    made_by_xen = {s.name: s.bridge for s in project.switches if s.backend == "xen"}
    wires = []
    for interface in expected.interfaces:
        switch = interface.switch or ""
        bridge = interface.bridge or made_by_xen.get(switch)
        wires.append((interface.mac, bridge, None if bridge else f"{switch}.lab" if switch else "default"))
    read = [
        (attribute(card.find("mac"), "address"), attribute(card.find("source"), "bridge"),
         attribute(card.find("source"), "network"))
        for card in found.findall("devices/interface")
    ]  # fmt: skip
    assert read == wires


def check_display(expected: Host, graphics: ElementTree.Element | None) -> None:
    """Port, key map, password and who may connect."""
    display = expected.display
    assert (graphics is None) == (display is None)
    if display is None or graphics is None:
        return
    assert graphics.get("port") == ("-1" if display.number is None else str(5900 + display.number))
    assert graphics.get("keymap") == display.keymap
    assert graphics.get("passwd") == display.password
    assert graphics.get("listen") == ("0.0.0.0" if display.password else "127.0.0.1")


@pytest.mark.parametrize(
    ("name", "disks"),
    [
        ("cloud", [("vda", "qcow2", "/srv/images/cloud.qcow2"), ("sda", "raw", "/srv/images/cloud.seed.iso")]),
        ("volume", [
            ("vda", "raw", "/dev/vg0/volume.lab"), ("vdb", "raw", "/dev/vg0/volume.lab.swap"),
            ("vdc", "raw", "/dev/sdb1"), ("vdd", "qcow2", "/data/big disk.qcow2"),
        ]),
        ("shared", [("vda", "qcow2", "/nfs/vms/shared.lab")]),
        ("over", [("vda", "qcow2", "/srv/images/over.qcow2"), ("vdb", "raw", "/srv/images/over.swap")]),
        ("san", [("vda", "raw", "iqn.2009-01.x:web/0")]),
        ("old", [("vda", "vmdk", "/srv/images/old.vmdk"), ("vdb", "raw", "/srv/images/old.swap")]),
        ("win", [("sda", "qcow2", "/srv/images/win.qcow2")]),
    ],
)  # fmt: skip
def test_disks_that_libvirt_reads(name: str, disks: list[object], server: LibvirtServer, plan: Path) -> None:
    (path,) = plan.glob(f"*/hosts/{name}/domain.xml")
    found = defined(server, path, f"{name}.lab")
    read = []
    for disk in found.findall("devices/disk"):
        source = disk.find("source")
        assert source is not None
        where = source.get("file") or source.get("dev") or source.get("name")
        read.append((attribute(disk.find("target"), "dev"), attribute(disk.find("driver"), "type"), where))
    assert read == disks
    server_of = found.find("devices/disk/source/host")
    assert (server_of is not None) == (name == "san")
    if server_of is not None:
        assert (server_of.get("name"), server_of.get("port")) == ("2001:db8::5", "3261")


def test_networks_that_libvirt_reads(server: LibvirtServer, plan: Path) -> None:
    for path in plan.rglob("network.xml"):
        server.virsh("net-define", "--validate", path)
    lan = ElementTree.fromstring(server.virsh("net-dumpxml", "lan.lab"))
    assert attribute(lan.find("bridge"), "name") == "lan.lab"
    assert lan.find("forward") is None
    assert lan.find("ip") is None
    assert attribute(lan.find("dns"), "enable") == "no"
    external = ElementTree.fromstring(server.virsh("net-dumpxml", "ext.lab"))
    assert attribute(external.find("forward"), "mode") == "bridge"


def test_pool_and_volume_make_the_overlay(server: LibvirtServer, tmp_path: Path) -> None:
    images, templates = tmp_path / "images", tmp_path / "templates"
    images.mkdir()
    templates.mkdir()
    assert run("qemu-img", "create", "-q", "-f", "qcow2", templates / "t.qcow2", "16M").returncode == 0
    project = Project("p", (host("a", "kvm", template="t.qcow2", disks=(Disk("root", template="t.qcow2"),)),))
    folder = write_plan(generate(project), tmp_path) / "local/hosts/a"
    for name in ("pool", "volume"):
        text = (folder / f"{name}.xml").read_text()
        text = text.replace("/@MLN_IMAGES@", str(images)).replace("/@MLN_TEMPLATES@", str(templates))
        (tmp_path / f"{name}.xml").write_text(text)
    server.virsh("pool-define", "--validate", tmp_path / "pool.xml")
    server.virsh("pool-start", "images.p")
    server.virsh("vol-create", "images.p", tmp_path / "volume.xml")
    shown = run("qemu-img", "info", images / "a.qcow2").stdout
    assert f"backing file: {templates}/t.qcow2" in shown
    assert "virtual size: 16 MiB" in shown


def switch_script(folder: Path, made: Switch) -> Path:
    """The control script of a project's only switch."""
    return write_plan(generate(Project("net", (), (made,))), folder) / f"local/switches/{made.name}/control.sh"


def test_a_bridge_that_is_there_is_used_and_stays(server: LibvirtServer, tmp_path: Path) -> None:
    script = switch_script(tmp_path, switch("old", "net", "kvm"))
    assert server.run("ip", "link", "add", "old.net", "type", "bridge").returncode == 0
    assert "started" in server.run("sh", script, "start").stdout
    assert "<forward mode='bridge'/>" in server.virsh("net-dumpxml", "old.net")
    assert "someone else's" in server.run("sh", script, "stop").stdout
    assert server.run("ip", "link", "show", "old.net").returncode == 0
    assert server.run("sh", script, "remove").returncode == 0
    assert server.run("sh", script, "status").stdout == "switch old: down\n"


def test_a_switch_with_something_on_it_stays_up(server: LibvirtServer, tmp_path: Path) -> None:
    script = switch_script(tmp_path, switch("busy", "net", "kvm", tap="own0"))
    for device in ("own0", "other0"):
        assert server.run("ip", "tuntap", "add", device, "mode", "tap").returncode == 0
    told = server.run("sh", script, "start")
    assert told.returncode == 0, told.stderr
    assert server.run("ip", "link", "set", "other0", "master", "busy.net").returncode == 0
    assert "left up" in server.run("sh", script, "stop").stderr
    assert server.run("ip", "link", "delete", "other0").returncode == 0
    assert server.run("sh", script, "stop").stdout == "switch busy: stopped\n"
    assert server.run("sh", script, "remove").returncode == 0
    assert server.run("ip", "link", "show", "busy.net").returncode != 0


def test_an_external_switch_needs_its_bridge(server: LibvirtServer, tmp_path: Path) -> None:
    script = switch_script(tmp_path, switch("ours", "net", "kvm", external=True))
    assert "no bridge ours.net" in server.run("sh", script, "start").stderr


def test_what_is_missing_is_said(server: LibvirtServer, tmp_path: Path) -> None:
    project = Project("p", (host("a", "kvm", template="none.qcow2", disks=(Disk("root", template="none.qcow2"),)),))
    folder = write_plan(generate(project), tmp_path) / "local"
    told = server.run("sh", folder / "start.sh", env={"MLN_LIBVIRT_URI": "qemu+unix:///system?socket=/nowhere"})
    assert "answer from libvirt at qemu+unix:///system?socket=/nowhere" in told.stderr
    assert (
        "kvm or qemu in MLN_DOMAIN_TYPE" in server.run("sh", folder / "start.sh", env={"MLN_DOMAIN_TYPE": "vz"}).stderr
    )
    assert "file /opt/mln/templates/none.qcow2" in server.run("sh", folder / "build.sh").stderr


def tiny(name: str, kernel: Path, initrd: Path) -> Host:
    """A machine that writes on its second disk that it is up, and what it sees."""
    return host(
        name, "kvm", template="busybox.ext4", family="busybox", memory_mib=128,
        kernel=str(kernel), ramdisk=str(initrd), kernel_extra="quiet no_timer_check", display=Display(),
        disks=(Disk("root", template="busybox.ext4", size_bytes=16 * MIB), Disk("mount", source="note.img")),
        mounts=(Mount("note.img", "/note", "ext4", "noauto"),), users=(User("alice", "$6$x$y"),),
        interfaces=(static("eth0", f"{name}.kit", "kvm", "10.9.0.1", "lan"),),
        startup=("cd /sys/class/net; echo UP $(hostname) $(cat eth0/address) $(id -un alice) >/dev/vdb; sync",),
    )  # fmt: skip


def wait_for(path: Path, text: str, seconds: float = 90) -> str:
    """A file's text once it has that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = path.read_bytes()[:200].rstrip(b"\0").decode(errors="replace")
        if text in found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{text} is not in {path}")


def test_a_machine_runs(server: LibvirtServer, tmp_path: Path, busybox_template: Path) -> None:
    require("resize2fs", "debugfs", "qemu-img")
    kernel = tiny_guest.kernel()
    made = tiny("one", kernel, tiny_guest.ram_disk(tmp_path, kernel))
    folder = (
        write_plan(generate(Project("kit", (made,), (switch("lan", "kit", "kvm"),))), tmp_path / "a server") / "local"
    )
    files = tmp_path / "files"
    files.mkdir()
    (files / "note.img").write_bytes(bytes(MIB))
    env = {"MLN_TEMPLATES": str(busybox_template), "MLN_FILES": str(files), "MLN_DOMAIN_TYPE": "qemu",
           "MLN_STOP_TIMEOUT": "1"}  # fmt: skip

    def told(phase: str, status: int = 0) -> str:
        done = server.run("sh", folder / f"{phase}.sh", env=env)
        assert done.returncode == status, done.stderr
        return done.stdout

    assert "not built" in told("status")
    told("build")
    assert "host one: started" in told("start")
    assert sorted(told("status").splitlines()) == ["host one: up", "switch lan: up (bridge lan.kit)"]
    assert "is up" in told("start")
    note = wait_for(files / "note.img", "UP")
    assert note.strip() == f"UP one {made.interfaces[0].mac} alice"
    assert server.run("ip", "addr", "add", "10.9.0.254/24", "dev", "lan.kit").returncode == 0
    assert server.run("/bin/busybox", "ping", "-c", "1", "-W", "5", "10.9.0.1").returncode == 0
    told("remove", status=1)
    told("stop")
    assert sorted(told("status").splitlines()) == ["host one: down", "switch lan: down"]
    told("remove")
    assert "one.kit" not in server.virsh("list", "--all", "--name")
    assert "lan.kit" not in server.virsh("net-list", "--all", "--name")
    assert not list((folder / "images").iterdir())


def test_a_cloud_image_starts_with_uefi_and_its_seed(server: LibvirtServer, tmp_path: Path) -> None:
    require("qemu-img", "xorriso", "/usr/share/OVMF/OVMF_CODE.fd")
    templates = tmp_path / "templates"
    templates.mkdir()
    assert run("qemu-img", "create", "-q", "-f", "qcow2", templates / "cloud.qcow2", "8M").returncode == 0
    made = host(
        "c", "kvm", template="cloud.qcow2", memory_mib=256, firmware="uefi", cloud_init=True,
        disks=(Disk("root", template="cloud.qcow2", size_bytes=16 * MIB),),
    )  # fmt: skip
    folder = write_plan(generate(Project("sky", (made,))), tmp_path) / "local"
    env = {"MLN_TEMPLATES": str(templates), "MLN_DOMAIN_TYPE": "qemu", "MLN_STOP_TIMEOUT": "1"}
    for phase in ("build", "start"):
        told = server.run("sh", folder / f"{phase}.sh", env=env)
        assert told.returncode == 0, told.stderr
    assert sorted(path.name for path in (folder / "images").iterdir()) == ["c.qcow2", "c.seed.iso"]
    running = ElementTree.fromstring(server.virsh("dumpxml", "c.sky"))
    assert attribute(running.find("os/loader"), "type") == "pflash"
    assert "destroying" in server.run("sh", folder / "stop.sh", env=env).stderr
    assert server.run("sh", folder / "remove.sh", env=env).returncode == 0
    assert server.run("sh", "-c", "ls /var/lib/libvirt/qemu/nvram").stdout == ""
    assert not list((folder / "images").iterdir())
