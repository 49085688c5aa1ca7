"""Code Quality reports have what GitLab asks for: description, check_name, fingerprint, severity, path, line."""

from __future__ import annotations

from format_helpers import from_the_catalogue, problem

from mlnlang.diagnostics.as_gitlab import document
from mlnlang.diagnostics.catalogue import FILE_NOT_FOUND, INTERNAL


def test_every_problem_has_all_that_gitlab_asks_for() -> None:
    found = from_the_catalogue()
    report = document(found)
    assert len(report) == len(found) == len({entry["fingerprint"] for entry in report})
    for diagnostic, entry in zip(found, report, strict=True):
        assert diagnostic.span is not None
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] == {"error": "major", "warning": "minor", "note": "info"}[diagnostic.severity]
        assert entry["description"].startswith(f"{diagnostic.code}: {diagnostic.message}")
        assert entry["location"]["lines"]["begin"] == diagnostic.span.file.position(diagnostic.span.start).line


def test_paths_are_those_of_the_repository() -> None:
    """GitLab finds `labs/a.mln` in a merge request, but not `./labs/a.mln`."""
    places = [problem("a\n", "a", path=path) for path in ("./labs/a.mln", "/work/labs/a.mln")]
    assert [entry["location"]["path"] for entry in document(places, "/work")] == ["labs/a.mln"] * 2


def test_places_without_a_line_and_without_a_file() -> None:
    found = [FILE_NOT_FOUND.at(None, "there is no file", path="a.mln"), INTERNAL.at(None, "failed")]
    assert [entry["location"] for entry in document(found)] == [
        {"path": "a.mln", "lines": {"begin": 1, "end": 1}},
        {"path": ".", "lines": {"begin": 1, "end": 1}},
    ]


def test_no_problems() -> None:
    assert document([]) == []
