"""SARIF: valid against OASIS's schema, readable by another's tool, and true to what was found."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from codegen.codegen_helpers import require, run
from format_helpers import FOREIGN, from_the_catalogue, problem, sarif_schema
from jsonschema import Draft7Validator

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Related
from mlnlang.diagnostics.as_sarif import document
from mlnlang.diagnostics.catalogue import FILE_NOT_FOUND, INTERNAL, RULES
from mlnlang.diagnostics.formats import written
from mlnlang.source import SourceFile

Valid = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="session")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Valid:
    """The run of a log, after the log was held against the schema."""
    validator = Draft7Validator(sarif_schema(tmp_path_factory.mktemp("schema")))

    def examine(log: dict[str, Any]) -> dict[str, Any]:
        assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)] == []
        (only,) = log["runs"]
        assert isinstance(only, dict)
        return only

    return examine


def plain_text(text: str) -> str:
    """A message as a reader shows it: braces doubled (3.11.5), brackets of what is no link escaped (3.11.6)."""
    return text.replace("{{", "{").replace("}}", "}").replace("\\[", "[").replace("\\]", "]")


# ---------------------------------------------------------------- the schema
def test_the_schema_can_say_no(tmp_path: Path) -> None:
    log = document([problem("host a\n", "host")])
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert list(Draft7Validator(sarif_schema(tmp_path)).iter_errors(log)) != []


def test_what_every_rule_finds_is_valid(valid: Valid) -> None:
    found = from_the_catalogue()
    only = valid(document(found))
    rules = only["tool"]["driver"]["rules"]
    assert len(only["results"]) == len(found)
    for diagnostic, result in zip(found, only["results"], strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == diagnostic.code
        assert result["level"] == diagnostic.severity
        assert plain_text(result["message"]["text"]).startswith(diagnostic.message)
        assert len(result.get("relatedLocations", [])) == len(diagnostic.related)
        assert len(result.get("fixes", [])) == (diagnostic.fix is not None)
    assert [rule["id"] for rule in rules] == sorted({diagnostic.code for diagnostic in found})
    assert {rule["id"]: plain_text(rule["fullDescription"]["text"]) for rule in rules} == {
        code: RULES[code].why for code in {diagnostic.code for diagnostic in found}
    }


def test_no_problems(valid: Valid) -> None:
    only = valid(document([]))
    assert only["results"] == []
    assert only["invocations"] == [{"executionSuccessful": True}]


# ---------------------------------------------------------------- places
def test_a_region_counts_code_points_and_ends_behind_the_last(valid: Valid) -> None:
    text = "# 😀\r\nhost é😀b {\r\n}\r\n"
    (result,) = valid(document([problem(text, "b {\r\n}")]))["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "lab.mln", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 2, "startColumn": 8, "endLine": 3, "endColumn": 2},
            }
        }
    ]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("./labs//a.mln", {"uri": "labs/a.mln", "uriBaseId": "%SRCROOT%"}),
        ("/work/labs/a.mln", {"uri": "labs/a.mln", "uriBaseId": "%SRCROOT%"}),
        ("/workshop/a.mln", {"uri": "file:///workshop/a.mln"}),
        ("../a.mln", {"uri": "file:///a.mln"}),
        ("my lab #1 100%.mln", {"uri": "my%20lab%20%231%20100%25.mln", "uriBaseId": "%SRCROOT%"}),
        ("c:d.mln", {"uri": "c%3Ad.mln", "uriBaseId": "%SRCROOT%"}),
        ("gr\u00fcn.mln", {"uri": "gr%C3%BCn.mln", "uriBaseId": "%SRCROOT%"}),
        ("gr\udcfcn.mln", {"uri": "gr%FCn.mln", "uriBaseId": "%SRCROOT%"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths_become_uris(valid: Valid, path: str, location: dict[str, str]) -> None:
    (result,) = valid(document([problem("host a\n", "host", path=path)], "/work"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == location


def test_a_file_that_is_not_there_has_no_region(valid: Valid) -> None:
    (result,) = valid(document([FILE_NOT_FOUND.at(None, "there is no file", path="a.mln")]))["results"]
    (location,) = result["locations"]
    assert location == {"physicalLocation": {"artifactLocation": {"uri": "a.mln", "uriBaseId": "%SRCROOT%"}}}


def test_what_no_file_holds_is_a_notification(valid: Valid) -> None:
    """Code scanning refuses a whole log for one result without a place."""
    only = valid(document([INTERNAL.at(None, "mlnc itself failed"), problem("host a\n", "host")]))
    assert [result["ruleId"] for result in only["results"]] == ["LAB001"]
    assert [rule["id"] for rule in only["tool"]["driver"]["rules"]] == ["LAB001"]
    assert [rule["id"] for rule in only["tool"]["driver"]["notifications"]] == ["MLN901"]
    assert only["invocations"] == [
        {
            "executionSuccessful": False,
            "toolExecutionNotifications": [
                {
                    "descriptor": {"id": "MLN901", "index": 0},
                    "level": "error",
                    "message": {"text": "mlnc itself failed"},
                }
            ],
        }
    ]


# ---------------------------------------------------------------- texts
def test_nothing_in_a_message_is_a_placeholder_or_a_link(valid: Valid) -> None:
    found = problem("host a\n", "host", "`{0}` and [a](b) and $[c] and [d]", notes=["n"], help="h")
    (result,) = valid(document([found]))["results"]
    assert result["message"]["text"] == "`{{0}}` and \\[a\\](b) and $[c] and [d]\nn\nhelp: h"


def test_a_rule_that_the_catalogue_does_not_know(valid: Valid) -> None:
    (rule,) = valid(document([problem("host a\n", "host", "too many")]))["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == (FOREIGN.code, FOREIGN.slug)
    assert rule["shortDescription"] == {"text": "Too many hosts."}
    assert rule["defaultConfiguration"] == {"level": "warning"}


# ---------------------------------------------------------------- fixes
def applied(text: str, replacements: list[dict[str, Any]]) -> str:
    """A text after replacements, found by line and column as the standard says."""
    lines = text.split("\n")

    def offset(line: int, column: int) -> int:
        return sum(len(before) + 1 for before in lines[: line - 1]) + column - 1

    for change in sorted(
        replacements, key=lambda c: -offset(c["deletedRegion"]["startLine"], c["deletedRegion"]["startColumn"])
    ):
        region = change["deletedRegion"]
        start, end = offset(region["startLine"], region["startColumn"]), offset(region["endLine"], region["endColumn"])
        text = text[:start] + change["insertedContent"]["text"] + text[end:]
    return text


def test_fixes_say_the_same_as_ours() -> None:
    fixed = [diagnostic for diagnostic in from_the_catalogue() if diagnostic.fix]
    assert len(fixed) > 10
    for diagnostic, result in zip(fixed, document(fixed)["runs"][0]["results"], strict=True):
        assert diagnostic.fix is not None
        (file,) = {edit.span.file for edit in diagnostic.fix.edits}
        expected = file.text
        for edit in sorted(diagnostic.fix.edits, key=lambda edit: -edit.span.start):
            expected = expected[: edit.span.start] + edit.text + expected[edit.span.end :]
        ((change,),) = [fix["artifactChanges"] for fix in result["fixes"]]
        assert applied(file.text, change["replacements"]) == expected != file.text


def test_a_fix_of_two_files(valid: Valid) -> None:
    one, two = SourceFile("one.mln", "a\n"), SourceFile("two.mln", "b\n")
    fix = Fix("rename", (Edit(one.span(0, 1), "c"), Edit(two.span(0, 1), "c")), safe=True)
    related = [Related(two.span(0, 1), "here")]
    (result,) = valid(document([FOREIGN.at(one.span(0, 1), "no", fix=fix, related=related)]))["results"]
    assert [change["artifactLocation"]["uri"] for change in result["fixes"][0]["artifactChanges"]] == [
        "one.mln",
        "two.mln",
    ]
    assert result["fixes"][0]["properties"] == {"applicability": "safe"}
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "two.mln"


# ---------------------------------------------------------------- fingerprints
def prints(found: Iterable[Diagnostic]) -> list[str]:
    results = document(list(found))["runs"][0]["results"]
    return [result["partialFingerprints"]["mlnc/v1"] for result in results]


def test_a_fingerprint_stays_when_its_line_moves() -> None:
    text = "host web {\n    memroy 1\n    memroy 2\n}\n"
    before = [problem(text, "memroy 1"), problem(text, "memroy 2")]
    moved = "# new\n\n" + text.replace("    ", "\t")
    after = [problem(moved, "memroy 1"), problem(moved, "memroy 2")]
    assert prints(before) == prints(after)
    assert len(set(prints(before))) == 2


def test_like_problems_on_like_lines_have_fingerprints_of_their_own() -> None:
    found = from_the_catalogue()
    assert Counter(prints([*found, *found])).most_common(1)[0][1] == 1
    assert prints([problem("a\n", "a")]) != prints([problem("a\n", "a", path="other.mln")])


# ---------------------------------------------------------------- another's reader
def test_sarif_tools_read_it(tmp_path: Path) -> None:
    tool = str(Path(sys.executable).parent / "sarif")
    require(tool)
    found = from_the_catalogue()
    log = tmp_path / "lab.sarif"
    log.write_text(written("sarif", found, [], ""), encoding="utf-8")
    listed = run(tool, "csv", "--output", tmp_path / "lab.csv", log)
    assert listed.returncode == 0, listed.stderr
    with (tmp_path / "lab.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert Counter((row["Severity"], row["Code"], row["Location"], row["Line"]) for row in rows) == Counter(
        (d.severity, d.code, d.span.file.path, str(d.span.file.position(d.span.start).line)) for d in found if d.span
    )
    assert {row["Tool"] for row in rows} == {"mlnc"}
    summary = run(tool, "summary", log)
    errors = sum(diagnostic.is_error for diagnostic in found)
    assert f"error: {errors}\n" in summary.stdout
