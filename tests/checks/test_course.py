"""The sixty networks of examples/course: clean together, and one message for each fault that is put into them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from mlnlang_codegen import check

from mlnlang.api import Compilation, Options
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.render import plain
from mlnlang.world import Memory

COURSE = Path(__file__).parents[2] / "examples/course"
LABS = [f"labs/lab{number:02}.mln" for number in range(1, 61)]


@cache
def course() -> dict[str, str]:
    """The example's files."""
    return {str(path.relative_to(COURSE)): path.read_text() for path in sorted(COURSE.rglob("*.mln"))}


@dataclass(frozen=True)
class Fault:
    """A slip of the pen: in `file`, the first `old` becomes `new`; `slug` is the rule that has to tell it."""

    slug: str
    file: str
    old: str
    new: str
    what: str


def lab(number: int) -> str:
    return f"labs/lab{number:02}.mln"


EXTRA = "switch lan {\n    service_host $server\n}\n"
#: A third machine of a lab, with what is put in.
THIRD = """host third {
    superclass inner
    network eth0 {
        address 10.0.0.3
    }
}
"""

#: A machine between the lab's segment and one of its own.
ROUTER = """switch dmz { service_host $server }
host third {
    superclass machine
    network eth0 { address 10.0.0.3/24; switch lan }
    network eth1 { address 10.0.7.1/24; switch dmz }
}
"""

