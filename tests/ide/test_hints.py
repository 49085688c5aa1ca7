"""Inlay hints, lenses, forms of list lines, formatting while typing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ide_scenes import applied, at_cursor, whole

from mlnlang.format import format_text
from mlnlang.ide.formatting import range_formatting, typed_formatting
from mlnlang.ide.hints import hints, tooltip
from mlnlang.ide.lenses import lenses, users_of
from mlnlang.ide.signature import signature
from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile

CLUSTER = """\
global {
    project big
    autoenum {
        superclass node
        numhosts 36
        address auto
        net 10.0.0.0
        addresses_begin 150
        service_hosts {
            milano 12
            roma all
        }
    }
}
superclass base { memory 312M }
superclass node { superclass base; template t; network eth0 { switch lan } }
host front {
    superclass node
    template other
    network eth0 { address 10.0.0.1 }
}
switch lan { }
server roma { }
"""


def shown(text: str, **wanted: bool) -> list[str]:
    here = whole(text)
    found = hints(here, 0, len(text), **wanted)
    return [f"{text[text.rfind(chr(10), 0, each.offset) + 1 : each.offset].strip()} ⟨{each.text}⟩" for each in found]


def test_hints() -> None:
    assert shown(CLUSTER) == [
        "numhosts 36 ⟨node01 … node36, 10.0.0.150–185⟩",
        "milano 12 ⟨node01 … node12⟩",
        "roma all ⟨node13 … node36⟩",
        "superclass node ⟨memory 312 MiB (base)⟩",
        "network eth0 { address 10.0.0.1 ⟨/24⟩",
    ]
    assert shown(CLUSTER, addresses=False, servers=False) == ["superclass node ⟨memory 312 MiB (base)⟩"]
    assert shown(CLUSTER, addresses=False, inherited=False)[0] == "milano 12 ⟨node01 … node12⟩"


def test_hints_of_a_stretch() -> None:
    here = whole(CLUSTER)
    start = CLUSTER.index("host front")
    assert [each.text for each in hints(here, start, start + 40)] == ["memory 312 MiB (base)"]
    assert hints(whole("host a { "), 0, 9) == []


def test_what_stands_behind_a_hint() -> None:
    here = whole(CLUSTER)
    texts = [tooltip(here, each.subject) for each in hints(here, 0, len(CLUSTER))]
    assert texts[0].startswith("- `node01`: 10.0.0.150, 312 MiB\n")
    assert texts[1].startswith("- `node01`\n")
    assert (
        texts[3] == "- `memory` 312 MiB: `/p.mln:15:19`, superclass base"[: len(texts[3])]
        or "`memory` 312 MiB" in texts[3]
    )
    assert texts[4].startswith("Netmask `255.255.255.0`, hardware address `fe:fd:")
    assert tooltip(here, ()) == tooltip(here, ("inherited", "nobody")) == ""


def test_servers_that_take_turns() -> None:
    text = CLUSTER.replace("milano 12", "milano").replace("roma all", "roma")
    assert shown(text, addresses=False, inherited=False) == ["milano ⟨18 hosts⟩", "roma ⟨18 hosts⟩"]


# ---------------------------------------------------------------- lenses
def test_lenses() -> None:
    here = whole(CLUSTER)
    assert [(each.span.text, each.kind, each.title) for each in lenses(here)] == [
        ("project big", "compile", "compile"),
        ("project big", "size", "37 hosts, 1 switch"),
        ("base", "references", "37 hosts use this"),
        ("node", "references", "37 hosts use this"),
        ("lan", "references", "37 hosts use this"),
        ("roma", "references", "24 hosts use this"),
    ]
    assert [each.kind for each in lenses(here, references=False)] == ["compile", "size"]
    assert {each.kind for each in lenses(here, compiling=False)} == {"references"}
    assert [span.place() for span in users_of(here, "superclass", "node")] == ["/p.mln:4:20", "/p.mln:18:16"]
    assert lenses(whole("")) == []


# ---------------------------------------------------------------- forms of list lines
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host a { users {\n ‸\n} }", ("USER [HASH] [HOME] [UID]", "USER")),
        ("host a { users {\n ann ‸\n} }", ("USER [HASH] [HOME] [UID]", "[HASH]")),
        ("host a { users {\n ann h /home ‸\n} }", ("USER [HASH] [HOME] [UID]", "[UID]")),
        ("host a { users {\n ann h /home 3 ‸\n} }", ("USER [HASH] [HOME] [UID]", None)),
        ("host a { mount {\n nas:/h /h‸\n} }", ("SOURCE MOUNTPOINT FSTYPE [OPTIONS]", "MOUNTPOINT")),
        ("host a { groups {\n staff a b c ‸\n} }", ("GROUP [USER…]", "[USER…]")),
        ("global { autoenum { service_hosts {\n milano ‸\n} } }", ("SERVER [COUNT|all]", "[COUNT|all]")),
        ("host a { files { a ‸", ("SOURCE TARGET [MODE]", "TARGET")),
        ("host a { memory ‸ }", None),
        ("host a { users { # ‸\n} }", None),
        ("host a { startup {\n ‸\n} }", None),
    ],
)
@pytest.mark.parametrize("checked", [True, False])
def test_forms(text: str, expected: tuple[str, str | None] | None, checked: bool) -> None:
    here, offset = at_cursor(text, checked=checked)
    found = signature(here, offset)
    if expected is None:
        assert found is None
        return
    assert found is not None
    parameters = [found.label[start:end] for start, end in found.parameters]
    assert (found.label, None if found.active is None else parameters[found.active]) == expected


# ---------------------------------------------------------------- formatting
def test_a_range_is_a_part_of_the_whole() -> None:
    text = "global {\n  project x\n }\nhost a {\nmemory   3\n  xen\n}\n"
    file = SourceFile("p.mln", text)
    edits = range_formatting(file, CORE.raw_blocks, text.index("memory"), text.index("memory") + 3)
    assert applied(text, edits) == text.replace("memory   3", "    memory 3")
    assert range_formatting(file, CORE.raw_blocks, 0, len(text)) != []
    assert range_formatting(SourceFile("p.mln", "host a {"), CORE.raw_blocks, 0, 8) == []


UNTIDY = st.lists(
    st.sampled_from(
        ("host a {", "}", "  memory   3", "\tusers { a b }", "", "# c", "startup {", "echo  x", "switch l { }", "x;y")
    ),
    max_size=14,
)


@given(UNTIDY, st.floats(0, 1), st.floats(0, 1))
def test_range_formatting_settles(lines: list[str], first: float, last: float) -> None:
    text = "\n".join(lines)
    start, end = sorted((int(first * len(text)), int(last * len(text))))
    edits = range_formatting(SourceFile("p.mln", text), CORE.raw_blocks, start, end)
    new = applied(text, edits)
    assert format_text(new, "p.mln", CORE.raw_blocks)[0] == format_text(text, "p.mln", CORE.raw_blocks)[0]
    again = range_formatting(SourceFile("p.mln", text), CORE.raw_blocks, 0, len(text))
    assert applied(text, again) == format_text(text, "p.mln", CORE.raw_blocks)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host a {\n  }‸", "host a {\n}"),
        ("host a {\n    network eth0 {\n  }‸\n", "host a {\n    network eth0 {\n    }\n"),
        ("host a {\n‸", "host a {\n    "),
        ("host a {\n‸memory 3\n", "host a {\n    memory 3\n"),
        ("host a {\n    memory 3\n‸\n}", "host a {\n    memory 3\n    \n}"),
        ("host a {\n    startup {\n  ‸echo\n    }\n}", None),
        ("host a {\n    startup {\n        echo\n}‸\n", "host a {\n    startup {\n        echo\n    }\n"),
        ("host a {\n    color x\\\n‸y\n}", None),
        ("host a {\n    ‸memory 3\n}", None),
        ("}‸", None),
        ("# {\n‸x", None),
    ],
)
def test_typing(text: str, expected: str | None) -> None:
    here, offset = at_cursor(text, checked=False)
    edit = typed_formatting(here.workspace.tree("/p.mln"), offset)
    assert (applied(here.file.text, [edit]) if edit else None) == expected
