"""Variables: lexical scope innermost first, late binding, and what is plain text (language, section 3)."""

from __future__ import annotations

import pytest
from helpers import check, clean, codes, compiled, host, machine, only, project
from hypothesis import given
from hypothesis import strategies as st


def name_server(text: str, name: str = "web") -> str | None:
    """The value of the keyword that these tests put variables into."""
    return machine(clean(text), name).root_password


# ---------------------------------------------------------------- scope
def test_the_innermost_definition_counts() -> None:
    """The reference's own example (1.8): global, host, network."""
    text = project(
        "host web {\n    template a\n    $a = 10.0.0.2/24\n    nameserver 10.0.0.9\n    root_passwd $a\n"
        "    network eth0 {\n        $a = 10.0.0.3/24\n        address $a\n    }\n    network eth1 { address $a }\n}\n"
        "host db { template a; root_passwd $a }\n",
        settings="$a = 10.0.0.1/24",
    )
    found = clean(text)
    assert [card.address for card in machine(found).interfaces] == ["10.0.0.3", "10.0.0.2"]
    assert machine(found).root_password == "10.0.0.2/24"
    assert machine(found, "db").root_password == "10.0.0.1/24"


def test_a_variable_may_be_defined_after_its_use() -> None:
    assert name_server(host("root_passwd $b\n$b = x$[c]y\n$c = 5")) == "x5y"
    assert name_server("host web { template a; root_passwd $late }\nglobal { project demo; $late = v }") == "v"


def test_definitions_outside_any_block_are_global() -> None:
    assert name_server("$v = 1\n" + host("root_passwd $v")) == "1"


def test_the_last_definition_of_a_block_counts() -> None:
    assert name_server(host("$v = 1\nroot_passwd $v\n$v = 2")) == "2"


def test_two_global_blocks_are_one_scope() -> None:
    text = "global { project demo; $a = 1 }\nglobal { $b = $[a]2 }\nhost web { template t; root_passwd $a-$b }"
    assert name_server(text) == "1-12"


def test_an_inherited_line_sees_the_superclass_and_not_the_heir() -> None:
    text = project(
        "superclass s { template t; $mem = 99M; memory $mem }\nhost web { superclass s; $mem = 128M; boot_order 1 }"
    )
    assert machine(clean(text)).memory_mib == 99


def test_a_host_sees_its_superclass_chain() -> None:
    """The manual's example: the superclass defines, the host's own line uses."""
    text = project(
        "superclass a { $standard_memory = 64; template t }\nsuperclass b { superclass a; $standard_memory = 128 }\n"
        "host web { superclass b; memory $[standard_memory]M }"
    )
    assert machine(clean(text)).memory_mib == 128


def test_an_inner_block_of_a_superclass_sees_its_own_surroundings() -> None:
    text = project(
        "superclass s {\n template t\n $net = 10.0.0\n network eth0 { address $[net].1/24 }\n}\n"
        "host web { superclass s; $net = 10.9.9; network eth1 { address $[net].1/24 } }"
    )
    assert [card.address for card in machine(clean(text)).interfaces] == ["10.0.0.1", "10.9.9.1"]


def test_a_variable_is_bound_where_it_is_defined() -> None:
    text = project("host web { template t; $a = host; root_passwd $b }", settings="$a = global\n$b = <$a>")
    assert name_server(text) == "<global>"


# ---------------------------------------------------------------- references
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("p$[v]q$vr", "p1q2"),
        ("a$v-b$vr-c$[vr]x", "a1-b2-c2x"),
        ("$v.$v", "1.1"),
        ("$v$vr", "12"),
        ("$[v]r", "1r"),
        (r"\$v", "$v"),
        ("'$v'", "$v"),
        ('"$v b"', "1 b"),
        ("$", "$"),
        ("$$v", "$1"),
        ("$5", "$5"),
        ("$[", "$["),
        ("$[]", "$[]"),
        ("$[v", "$[v"),
        ("a$", "a$"),
        ("$v + 1", "1 + 1"),
        ("${v}", None),
    ],
)
def test_references(value: str, expected: str | None) -> None:
    text = host(
        f"$v = 1\n$vr = 2\nroot_passwd {value}" if "{" not in value else f'$v = 1\n$vr = 2\nroot_passwd "{value}"'
    )
    assert machine(compiled(text)).root_password == (expected or value)


