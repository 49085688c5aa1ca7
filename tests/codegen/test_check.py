"""What `check` says about features that back ends don't carry, and what it needs for that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from codegen_projects import GOLDEN, card, host, switch
from mlnlang_codegen import check, generate
from mlnlang_codegen.capabilities import ALL_FEATURES
from mlnlang_codegen.carried import carried
from mlnlang_codegen.registry import PACKAGES, back_end

from mlnlang.ir import AuthorizedKey, Disk, Display, GuestFile, Interface, Mount, Project, TransferredFile, User
from mlnlang.source import SourceFile, Span

SOURCE = SourceFile("p.mln", "superclass common {\n    vcpus 2\n}\n")


@dataclass(frozen=True)
class At:
    """Provenance: every keyword at one span of a superclass."""

    start: int = 0

    def span(self, keyword: str = "") -> Span | None:
        """The place of the keyword's first letter, made up."""
        return SOURCE.span(self.start + len(keyword), self.start + len(keyword) + 1)


def project(*hosts: Any, **values: Any) -> Project:
    """A project of these hosts."""
    return Project("p", hosts, **values)


def told(found: Project) -> list[tuple[str, str]]:
    """Slugs and severities."""
    return [(d.slug, d.severity) for d in check(found)]


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_tables_are_complete(name: str) -> None:
    found = back_end(name)
    assert found is not None
    assert set(found.capabilities) == set(ALL_FEATURES)
    assert all(support.why or support.level == "full" for support in found.capabilities.values())


@pytest.mark.parametrize("backend", sorted(PACKAGES))
def test_a_plain_host_is_carried_in_silence(backend: Any) -> None:
    plain = host("a", backend, interfaces=(card("eth0", "a.p", backend, switch="lan", address="dhcp"),))
    assert check(project(plain, switches=(switch("lan", "p", backend),))) == []


@pytest.mark.parametrize(
    ("backend", "values", "keyword"),
    [
        ("uml", {"vcpus": 2}, "vcpus"),
        ("uml", {"display": Display(number=1)}, "vncdisplay"),
        ("uml", {"display": Display(password="x")}, "vncpasswd"),
        ("uml", {"hvm": True}, "hvm"),
        ("uml", {"xen_extra": ("a = 1",)}, "xen_extra"),
        ("uml", {"user_data": ("x",)}, "user_data"),
        ("xen", {"disks": (Disk("root", cow_base="b.ext4"),)}, "cow_filesystem"),
        ("xen", {"nice": 3}, "nice"),
        ("xen", {"mounts": (Mount("/srv", "/srv", "hostfs"),)}, "mount"),
        ("xen", {"disks": (Disk("root", "lvm", lvm_options="lock"),)}, "lvm"),
        ("vmware", {"disks": (Disk("root", "lvm"),)}, "lvm"),
        ("vmware", {"kernel": "/boot/vmlinuz"}, "kernel"),
        ("vmware", {"cpus": "1"}, "cpus"),
    ],
)
def test_not_carried(backend: Any, values: dict[str, Any], keyword: str) -> None:
    (found,) = check(project(host("a", backend, where=At(), **values)))
    assert (found.slug, found.severity) == ("not-carried", "warning")
    assert f"`{keyword}`" in found.message
    assert found.span == At().span(keyword)


@pytest.mark.parametrize(
    ("backend", "values"),
    [
        ("xen", {"slirp": True}),
        ("xen", {"tun_interface": "tap0"}),
        ("xen", {"socket": "/tmp/s"}),
        ("vmware", {"bridge": "br0"}),
        ("uml", {}),
    ],
)
def test_cards_not_carried(backend: Any, values: dict[str, Any]) -> None:
    wired = Interface("eth0", "00:16:3e:00:00:01", **values)
    assert told(project(host("a", backend, interfaces=(wired,)))) == [("not-carried", "warning")]


def test_carried_in_part_is_a_note() -> None:
    win = host("w", "xen", template="winXP.template", hvm=True, users=(User("a", "x"),), root_password="$6$a$b")
    assert told(project(win)) == [("not-carried", "note"), ("not-carried", "note")]


