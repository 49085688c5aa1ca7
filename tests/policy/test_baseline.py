"""Baselines: what is written hides exactly what was found, and a broken one is said, not passed over."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_helpers import compiler, found, host, said

from mlnlang.api import Choices
from mlnlang.diagnostics import Diagnostic
from mlnlang.policy.baseline import written

TWO = host("network eth0 { address 10.0.0.2 }\nmemory 64M\nmemory 65M\n")
SETTINGS = 'baseline = "known.json"\n'
MESSAGE = "the address `10.0.0.2` has no netmask: /24 is taken"


def listing(*entries: dict[str, Any], version: Any = 1) -> str:
    return json.dumps({"version": version, "problems": list(entries)})


def entry(**more: Any) -> dict[str, Any]:
    return {"file": "main.mln", "rule": "missing-netmask", "message": MESSAGE, "count": 1, **more}


def listable(text: str) -> list[Diagnostic]:
    return compiler({"main.mln": text}).survey(["main.mln"]).listable


def test_what_is_written_hides_what_was_found() -> None:
    text = written(listable(TWO), "known.json", "/p")
    assert json.loads(text) == {
        "version": 1,
        "problems": [
            {"file": "main.mln", "rule": "given-twice", "message": listable(TWO)[1].message, "count": 1},
            {"file": "main.mln", "rule": "missing-netmask", "message": MESSAGE, "count": 1},
        ],
    }
    assert found(TWO, mlnc__toml=SETTINGS, known__json=text) == []
    moved = TWO.replace("host web", "\n\n# moved\nhost web")
    assert found(moved, mlnc__toml=SETTINGS, known__json=text) == []


def test_it_is_the_same_text_whatever_the_order() -> None:
    problems = listable(TWO)
    assert written(problems, "known.json", "/p") == written(problems[::-1], "known.json", "/p")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_it_hides_as_often_as_it_counts(count: int) -> None:
    text = host("network eth0 { address 10.0.0.2 }\nnetwork eth0:1 { address 10.0.0.2 }\n").replace("eth0:1", "eth1")
    shown = found(text, Choices(select=("MLN503",)), mlnc__toml=SETTINGS, known__json=listing(entry(count=count)))
    assert said(shown) == ["missing-netmask:5 warning"][: max(0, 2 - count)]


def test_what_is_new_is_shown_and_firm_errors_always() -> None:
    text = written(listable(TWO), "known.json", "/p")
    worse = TWO.replace("memory 64M", "memory 64Q\nnetwork eth1 { address 10.0.1.2 }")
    assert said(found(worse, mlnc__toml=SETTINGS, known__json=text)) == [
        "bad-size:5 error",
        "missing-netmask:6 warning",
    ]


def test_firm_errors_are_not_written() -> None:
    assert [d.slug for d in listable(TWO.replace("memory 64M", "memory 64Q"))] == ["missing-netmask", "given-twice"]


def test_paths_are_relative_to_the_baseline() -> None:
    text = written(listable(TWO), "/p/deep/known.json", "/p")
    assert {each["file"] for each in json.loads(text)["problems"]} == {"../main.mln"}
    choices = Choices(baseline="deep/known.json")
    assert found(TWO, choices, deep_S_known__json=text) == []
    assert said(found(TWO, choices, deep_S_known__json=text.replace("../main", "main")))[:2] == [
        "stale-baseline:- note",
        "missing-netmask:4 warning",
    ]


def test_the_command_line_stands_in_place_of_settings() -> None:
    text = written(listable(TWO), "known.json", "/p")
    assert len(found(TWO, Choices(baseline=""), mlnc__toml=SETTINGS, known__json=text)) == 2
    files = {"mlnc__toml": SETTINGS, "known__json": text, "other__json": listing(entry())}
    assert said(found(TWO, Choices(baseline="other.json"), **files)) == ["given-twice:5 warning"]


def test_levels_come_after_it() -> None:
    """A warning that was listed stays hidden when it becomes an error."""
    text = written(listable(TWO), "known.json", "/p")
    assert found(TWO, mlnc__toml=SETTINGS + "strict = true\n[levels]\ngiven-twice = 'error'\n", known__json=text) == []


@pytest.mark.parametrize(
    ("text", "entries", "expected"),
    [
        (host(""), [entry(count=3)], ["stale-baseline:- note"]),
        (TWO, [entry(count=2)], ["stale-baseline:- note", "given-twice:5 warning"]),
        (host("memory 12Q\n"), [entry()], ["bad-size:4 error"]),  # errors may hide it
        (host(""), [entry(file="gone.mln")], ["stale-baseline:- note"]),
        (host(""), [entry(file="other.mln")], []),  # not checked this time
        (host(""), [entry(rule="missing-template")], []),  # mln.conf may give one
        (host(""), [entry(rule="duplicate-address")], []),  # another project may have it
    ],
)
def test_entries_that_are_gone(text: str, entries: list[dict[str, Any]], expected: list[str]) -> None:
    assert said(found(text, mlnc__toml=SETTINGS, known__json=listing(*entries), other__mln="")) == expected


def test_a_narrowed_run_says_nothing_of_entries_that_are_gone() -> None:
    files = {"mlnc__toml": SETTINGS, "known__json": listing(entry())}
    assert found(host(""), Choices(ignore=("MLN3",)), **files) == []
    assert found(host(""), Choices(select=("MLN0",)), **files) == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("", "bad-baseline"),
        ("[", "bad-baseline"),
        ("[]", "bad-baseline"),
        ("[" * 100_000, "bad-baseline"),
        ("1" * 10_000, "bad-baseline"),
        ("\ufeff{}", "bad-baseline"),
        (listing(version=2), "bad-baseline"),
        (listing(version="1"), "bad-baseline"),
        ('{"version": 1, "problems": {}}', "bad-baseline"),
        ('{"version": 1, "problems": [3]}', "bad-baseline"),
        (listing(entry(count=0)), "bad-baseline"),
        (listing(entry(count=True)), "bad-baseline"),
        (listing(entry(count=1.0)), "bad-baseline"),
        (listing(entry(file=None)), "bad-baseline"),
        (listing(entry(message=["x"])), "bad-baseline"),
        (listing({"rule": "missing-netmask"}), "bad-baseline"),
        (listing(entry(rule="mising-netmask")), "unknown-rule"),
        (listing(entry(rule="MLN503")), "unknown-rule"),
        (listing(entry(rule="bad-size")), "firm-rule"),
    ],
)
def test_a_broken_baseline_is_one_error_and_hides_nothing(text: str, slug: str) -> None:
    problems = found(TWO, mlnc__toml=SETTINGS, known__json=text)
    assert [d.slug for d in problems if d.path != "main.mln"] == [slug]
    assert [d.slug for d in problems if d.path == "main.mln"] == ["missing-netmask", "given-twice"]
    assert all(d.path == "known.json" for d in problems if d.slug == slug)


JSON_KEYS = st.sampled_from(["version", "problems", "file", "rule", "message", "count"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(JSON_KEYS, x)
)


@given(JSON)
def test_no_json_makes_it_fail(content: Any) -> None:
    slugs = {d.slug for d in found(host(""), mlnc__toml=SETTINGS, known__json=json.dumps(content))}
    assert slugs <= {"bad-baseline", "unknown-rule", "firm-rule"}
    assert slugs or content == {"version": 1, "problems": []}
