"""Definitions, references, highlights, hierarchy and symbols: where names lead to."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ide.navigation import CURSOR, opened, places
from unit.strategies import projects, texts

from mlnlang.ide import Workspace
from mlnlang.ide.atlas import Atlas
from mlnlang.ide.definition import declaration, definition
from mlnlang.ide.finding import finding
from mlnlang.ide.hierarchy import prepare, subtypes, supertypes
from mlnlang.ide.links import links, tip
from mlnlang.ide.names import Names
from mlnlang.ide.references import highlights, references
from mlnlang.ide.renaming import Refused
from mlnlang.ide.renaming import prepare as prepare_rename
from mlnlang.semantics.bindings import references as bound
from mlnlang.semantics.symbols import collect
from mlnlang.semantics.variables import Evaluator
from mlnlang.world import Memory

CHAIN = """\
global { project demo; $mem = 64M }
superclass top { $v = t; network eth0 { switch lan }; users { amy x }; groups { staff amy } }
superclass mid { superclass top; memory $mem }
host web { superclass mid; network eth0 { address dhcp }; groups { staff { amy } }; owner $v }
host db { superclass "mid"; users { amy z }; owner '$v' $v; startup {
  echo $v $HOME "$[mem]"
} }
switch lan { service_host milano }
"""


def test_the_names_of_a_project() -> None:
    atlas, _ = opened(CHAIN)
    names: Names = atlas.chart("/p.mln").names
    shown = {name.title(): places(names.of(name)) for name in names.names()}
    assert shown == {
        "the project `demo`": ["1:18 demo"],
        "the variable `$mem`": ["1:25 mem", "3:42 mem", "6:20 mem"],
        "the superclass `top`": ["2:12 top", "3:29 top"],
        "the variable `$v`": ["2:19 v", "4:92 v", "5:58 v", "6:9 v"],
        "the network card `eth0`": ["2:34 eth0", "4:36 eth0"],
        "the switch `lan`": ["2:48 lan", "8:8 lan"],
        "the account `amy`": ["2:63 amy", "2:87 amy", "4:76 amy", "5:37 amy"],
        "the group `staff`": ["2:81 staff", "4:68 staff"],
        "the superclass `mid`": ["3:12 mid", "4:23 mid", "5:23 mid"],
        "the host `web`": ["4:6 web"],
        "the host `db`": ["5:6 db"],
        "the server `milano`": ["8:27 milano"],
    }


@pytest.mark.parametrize(
    ("text", "defined", "declared"),
    [
        ("global { $a = 1 }\nhost h { memory $‸a }", ["1:11 a"], ["1:11 a"]),
        ("global { $a = 1; $a = 2 }\nhost h { memory $[‸a] }", ["1:19 a"], ["1:11 a"]),
        ("global { $s = c }\nhost h { superclass $‸s }\nsuperclass c { }", ["3:12 c"], ["1:11 s"]),
        ("host h { $a = 1; network eth0 { $a = 2; mac $‸a } }", ["1:34 a"], ["1:34 a"]),
        ("superclass c { users { amy } }\nhost h { superclass c; groups { g am‸y } }", ["1:24 amy"], ["1:24 amy"]),
        ("global { sshkey { am‸y k } }\nhost h { users { amy } }\nhost i { users { amy } }",
         ["2:18 amy", "3:18 amy"], ["2:18 amy"]),
        ("superclass c { network eth0 { } }\nhost h { superclass c; network eth‸0 { } }", ["1:24 eth0"], ["1:24 eth0"]),
        ("global { project de‸mo }\nhost h { owner $project }", ["1:18 demo"], ["1:18 demo"]),
        ("global { project demo }\nhost h { owner $proj‸ect }", ["1:18 demo"], ["1:18 demo"]),
        ("global { autoenum { superclass c‸ } }\nsuperclass c { }", ["2:12 c"], ["2:12 c"]),
        ("global { autoenum { service_hosts { mil‸ano 3 } } }\nserver milano { }", ["2:8 milano"], ["2:8 milano"]),
        ("host h { service_host ro‸ma }", [f"{'/etc/mln/mln.conf'}:1:8 roma"], ["/etc/mln/mln.conf:1:8 roma"]),
        ("host h { owner $host‸name }", [], []),
        ("host h { mem‸ory 3 }", [], []),
    ],
)  # fmt: skip
def test_definition_and_declaration(text: str, defined: list[str], declared: list[str]) -> None:
    atlas, offset = opened(text, disk={"/etc/mln/mln.conf": "server roma { }\n"})
    assert places(definition(atlas, "/p.mln", offset)) == defined
    assert places(declaration(atlas, "/p.mln", offset)) == declared


def test_references_in_every_project_that_shares_a_file() -> None:
    shared = "superclass com‸mon { memory $size }\n"
    one = "global { project one; $size = 1M }\n#include p.mln\nhost a { superclass common }\n"
    two = "global { project two; $size = 2M }\nhost b { superclass 'common'\n}\n#include ./p.mln\n"
    alone = "global { project three }\nsuperclass common { }\nhost c { superclass common }\n"
    atlas, offset = opened(shared, one=one, two=two, alone=alone)
    assert places(references(atlas, "/p.mln", offset)) == [
        "/one.mln:3:21 common",
        "1:12 common",
        "/two.mln:2:22 common",
    ]
    assert len(references(atlas, "/p.mln", offset, definitions=False)) == 2
    assert places(highlights(atlas, "/p.mln", offset)) == ["1:12 common"]
    size = shared.replace(CURSOR, "").index("size")
    assert places(references(atlas, "/p.mln", size)) == ["/one.mln:1:24 size", "1:29 size", "/two.mln:1:24 size"]


def test_files_that_are_not_open_count_too() -> None:
    disk = {"/labs/x.mln": "global { project x }\n#include ../p.mln\nhost h { superclass c }\n"}
    atlas, offset = opened("superclass ‸c { }\n", disk=disk)
    assert places(references(atlas, "/p.mln", offset)) == ["1:12 c"]
    atlas.workspace.put("/labs/x.mln", disk["/labs/x.mln"])
    assert places(references(atlas, "/p.mln", offset)) == ["/labs/x.mln:3:21 c", "1:12 c"]


def test_highlights_tell_definitions_from_uses() -> None:
    atlas, offset = opened(CHAIN.replace("memory $mem", "memory $me‸m"))
    found = highlights(atlas, "/p.mln", offset)
    assert [(each.span.text, each.defines) for each in found] == [("mem", True), ("mem", False), ("mem", False)]


# ---------------------------------------------------------------- hierarchy
def test_hierarchy() -> None:
    text = "superclass a { }\nsuper‸class b { superclass a }\nhost h { superclass b }\nhost i { superclass b }\n"
    auto = "global { autoenum { superclass b; numhosts 3; hostprefix n } }\n"
    atlas, offset = opened(text + auto)
    (here,) = prepare(atlas, "/p.mln", offset)
    assert (here.kind, here.name, here.name_span.text) == ("superclass", "b", "b")
    place = (here.root, here.path, here.start)
    assert [each.name for each in supertypes(atlas, *place)] == ["a"]
    heirs = subtypes(atlas, *place)
    assert [(each.name, each.detail) for each in heirs] == [("h", "host"), ("i", "host"), ("n…", "3 hosts of autoenum")]
    assert [each.name for each in supertypes(atlas, heirs[2].root, heirs[2].path, heirs[2].start)] == ["b"]
    assert subtypes(atlas, heirs[0].root, heirs[0].path, heirs[0].start) == []
    (named,) = prepare(atlas, "/p.mln", text.replace(CURSOR, "").index("superclass b }") + 11)
    assert named == here
    assert prepare(atlas, "/p.mln", len(text) + 3) == []
    assert subtypes(atlas, "/nowhere", "/nowhere", 3) == []


def test_heirs_in_other_projects() -> None:
    text = "superclass ‸b { }\n"
    atlas, offset = opened(
        text, x="#include p.mln\nhost h { superclass b }", y="#include p.mln\nhost i { superclass b }"
    )
    (here,) = prepare(atlas, "/p.mln", offset)
    assert [each.path for each in subtypes(atlas, here.root, here.path, here.start)] == ["/x.mln", "/y.mln"]


# ---------------------------------------------------------------- symbols, links
def test_finding() -> None:
    atlas, _ = opened(CHAIN, other="global { project demo2 }\nhost web2 { }\nhost WeirdBox { }\n")
    shown = [(each.text, each.occurrence.name.kind, each.within) for each in finding(atlas, "web")]
    assert shown == [("web", "host", "demo"), ("web2", "host", "demo2"), ("WeirdBox", "host", "demo2")]
    assert [each.text for each in finding(atlas, "mem")] == ["$mem"]
    assert [(e.text, e.within) for e in finding(atlas, "eth0")] == [("eth0", "superclass top"), ("eth0", "host web")]
    assert finding(atlas, "nothing") == []
    assert len(finding(atlas, "")) == 17


def test_links_lead_to_what_is_there() -> None:
    text = """\