_name = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("hostname", "project")
)


@given(st.dictionaries(_name, st.from_regex(r"[a-z0-9.-]{1,8}", fullmatch=True), min_size=1, max_size=5), st.data())
def test_references_against_a_plain_replacement(values: dict[str, str], data: st.DataObject) -> None:
    used = data.draw(st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=6))
    body = "".join(f"${name} = {value}\n" for name, value in values.items())
    found = machine(clean(host(body + "root_passwd " + "x".join(f"$[{name}]" for name in used))))
    assert found.root_password == "x".join(values[name] for name in used)


def test_an_undefined_variable_stays_and_is_reported_once() -> None:
    text = host("root_passwd $nosuch-$nosuch")
    problem = only(text)
    assert problem.code == "MLN204"
    assert problem.span is not None
    assert problem.span.text == "$nosuch"
    assert machine(compiled(text)).root_password == "$nosuch-$nosuch"


def test_a_misspelt_variable_has_a_near_match() -> None:
    problem = only(host("$dns_server = 10.0.0.1\nnameserver $dns_sever"))
    assert "dns_server" in problem.help


@pytest.mark.parametrize(
    "line", ["echo $HOME ${PATH} $(ls) $1 $? $$", "awk '{print $1}' /etc/passwd", 'for i in "$@"; do :; done']
)
def test_shell_variables_are_the_shells(line: str) -> None:
    assert machine(clean(host(f"startup {{\n    {line}\n}}"))).startup == (line,)


def test_defined_variables_work_in_shell_lines() -> None:
    assert machine(clean(host("$v = 1\nstartup {\n    echo $v $[v]x $HOME\n}"))).startup == ("echo 1 1x $HOME",)


# ---------------------------------------------------------------- names
@pytest.mark.parametrize(
    "text",
    [
        "host $n { template t }",
        "host web$[one] { template t }",
        "superclass $n { template t }\nhost h { superclass $n }",
        "switch $n { }\nhost h { template t; network eth0 { switch $n } }",
    ],
)
def test_variables_in_names(text: str) -> None:
    found = clean(project(text, settings="$n = web1\n$one = 1"))
    everything = [each.name for each in (*found.hosts, *found.switches)] + [
        name for each in found.hosts for name in each.chain
    ]
    assert "web1" in everything


def test_the_project_may_be_named_by_a_variable() -> None:
    """The article's Listing 4."""
    assert clean("global { $gnum = 03; project = os$[gnum] }").name == "os03"


def test_hosts_with_one_name_by_variables_are_duplicates() -> None:
    assert codes(project("host $a { template t }\nhost $b { template t }", settings="$a = x\n$b = x")) == ["MLN401"]


@pytest.mark.parametrize("name", ["dash-x", "under_x", "dot.x", "a-b_c.d"])
def test_signs_in_names_do_not_hang_the_walk(name: str) -> None:
    """The original looped for ever on `host dash-x { nameserver $g }`, and on the article's own Listing 6."""
    found = check(project(f"host {name} {{ template t; nameserver $g }}", settings="$g = 10.0.0.1"))
    assert {problem.code for problem in found.diagnostics} <= {"MLN407"}
    assert found.ir is not None
    assert found.ir.hosts[0].nameserver == "10.0.0.1"


# ---------------------------------------------------------------- built in
def test_hostname_is_the_host_that_inherits() -> None:
    text = project(
        "superclass s {\n template t\n root_passwd $hostname.$project\n users { u-$hostname HASH }\n"
        " startup { echo $hostname }\n}\n"
        "host web { superclass s }\nhost db { superclass s }"
    )
    found = clean(text)
    for name in ("web", "db"):
        each = machine(found, name)
        assert (each.root_password, each.users[0].name, each.startup) == (
            f"{name}.demo",
            f"u-{name}",
            (f"echo {name}",),
        )


def test_hostname_inside_a_variable() -> None:
    text = project(
        "superclass s { template t; root_passwd $who }\nhost web { superclass s }\nhost db { superclass s }",
        settings="$who = <$hostname>",
    )
    assert [each.root_password for each in clean(text).hosts] == ["<web>", "<db>"]


