"""Containers: what a real libvirtd reads of them, and one that runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from codegen_helpers import require, write_plan
from codegen_projects import card, host, lxc_project, static, switch
from libvirt_server import LibvirtServer, libvirt_server
from mlnlang_codegen import check, generate

from mlnlang.backends import can_meet
from mlnlang.ir import Disk, Display, Mount, Project, derive

LXC = "lxc:///system"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibvirtServer]:
    """A server with a libvirtd that runs containers."""
    require(
        "libvirtd", "virsh", "unshare", "nsenter", "ip", "dnsmasq", "/usr/lib/libvirt/libvirt_lxc", "/sys/fs/cgroup"
    )
    with libvirt_server(tmp_path_factory.mktemp("libvirt") / "server", groups=True) as found:
        yield found


@pytest.mark.parametrize("name", ["one", "two"])
def test_what_libvirt_reads(name: str, server: LibvirtServer, tmp_path: Path) -> None:
    expected = next(h for h in lxc_project().hosts if h.name == name)
    path = write_plan(generate(lxc_project()), tmp_path) / f"local/hosts/{name}/domain.xml"
    path.write_text(path.read_text().replace("/@MLN_IMAGES@", "/i").replace("/@MLN_FILES@", "/f"))
    server.virsh("define", "--validate", path, uri=LXC)
    found = ElementTree.fromstring(server.virsh("dumpxml", f"{name}.box", uri=LXC))
    assert found.findtext("uuid") == derive.machine_uuid(f"{name}.box")
    assert found.findtext("memory") == str(expected.memory_mib * 1024)
    assert [m.get("address") for m in found.findall("devices/interface/mac")] == [i.mac for i in expected.interfaces]
    sources = [dict(s.attrib) for s in found.findall("devices/filesystem/source")]
    targets = [t.get("dir") for t in found.findall("devices/filesystem/target")]
    if name == "one":
        assert sources == [{"file": "/i/one.img"}, {"file": "/f/data.img"}, {"dir": "/srv/share"}]
        assert targets == ["/", "/data", "/share"]
        assert [dict(s.attrib) for s in found.findall("devices/interface/source")] == [
            {"network": "lan.box"}, {"bridge": "br0"},
        ]  # fmt: skip
    else:
        assert (sources, targets) == ([{"dev": "/dev/vg0/two.box"}], ["/"])


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name."""
    with TemporaryDirectory(prefix="lxc") as folder:
        yield Path(folder)


def test_long_paths_are_refused(server: LibvirtServer, tmp_path: Path) -> None:
    folder = write_plan(generate(lxc_project()), tmp_path / ("x" * 40)) / "local"
    told = server.run("sh", folder / "start.sh", "one")
    assert "path of at most 63 bytes" in told.stderr
    assert str(folder / "images/one.img") in told.stderr


def test_a_container_runs(server: LibvirtServer, tmp_path: Path, short: Path, busybox_template: Path) -> None:
    require("debugfs", "resize2fs")
    share = tmp_path / "share"
    share.mkdir()
    made = host(
        "one", "lxc", template="busybox.ext4", family="busybox",
        interfaces=(static("eth0", "one.cell", "lxc", "10.6.0.1", "lan"),),
        mounts=(Mount(str(share), "/share", "hostfs"),),
        startup=("echo UP $(hostname) $(cat /sys/class/net/eth0/address) >/share/note",),
    )  # fmt: skip
    folder = write_plan(generate(Project("cell", (made,), (switch("lan", "cell", "lxc"),))), short) / "local"
    env = {"MLN_TEMPLATES": str(busybox_template), "MLN_STOP_TIMEOUT": "1"}
    for phase in ("build", "start"):
        told = server.run("sh", folder / f"{phase}.sh", env=env)
        assert told.returncode == 0, told.stderr
    end = time.monotonic() + 30
    while not (share / "note").exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert (share / "note").read_text() == f"UP one {made.interfaces[0].mac}\n"
    assert server.run("ip", "addr", "add", "10.6.0.254/24", "dev", "lan.cell").returncode == 0
    assert server.run("/bin/busybox", "ping", "-c", "1", "-W", "5", "10.6.0.1").returncode == 0
    for phase in ("stop", "remove"):
        told = server.run("sh", folder / f"{phase}.sh", env=env)
        assert told.returncode == 0, told.stderr
    assert "not built" in server.run("sh", folder / "status.sh", env=env).stdout
    assert "one.cell" not in server.virsh("list", "--all", "--name", uri=LXC)


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"kernel": "/boot/vmlinuz"}, "warning"),
        ({"vcpus": 2}, "warning"),
        ({"display": Display(1)}, "warning"),
        ({"firmware": "uefi"}, "warning"),
        ({"cloud_init": True}, "warning"),
        ({"disks": (Disk("root", template="t"), Disk("swap", size_bytes=1))}, "warning"),
        ({"term": "screen"}, "note"),
        ({"family": "windows"}, "warning"),
        ({"disks": ()}, "error"),
        ({"cpus": "node:0"}, "error"),
    ],
)
def test_what_is_said(changed: dict[str, object], slug: str) -> None:
    found = check(Project("p", (replace(host("a", "lxc"), **changed),)))  # type: ignore[arg-type]
    assert [d.severity for d in found] == [slug]


def test_hostile_values_are_carried(tmp_path: Path) -> None:
    wild = '/srv/it\'s "$HOME" `id` ]]> & <é>'
    made = host(
        "a", "lxc", disks=(Disk("root", "device", source=wild),), mounts=(Mount(wild + "2", wild, "hostfs"),),
        interfaces=(card("eth0", "a.p", "lxc"),),
    )  # fmt: skip
    project = Project("p", (made,))
    assert check(project) == []
    (text,) = [f.content for f in generate(project).files if f.path.endswith("domain.xml")]
    read = ElementTree.fromstring(text)
    assert [dict(s.attrib) for s in read.findall("devices/filesystem/source")] == [{"file": wild}, {"dir": wild + "2"}]


def test_containers_meet_what_is_on_bridges() -> None:
    assert can_meet("lxc", "kvm")
    assert can_meet("lxc", "xen")
    assert not can_meet("lxc", "uml")
