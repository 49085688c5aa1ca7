"""Rename: what is changed, what is refused, and what is said then."""

from __future__ import annotations

import pytest
from ide.navigation import opened, places, renamed

from mlnlang.ide.renaming import Refused, prepare, rename

STAFF = "host c { groups { staff z } }"
NODES = "global { autoenum { superclass a; numhosts 2; hostprefix n } }\nsuperclass a { template t }\n"
AUTO = "global { autoenum { superclass a; numhosts 2; address auto; net 10.0.0.0 } }\n"
NO_VARIABLE = "`$1a` can't be a variable (MLN209); a name is a letter or `_`, then letters, digits, `_`"
NO_CARD = "`e 0` is no name for a network card (MLN406); use letters, digits and hyphens"


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("host w‸eb { }", "www", "host www { }"),
        ("superclass ‸a { }\nhost h { superclass 'a' }", "b", "superclass b { }\nhost h { superclass 'b' }"),
        ('switch "l‸an" { }\nhost h { network e { switch lan } }', "wan",
         'switch "wan" { }\nhost h { network e { switch wan } }'),
        ("global { $‸a = 1 }\nhost h { memory $[a]M; owner \"$a x\" '$a' \\$a $ab }", "long",
         "global { $long = 1 }\nhost h { memory $[long]M; owner \"$long x\" '$a' \\$a $ab }"),
        ("host h { $‸p = x; root_passwd $6$p$abcdefgh }", "q", "host h { $q = x; root_passwd $6$p$abcdefgh }"),
        ("host h { $‸n = x; network e$n { } }", "q", "host h { $q = x; network e$q { } }"),
        ("host h { $n = x; $‸n = y; owner $n; network e { $n = z; mac $n } }", "q",
         "host h { $q = x; $q = y; owner $q; network e { $n = z; mac $n } }"),
        ("global { $d‸ir = x }\n#include $[dir]/y.mln", "folder", "global { $folder = x }\n#include $[folder]/y.mln"),
        ("host h { $‸v = 1; startup {\n  echo ${v} $v \\{ $v \\} # $HOME\n} }", "w",
         "host h { $w = 1; startup {\n  echo ${v} $w \\{ $w \\} # $HOME\n} }"),
        ("host { we‸b { } db { } }", "www", "host { www { } db { } }"),
        ("host h { service_host mil‸ano }\nswitch s { location milano }", "roma",
         "host h { service_host roma }\nswitch s { location roma }"),
        ("superclass a { groups { st‸aff { x } } }\nhost b { superclass a; groups { staff y } }\n" + STAFF, "crew",
         "superclass a { groups { crew { x } } }\nhost b { superclass a; groups { crew y } }\n" + STAFF),
        ("global { autoenum { superclass a; numhosts 2; hostprefix no‸de } }\nsuperclass a { template t }", "n",
         "global { autoenum { superclass a; numhosts 2; hostprefix n } }\nsuperclass a { template t }"),
        ("global { project ‸x }\nhost h { owner $project }", "y", "global { project y }\nhost h { owner $project }"),
        ("host h {\n  superclass co‸mmon\n  network {\nsuperclass common { }", "base",
         "host h {\n  superclass base\n  network {\nsuperclass base { }"),
    ],
)  # fmt: skip
def test_rename(text: str, new: str, expected: str) -> None:
    atlas, offset = opened(text)
    assert renamed(atlas, "/p.mln", offset, new) == {"/p.mln": expected}


