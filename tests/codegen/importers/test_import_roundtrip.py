"""What our own back ends write of the examples, imported again: the same machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import mlnlang_codegen
import pytest
from codegen_helpers import require_library
from import_helpers import DATA, assert_sound, checked, imported
from mlnlang_codegen import storage
from mlnlang_codegen.importers import bring_in
from mlnlang_codegen.kvm import disks as kvm_disks
from mlnlang_codegen.server import libvirt
from mlnlang_codegen.site import Site
from mlnlang_codegen.vmware import lower as vmware
from mlnlang_codegen.xen import lower as xen
from xl_reader import XlConfig, library, pairs

from mlnlang.api import Compilation, Options
from mlnlang.ir import Display, Host, Project
from mlnlang.world import Memory

EXAMPLES = Path(__file__).parents[3] / "examples"
NAMES = ("bioinfo", "italy", "ldaptest", "os03", "ping", "remote", "san", "webserv")
ARTEFACTS = [("xen", "xl.cfg"), ("xen", "domain.xml"), ("vmware", ".vmx"), ("kvm", "domain.xml"), ("lxc", "domain.xml")]


def compiled(name: str, backend: str) -> Project:
    files = {path.relative_to(EXAMPLES).as_posix(): path.read_bytes() for path in EXAMPLES.rglob("*") if path.is_file()}
    options = Options(config_paths=(), external_plugins=False, backend=backend)
    found = Compilation(Memory(files, cwd="/x"), options, mlnlang_codegen.check).project(f"{name}.mln").ir
    assert found is not None
    return found


def wires(site: Site, host: Host) -> list[Any]:
    """What each card is wired to, as the back end sees it."""
    if host.backend == "xen":
        return [xen.bridge_of(site, interface) for interface in host.interfaces]
    if host.backend == "vmware":
        return [vmware._network(site, interface)[1] for interface in host.interfaces]
    return [(card.kind, card.source) for card in libvirt.cards(site, host)]


def paths(site: Site, host: Host) -> list[str]:
    """Where the disks lie. A .vmx file names its own relative to itself."""
    if host.backend == "vmware":
        return [disk.file_name.rsplit("/", 1)[-1] for disk in vmware.disks(site, host)]
    if host.backend == "kvm":
        return [volume.path for volume in kvm_disks.volumes(site, host)]
    return [volume.path for volume in storage.volumes(site, host)]


def shown(host: Host) -> Display | None:
    """The display as the file has it: containers have none, and libvirt takes 8 bytes of a password."""
    display = host.display if host.backend != "lxc" else None
    if display is None or display.password is None or host.backend != "kvm":
        return display
    return replace(display, password=display.password.encode()[:8].decode(errors="ignore"))


def facts(project: Project) -> dict[str, Any]:
    """What must come back."""
    site = Site(project)
    return {
        host.name: {
            "memory": -(-host.memory_mib // 4) * 4 if host.backend == "vmware" else host.memory_mib,
            "vcpus": host.vcpus,
            "cpus": host.cpus,
            "macs": [interface.mac for interface in host.interfaces],
            "wires": wires(site, host),
            "display": shown(host),
            "disks": paths(site, host),
            "kernel": (host.kernel, host.ramdisk, host.kernel_extra),
            "hvm": host.hvm if host.backend == "xen" else None,
            "backend": host.backend,
        }
        for host in project.hosts
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("backend", "artefact"), ARTEFACTS)
def test_again(name: str, backend: str, artefact: str) -> None:
    project = compiled(name, backend)
    files = [
        (file.path, file.content.encode())
        for file in mlnlang_codegen.generate(project).files
        if "/hosts/" in file.path and file.path.endswith(artefact)
    ]
    if not files:
        pytest.skip("the back end refuses all of its hosts")
    done = bring_in(files)
    assert done.problems == []
    assert_sound(done)
    again = checked(done.text).ir
    assert again is not None
    assert again.name == project.name
    expected = {host: fact for host, fact in facts(project).items() if any(f"/hosts/{host}/" in p for p, _ in files)}
    assert facts(again) == expected


def test_libxlutil_reads_what_xl_would_have_read_before() -> None:
    """A file of xen-tools, imported and compiled again: keys without a keyword reach xl as they were."""
    require_library("libxlutil", library)
    project = checked(imported("xen-tools.cfg").text).ir
    assert project is not None
    made = next(f.content for f in mlnlang_codegen.generate(project).files if f.path.endswith("xl.cfg"))
    before, after = XlConfig((DATA / "xen-tools.cfg").read_text()), XlConfig(made)
    for key in ("on_poweroff", "on_reboot", "on_crash", "extra", "bootloader"):
        assert after.string(key) == before.string(key)
    for key in ("memory", "maxmem", "vcpus", "cpu_weight"):
        assert after.number(key) == before.number(key)
    for key in ("pci", "device_model_args"):
        assert after.strings(key) == before.strings(key)
    paths = [disk.path for disk in before.disks() if not disk.path.endswith(".iso")]
    assert [disk.path for disk in after.disks()] == paths
    old, new = (pairs(reader.strings("vfb")[0]) for reader in (before, after))
    assert {key: new[key] for key in ("vncdisplay", "vncpasswd", "keymap")} == {
        key: old[key] for key in ("vncdisplay", "vncpasswd", "keymap")
    }


@pytest.mark.parametrize(("backend", "artefact"), ARTEFACTS)
def test_what_we_write_ourselves_goes_without_saying(backend: str, artefact: str) -> None:
    """Of a machine that the language describes in full, nothing but its disk's origin is lost."""
    text = """\
global { project p }
host a {
    template debian.ext4
    memory 96M
    network eth0 { mac 02:00:00:00:00:01; bridge vmnet5 }
}
"""
    options = Options(config_paths=(), external_plugins=False, backend=backend)
    project = Compilation(Memory({"/p.mln": text}), options, mlnlang_codegen.check).project("/p.mln").ir
    assert project is not None
    file = next(f for f in mlnlang_codegen.generate(project).files if f.path.endswith(artefact) and "/hosts/" in f.path)
    done = bring_in([(file.path, file.content.encode())])
    lost = {leaf.place: leaf.value for leaf in done.settings if leaf.fate == "lost"}
    assert set(lost) <= {"domain/devices/disk/driver@type"}, lost
    assert len(done.settings) > 10
