"""The plugins that come with the language (language, section 8; the article's Listings 6 and 7)."""

from __future__ import annotations

import ipaddress

import pytest
from helpers import LISTINGS, SURROUNDINGS, check, clean, codes, compiled, host, machine, names, only, project
from hypothesis import given
from hypothesis import strategies as st

from mlnlang.ir import GuestFile, Host

NODE = "superclass node { template t }\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqD"


def enum(lines: str, *, after: str = NODE, name: str = "") -> str:
    """A project with an `autoenum` block of the superclass `node`."""
    inside = "".join(f"    {line}\n" for line in lines.splitlines())
    return project(after, settings=f"autoenum {name} {{\n    superclass node\n{inside}}}")


def servers(lines: str, number: int) -> list[str | None]:
    inside = lines.replace("\n", "; ")
    return [each.service_host for each in clean(enum(f"numhosts {number}\nservice_hosts {{ {inside} }}")).hosts]


# ---------------------------------------------------------------- autoenum
@pytest.mark.parametrize(
    ("number", "first", "last"),
    [
        (1, "node1", "node1"),
        (9, "node1", "node9"),
        (10, "node01", "node10"),
        (36, "node01", "node36"),
        (100, "node001", "node100"),
    ],
)
def test_names_are_padded(number: int, first: str, last: str) -> None:
    found = names(clean(enum(f"numhosts {number}")))
    assert (len(found), found[0], found[-1]) == (number, first, last)


def test_the_articles_cluster() -> None:
    """Listing 6: 36 nodes, the first at .150, each inherits memory and gateway."""
    found = clean({**LISTINGS, **SURROUNDINGS}, path="bioinfo.mln")
    cards = [each.interfaces[0] for each in found.hosts]
    assert [card.address for card in cards] == [f"128.39.73.{150 + at}" for at in range(36)]
    assert {(card.netmask, card.gateway) for card in cards} == {("255.255.255.0", "192.168.33.211")}
    assert {each.memory_mib for each in found.hosts} == {312}


def test_a_prefix_and_no_hosts() -> None:
    assert names(clean(enum("numhosts 2\nhostprefix n-"))) == ["n-1", "n-2"]
    assert names(clean(enum("numhosts 0"))) == []


def test_an_account_for_each() -> None:
    found = clean(enum("numhosts 2\nautouser $6$salt$hash"))
    assert [(each.users[0].name, each.users[0].password_hash) for each in found.hosts] == [
        ("node1", "$6$salt$hash"),
        ("node2", "$6$salt$hash"),
    ]


@given(st.ip_addresses(v=4), st.integers(8, 30), st.integers(0, 300), st.integers(1, 40))
def test_addresses_against_ipaddress(base: ipaddress.IPv4Address, length: int, begin: int, number: int) -> None:
    network = ipaddress.ip_network(f"{base}/{length}", strict=False)
    wanted = [int(base) + begin + at for at in range(number)]
    text = enum(f"numhosts {number}\naddress auto\nnet {base}\nnetmask {length}\naddresses_begin {begin}")
    if wanted[-1] < int(network.broadcast_address):
        found = compiled(text)
        assert [each.interfaces[0].address for each in found.hosts] == [
            str(ipaddress.ip_address(each)) for each in wanted
        ]
        assert {each.interfaces[0].netmask for each in found.hosts} == {str(network.netmask)}
    else:
        assert codes(text) == ["MLN804"]


@pytest.mark.parametrize(
    "lines",
    [
        "numhosts 10\naddress auto\nnet 10.0.0.0\naddresses_begin 250",
        "numhosts 5\naddress auto\nnet 10.0.0.0/30",
        "numhosts 3\naddress auto\nnet 255.255.255.0\naddresses_begin 2147483648",
        "numhosts 256\naddress auto\nnet 10.0.0.0\naddresses_begin 0",
    ],
)
def test_leaving_the_subnet(lines: str) -> None:
    assert codes(enum(lines)) == ["MLN804"]


def test_addresses_of_ipv6() -> None:
    found = clean(enum("numhosts 2\naddress auto\nnet 2001:db8::\naddresses_begin 16"))
    assert [(each.interfaces[0].address, each.interfaces[0].prefix_length) for each in found.hosts] == [
        ("2001:db8::10", 64),
        ("2001:db8::11", 64),
    ]


