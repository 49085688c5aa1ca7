"""What each word of a file is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ide_scenes import CURSOR, at_cursor, whole

from mlnlang.ide.colours import MODIFIERS, TYPES, Colour, Palette, colours
from mlnlang.ide.scene import Scene

PIECES = (
    *("", "\n", "{", "}", '"', "...", "# {", "🐄", "$x = 1", "$x", "memory 64M", 'color "a b"', "\\\n", "\r\n", "\r"),
    *("host a {", "startup {", "echo $HOME $x", "superclass s", "network eth0 { switch lan }", "#include part2.mln"),
)


def shown(here: Scene, found: list[Colour]) -> list[str]:
    return [
        " ".join(
            [
                here.file.text[each.start : each.start + each.length],
                TYPES[each.type],
                *(name for bit, name in enumerate(MODIFIERS) if each.modifiers >> bit & 1),
            ]
        )
        for each in found
    ]


def coloured(text: str, path: str = "/p.mln", **others: str) -> list[str]:
    here = whole(text, path, **others)
    return shown(here, colours(here, Palette(here.workspace.schema)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "global { project os3 } # why",
            ["global keyword", "project property defaultLibrary", "os3 namespace declaration definition",
             "# why comment"],
        ),
        (
            "host web { superclass s; memory 3G; xen; kvm off; devfs yes }",
            [
                "host keyword", "web struct declaration definition", "superclass property defaultLibrary", "s class",
                "memory property defaultLibrary", "3G number", "xen enumMember defaultLibrary",
                "kvm enumMember defaultLibrary", "off enumMember", "devfs property deprecated", "yes string",
            ],
        ),
        (
            "superclass s { network eth0 { switch lan; address dhcp } }",
            [
                "superclass keyword", "s class declaration definition", "network keyword", "eth0 parameter",
                "switch property defaultLibrary", "lan type", "address property defaultLibrary", "dhcp enumMember",
            ],
        ),
        (
            "switch lan { } server m { memory = 3G }",
            [
                "switch keyword", "lan type declaration definition", "server keyword",
                "m interface declaration definition", "memory property defaultLibrary", "= operator", "3G number",
            ],
        ),
        (
            "host w$x { $x = a$hostname; color $[x]y }",
            [
                "host keyword", "w struct declaration definition", "$x variable", "$x variable declaration definition",
                "= operator", "a string", "$hostname variable readonly defaultLibrary",
                "color property defaultLibrary", "$[x] variable", "y string",
            ],
        ),
        (
            "host a { users { ann $6$salt$hash /home/a 1000 } }",
            ["host keyword", "a struct declaration definition", "users keyword", "ann parameter", "$6$salt$hash string",
             "/home/a string", "1000 number"],
        ),
        (
            "host a { groups { staff { ann } } startup {\n echo $HOME $hostname # x\n} }",
            ["host keyword", "a struct declaration definition", "groups keyword", "staff keyword", "ann parameter",
             "startup keyword", "$hostname variable readonly defaultLibrary"],
        ),
        (
            "global { autoenum { numhosts 3; service_hosts { milano all } } }",
            ["global keyword", "autoenum keyword", "numhosts property", "3 number", "service_hosts keyword",
             "milano interface", "all enumMember"],
        ),
        ("#include inc/a.mln", ["#include macro", "inc/a.mln string"]),
        (
            "host { a { xen } }",
            ["host keyword", "a struct declaration definition", "xen enumMember defaultLibrary"],
        ),
        (
            "host a {\n  unknown word\n",
            ["host keyword", "a struct declaration definition", "unknown property", "word string"],
        ),
    ],
)  # fmt: skip
def test_words(text: str, expected: list[str]) -> None:
    assert coloured(text) == expected


def test_a_fragment_and_a_configuration() -> None:
    main = "global { project x }\nhost web { network eth0 {\n#include part.mln\n} }"
    assert coloured("address dhcp", "/part.mln", main=main) == ["address property defaultLibrary", "dhcp enumMember"]
    assert coloured("default_memory 3G", "/mln.conf") == ["default_memory property defaultLibrary", "3G number"]


def test_a_word_over_several_lines_is_cut_at_their_ends() -> None:
    assert coloured('host a { color "red\\\n  blue" }')[2:] == [
        "color property defaultLibrary", '"red\\ string', '  blue" string',
    ]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.booleans())
def test_any_text_has_sound_colours(pieces: list[str], spaced: bool) -> None:
    here, _ = at_cursor(CURSOR + (" " if spaced else "").join(pieces), checked=False)
    palette = Palette(here.workspace.schema)
    found = colours(here, palette)
    text = here.file.text
    end = 0
    for each in found:
        assert each.start >= end
        assert each.length > 0
        end = each.start + each.length
        assert end <= len(text)
        assert not {"\n", "\r"} & set(text[each.start : end])
    for start in range(0, len(text), 7):
        part = colours(here, palette, start, start + 10)
        assert set(part) <= set(found)
        assert {each for each in found if each.start < start + 10 and each.start + each.length > start} <= set(part)
