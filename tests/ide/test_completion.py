"""What is offered at a place: checked or not, in broken files, fragments and mln.conf."""

from __future__ import annotations

import pytest
from ide_scenes import CURSOR, at_cursor

from mlnlang.ide import Workspace
from mlnlang.ide.completion import completion
from mlnlang.ide.documentation import documentation
from mlnlang.ide.offers import Proposal
from mlnlang.ide.scene import scene
from mlnlang.schema.core import CORE
from mlnlang.world import Memory

TOP = ["global", "host", "server", "superclass", "switch"]


def proposals(
    text: str, path: str = "/p.mln", *, checked: bool = True, typed: str = "", **others: str
) -> list[Proposal]:
    here, offset = at_cursor(text, path, checked=checked, **others)
    return sorted(completion(here, offset, typed=typed), key=lambda each: each.sort or each.label)


def labels(text: str, path: str = "/p.mln", *, checked: bool = True, typed: str = "", **others: str) -> list[str]:
    return [each.label for each in proposals(text, path, checked=checked, typed=typed, **others)]


# ---------------------------------------------------------------- keywords and blocks
@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "host web {\n  ‸\n}\n",
        "host web {\n  me‸\n}\n",
        "host web { xen; ‸ }",
        "host web { ‸",
        "host web {\n  memory 3\n  ‸",
        "superclass web {\n  network eth0 { }\n  ‸}",
        "host { web { ‸ } }",
    ],
)
def test_keywords_and_blocks_of_a_host(text: str, checked: bool) -> None:
    offered = set(labels(text, checked=checked))
    assert {"memory", "network", "superclass", "users", "template", "apache"} <= offered
    assert not {"address", "host", "project"} & offered


def test_all_that_is_offered_is_valid_there() -> None:
    for row in CORE.blocks:
        if row.body in ("keywords", "open") and "top" in row.contexts:
            offered = labels(f"{row.name} x {{\n ‸\n}}\n")
            assert len(offered) == len(set(offered))
            assert {*CORE.keywords_in(row.context), *CORE.blocks_in(row.context)} & set(offered), row.name


def test_what_is_set_comes_last_and_what_is_dead_after_it() -> None:
    found = proposals("host web {\n  memory 3\n  ‸\n}")
    order = [each.label for each in found]
    assert order.index("memory") > order.index("xen_extra")
    assert order.index("devfs") > order.index("memory")
    by_name = {each.label: each for each in found}
    assert by_name["memory"].detail == "memory, already set"
    assert by_name["devfs"].deprecated
    assert not by_name["xen"].deprecated
    again = {each.label: each for each in proposals("host web {\n  mem‸ory 3\n}")}
    assert again["memory"].detail == "memory"


def test_snippets() -> None:
    found = {each.label: each for each in proposals("host web {\n  network eth0 { }\n  ‸\n}")}
    texts = {
        name: found[name].text(snippets=True) for name in ("memory", "family", "xen", "network", "superclass", "users")
    }
    assert texts == {
        "memory": "memory ${1:256M}",
        "family": "family ${1|debian,redhat,suse,busybox,windows,other|}",
        "xen": "xen",
        "network": "network ${1:eth1} {\n\t$0\n}",
        "superclass": "superclass $0",
        "users": "users {\n\t$0\n}",
    }
    assert {each.text(snippets=False) for each in found.values()} == set(found)


def test_what_is_replaced() -> None:
    here, offset = at_cursor("host web {\n  mem‸ory 3\n}")
    (found,) = [each for each in completion(here, offset) if each.label == "memory"]
    text = here.file.text
    assert text[found.stretch.start : found.stretch.cursor] == "mem"
    assert text[found.stretch.start : found.stretch.end] == "memory"


