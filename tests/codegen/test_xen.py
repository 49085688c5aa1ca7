"""Xen: what libxlutil and libvirt's schema read from our files is what the project says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xl_reader
from codegen_helpers import require, require_library, run, write_plan
from codegen_projects import card, host, static, switch, xen_project
from hypothesis import given
from hypothesis import strategies as st
from mlnlang_codegen import check, generate
from mlnlang_codegen.quoting import CannotCarryError, xl

from mlnlang.ir import Disk, Display, Host, Project

TOKENS = {"/@MLN_IMAGES@": "/images", "/@MLN_FILES@": "/files"}


def read(project: Project, name: str) -> xl_reader.XlConfig:
    """A host's xl.cfg, read by libxlutil, with folders put in."""
    require_library("libxlutil 4.17", xl_reader.library)
    (text,) = [f.content for f in generate(project).files if f.path.endswith(f"/hosts/{name}/xl.cfg")]
    for token, folder in TOKENS.items():
        text = text.replace(token, folder)
    return xl_reader.XlConfig(text)


def one(found: Host) -> Project:
    """A project of one host on a switch."""
    return Project("p", (found,), (switch("lan", "p", "xen"),))


@pytest.mark.parametrize("name", ["uno", "due", "win"])
def test_what_xl_reads(name: str) -> None:
    project = xen_project()
    expected = next(h for h in project.hosts if h.name == name)
    found = read(project, name)
    assert found.string("name") == f"{name}.italy"
    assert found.string("type") == ("hvm" if expected.hvm else "pv")
    assert found.number("memory") == expected.memory_mib
    assert found.number("vcpus") == expected.vcpus
    assert found.string("cpus") == expected.cpus
    assert found.string("kernel") == expected.kernel
    assert found.string("ramdisk") == expected.ramdisk
    assert found.string("extra") == expected.kernel_extra
    assert (found.string("bootloader") == "pygrub") == (not expected.hvm and not expected.kernel)
    cards = [xl_reader.pairs(text) for text in found.strings("vif")]
    assert [c["mac"] for c in cards] == [i.mac for i in expected.interfaces]
    assert [c["bridge"] for c in cards] == [i.bridge or "lan.italy" for i in expected.interfaces]


def test_disks() -> None:
    project = xen_project()
    disk = xl_reader.ReadDisk
    assert read(project, "uno").disks() == [
        disk("/dev/vg0/uno.italy", "xvda1", True),
        disk("/dev/vg0/uno.italy.swap", "xvda2", True),
    ]
    assert read(project, "due").disks() == [
        disk("/nfs/vms/due.italy", "xvda1", True),
        disk("/dev/sdb1", "xvda3", True),
        disk("/data/big disk.img", "xvda4", True),
    ]
    assert read(project, "win").disks() == [disk("/images/win.img", "hda", True)]


def test_default_volume_group() -> None:
    found = read(one(host("a", "xen", disks=(Disk("root", "lvm"),))), "a")
    assert found.strings("disk") == ["phy:/dev/mln-images/a.p,xvda1,w"]


def test_displays() -> None:
    project = xen_project()
    win, due, uno = (read(project, name) for name in ("win", "due", "uno"))
    assert win.number("vnc") == 1
    assert win.number("vncdisplay") == 300
    assert win.string("vncpasswd") == 'p"w\\,'
    frame = xl_reader.pairs(due.strings("vfb")[0])
    assert (frame["vncdisplay"], frame["vncpasswd"], frame["keymap"]) == ("3", "geheim", "de")
    assert uno.number("vnc") is None
    assert uno.strings("vfb") == []


def test_extra_lines_win() -> None:
    project = xen_project()
    assert read(project, "due").number("cpu_weight") == 512
    changed = one(host("a", "xen", xen_extra=('type = "pvh"', 'kernel = "/boot/vmlinuz"')))
    assert read(changed, "a").string("type") == "pvh"


def test_pvh(tmp_path: Path) -> None:
    project = one(host("a", "xen", pvh=True, kernel="/boot/vmlinuz"))
    assert read(project, "a").string("type") == "pvh"
    validate_domains(project, tmp_path)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=60))
def test_any_string_comes_back(text: str) -> None:
    require_library("libxlutil 4.17", xl_reader.library)
    if "\ufffe" in text or "\uffff" in text:
        return
    assert xl_reader.XlConfig(f"a = {xl(text)}\nb = 1\n").string("a") == text


@pytest.mark.parametrize("text", ["a\nb", "a\0b", "a\rb", "\x1b", "\ud800"])
def test_what_xl_cannot_hold(text: str) -> None:
    with pytest.raises(CannotCarryError):
        xl(text)


@pytest.mark.parametrize(
    "changed",
    [
        {"display": Display(1, "a,b")},
        {"display": Display(1, "a\nb"), "hvm": True},
        {"kernel": '/boot/x"\nextra = "y'},
        {"interfaces": (card("eth0", "a.p", "xen", bridge="br0,script=/x"),)},
        {"interfaces": (card("eth0", "a.p", "xen", bridge="br0\nmemory = 9"),)},
        {"name": "../../etc"},
        {"name": "a b"},
        {"name": "é"},
        {"xen_extra": ("a = 1\nb = 2",)},
        {"service_host": "../x"},
        {"template": "x\ny", "disks": (Disk("root", template="x\ny"),)},
    ],
)
def test_refused_and_left_out(changed: dict[str, object]) -> None:
    project = one(replace(host("a", "xen"), **changed))  # type: ignore[arg-type]
    assert [d.severity for d in check(project)] in (["error"], ["note", "error"])
    assert not [f for f in generate(project).files if "/hosts/" in f.path]


def test_hostile_values_are_carried(tmp_path: Path) -> None:
    path = '/srv/it\'s "$HOME" `id` ]]> % é\\n'
    found = host(
        "a", "xen", template=path, kernel=path, kernel_extra=path, disks=(Disk("root", template=path, directory=path),),
        interfaces=(static("eth0", "a.p", "xen", "10.0.0.1", "lan"),), display=Display(1, "$(id)'\"é"), hvm=True,
    )  # fmt: skip
    project = one(found)
    assert check(project) == []
    config = read(project, "a")
    assert config.string("kernel") == path
    assert config.string("extra") == path
    assert config.disks()[0].path == f"{path}/a.p"
    assert config.string("vncpasswd") == "$(id)'\"é"
    validate_domains(project, tmp_path)


def validate_domains(project: Project, folder: Path) -> None:
    """Every domain.xml of a project against libvirt's schema."""
    schema = Path("/usr/share/libvirt/schemas/domain.rng")
    require(str(schema))
    from lxml import etree

    rules = etree.RelaxNG(etree.parse(str(schema)))
    for path in sorted(write_plan(generate(project), folder).rglob("domain.xml")):
        assert rules.validate(etree.parse(str(path))), rules.error_log


def test_domains_fit_the_schema(tmp_path: Path) -> None:
    validate_domains(xen_project(), tmp_path)
    require("virt-xml-validate", "xmllint")
    for path in sorted(tmp_path.rglob("domain.xml")):
        told = run("virt-xml-validate", path, "domain")
        assert told.returncode == 0, told.stderr