def test_hostname_in_an_inherited_inner_block() -> None:
    text = project(
        "superclass s { template t; network eth0 { bridge br-$hostname } }\nhost web { superclass s }\n"
        "host db { superclass s }"
    )
    assert [each.interfaces[0].bridge for each in clean(text).hosts] == ["br-web", "br-db"]


def test_a_built_in_may_be_defined_anew() -> None:
    assert name_server(host("$hostname = mine\nroot_passwd $hostname")) == "mine"


# ---------------------------------------------------------------- hashes
@pytest.mark.parametrize(
    "secret",
    ["$1$salt$hash", "$2b$12$saltandhash", "$5$rounds=5000$salt$hash", "$6$salt$hash",
     "$6$rounds=5000$salt$ha.sh/", "$y$j9T$salt$hash",
     "$gy$j9T$salt$hash", "$argon2id$v=19$m=65536$salt$hash", "$apr1$salt$hash", "l47/Y.NtB9p7w"],
)  # fmt: skip
def test_hashes_are_plain_text(secret: str) -> None:
    found = machine(clean(host(f"$salt = no\n$hash = no\nroot_passwd {secret}\nusers {{ alice {secret} }}")))
    assert found.root_password == secret
    assert found.users[0].password_hash == secret


def test_a_hash_in_a_variable() -> None:
    assert name_server(host("$h = $6$salt$hash\nroot_passwd $h")) == "$6$salt$hash"


# ---------------------------------------------------------------- what has no end
@pytest.mark.parametrize(
    "body",
    ["$a = $a", "$a = $b\n$b = $a", "$a = $b\n$b = $c\n$c = $a", "$a = x$[a]y", "$a = $b $b\n$b = $a $a"],
)
def test_a_cycle_is_one_error(body: str) -> None:
    for use in ("", "\nroot_passwd $a", "\nroot_passwd $a\nusers { $a $a }"):
        assert codes(host(body + use)) == ["MLN205"]


def test_a_cycle_across_scopes_is_none() -> None:
    assert (
        name_server(project("host web { template t; $a = <$b>; root_passwd $a }", settings="$a = global\n$b = $a"))
        == "<global>"
    )


def test_values_that_double_each_other() -> None:
    body = "".join(f"$v{n} = $[v{n + 1}]$[v{n + 1}]\n" for n in range(64)) + "$v64 = x\nroot_passwd $v0"
    assert codes(host(body)) == ["MLN208"]


def test_a_long_variable_used_often() -> None:
    body = f"$v = {'x' * 5000}\nroot_passwd " + "$v " * 5000
    assert codes(host(body)) == ["MLN208"]


def test_a_chain_of_variables() -> None:
    body = "".join(f"$v{n} = $v{n + 1}\n" for n in range(90)) + "$v90 = end\nroot_passwd $v0"
    assert name_server(host(body)) == "end"
    body = "".join(f"$v{n} = $v{n + 1}\n" for n in range(10_000)) + "$v10000 = end\nroot_passwd $v0"
    assert codes(host(body)) == ["MLN208"]


# ---------------------------------------------------------------- definitions
@pytest.mark.parametrize("line", ["$b=two", "$b =two", "$2b = x", "$ = x", "$[b] = x", "$b-c = x"])
def test_bad_definitions(line: str) -> None:
    assert "MLN209" in codes(host(line))


@pytest.mark.parametrize("line", ["$b = two", "$b  =  two", "$b\t=\ttwo", "$_b1 = two", "$b = ", '$b = ""'])
def test_good_definitions(line: str) -> None:
    assert codes(host(line)) == []


def test_a_bad_definition_is_the_one_cause() -> None:
    assert codes(host("$dns=10.0.0.1\nnameserver $dns")) == ["MLN209"]


@pytest.mark.parametrize("block", ["users", "files", "mount", "modules", "groups", "sshkey", "managed_users"])
@pytest.mark.parametrize("line", ["$nosuch", "$nosuch a", "$hostname", "$empty", "$many", "$nosuch a b c d e f g"])
def test_lines_that_variables_make_too_short_or_too_long(block: str, line: str) -> None:
    """What is left of such a line is never taken for a line of the right form."""
    found = check(host(f'$many = a b c d e f g\n$empty = ""\n{block} {{ {line} }}'))
    assert found.ir is not None
    assert {problem.code for problem in found.diagnostics} <= {"MLN204", "MLN313", "MLN805", "MLN806"}
