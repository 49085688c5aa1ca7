"""Diagnostics as a user sees them, and as other programs do."""

from __future__ import annotations

import json
import re

import pytest
from helpers import check, host, only, project
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from mlnlang.diagnostics import Diagnostic, as_json, did_you_mean, nearest
from mlnlang.diagnostics.catalogue import BAD_VALUE, RULES
from mlnlang.diagnostics.model import Related
from mlnlang.diagnostics.render import plain, visible
from mlnlang.source import SourceFile, Span

#: What editors match.
HEAD = re.compile(
    r"(?P<file>[^:]+):(?P<line>\d+):(?P<column>\d+): (?P<severity>error|warning|note): (?P<message>.*) "
    r"\[(?P<code>MLN\d{3}) (?P<slug>[a-z-]+)\]"
)


def shown(text: str, start: int, end: int) -> list[str]:
    """The lines of a diagnostic about a stretch of a text."""
    return plain([BAD_VALUE.at(Span(SourceFile("f.mln", text), start, end), "wrong")]).splitlines()


def test_the_first_line_can_be_matched() -> None:
    first = plain([only(host("memory 0"))]).splitlines()[0]
    found = HEAD.fullmatch(first)
    assert found is not None
    assert (found["file"], found["line"], found["column"], found["code"], found["slug"]) == (
        "main.mln",
        "6",
        "12",
        "MLN305",
        "out-of-range",
    )


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "carets"),
    [
        ("memory 0\n", 7, 8, "memory 0", "       ^"),
        ("memory 000\n", 7, 10, "memory 000", "       ^^^"),
        ("a\nmemory 0", 9, 10, "memory 0", "       ^"),
        ("\tmemory 0\n", 8, 9, "    memory 0", "           ^"),
        ("año 0\n", 4, 5, "año 0", "    ^"),
        ("日本 0\n", 3, 4, "日本 0", "     ^"),
        ("a b\r\n", 2, 3, "a b", "  ^"),
        ("ab\ncd\n", 1, 5, "ab", " ^"),
        ("", 0, 0, "", "^"),
        ("ab", 2, 2, "ab", "  ^"),
        ("a\x1b[31m", 0, 1, "a\ufffd[31m", "^"),
    ],
)
def test_carets(text: str, start: int, end: int, line: str, carets: str) -> None:
    lines = shown(text, start, end)
    assert lines[1].split("| ", 1)[1] == line
    assert lines[2].split("| ", 1)[1] == carets


@pytest.mark.parametrize("length", [200, 5000, 1_000_000])
def test_long_lines_are_cropped_around_the_place(length: int) -> None:
    text = "a" * length + "X" + "b" * length
    lines = shown(text, length, length + 1)
    assert len(lines[1]) < 150
    assert lines[1][lines[2].index("^")] == "X"


@given(st.text(max_size=80), st.data())
def test_any_place_of_any_text_is_shown(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    out = "\n".join(shown(text, start, end))
    assert "^" in out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", out)


@given(texts)
def test_whatever_is_found_can_be_shown(text: str) -> None:
    assert (
        plain(check(text.encode("utf-8", "surrogateescape" if text.isascii() else "replace")).diagnostics).count("\n")
        >= 0
    )


def test_terminals_can_not_be_driven() -> None:
    out = plain(check(project("host \x1b[2J { template a }\n\u202ehost { }\n")).diagnostics)
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert visible("a\tb\nc\x07\u200b") == "a b\ufffdc\ufffd\ufffd"


def test_other_files_are_named_before_their_lines() -> None:
    one, two = SourceFile("one.mln", "first\n"), SourceFile("two.mln", "second\n")
    problem = BAD_VALUE.at(Span(one, 0, 5), "wrong", related=[Related(Span(two, 0, 6), "because of this")])
    lines = plain([problem]).splitlines()
    assert "--> two.mln:1:1" in lines[3]
    assert lines[5].endswith("^^^^^^ because of this")


def test_problems_are_sorted_by_place_and_given_once() -> None:
    found = check(host("memory 0\nboot_order x\nvcpus 0")).diagnostics
    places = [problem.span.start for problem in found if problem.span]
    assert places == sorted(places)
    assert len(found) == 3


def test_json() -> None:
    document = json.loads(json.dumps(as_json.document(check(host("memory 0")).diagnostics)))
    assert document["version"] == 1
    only_one = document["diagnostics"][0]
    assert (only_one["code"], only_one["slug"], only_one["severity"], only_one["file"]) == (
        "MLN305",
        "out-of-range",
        "error",
        "main.mln",
    )
    assert only_one["range"] == {"start": {"line": 6, "column": 12}, "end": {"line": 6, "column": 13}}


# ---------------------------------------------------------------- near matches
@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("memroy", ["memory", "modules"], ["memory"]),
        ("LAN", ["lan", "wan"], ["lan"]),
        ("lna", ["lan", "wan"], ["lan"]),
        ("zzz", ["lan"], []),
        ("lan", ["lan"], []),
        ("x", [], []),
    ],
)
def test_nearest(word: str, known: list[str], expected: list[str]) -> None:
    assert nearest(word, known)[:1] == expected


def test_did_you_mean_is_a_sentence() -> None:
    assert did_you_mean("memroy", ["memory"]) == "did you mean `memory`?"
    assert did_you_mean("zzz", ["memory"]) == ""


# ---------------------------------------------------------------- the catalogue
def test_codes_are_in_their_families() -> None:
    families = {
        "0": "file|input|import|settings|rule|baseline|allow",
        "1": "block|brace|quote|ellipsis|nested",
        "2": "include|variable|value|definition",
        "5": "address|netmask|mac",
        "8": "plugin|subnet|key",
    }
    for code, rule in RULES.items():
        assert re.fullmatch(r"MLN\d{3}", code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.slug)
        if code[3] in families and not rule.check and code not in ("MLN007",):
            assert re.search(families[code[3]], rule.slug.replace("utf-8", "file")), rule.slug


def test_diagnostics_are_values() -> None:
    first, second = only(host("memory 0")), only(host("memory 0"))
    assert isinstance(first, Diagnostic)
    assert (first.code, first.message, first.help) == (second.code, second.message, second.help)