FAULTS = [
    # addresses
    Fault("duplicate-address", lab(7), "10.0.0.2", "10.0.0.1", "web takes its router's address"),
    Fault("duplicate-address", lab(8), "10.20.0.8", "10.20.0.9", "two labs' routers have one address of the campus"),
    Fault("duplicate-address", lab(60), "10.20.0.60", "10.20.0.1", "the last lab repeats the first one's address"),
    Fault("duplicate-address", lab(9), EXTRA, EXTRA + THIRD.replace("10.0.0.3", "10.0.0.2"), "a third machine repeats web's"),
    Fault("address-reused", lab(10), EXTRA, EXTRA + ROUTER.replace("10.0.7.1", "10.0.0.2"), "two segments of one lab share an address"),
    Fault("reserved-address", lab(11), "10.0.0.2", "10.0.0.0", "web has the subnet's own address"),
    Fault("reserved-address", lab(12), "10.0.0.2", "10.0.0.255", "web has the broadcast address"),
    Fault("reserved-address", lab(13), "10.20.0.13", "10.20.255.255", "the router has the campus's broadcast address"),
    Fault("lone-subnet", lab(14), "10.0.0.2", "10.0.1.2", "one digit of web's address is wrong"),
    Fault("lone-subnet", lab(15), "10.20.0.15", "10.2.0.15", "a digit is missing in the router's address"),
    Fault("lone-subnet", lab(16), "10.0.0.2", "10.1.0.2", "another digit"),
    Fault("netmask-mismatch", lab(17), "address 10.0.0.2", "address 10.0.0.2\n        netmask 255.255.0.0", "web's netmask is too wide"),
    Fault("netmask-mismatch", lab(18), "address 10.20.0.18", "address 10.20.0.18\n        netmask 255.255.255.0", "the router's is too narrow"),
    Fault("overlapping-subnets", lab(19), "host web", "switch dmz { service_host $server }\nhost third {\n    superclass inner\n    network eth0 { address 10.0.0.77 }\n    network eth1 { address 10.0.0.130/25; switch dmz }\n}\nhost web", "a second segment lies inside the first"),
    Fault("duplicate-mac", lab(20), EXTRA, EXTRA + THIRD.replace("address", "mac 52:54:00:aa:00:01\n        address") + THIRD.replace("third", "fourth").replace("10.0.0.3", "10.0.0.4\n        mac 52:54:00:aa:00:01"), "a hardware address is copied"),
    # gateways, DHCP
    Fault("gateway-outside", lab(21), "address 10.0.0.2", "address 10.0.0.2\n        gateway 10.0.1.1", "web's gateway is of another subnet"),
    Fault("gateway-outside", lab(22), "address 10.20.0.22", "address 10.20.0.22\n        gateway 10.21.255.254", "the router's is"),
    Fault("gateway-nobody", lab(23), "address 10.0.0.2", "address 10.0.0.2\n        gateway 10.0.0.254", "web's gateway is nobody"),
    Fault("own-gateway", lab(24), "address 10.0.0.2", "address 10.0.0.2\n        gateway 10.0.0.2", "web is its own gateway"),
    Fault("gateway-outside", "course.mln", "gateway 10.0.0.1", "gateway 10.0.9.1", "the whole course has a wrong gateway: one line, one message"),
    Fault("gateway-nobody", "course.mln", "gateway 10.0.0.1", "gateway 10.0.0.9", "the whole course's gateway is nobody"),
    Fault("no-dhcp", lab(25), "address 10.0.0.2", "address dhcp", "nothing gives out addresses on the lab's segment"),
    # wiring
    Fault("empty-switch", lab(26), EXTRA, EXTRA + "switch spare { service_host $server }\n", "a switch is left over"),
    Fault("no-interface", lab(27), EXTRA, EXTRA + "host lost {\n    superclass machine\n}\n", "a machine is not wired"),
    Fault("islands", lab(28), EXTRA, EXTRA + ROUTER.replace("    network eth0 { address 10.0.0.3/24; switch lan }\n", ""), "a machine is alone on a segment"),
    Fault("two-on-segment", lab(29), "address 10.0.0.2", "address 10.0.0.2\n    }\n    network eth1 {\n        address 10.0.0.3/24\n        switch lan", "web has two cards on the segment"),
    Fault("bridging-loop", lab(30), EXTRA, EXTRA + "switch dmz { service_host $server }\n" + "".join(f"host {name} {{\n    superclass machine\n    network eth0 {{ switch lan }}\n    network eth1 {{ switch dmz }}\n    startup {{\n        ip link add br0 type bridge\n        ip link set eth0 master br0\n        ip link set dev eth1 master br0\n    }}\n}}\n" for name in ("one", "two")), "two hosts bridge the same segments"),
    Fault("unknown-switch", lab(31), EXTRA, EXTRA.replace("lan", "lann"), "the switch is misspelt"),
    Fault("cannot-meet", lab(32), EXTRA, EXTRA.replace("{\n", "{\n    uml\n"), "the switch is of another back end"),
    Fault("switch-elsewhere", lab(33), EXTRA, EXTRA.replace("$server", "ithaca"), "the switch is on another server"),
    Fault("switch-elsewhere", lab(34), "host web {\n    superclass inner", "host web {\n    superclass inner\n    service_host scylla", "web is on another server"),
    Fault("duplicate-bridge", lab(35), EXTRA, EXTRA.replace("{\n", "{\n    bridge lan.lab34\n"), "a bridge has the name of another lab's"),
    # names
    Fault("duplicate-project", lab(36), "project lab36", "project lab35", "a file is copied, and its project's name not changed"),
    Fault("duplicate-definition", lab(37), "host web", "host gate", "two hosts of one name"),
    Fault("unknown-superclass", lab(38), "superclass inner", "superclass iner", "the superclass is misspelt"),
    Fault("unknown-server", lab(39), "$server = charybdis", "$server = charibdis", "the server is misspelt"),
    Fault("undefined-variable", lab(40), "$server\n}\n", "$servr\n}\n", "a variable is misspelt"),
    # servers
    Fault("duplicate-display", lab(41), "vncdisplay 82", "vncdisplay 81", "web has the router's display"),
    Fault("duplicate-display", lab(42), "vncdisplay 84", "vncdisplay 86", "web has a display of another lab"),
    Fault("memory-exceeded", lab(43), "superclass inner", "superclass inner\n    memory 20G", "one machine takes a server's memory"),
    Fault("memory-exceeded", "servers.mln", "memory 32G", "memory 16G", "a server has less memory than its labs take"),
    Fault("cpus-exceeded", lab(44), "superclass inner", "superclass inner\n    vcpus 32", "one machine takes a server's processors"),
    Fault("cpus-exceeded", "servers.mln", "cpus 60", "cpus 6", "a server has fewer processors than its labs take"),
    Fault("storage-exceeded", lab(45), EXTRA, EXTRA + THIRD.replace("superclass inner", "superclass inner\n    kvm off\n    lxc\n    template debian.ext4\n    filepath /var/images\n    size 500G"), "a disk is larger than the server's room"),
    Fault("duplicate-volume", lab(46), EXTRA, EXTRA + THIRD.replace("superclass inner", "superclass inner\n    filesystem /nfs/course/data.img") + THIRD.replace("superclass inner", "superclass inner\n    filesystem /nfs/course/data.img").replace("third", "fourth").replace("10.0.0.3", "10.0.0.4"), "two machines on one image"),
    Fault("cannot-migrate", "servers.mln", "    san_path /nfs/course\n", "", "a server does not see the course's storage"),
    Fault("boot-order", lab(47), "superclass inner", "superclass inner\n    boot_order 0", "web starts before its name server"),
    Fault("template-kind", lab(48), "superclass inner", "superclass inner\n    template web.ext4", "a template without partitions on KVM"),
    Fault("cleartext-secret", lab(49), "superclass inner", "superclass inner\n    root_passwd secret", "a password in clear text"),
    Fault("cleartext-secret", lab(50), "superclass inner", "superclass inner\n    users { guest guest }", "a user's password in clear text"),
    # text
    Fault("unclosed-block", lab(51), "}\n\nhost web", "\nhost web", "a brace is missing"),
    Fault("unknown-keyword", lab(52), "vncdisplay 103", "vncdisply 103", "a keyword is misspelt"),
    Fault("bad-address", lab(53), "10.0.0.2", "10.0.0.256", "an address has too large a number"),
    Fault("include-not-found", lab(54), "../course.mln", "../curse.mln", "the include is misspelt"),
]  # fmt: skip


def together(files: dict[str, str]) -> list[Diagnostic]:
    compilation = Compilation(Memory(files, cwd="/course"), Options(config_paths=(), external_plugins=False), check)
    return compilation.together(LABS)[1]


def test_the_course_is_clean() -> None:
    found = together(course())
    assert not found, plain(found)


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.slug}-{Path(fault.file).stem}" for fault in FAULTS])
def test_one_fault_has_one_message(fault: Fault) -> None:
    files = dict(course())
    assert fault.old in files[fault.file]
    files[fault.file] = files[fault.file].replace(fault.old, fault.new, 1)
    found = together(files)
    assert [problem.slug for problem in found] == [fault.slug], plain(found)