global { project x; sshkey { amy keys/a.pub; bob keys/none.pub; cid ssh-ed25519 AAAA } }
host h { template "base.img"; files { motd /etc/motd; nope /etc/nope }
#include 'part.mln'
#include gone.mln
}
host i { template $project.img }
"""
    disk = {
        "/keys/a.pub": "", "/t/base.img": "", "/t/x.img": "", "/f/motd": "", "/part.mln": "",
        "/etc/mln/mln.conf": "templates /t\nfiles /f\n",
    }  # fmt: skip
    atlas, _ = opened(text, disk=disk)
    shown = [(each.span.text, each.target, each.kind) for each in links(atlas, "/p.mln")]
    assert shown == [
        ("keys/a.pub", "/keys/a.pub", "key"),
        ("base.img", "/t/base.img", "template"),
        ("motd", "/f/motd", "file"),
        ("part.mln", "/part.mln", "include"),
        ("$project.img", "/t/x.img", "template"),
    ]
    assert tip("key", "/keys/a.pub") == "Open the key file (/keys/a.pub)"
    conf, _ = opened("default_template base.img\n", "/etc/mln/mln.conf", disk=disk)
    assert [each.target for each in links(conf, "/etc/mln/mln.conf")] == ["/t/base.img"]


# ---------------------------------------------------------------- whatever the text
@given(st.one_of(projects, texts), st.floats(0, 1))
def test_any_text_any_place(text: str, where: float) -> None:
    """Nothing breaks, and what is found holds the cursor."""
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", text)
    atlas, offset = Atlas(workspace), int(where * len(text))
    definition(atlas, "/p.mln", offset)
    declaration(atlas, "/p.mln", offset)
    found = highlights(atlas, "/p.mln", offset)
    assert not found or any(each.first <= offset <= each.last for each in found)
    for each in found:
        assert (
            each.form == "composed"
            or each.name.text in (each.span.text, "")
            or "\\" in each.span.text
            or (each.form == "implied")
        )
    for each in prepare(atlas, "/p.mln", offset):
        subtypes(atlas, each.root, each.path, each.start)
    finding(atlas, "a")
    links(atlas, "/p.mln")
    with suppress(Refused):
        prepare_rename(atlas, "/p.mln", offset)


@given(projects)
def test_references_are_what_the_evaluator_puts_in(text: str) -> None:
    """Each value, with what each of its references is bound to put in, is what the evaluator makes of it."""
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", text)
    unit = workspace.view("/p.mln").unit
    symbols = collect(unit)
    symbols.evaluator.check_definitions(unit.root)
    for section in unit.root.walk():
        for entry in section.entries:
            if entry.raw or "\\" in entry.text or '"' in entry.text or "'" in entry.text:
                continue
            parts, at = [], entry.start
            for reference in bound(entry):
                source = entry.file.text
                parts += [
                    source[at : reference.start],
                    _value(
                        symbols.evaluator,
                        reference.definition,
                        symbols.name,
                        source[reference.start : reference.end],
                        reference.name,
                    ),
                ]
                at = reference.end
            shown = "".join([*parts, entry.file.text[at : entry.start + len(entry.text)]])
            assert shown.split() == list(" ".join(symbols.evaluator.words(entry)).split())


def _value(evaluator: Evaluator, definition: object, project: str, written: str, name: str) -> str:
    if definition is None:
        return project if name == "project" and project else written
    return evaluator._value(definition, None, [])[0]  # type: ignore[arg-type]