def test_one_cause_one_diagnostic() -> None:
    hosts = [host(f"h{n}", "uml", vcpus=2, where=At()) for n in range(1000)]
    assert len(check(project(*hosts))) == 1
    hosts.append(host("other", "uml", vcpus=2, where=At(5)))
    assert len(check(project(*hosts))) == 2
    assert len(check(project(*(replace(h, where=host("x", "uml").where) for h in hosts)))) == 1


@pytest.fixture
def without_kvm() -> Iterator[None]:
    """As if the language's table had a back end before anybody has written it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(PACKAGES, "kvm")
        back_end.cache_clear()
        yield
    back_end.cache_clear()


def test_not_yet(without_kvm: None) -> None:
    found = project(*(host(f"h{n}", "kvm", where=At(n)) for n in range(3)), host("c", "openstack"), host("u", "uml"))
    (note,) = check(found)
    assert (note.slug, note.severity) == ("no-back-end-yet", "note")
    assert "3 hosts" in note.message
    assert note.span == At(0).span()
    assert set(carried(found).hosts) == {"u"}


def test_switches() -> None:
    odd = switch("lan", "p", "xen", hub=True, owner="me")
    assert told(Project("p", (), (odd,))) == [("not-carried", "warning")] * 2
    assert told(Project("p", (), (switch("lan", "p", "vmware", tap="tap0"),))) == [("not-carried", "warning")]
    assert told(Project("p", (), (switch("lan", "p", "uml", hub=True, tap="tap0"),))) == []


@pytest.mark.parametrize(
    "values",
    [
        {"users": (User("a:b", "x"),)},
        {"users": (User("a", "x:0"),)},
        {"users": (User("a", "x", "/../etc"),)},
        {"files": (TransferredFile("a", "/../../x"),)},
        {"files": (TransferredFile("a", "/x", "rw"),)},
        {"files": (TransferredFile("a", '/x"y'),)},
        {"guest_files": (GuestFile("/../x", ""),)},
        {"guest_files": (GuestFile("/x\nrm /y", ""),)},
        {"authorized_keys": (AuthorizedKey("a b", "k"),)},
        {"authorized_keys": (AuthorizedKey("a", "k\nroot key"),)},
        {"interfaces": (Interface("eth0; id", "00:16:3e:00:00:01", bridge="b", address="dhcp"),)},
        {"interfaces": (Interface("eth0", "00:16:3e:00:00:01", bridge="b", address="$(id)"),)},
        {"interfaces": (Interface("eth0", "00:16:3e:00:00:01", bridge="b", address="10.0.0.1", gateway="`id`"),)},
        {"nameserver": "10.0.0.1\nnameserver 6.6.6.6"},
        {"root_password": "a\nb"},
        {"kernel": "/x\0"},
        {"mounts": (Mount("/dev/x\n", "/y", "ext4"),)},
        {"modules": ("a\nb",)},
        {"disks": (Disk("root", "iscsi", iscsi_server="nas"),)},
        {"disks": (Disk("root", "device"),)},
        {"disks": (Disk("root", "lvm", lvm_options="'open"),)},
        {"disks": ()},
    ],
)
def test_what_no_file_can_hold(values: dict[str, Any]) -> None:
    found = project(host("a", "uml", **values))
    assert [d.severity for d in check(found)] == ["error"]
    assert not [f for f in generate(found).files if "/hosts/" in f.path]


def test_project_names() -> None:
    assert told(Project("../x", (host("a", "uml"),))) == [("not-carried", "error")]
    assert generate(Project("../x", (host("a", "uml"),))).files == ()


def test_check_needs_no_templates() -> None:
    program = (
        "import sys, mlnlang_codegen; from mlnlang.ir import *\n"
        "d = (Disk('root', template='t'),)\n"
        "hosts = tuple(Host(b, b, 64, disks=d, template='t') for b in ('uml', 'xen', 'vmware', 'kvm', 'lxc'))\n"
        "assert not mlnlang_codegen.check(Project('p', hosts))\n"
        "assert 'jinja2' not in sys.modules"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("case", sorted(GOLDEN))
def test_no_errors_in_the_goldens(case: str) -> None:
    assert [d for d in check(GOLDEN[case]()) if d.is_error] == []