# ---------------------------------------------------------------- values and names
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("‸", TOP),
        ("ho‸", TOP),
        ("host web { mem ory‸ }", []),
        ("host we‸ { }", []),
        ("host web { superclass ‸ }\nsuperclass b { }\nsuperclass a { }", ["a", "b"]),
        ("host web { superclass = a‸ }\nsuperclass b { }", ["b"]),
        ("host web { superclass a b‸ }\nsuperclass b { }", []),
        ("host web { network eth0 { switch l‸ } }\nswitch lan { }\nswitch $x { }", ["lan"]),
        ("host web { service_host ‸ }\nserver here { }", ["here", "milano"]),
        ("host web { location ‸ }", ["milano"]),
        ("host web { family ‸ }", ["debian", "redhat", "suse", "busybox", "windows", "other"]),
        ("host web { xen ‸ }", ["off", "on"]),
        ("host web { cloud_init ‸ }", ["yes", "no"]),
        ("host web { memory ‸ }", []),
        ("host a { memory 3G }\nhost b { memory 3G }\nhost c { memory 2G }\nhost web { memory ‸ }", ["3G", "2G"]),
        ("host a { root_passwd s3cret }\nhost web { root_passwd ‸ }", []),
        ("host web { template ‸ }", ["debian.ext4", "old/"]),
        ("host web { template old/‸ }", ["a.img"]),
        ("host web { template /tpl/d‸ }", ["debian.ext4", "old/"]),
        ("#include ‸", ["part2.mln", "etc/", "fl/", "inc/", "tpl/"]),
        ("#include inc/‸", ["a.mln"]),
        ("host web {\n#include in‸\n}", ["part2.mln", "etc/", "fl/", "inc/", "tpl/"]),
        ("host c { network ‸ }", ["eth0"]),
        ("host c { network eth0 { }\n network ‸ { }\n}", ["eth1"]),
        ("superclass s { network ens3 { } }\nhost c { superclass s\n network ‸", ["ens0"]),
    ],
)
@pytest.mark.parametrize("checked", [True, False])
def test_values(text: str, expected: list[str], checked: bool) -> None:
    assert labels(text, checked=checked) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host c { files {\n ‸ } }", ["motd"]),
        ("superclass s { users { ann x } }\nhost c { superclass s\nusers { bo }\ngroups {\n staff ann ‸\n} }", ["bo"]),
        ("superclass s { users { ann x } }\nhost c { superclass s\ngroups {\n staff { ‸ } \n} }", ["ann"]),
        ("host c { users {\n ‸\n} }", []),
        ("host c { sshkey {\n ‸\n} users { ann } }", ["ann"]),
        ("host c { sshkey {\n ann /f‸\n} }", ["etc/", "fl/", "inc/", "part2.mln", "tpl/"]),
        ("global { autoenum { service_hosts { ‸ } } }", ["milano"]),
        ("global { autoenum { service_hosts { milano ‸ } } }", ["all"]),
        ("host c { startup {\n ‸\n} }", []),
        ("host c { startup {\n echo # x‸\n} }", []),
    ],
)
def test_list_lines(text: str, expected: list[str]) -> None:
    assert labels(text) == expected


@pytest.mark.parametrize("bracket", ["$", "$["])
def test_variables(bracket: str) -> None:
    text = "global { $dns = 10.0.0.1 }\nsuperclass s { $v = $dns }\nhost c { superclass s; $own = 1; nameserver ‸ }\n"
    found = proposals(text.replace(CURSOR, bracket + CURSOR))
    ends = "]" if "[" in bracket else ""
    assert [(each.label, each.detail) for each in found] == [
        (f"{bracket}own{ends}", "1"),
        (f"{bracket}v{ends}", "10.0.0.1"),
        (f"{bracket}dns{ends}", "10.0.0.1"),
        (f"{bracket}hostname{ends}", "c"),
        (f"{bracket}project{ends}", "the project's name"),
    ]
    here, offset = at_cursor("host c { nameserver a$[ho‸st]b }")
    (found,) = [each for each in completion(here, offset) if "hostname" in each.label]
    assert here.file.text[found.stretch.start : found.stretch.end] == "$[host]"
    assert "$hostname" in labels("host c { startup {\n echo $‸\n} }")
    assert labels("host c { nameserver \\$‸ }") == []


