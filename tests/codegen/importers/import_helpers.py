"""What the tests of the importers share."""

from __future__ import annotations

from pathlib import Path

import mlnlang_codegen
from mlnlang_codegen.importers import Imported, bring_in

from mlnlang.api import Checked, Compilation, Options
from mlnlang.format import format_text
from mlnlang.schema.core import CORE
from mlnlang.world import Memory

DATA = Path(__file__).parent / "data"
GOLDEN = Path(__file__).parent / "golden"

#: Case → its files.
CASES = {
    "libvirt": ("virt-install.xml",),
    "libvirt-several": ("default-network.xml", "virt-install.xml", "kernel-boot.xml"),
    "libvirt-xen": ("xen-hvm.xml", "bridge-network.xml"),
    "vmx": ("esxi.vmx",),
    "xl": ("xen-tools.cfg",),
    "xl-python": ("old-python.cfg",),
    "xl-cluster": ("node1.cfg", "node2.cfg", "node3.cfg"),
    "clab": ("triangle.clab.yml",),
    "mixed": ("virt-install.xml", "esxi.vmx", "xen-tools.cfg", "triangle.clab.yml"),
}


def imported(*names: str) -> Imported:
    """Import files of the data folder."""
    done = bring_in([(name, (DATA / name).read_bytes()) for name in names])
    assert done.problems == []
    return done


def checked(text: str) -> Checked:
    """Check a project by the front door, in a world of its own."""
    options = Options(config_paths=(), external_plugins=False)
    return Compilation(Memory({"/p.mln": text}), options, mlnlang_codegen.check).project("/p.mln")


def assert_sound(done: Imported) -> None:
    """The text checks without an error and is laid out as the formatter does it; every setting has a fate."""
    assert done.text
    found = checked(done.text)
    assert [d for d in found.diagnostics if d.is_error] == []
    assert format_text(done.text, "p.mln", CORE.raw_blocks) == (done.text, [])
    for leaf in done.settings:
        assert leaf.fate, leaf
        assert leaf.why or leaf.fate == "carried", leaf
        assert leaf.became or leaf.fate in ("lost", "implied"), leaf