@pytest.mark.parametrize(
    ("lines", "number", "expected"),
    [
        ("a\nb", 5, ["a", "b", "a", "b", "a"]),
        ("a 2\nb 1", 3, ["a", "a", "b"]),
        ("a 2\nb", 4, ["a", "a", "b", None]),
        ("a 1\nb all", 4, ["a", "b", "b", "b"]),
        ("a all\nb 1", 3, ["a", "a", "a"]),
        ("a 0\nb 1", 2, ["b", None]),
        ("a", 2, ["a", "a"]),
    ],
)
def test_servers_are_handed_out_in_order(lines: str, number: int, expected: list[str | None]) -> None:
    assert servers(lines, number) == expected


@pytest.mark.parametrize("count", ["²", "x", "-1", "1.5"])
def test_a_count_is_a_number_or_all(count: str) -> None:
    assert only(enum(f"numhosts 3\nservice_hosts {{ a {count} }}")).code == "MLN313"


def test_named_blocks_repeat() -> None:
    settings = (
        "autoenum web { superclass node; numhosts 2; hostprefix w }\n"
        "autoenum db { superclass node; numhosts 2; hostprefix d }"
    )
    assert names(clean(project(NODE, settings=settings))) == ["w1", "w2", "d1", "d2"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "MLN805"),
        ("numhosts", "MLN306"),
        ("numhosts many", "MLN303"),
        ("numhosts 3\naddress auto", "MLN805"),
        ("numhosts 3\naddress auto\nnet somewhere", "MLN805"),
        ("numhosts 3\naddress dhcp", "MLN303"),
        ("numhosts 3\nhostprefix we@b", "MLN406"),
        ("numhosts 1000000", "MLN305"),
    ],
)
def test_what_does_not_fit(lines: str, code: str) -> None:
    assert set(codes(enum(lines))) == {code}


def test_a_host_that_is_there_already() -> None:
    assert codes(enum("numhosts 3", after=NODE + "host node2 { superclass node }\n")) == ["MLN401"]


def test_without_its_superclass() -> None:
    problem = only(enum("numhosts 36", after="superclass nodes { template t }\n"))
    assert problem.code in ("MLN805", "MLN402")
    assert "`nodes`" in problem.help


# ---------------------------------------------------------------- apache and the combination of global and host
def apache(found: Host, family: str = "debian") -> str:
    return "".join(file.content for file in found.guest_files if family in file.families)


def test_global_and_host_combine_the_host_winning() -> None:
    """The article's Listing 7."""
    text = project(
        "host web14 { template t; apache { max_connections 300; doc_root /srv } }\nhost web15 { template t }",
        settings="apache { doc_root /var/www; server_admin root@example.org }",
    )
    first, second = clean(text).hosts
    assert dict(first.services[0].settings) == {
        "doc_root": "/srv",
        "max_connections": "300",
        "server_admin": "root@example.org",
    }
    assert dict(second.services[0].settings) == {"doc_root": "/var/www", "server_admin": "root@example.org"}
    assert "MaxRequestWorkers 300" in apache(first)
    assert 'DocumentRoot "/srv"' in apache(first)
    assert 'DocumentRoot "/srv"' in apache(first, "redhat")


def test_only_hosts_that_ask_get_apache() -> None:
    found = clean(project("host a { template t; apache { } }\nhost b { template t }"))
    assert bool(machine(found, "a").guest_files)
    assert not machine(found, "b").guest_files


def test_a_superclass_has_a_plugin_block_too() -> None:
    text = project(
        "superclass s { template t; apache { listen 8080 } }\nhost a { superclass s; apache { doc_root /srv } }"
    )
    assert dict(machine(clean(text), "a").services[0].settings) == {"doc_root": "/srv", "listen": "8080"}


@pytest.mark.parametrize("line", ["listen http", "listen 10.0.0.1:", 'doc_root "/a${b}"', "listen 123456"])
def test_what_apache_can_not_carry(line: str) -> None:
    assert codes(host(f"apache {{\n    {line}\n}}")) == ["MLN805"]


@given(
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).filter(
        lambda text: "${" not in text
    )
)
def test_a_directory_is_quoted_for_apache(path: str) -> None:
    written = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
    quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert f"DocumentRoot {quoted}\n" in apache(machine(compiled(host(f"apache {{ doc_root {written} }}"))))


