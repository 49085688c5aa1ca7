"""JUnit XML, read back by junitparser and libxml2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from format_helpers import from_the_catalogue, problem
from junitparser import Failure, JUnitXml
from lxml import etree

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.as_junit import document
from mlnlang.diagnostics.catalogue import FILE_NOT_FOUND, INTERNAL
from mlnlang.diagnostics.render import plain


def strict(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same problems as errors."""
    return [replace(diagnostic, severity="error") for diagnostic in found]


def cases(text: str) -> dict[str, Any]:
    """The test cases by name, after the counts of the suites were held against them."""
    read = JUnitXml.fromstring(text.encode())
    (suite,) = read
    found = {case.name: case for case in suite}
    counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert counted == (read.tests, read.failures, read.errors, read.skipped)
    suite.update_statistics()
    assert counted == (suite.tests, suite.failures, suite.errors, suite.skipped) == (len(found), suite.failures, 0, 0)
    return found


def test_a_case_for_each_file_and_errors_fail_it() -> None:
    found = from_the_catalogue()
    files = ["good.mln", *{diagnostic.path: None for diagnostic in found}]
    read = cases(document(found, files))
    assert list(read) == files
    for path, case in read.items():
        here = [diagnostic for diagnostic in found if diagnostic.path == path]
        errors = [diagnostic for diagnostic in here if diagnostic.is_error]
        others = [diagnostic for diagnostic in here if not diagnostic.is_error]
        assert case.is_passed == (not errors)
        if errors:
            (failure,) = case.result
            assert isinstance(failure, Failure)
            assert (failure.type, failure.text) == (errors[0].code, plain(errors).rstrip())
        assert case.system_out == (plain(others).rstrip() if others else None)


def test_strict_makes_warnings_fail() -> None:
    warning = problem("host a\n", "host")
    assert cases(document([warning], ["lab.mln"]))["lab.mln"].is_passed
    assert not cases(document(strict([warning]), ["lab.mln"]))["lab.mln"].is_passed


def test_no_problems() -> None:
    read = cases(document([], ["./a.mln", "/work/b.mln"], "/work"))
    assert [(name, case.is_passed) for name, case in read.items()] == [("a.mln", True), ("b.mln", True)]


def test_what_was_not_checked_by_itself_has_a_case_of_its_own() -> None:
    found = [
        problem("host a\n", "a", path="inc.mln"),
        INTERNAL.at(None, "failed"),
        FILE_NOT_FOUND.at(None, "x", path="b"),
    ]
    read = cases(document(found, ["lab.mln"]))
    assert {name: case.is_passed for name, case in read.items()} == {
        "lab.mln": True,
        "inc.mln": True,
        "mlnc": False,
        "b": False,
    }


def test_the_message_is_short() -> None:
    text = "host a\nhost b\n"
    found = strict([problem(text, "a", "first"), problem(text, "b", "second")])
    (failure,) = cases(document(found, []))["lab.mln"].result
    assert failure.message == "line 1: first (and 1 more)"


@pytest.mark.parametrize("hostile", ["]]></failure>", '"<&>', "a\x00\x1b\x85\ufffe\ud800b", "\u202e", "a\nb\tc"])
def test_hostile_words_stay_words(hostile: str) -> None:
    found = strict([problem(f"host {hostile}x\n", "x", hostile, path=f"{hostile}.mln")])
    text = document(found, [])
    (suite,) = etree.fromstring(text.encode())
    (case,) = suite
    (failure,) = case
    assert len(failure) == 0
    clean = "".join("\ufffd" if sign in "\x00\x1b\ufffe\ud800" else sign for sign in hostile)
    assert case.get("name") == f"{clean}.mln"
    assert failure.get("type") == "LAB001"