@pytest.mark.parametrize(
    ("text", "new", "why"),
    [
        ("host w‸eb { }", "we@b", "the host's name `we@b` holds `@` (MLN406); use letters, digits and hyphens"),
        ("host w‸eb { }", "", "a host needs a name (MLN406)"),
        ("host w‸eb { }", "a b", "the host's name `a b` holds a blank (MLN406); use letters, digits and hyphens"),
        ("host w‸eb { }", "x" * 64, "the host's name is longer than 63 characters (MLN406)"),
        ("host w‸eb { }\nhost db { }", "db", "the host `db` is there already, at /p.mln:2:6 (MLN401)"),
        ("host h { service_host a‸; service_host b }", "b",
         "the server `b` is used already, at /p.mln:1:39 (MLN401)"),
        ("global { $‸a = 1 }", "1a", NO_VARIABLE),
        ("global { $‸a = 1 }", "project", "`$project` is built in (MLN209)"),
        ("global { $‸a = 1; $b = 2 }", "b", "the variable `$b` is there already, at /p.mln:1:19 (MLN401)"),
        ("global { $‸a = 1 }\nhost h { $b = 2; owner $a }", "b",
         "`$b` is defined already, at /p.mln:2:10, and would be meant at /p.mln:2:25"),
        ("global { $b = 1 }\nhost h { $‸a = 2; owner $b }", "b", "`$b` at /p.mln:2:25 would be bound to the new name"),
        ("host h { $‸a = 2; startup {\n echo $HOME\n} }", "HOME",
         "`$HOME` at /p.mln:2:2 is the shell's, and would be bound to the new name"),
        ("superclass a { network eth0 { } }\nhost h { superclass a; network et‸h1 { } }", "eth0",
         "the network card `eth0` is there already, at /p.mln:1:24 (MLN401)"),
        ("host h { network et‸h1 { } }", "e 0", NO_CARD),
        ("host h { users { am‸y } }", "a:b", "`a:b` is no name for an account (MLN313)"),
        ("host h { groups { g am‸y } }", "bob", "the account `amy` is not defined here"),
        ("host h { superclass no‸ne }", "some", "the superclass `none` is not defined here"),
        ("host h { owner $‸x }", "y", "the variable `$x` is not defined here"),
        ("host h { owner $‸hostname }", "y", "the variable `$hostname` is built in"),
        ("global { $n = 1 }\nhost ‸h$n { }", "y", "the host `h1` is composed from variables at /p.mln:2:6: `h$n`"),
        ("global { $n = a }\nsuperclass ‸a { }\nhost h { superclass $n }", "y",
         "the superclass `a` is composed from variables at /p.mln:3:21: `$n`"),
        (AUTO + "superclass a { template t; network et‸h0 { } }", "eth1",
         "the network card `eth0` can't have another name: autoenum gives its addresses to the card of this name"),
        (NODES + "host w‸eb { template t }", "n1", "the host `n1` is there already, at /p.mln:1:10 (MLN401)"),
        (NODES.replace("n }", "n‸ }", 1) + "host m1 { template t }", "m",
         "the host `m1` is there already, at /p.mln:3:6 (MLN401)"),
    ],
)  # fmt: skip
def test_refusals(text: str, new: str, why: str) -> None:
    atlas, offset = opened(text)
    atlas.workspace.problems()
    with pytest.raises(Refused) as refused:
        rename(atlas, "/p.mln", offset, new)
    assert str(refused.value) == why


def test_names_of_hosts_that_have_nothing_to_do_with_each_other() -> None:
    atlas, offset = opened("host a { network e‸0 { } }\nhost b { network e1 { } }")
    assert renamed(atlas, "/p.mln", offset, "e1") == {"/p.mln": "host a { network e1 { } }\nhost b { network e1 { } }"}


def test_every_project_that_includes_the_file_is_changed() -> None:
    """A file that is included twice ties what it names in both places."""
    shared = "superclass com‸mon { owner $who }\n"
    one = "global { project one; $who = a }\n#include p.mln\nhost h { superclass common\n#include part.mln\n}\n"
    two = "global { project two; $who = b }\n#include p.mln\nhost i { superclass common; $m = 2\n#include part.mln\n}\n"
    part = "memory $m\n"
    atlas, offset = opened(shared, one=one.replace("host h {", "host h { $m = 1;"), two=two, part=part)
    changed = renamed(atlas, "/p.mln", offset, "base")
    assert sorted(changed) == ["/one.mln", "/p.mln", "/two.mln"]
    assert "host i { superclass base; $m" in changed["/two.mln"]
    of_part = renamed(atlas, "/part.mln", part.index("$m") + 1, "mem")
    assert sorted(of_part) == ["/one.mln", "/part.mln", "/two.mln"]
    assert "$mem = 1;" in of_part["/one.mln"]
    assert "$mem = 2" in of_part["/two.mln"]


def test_a_conflict_in_another_project_counts() -> None:
    other = "global { project o }\n#include p.mln\nsuperclass base { }\n"
    atlas, offset = opened("superclass com‸mon { }\n", other=other)
    with pytest.raises(Refused, match=r"the superclass `base` is there already, at /other.mln:3:12"):
        rename(atlas, "/p.mln", offset, "base")


def test_servers_of_the_configuration() -> None:
    conf = "server milano { memory 4G }\n"
    atlas, offset = opened("host h { service_host mil‸ano }", other="host i { service_host milano }",
                           disk={"/etc/mln/mln.conf": conf})  # fmt: skip
    changed = renamed(atlas, "/p.mln", offset, "roma")
    assert sorted(changed) == ["/etc/mln/mln.conf", "/other.mln", "/p.mln"]
    own = "global { project x }\nserver milano { }\nhost h { service_host mil‸ano }"
    atlas, offset = opened(own, other="host i { service_host milano }", disk={"/etc/mln/mln.conf": conf})
    assert sorted(renamed(atlas, "/p.mln", offset, "roma")) == ["/p.mln"]


def test_prepare() -> None:
    atlas, offset = opened('host h { superclass "co‸mmon" }\nsuperclass common { }')
    found = prepare(atlas, "/p.mln", offset)
    assert found is not None
    assert places([found]) == ["1:22 common"]
    assert prepare(atlas, "/p.mln", 1) is None
    assert rename(atlas, "/p.mln", 1, "x") is None


def test_nothing_is_renamed_where_braces_are_a_guess() -> None:
    atlas, offset = opened("host w‸eb {\nmemory {\n} } } {\nhost x { }\n}\n{{")
    assert atlas.chart("/p.mln").unit.doubtful
    with pytest.raises(Refused, match="the braces of"):
        prepare(atlas, "/p.mln", offset)
