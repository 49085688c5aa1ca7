"""From characters to items (language, section 1), and what the original got wrong there."""

from __future__ import annotations

import pytest
from helpers import LISTINGS, assert_lossless, clean, codes, compiled, host, machine, only, project, tree
from hypothesis import given
from strategies import texts

from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile, decode
from mlnlang.syntax.lexer import lex
from mlnlang.syntax.tree import Token


def lexed(text: str) -> tuple[list[Token], list[tuple[int, int]]]:
    return lex(SourceFile("main.mln", text), CORE.raw_blocks)


def kinds(text: str) -> list[str]:
    return [f"{token.type}:{token.text}" for token in lexed(text)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("memory 64M", ["ITEM:memory 64M"]),
        ("memory 64M\n", ["ITEM:memory 64M"]),
        ("a; b;c", ["ITEM:a", "ITEM:b", "ITEM:c"]),
        (";;;", []),
        ("host a{b}", ["ITEM:host a", "OPEN:{", "ITEM:b", "CLOSE:}"]),
        ("host a\n\n  {\n}", ["ITEM:host a", "OPEN:{", "CLOSE:}"]),
        ("# a { b; c }", []),
        ("a # b { c", ["ITEM:a"]),
        ("a#b", ["ITEM:a#b"]),
        ("a b#c # d", ["ITEM:a b#c"]),
        ("{#c\n}", ["OPEN:{", "CLOSE:}"]),
        (r"a \{ b \} \; c", [r"ITEM:a \{ b \} \; c"]),
        ("a \\\n  b", ["ITEM:a \\\n  b"]),
        ("a \\\r\n  b", ["ITEM:a \\\r\n  b"]),
        ("a\r\nb\r\n", ["ITEM:a", "ITEM:b"]),
        ('a "b; { c"', ['ITEM:a "b; { c"']),
        ("a 'b; } c'", ["ITEM:a 'b; } c'"]),
        ("it's; b", ["ITEM:it's", "ITEM:b"]),
        ("#include a b.mln", ["INCLUDE:a b.mln"]),
        ("#include\ta", ["INCLUDE:a"]),
        ("# include a", []),
        ("#includefoo", []),
        ("x #include a", ["ITEM:x", "INCLUDE:a"]),
        ("x { #include a }", ["ITEM:x", "OPEN:{", "INCLUDE:a", "CLOSE:}"]),
        ("startup { a; b }", ["ITEM:startup", "OPEN:{", "RAW:a; b", "CLOSE:}"]),
        ("startup {\n  echo '}' # }\n}", ["ITEM:startup", "OPEN:{", "RAW:echo '}' # }", "CLOSE:}"]),
        ("startup { ${A} }", ["ITEM:startup", "OPEN:{", "RAW:${A}", "CLOSE:}"]),
        ("startup {\n#!/bin/sh\n# no\n}", ["ITEM:startup", "OPEN:{", "RAW:#!/bin/sh", "CLOSE:}"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert kinds(text) == expected


@given(texts)
def test_tokens_and_what_lies_between_give_the_text_back(text: str) -> None:
    assert_lossless(text, *lexed(text))


@pytest.mark.parametrize("name", LISTINGS)
def test_listings_are_lossless(name: str) -> None:
    for text in (LISTINGS[name], LISTINGS[name].replace("\n", "\r\n")):
        assert_lossless(text, *lexed(text))


# ---------------------------------------------------------------- what the original got wrong (reference, 1.2–1.5)
def test_the_last_line_counts_without_a_newline() -> None:
    text = host("memory 99M\nboot_order 3").removesuffix("\n")
    assert machine(clean(text)).boot_order == 3
    assert machine(clean("global { project demo }\nhost web { template a; memory 99M }")).memory_mib == 99


def test_an_include_on_the_last_line_counts() -> None:
    files = {"main.mln": project() + "#include a.mln", "a.mln": "host web { template a }\nhost db { template a }"}
    assert [each.name for each in clean(files).hosts] == ["web", "db"]


@pytest.mark.parametrize("comment", ["# a { b", "# a; memory 9M", "# }", "# { { {", "# 'a", '# "a', "#", "#{", "#}"])
def test_comments_mean_nothing(comment: str) -> None:
    found = machine(clean(host(f"{comment}\nmemory 64M {comment}")))
    assert found.memory_mib == 64


def test_a_hash_inside_a_word_is_a_character() -> None:
    found = machine(clean(host("root_passwd ab#c\nusers { alice x#y }\nstartup { echo path#x }")))
    assert found.root_password == "ab#c"
    assert found.users[0].password_hash == "x#y"
    assert found.startup == ("echo path#x",)


def test_the_brace_may_stand_on_the_next_line_and_needs_no_blank() -> None:
    text = project("host h1\n{\n    template a\n}\nhost h2{\n    template a\n}\nswitch lan{}")
    assert [each.name for each in clean(text).hosts] == ["h1", "h2"]


def test_one_line_form() -> None:
    found = machine(clean(project("host web { template a; memory 64M; term screen; users { kyrre HASH } }")))
    assert (found.memory_mib, found.term, found.users[0].name) == (64, "screen", "kyrre")


def test_carriage_returns_and_a_byte_order_mark_are_no_text() -> None:
    text = host("memory 64M\nstartup {\n    echo a\n}\nusers { alice HASH }")
    assert clean(text.replace("\n", "\r\n")) == clean(text)
    assert clean(b"\xef\xbb\xbf" + text.encode()) == clean(text)


def test_escapes_take_the_meaning_away() -> None:
    found = machine(clean(host(r"root_passwd a\;b\{c\}\$d\\e\"f")))
    assert found.root_password == r'a;b{c}$d\e"f'


def test_a_backslash_joins_lines() -> None:
    found = machine(clean(host("root_passwd a \\\n    b\nstartup {\n    echo a \\\n        b\n}")))
    assert found.root_password == "a b"
    assert len(found.startup) == 1
    assert found.startup[0].split() == ["echo", "a", "b"]


def test_the_rest_of_a_file_that_is_not_utf_8_is_read() -> None:
    data = host("memory 77M # a\xf1o").encode("latin1")
    assert codes(data) == ["MLN005"]
    assert machine(compiled(data)).memory_mib == 77
    place = only(data).span
    assert place is not None
    assert place.place() == "main.mln:6:18" or place.text == "\ufffd"


@pytest.mark.parametrize(
    ("data", "text", "faults"),
    [
        (b"abc", "abc", []),
        (b"\xef\xbb\xbfabc", "abc", []),
        ("ñ€𝄞".encode(), "ñ€𝄞", []),
        (b"a\xffb\xc3", "a\ufffdb\ufffd", [1, 3]),
        (b"\xed\xa0\x80", "\ufffd" * 3, [0, 1, 2]),
        (b"", "", []),
    ],
)
def test_decoding(data: bytes, text: str, faults: list[int]) -> None:
    found, had_bom, where = decode(data)
    assert (found, where) == (text, faults)
    assert had_bom == data.startswith(b"\xef\xbb\xbf")


def test_the_tree_knows_its_comments() -> None:
    found = tree("# one\nhost a { # two\n}\n")
    assert [found.file.text[start:end] for start, end in found.comments] == ["# one", "# two"]


def test_an_ellipsis_stands_alone() -> None:
    assert codes(host("...")) == ["MLN105"]
    assert codes(host("…")) == ["MLN105"]
    assert codes(host("root_passwd ...")) == []
    assert codes(host("startup {\n    echo ...\n}")) == []
