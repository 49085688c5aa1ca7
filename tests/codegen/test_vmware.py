"""VMware: what libvirt's and dissect's readers find in our .vmx is what the project says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from codegen_helpers import SEARCH, require, require_library, run, write_plan
from codegen_projects import MIB, host, switch, vmware_project
from hypothesis import given
from hypothesis import strategies as st
from mlnlang_codegen import check, generate
from mlnlang_codegen.quoting import vmx
from mlnlang_codegen.site import vmnet_numbers
from mlnlang_codegen.vmware.guest_os import guest_os

from mlnlang.ir import Disk, Display, Interface, Project


@pytest.fixture
def stand_ins(tmp_path: Path) -> Path:
    """Programs that libvirt asks for VMware's version before it reads anything."""
    require("virsh")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("vmplayer", "vmrun"):
        (folder / name).write_text('#!/bin/sh\necho "VMware Player 16.2.0 build-1"\n')
        (folder / name).chmod(0o755)
    return folder


def domain(path: Path, stand_ins: Path) -> ElementTree.Element:
    """A .vmx file as libvirt understands it."""
    told = run(
        "virsh", "-c", "vmwareplayer:///session", "domxml-from-native", "vmware-vmx", path,
        env={"PATH": f"{stand_ins}:{SEARCH}", "XDG_RUNTIME_DIR": str(stand_ins), "XDG_CACHE_HOME": str(stand_ins)},
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return ElementTree.fromstring(told.stdout)


@pytest.mark.parametrize("name", ["uno", "tre"])
def test_what_libvirt_reads(name: str, tmp_path: Path, stand_ins: Path) -> None:
    project = vmware_project()
    expected = next(h for h in project.hosts if h.name == name)
    folder = write_plan(generate(project), tmp_path)
    found = domain(folder / f"milano/hosts/{name}/{name}.vmx", stand_ins)
    assert found.findtext("name") == f"{name}.italy"
    assert found.findtext("memory") == str(-(-expected.memory_mib // 4) * 4 * 1024)
    assert found.findtext("vcpu") == str(expected.vcpus)
    assert [m.get("address") for m in found.iterfind("devices/interface/mac")] == [i.mac for i in expected.interfaces]
    files = [s.get("file") for s in found.iterfind("devices/disk/source")]
    assert files == [f"{name}.vmdk", f"{name}-swap.vmdk"][: len(expected.disks)]
    model = found.find("devices/controller")
    assert model is not None
    assert model.get("model") == "lsilogic"


def test_display_and_networks(tmp_path: Path, stand_ins: Path) -> None:
    folder = write_plan(generate(vmware_project()), tmp_path)
    found = domain(folder / "milano/hosts/tre/tre.vmx", stand_ins)
    graphics = found.find("devices/graphics")
    assert graphics is not None
    assert (graphics.get("port"), graphics.get("keymap"), graphics.get("passwd")) == ("5907", "no", None)
    sources = [s.attrib.get("bridge") for s in found.iterfind("devices/interface/source")]
    assert sources[:2] == ["lan.italy", "vmnet8"]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40))
def test_any_string_comes_back(text: str) -> None:
    require_library("dissect.hypervisor", lambda: __import__("dissect.hypervisor"))
    from dissect.hypervisor.descriptor.vmx import VMX

    line = f"displayName = {vmx(text)}"
    assert "\n" not in line
    read = VMX.parse(line).attr["displayname"]
    assert unescape(read) == text or text != text.strip()


def unescape(text: str) -> str:
    """`|XX` back to its character, as VMware documents it."""
    parts = text.split("|")
    return parts[0] + "".join(chr(int(part[:2], 16)) + part[2:] for part in parts[1:])


def test_what_dissect_reads() -> None:
    require_library("dissect.hypervisor", lambda: __import__("dissect.hypervisor"))
    from dissect.hypervisor.descriptor.vmx import VMX

    (text,) = [f.content for f in generate(vmware_project()).files if f.path.endswith("tre.vmx")]
    found = VMX.parse(text)
    assert sorted(found.disks()) == ["tre-swap.vmdk", "tre.vmdk"]
    assert found.attr["remotedisplay.vnc.password"] == "a|22|7Cb"
    assert found.attr["config.version"] == "8"


def test_hostile_values_do_not_leak(tmp_path: Path, stand_ins: Path) -> None:
    hostile = 'x"\nethernet0.present = "FALSE" | ]]> $é'
    found = host(
        "a", "vmware", display=Display(1, 'p"|w%é'),
        interfaces=(Interface("eth0", "00:50:56:00:00:01", switch="lan"),),
    )  # fmt: skip
    project = Project("p", (found,), (switch("lan", "p", "vmware"),))
    assert check(project) == []
    read = domain(write_plan(generate(project), tmp_path) / "local/hosts/a/a.vmx", stand_ins)
    assert len(read.findall("devices/interface")) == 1
    assert [d.severity for d in check(Project("p", (replace(found, template=hostile),)))] == ["error"]


def test_networks_differ_and_stay() -> None:
    numbers = vmnet_numbers([f"s{n}.p" for n in range(200)])
    assert len(set(numbers.values())) == 200
    assert min(numbers.values()) >= 10
    assert max(numbers.values()) <= 254
    assert vmnet_numbers(["lan.italy"]) == {"lan.italy": 58}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("rhel5.vmdk", "rhel5-64"),
        ("debian12.vmdk", "debian12-64"),
        ("debian-9.vmdk", "debian9-64"),
        ("winXP.template", "winXPPro"),
        ("windows11.vmdk", "windows9-64"),
        ("ubuntu_mpi.ext3", "ubuntu-64"),
        ("darwin.vmdk", "otherlinux-64"),
        (None, "otherlinux-64"),
    ],
)
def test_guess_of_the_system(template: str | None, expected: str) -> None:
    assert guest_os(template) == expected


def test_disks_are_made(tmp_path: Path) -> None:
    require("qemu-img", "mkswap")
    disks = (Disk("root", template="winXP.vmdk", size_bytes=8 * MIB), Disk("swap", size_bytes=MIB))
    project = Project("p", (host("a", "vmware", template="winXP.vmdk", disks=disks),))
    server = write_plan(generate(project), tmp_path / "folder with blank") / "local"
    templates = tmp_path / "templates"
    templates.mkdir()
    assert run("qemu-img", "create", "-q", "-f", "vmdk", templates / "winXP.vmdk", "4M").returncode == 0
    env = {"MLN_TEMPLATES": str(templates)}
    told = run(server / "build.sh", env=env)
    assert told.returncode == 0, told.stderr
    shown = run("qemu-img", "info", server / "images/a/a.vmdk").stdout
    assert "file format: vmdk" in shown
    assert "8 MiB" in shown
    assert sorted(p.name for p in (server / "images/a").iterdir()) == ["a-swap.vmdk", "a.vmdk", "a.vmx"]
    again = run(server / "build.sh", env=env)
    assert again.stdout.count("already there") == 3
