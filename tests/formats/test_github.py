"""Workflow commands, read back by the rules of the runner: what a user writes never makes a command of its own."""

from __future__ import annotations

import re

import pytest
from format_helpers import from_the_catalogue, problem

from mlnlang.diagnostics import Related
from mlnlang.diagnostics.as_github import commands
from mlnlang.diagnostics.catalogue import FILE_NOT_FOUND, INTERNAL
from mlnlang.source import SourceFile

COMMAND = re.compile(r"::(?P<name>\w+)(?: (?P<properties>[^:]*))?::(?P<data>[^\r\n]*)\n")


def unescaped(text: str) -> str:
    for sign, code in (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(code, sign)
    return text


def read(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Each command: name, properties, message; nothing else may stand in the text."""
    found = []
    at = 0
    while at < len(text):
        match = COMMAND.match(text, at)
        assert match, text[at : at + 80]
        pairs = [pair.split("=", 1) for pair in (match["properties"] or "").split(",")]
        found.append((match["name"], {name: unescaped(value) for name, value in pairs}, unescaped(match["data"])))
        at = match.end()
    return found


def test_every_problem_is_a_command() -> None:
    found = from_the_catalogue()
    said = read(commands(found))
    assert len(said) == len(found)
    for diagnostic, (name, properties, message) in zip(found, said, strict=True):
        assert name == {"error": "error", "warning": "warning", "note": "notice"}[diagnostic.severity]
        assert properties["title"] == f"{diagnostic.code} {diagnostic.slug}"
        assert message.splitlines()[0] == diagnostic.message
        assert diagnostic.span is not None
        assert (properties["file"], properties["line"]) == tuple(diagnostic.span.place().split(":")[:2])


def test_no_problems_are_no_text() -> None:
    assert commands([]) == ""


def test_columns_only_within_one_line() -> None:
    """The runner drops columns of a region of several lines, and warns."""
    text = "host a {\n}\n"
    one, two = (problem(text, "host a"), problem(text, "{\n}"))
    assert (
        commands([one]) == "::warning file=lab.mln,line=1,endLine=1,col=1,endColumn=7,title=LAB001 too-many-hosts::no\n"
    )
    assert commands([two]) == "::warning file=lab.mln,line=1,endLine=2,title=LAB001 too-many-hosts::no\n"


def test_places_without_a_line_and_without_a_file() -> None:
    found = [FILE_NOT_FOUND.at(None, "there is no file", path="/work/a.mln"), INTERNAL.at(None, "failed")]
    assert commands(found, "/work") == (
        "::error file=a.mln,title=MLN001 file-not-found::there is no file\n"
        "::error title=MLN901 internal-error::failed\n"
    )


def test_all_that_is_known_is_in_the_message() -> None:
    other = SourceFile("other.mln", "host b\n").span(5, 6)
    found = problem(
        "host b\n", "b", "twice", related=[Related(other, "first here")], notes=["a note"], help="rename it"
    )
    ((_, _, message),) = read(commands([found]))
    assert message == "twice\nother.mln:1:6: first here\na note\nhelp: rename it"


@pytest.mark.parametrize(
    "hostile", ["a\n::error::b", "a\r::error::b", "100%0A", "a,line=1::x", "\x1b[31m", "\u2028::x"]
)
def test_hostile_words_stay_words(hostile: str) -> None:
    found = problem("host a\n", "a", hostile, path=hostile + ".mln", help=hostile)
    ((_, properties, message),) = read(commands([found]))
    assert properties["file"] == hostile + ".mln"
    assert properties["line"] == "1"
    assert "\x1b" not in message
    assert message.count("help: ") == 1