# ---------------------------------------------------------------- addresses
LAN = """\
global { project p }
superclass s { network eth0 { switch lan; netmask 255.255.255.0 } }
host a { network eth0 { switch lan; address 10.0.0.2/24; gateway 10.0.0.1 } }
host b { network eth0 { switch lan; address 10.0.0.4/24; gateway 10.0.0.1 } }
host other { network eth0 { switch wan; address 192.168.0.1/16 } }
switch lan { }
switch wan { }
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("host c { network eth0 { switch lan; address ‸ } }", ["10.0.0.3/24", "10.0.0.5/24", "dhcp"]),
        ("host c { network eth0 { switch wan\naddress 19‸ } }", ["192.168.0.2/16", "dhcp"]),
        ("host c { superclass s; network eth0 { address ‸ } }", ["10.0.0.3", "10.0.0.5", "dhcp"]),
        ("host c { network eth0 { switch lan; gateway ‸ } }", ["10.0.0.1", "10.0.0.2", "10.0.0.4"]),
        ("host c { network eth0 { switch wan; gateway ‸ } }", ["192.168.0.1"]),
        ("host c { network eth0 { switch lan; netmask ‸ } }", ["255.255.255.0"]),
        ("host c { network eth0 { switch wan; broadcast ‸ } }", ["192.168.255.255"]),
    ],
)
def test_addresses_of_the_segment(line: str, expected: list[str]) -> None:
    """From the last sound state: the line that is being typed breaks the file."""
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", LAN)
    workspace.problems()
    scene(workspace, "/p.mln")
    for again in (False, True):
        text = LAN + line
        workspace.put("/p.mln", text.replace(CURSOR, ""))
        if again:
            workspace.problems()
        here = scene(workspace, "/p.mln")
        found = completion(here, text.index(CURSOR))
        assert [each.label for each in sorted(found, key=lambda each: each.sort)][: len(expected)] == expected


def test_a_full_subnet_has_no_free_address() -> None:
    hosts = "".join(f"host h{n} {{ network eth0 {{ switch lan; address 10.0.0.{n}/29 }} }}\n" for n in range(1, 7))
    text = f"global {{ project p }}\nswitch lan {{ }}\n{hosts}host x {{ network eth0 {{ switch lan; address ‸ }} }}"
    assert labels(text) == ["dhcp"]


# ---------------------------------------------------------------- comments
def test_comments() -> None:
    assert labels("host c {\n #‸\n}") == ["# mln: allow(…)", "#include"]
    assert labels("host c { # me‸ or you\n}") == ["# mln: allow(…)", "#include"]
    assert labels("host c { # of me‸\n}") == []
    offered = labels("host c { memory 3 # mln: allow(given-twice, mis‸")
    assert "missing-template" in offered
    assert "unclosed-block" not in offered, "what can't be allowed is not offered"
    here, offset = at_cursor("# mln: allow(given-twice, mis‸")
    assert {here.file.text[each.stretch.start : each.stretch.end] for each in completion(here, offset)} == {"mis"}


# ---------------------------------------------------------------- places
def test_a_blank_alone_brings_nothing_up() -> None:
    assert labels("host c {\n ‸\n}", typed=" ") == []
    assert labels("host c { superclass ‸ }\nsuperclass s { }", typed=" ") == ["s"]


def test_a_fragment_is_seen_where_it_is_included() -> None:
    main = "global { project x }\nhost web { network eth0 {\n#include part.mln\n} }\nswitch lan { }"
    assert "address" in labels("‸", "/part.mln", main=main)
    assert labels("switch ‸", "/part.mln", main=main) == ["lan"]
    lines = "global { project x }\nhost web { startup {\n#include part.mln\n} }"
    assert labels("‸", "/part.mln", main=lines) == []


def test_a_configuration_file() -> None:
    offered = labels("default_size 1G\n‸", "/etc/mln/mln.conf")
    assert {"projects", "default_memory", "server"} <= set(offered)
    assert "host" not in offered
    assert labels("default_template ‸\ntemplates /tpl", "/home/mln.conf") == ["debian.ext4", "old/"]


def test_while_somebody_types_the_block_at_hand_is_the_right_one() -> None:
    """Each text is asked about without a check in between."""
    workspace = Workspace(Memory({}))
    text = "global { project x }\nhost web {\n  network eth0 {\n    \n  }\n  \n}\nswitch lan { }\n"
    workspace.put("/p.mln", text)
    workspace.problems()
    at = text.index("    \n") + 4
    for typed in (
        "s",
        "sw",
        "switch ",
        "switch l",
        "switch lan\n    ad",
        "switch lan }\n  me",
        "switch lan\n  users { ",
    ):
        workspace.put("/p.mln", text[:at] + typed + text[at:])
        fast = [each.label for each in completion(scene(workspace, "/p.mln"), at + len(typed))]
        workspace.problems()
        slow = [each.label for each in completion(scene(workspace, "/p.mln"), at + len(typed))]
        assert fast == slow, typed
        workspace.put("/p.mln", text)
        workspace.problems()


# ---------------------------------------------------------------- descriptions
def test_what_is_told_of_a_proposal() -> None:
    here, offset = at_cursor("host web {\n ‸\n}\nsuperclass s { memory 1G }\n")
    for proposal in completion(here, offset):
        assert documentation(here, proposal.subject), proposal.label
    assert "powers of two" in documentation(here, ("keyword", "host", "memory"))
    assert "MLN309" in documentation(here, ("rule", "given-twice"))
    assert "`memory` 1 GiB" in documentation(here, ("superclass", "s"))
    assert documentation(here, ("superclass", "nobody")) == ""
    assert documentation(here, ("nonsense",)) == documentation(here, ()) == ""
