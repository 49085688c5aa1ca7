"""Superclasses: the nearest value wins, blocks merge key by key, lists grow (language, section 5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import LISTINGS, check, clean, codes, compiled, host, machine, names, only, project


def test_the_nearest_value_wins_along_a_chain() -> None:
    text = project(
        "superclass a { template t; memory 64M; boot_order 1; nameserver 10.0.0.1 }\n"
        "superclass b { superclass a; memory 128M; boot_order 2 }\n"
        "host web { superclass b; memory 256M }"
    )
    found = machine(clean(text))
    assert (found.memory_mib, found.boot_order, found.nameserver, found.template) == (256, 2, "10.0.0.1", "t")
    assert found.chain == ("b", "a")


def test_blocks_merge_key_by_key() -> None:
    text = project(
        "superclass a { template t; network eth0 { switch lan; netmask 255.255.255.0; gateway 10.0.0.254 } }\n"
        "host web {\n superclass a\n network eth0 { address 10.0.0.1; gateway 10.0.0.253 }\n"
        " network eth1 { address dhcp }\n}\n"
        "switch lan { }"
    )
    first, second = machine(clean(text)).interfaces
    assert (first.address, first.prefix_length, first.gateway, first.switch) == ("10.0.0.1", 24, "10.0.0.253", "lan")
    assert (second.name, second.address, second.switch) == ("eth1", "dhcp", None)


def test_lists_grow_the_parents_lines_first() -> None:
    text = project(
        "superclass a { template t; users { root0 A; alice B }; startup {\n echo a\n echo both\n} }\n"
        "superclass b { superclass a; users { bob C } }\n"
        "host web { superclass b; users { alice   B; carol D }; startup {\n echo both\n echo c\n} }"
    )
    found = machine(clean(text))
    assert [user.name for user in found.users] == ["root0", "alice", "bob", "carol"]
    assert found.startup == ("echo a", "echo both", "echo c")


def test_a_user_named_twice_has_the_nearest_line() -> None:
    text = project("superclass a { template t; users { alice OLD } }\nhost web { superclass a; users { alice NEW } }")
    assert [(user.name, user.password_hash) for user in machine(clean(text)).users] == [("alice", "NEW")]


def test_groups_merge() -> None:
    text = project(
        "superclass a { template t; groups { staff { alice } ; admin bob } }\n"
        "host web { superclass a; groups { staff { carol; alice } } }"
    )
    found = {group.name: group.members for group in machine(clean(text)).groups}
    assert found == {"staff": ("alice", "carol"), "admin": ("bob",)}


def test_hosts_of_one_superclass_do_not_touch_each_other() -> None:
    text = project(
        "superclass a { template t; network eth0 { address dhcp }; users { u A } }\n"
        "host x { superclass a; network eth0 { mac 52:54:00:00:00:01 }; users { v B } }\nhost y { superclass a }"
    )
    found = clean(text)
    assert machine(found, "x").interfaces[0].mac_given
    assert not machine(found, "y").interfaces[0].mac_given
    assert [user.name for user in machine(found, "y").users] == ["u"]


def test_a_superclass_is_never_built() -> None:
    assert names(clean(project("superclass a { template t }\nhost web { superclass a }"))) == ["web"]


def test_the_order_of_definition_does_not_matter() -> None:
    assert (
        machine(
            clean(project("host web { superclass a }\nsuperclass a { superclass b }\nsuperclass b { template t }"))
        ).template
        == "t"
    )


def test_nested_spelling_is_the_same() -> None:
    """`host { alpha { … } beta { … } }` (old)."""
    nested = (
        "host {\n    a { template t; network { eth0 { address dhcp } eth1 { } } }\n"
        "    b { template u }\n}\nswitch { lan { } wan { } }\n"
    )
    flat = (
        "host a { template t; network eth0 { address dhcp }; network eth1 { } }\nhost b { template u }\n"
        "switch lan { }\nswitch wan { }\n"
    )
    assert clean(project(nested)) == clean(project(flat))


def test_the_article_s_italian_project() -> None:
    """Listing 2: three machines of one superclass, one with more memory."""
    found = clean(LISTINGS, path="italy.mln")
    assert [(each.name, each.backend, each.memory_mib) for each in found.hosts] == [
        ("uno", "vmware", 128), ("due", "vmware", 128), ("tre", "vmware", 256),
    ]  # fmt: skip
    assert {each.service_host for each in found.hosts} == {"milano"}


def test_a_machine_whose_own_set_up_is_left_alone() -> None:
    """Listing 5: the Windows machine inherits a card without address."""
    card = machine(clean(LISTINGS, path="os03.mln"), "win").interfaces[0]
    assert (card.switch, card.address, card.prefix_length) == ("lan", None, None)


# ---------------------------------------------------------------- what goes wrong
@pytest.mark.parametrize(
    "text",
    [
        "superclass a { superclass a }",
        "superclass a { superclass b }\nsuperclass b { superclass a }",
        "superclass a { superclass b }\nsuperclass b { superclass c }\nsuperclass c { superclass b }",
        "superclass a { superclass b; nameserver $x }\nsuperclass b { superclass a; $x = 10.0.0.1 }",
    ],
)
def test_a_cycle_is_one_error_and_ends(text: str) -> None:
    """The original never ended on such a project."""
    assert codes(project(text + "\nhost web { superclass a; template t; memory 64M }")) == ["MLN403"]


def test_a_missing_superclass_is_one_error() -> None:
    """Its template, its variables, its switches: what it would have brought can't be missing twice."""
    text = project(
        "superclass common { template t; $dns = 10.0.0.1 }\n"
        "host web { superclass comon; nameserver $dns }\nhost db { superclass common }"
    )
    problem = only(text)
    assert problem.code == "MLN402"
    assert "`common`" in problem.help


