"""Every keyword for every back end: it changes what is written, or something is said at its place. Never silence.

A cell of the matrix is a project of two hosts and a switch, compiled with and without one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import mlnlang_codegen
import pytest
from mlnlang_codegen.registry import PACKAGES

from mlnlang.api import Checked, Compilation, Options
from mlnlang.backends import FLAGS
from mlnlang.ir.plan import Plan
from mlnlang.schema import BlockRow, Keyword
from mlnlang.schema.core import ALIASES, CORE
from mlnlang.world import Memory

PROJECT = """\
global {{ project demo }}
superclass base {{
    memory 96M
}}
host web {{
    {backend}
    template debian.ext4
{host}
    network eth0 {{
        address 10.0.0.2/24
        switch lan
{network}
    }}
}}
host db {{
    {backend}
    template debian.ext4
    network eth0 {{
        address 10.0.0.3/24
        switch lan
    }}
}}
switch lan {{
{switch}
}}
"""

#: Example lines where the table's own example says nothing here, or needs company.
LINES = {
    ("host", "superclass"): "superclass base",
    ("host", "memory"): "memory 300M",
    ("host", "vcpus"): "vcpus 3",
    ("host", "ramdisk"): "kernel /boot/vmlinuz\n    ramdisk /boot/initrd",
    ("host", "color"): "term xterm\n    color green",
    ("host", "boot_order"): "boot_order 7",
    ("host", "family"): "family redhat",
    ("host", "size"): "size 3GB",
    ("host", "lvm_vg"): "lvm\n    lvm_vg vg7",
    ("host", "lvm_snapshot"): "lvm\n    lvm_snapshot",
    ("host", "iscsi_target"): "iscsi san1\n    iscsi_target iqn.2009-01.org.example:web",
    ("host", "vncpasswd"): "vncdisplay 1\n    vncpasswd secret",
    ("host", "vncpassword"): "vncdisplay 1\n    vncpassword secret",
    ("host", "vnckeymap"): "vncdisplay 1\n    vnckeymap no",
    ("host", "cow_filesystem"): "cow_filesystem base.ext4",
    ("host", "modules_dir"): "kernel /boot/vmlinuz\n    modules_dir /lib/modules/6.1",
    ("host", "firmware"): "firmware uefi",
    ("network", "address"): "address 10.0.0.77/24",
    ("network", "netmask"): "",  # together with an address of its own it would be given twice
    ("network", "tun_address"): "tun_iface tap0\n        tun_address 10.0.0.254",
    ("network", "bridge"): "bridge br7",
    ("network", "switch"): "",
    ("switch", "sock"): "sock /var/run/lan.ctl",
}
#: Blocks that a host may have, each with a line of content.
BLOCKS = {
    "users": "users { alice $6$salt$hash }",
    "groups": "groups { staff { alice } }",
    "files": "files { motd /etc/motd 0644 }",
    "mount": "mount { /dev/vg0/data /data ext4 }",
    "modules": "modules { loop }",
    "startup": "startup { echo up }",
    "shutdown": "shutdown { echo down }",
    "xen_extra": "xen_extra { localtime = 1 }",
    "user_data": "user_data { echo first }",
    "managed_users": "managed_users { alice }",
    "puppet": "puppet { nodename 3 }",
    "winconfig": "winconfig { users x }",
    "kvm": "kvm { display vnc }",
}
#: Cells that say nothing rightly, with the reason.
SILENT = {
    ("hvm", "vmware"): "VMware's machines are always fully virtual",
    ("hvm", "kvm"): "KVM's machines are always fully virtual",
    **{("dhcp", name): "tells the checks what is on the segment; nothing is written for it" for name in FLAGS},
}


def compiled(backend: str, host: str = "", network: str = "", switch: str = "") -> tuple[Checked, Plan]:
    """Compile the project with some lines."""
    text = PROJECT.format(backend=backend, host=host, network=network, switch=switch)
    compiler = Compilation(
        Memory({"demo.mln": text}, cwd="/p"), Options(config_paths=(), external_plugins=False), mlnlang_codegen.check
    )
    checked = compiler.project("demo.mln")
    assert checked.ir is not None
    return checked, mlnlang_codegen.generate(checked.ir)


@cache
def bare(backend: str) -> tuple[frozenset[tuple[str, str]], str]:
    """What is said and written without the line."""
    checked, plan = compiled(backend)
    return frozenset((d.code, d.message) for d in checked.diagnostics), plan.digest


def cells() -> Iterator[tuple[str, str, str]]:
    """(context, word, line) of every keyword and block of hosts, interfaces and switches."""
    for row in CORE.keywords:
        for context in ("host", "network", "switch"):
            if context in row.contexts and row.status != "dead" and row.name not in FLAGS:
                line = LINES.get((context, row.name), _example(row))
                if line:
                    yield context, row.name, line
    for block in CORE.blocks:
        if "host" in block.contexts and block.status != "dead" and block.name in BLOCKS:
            yield "host", block.name, BLOCKS[block.name]


def _example(row: Keyword) -> str:
    return row.example or f"{row.name} x"


@pytest.mark.parametrize("backend", [name for name in FLAGS if name in PACKAGES])
@pytest.mark.parametrize(("context", "word", "line"), list(cells()))
def test_no_cell_is_silent(backend: str, context: str, word: str, line: str) -> None:
    said_before, digest = bare(backend)
    checked, plan = compiled(backend, **{context: line})
    said = {(d.code, d.message) for d in checked.diagnostics} - said_before
    assert said or plan.digest != digest or (word, backend) in SILENT, (
        f"`{line}` has no effect for {backend}, and nothing says so"
    )
    for diagnostic in checked.diagnostics:
        if (diagnostic.code, diagnostic.message) in said and diagnostic.code == "MLN704":
            assert diagnostic.span is not None
            at = diagnostic.span.file.position(diagnostic.span.start).line
            assert diagnostic.span.file.line_text(at).strip() in line, "it is said of another line"


def test_every_block_of_a_host_is_in_the_matrix() -> None:
    def is_core(block: BlockRow) -> bool:
        return "host" in block.contexts and block.status != "dead" and not block.plugin

    clouds = {"openstack", "ec2"}
    named = {block.name for block in CORE.blocks if is_core(block)} - clouds - {"network"}
    assert {ALIASES.get(name, name) for name in named} == set(BLOCKS)