# ---------------------------------------------------------------- sshkey
def keys(found: Host) -> list[tuple[str, str | None, str | None]]:
    return [(key.user, key.key, key.source) for key in found.authorized_keys]


def test_the_key_itself() -> None:
    assert keys(machine(clean(host(f"sshkey {{ alice {KEY} alice@home }}")))) == [("alice", f"{KEY} alice@home", None)]


def test_a_key_file_beside_the_file_that_names_it() -> None:
    files = {
        "labs/main.mln": project("#include ../lib/keys.mln\n"),
        "lib/keys.mln": "host web { template t; sshkey { alice id.pub } }\n",
        "lib/id.pub": f"# mine\n{KEY} a\n{KEY} b\n",
    }
    assert keys(machine(clean(files, path="labs/main.mln"))) == [
        ("alice", f"{KEY} a", None),
        ("alice", f"{KEY} b", None),
    ]


def test_a_key_file_that_is_not_here_is_read_on_the_server() -> None:
    text = host("sshkey { nagios /nowhere/id.pub }")
    assert codes(text) == ["MLN806"]
    assert keys(machine(compiled(text))) == [("nagios", None, "/nowhere/id.pub")]


def test_keys_of_global_and_host_together_each_once() -> None:
    text = project(
        f"host a {{ template t; sshkey {{ bob {KEY} b }} }}\nhost b {{ template t }}",
        settings=f"sshkey {{ alice {KEY} a }}",
    )
    found = clean(text)
    assert [user for user, _, _ in keys(machine(found, "a"))] == ["alice", "bob"]
    assert [user for user, _, _ in keys(machine(found, "b"))] == ["alice"]


@pytest.mark.parametrize("content", ["-----BEGIN OPENSSH PRIVATE KEY-----\n", "", "hello\n", f"{KEY}\nhello\n"])
def test_a_file_that_holds_no_public_key(content: str) -> None:
    assert codes({"main.mln": host("sshkey { alice id }"), "id": content}) == ["MLN805"]


def test_a_missing_key_file_is_one_problem_for_all_hosts() -> None:
    text = project("host a { template t }\nhost b { template t }", settings="sshkey { alice id.pub }")
    assert codes(text) == ["MLN806"]


# ---------------------------------------------------------------- the others
def files_of(found: Host) -> dict[str, GuestFile]:
    return {file.path: file for file in found.guest_files}


def test_hostsfile_names_the_neighbours() -> None:
    text = project(
        "superclass s { template t; network eth0 { switch lan; netmask 24 } }\n"
        "host a { superclass s; network eth0 { address 10.0.0.1 } }\n"
        "host b { superclass s; network eth0 { address 10.0.0.2 }; hostsfile off }\n"
        "host c { template t; network eth0 { switch wan; address 10.1.0.3/24 } }\n"
        "switch lan { }\nswitch wan { }",
        settings="hostsfile",
    )
    found = clean(text)
    assert files_of(machine(found, "a"))["/etc/hosts"].content == "10.0.0.1 a.demo a\n10.0.0.2 b.demo b\n"
    assert not machine(found, "b").guest_files
    assert files_of(machine(found, "c"))["/etc/hosts"].content == "10.1.0.3 c.demo c\n"


def test_postfix_relays() -> None:
    text = project(
        "host a { template t; postfix { myorigin a.example.org } }", settings="postfix { relayhost mail.example.org }"
    )
    content = files_of(machine(clean(text), "a"))["/etc/postfix/main.cf"].content
    assert content == "relayhost = mail.example.org\nmyorigin = a.example.org\n"


def test_extra_words_for_the_kernel() -> None:
    assert machine(clean(host("extra selinux=0 quiet"))).kernel_extra == "selinux=0 quiet"


def test_the_articles_web_servers() -> None:
    """Listing 7, whose ellipsis is the only error."""
    found = check({**LISTINGS, **SURROUNDINGS}, "webserv.mln")
    assert [problem.code for problem in found.diagnostics] == ["MLN105"]
    assert found.ir is not None
    web = machine(found.ir, "web14")
    assert dict(web.services[0].settings) == {"doc_root": "/var/www", "max_connections": "300"}
    assert keys(web)[0][0] == "nagios"