def test_two_superclasses_the_last_counts() -> None:
    text = project(
        "superclass a { template t; memory 64M }\nsuperclass b { template t; memory 128M }\n"
        "host web { superclass a; superclass b }"
    )
    assert codes(text) == ["MLN404"]
    assert machine(compiled(text)).memory_mib == 128


@pytest.mark.parametrize("kind", ["host", "superclass", "switch", "server"])
def test_two_blocks_of_one_name_show_both_places(kind: str) -> None:
    body = "{ memory 1G }" if kind == "server" else "{ template t }" if kind != "switch" else "{ }"
    problem = only(project(f"{kind} twin {body}\n{kind} twin {body}\n"))
    assert problem.code == "MLN401"
    assert problem.span is not None
    assert (problem.span.place(), problem.related[0].span.place()) == (
        f"main.mln:5:{len(kind) + 2}",
        f"main.mln:4:{len(kind) + 2}",
    )


def test_a_duplicate_brings_no_second_fault() -> None:
    text = project(
        "superclass s { template t; $dns = 10.0.0.1 }\n" + "host web { superclass s; nameserver $dns }\n" * 2
    )
    assert codes(text) == ["MLN401"]


def test_a_fault_in_a_superclass_is_reported_once_for_all_its_hosts() -> None:
    text = project(
        "superclass s { template t; memory lots; network eth0 { address 10.0.0.1 } }\n"
        + "".join(f"host h{n} {{ superclass s }}\n" for n in range(20))
    )
    assert codes(text) == ["MLN304", "MLN503"]


def test_a_chain_of_five_thousand() -> None:
    text = project(
        "".join(f"superclass s{n} {{ superclass s{n + 1} }}\n" for n in range(5000))
        + "superclass s5000 { template t; memory 99M }\nhost web { superclass s0 }"
    )
    found = machine(clean(text))
    assert (found.memory_mib, len(found.chain)) == (99, 5001)


@pytest.mark.parametrize("word", ["unknown", "hots", "memroy 12M"])
def test_unknown_words_are_reported_and_kept(word: str) -> None:
    found = check(host(word))
    assert [problem.code for problem in found.diagnostics] == ["MLN301"]
    assert found.resolved is not None
    assert word.split()[0] in found.resolved.hosts["web"].settings


# ---------------------------------------------------------------- files of the OpenStack era
STUDENTS = Path(__file__).parent / "students"


@pytest.mark.parametrize("path", sorted(STUDENTS.glob("*.mln")), ids=lambda path: path.stem)
def test_student_files_check_with_one_note(path: Path) -> None:
    found = check({path.name: path.read_bytes()}, path.name).diagnostics
    assert [(problem.code, problem.severity) for problem in found] == [("MLN701", "note")]


def test_user_data_is_kept_to_the_letter() -> None:
    path = STUDENTS / "dcsg2003.mln"
    found = machine(compiled({path.name: path.read_bytes()}, path=path.name), "manager")
    assert found.backend == "openstack"
    lines = found.user_data
    assert lines[0] == "apt-get update"
    assert "echo 'export OS_PASSWORD=\"x; y\"' >> /root/.bashrc" in lines
    assert any("jq sysstat git" in line for line in lines)
    assert "for i in 1 2 3; do" in lines
    assert "    sleep $i" in lines
    assert not any("a comment between" in line for line in lines)
