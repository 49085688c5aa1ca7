"""`mlnc check --format` and `-o`: whole documents on the right stream, whatever is found."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import GOOD, Mlnc
from junitparser import JUnitXml

from mlnlang import __version__
from mlnlang.diagnostics.formats import FORMATS

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = {"text": "txt", "github": "txt", "junit": "xml"}
BAD = """\
global { project demo }
#include "shared lan.mln"

host wéb {
    template debian.ext4
    memory 12Q
    memroy 128M
    network eth0 { switch lna }
}

switch back {
"""
ARGUMENTS = ("check", "--no-config", "my lab, 1:2.mln", "good.mln", "nowhere.mln", "folder")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with a faulty project, what it includes, and what is no project."""
    (tmp_path / "my lab, 1:2.mln").write_text(BAD, encoding="utf-8")
    (tmp_path / "shared lan.mln").write_text("switch lan { }\nswitch lan { }\n")
    (tmp_path / "folder").mkdir(exist_ok=True)
    return tmp_path


@pytest.mark.parametrize("form", FORMATS)
def test_documents(mlnc: Mlnc, place: Path, golden: Callable[[Path, str], None], form: str) -> None:
    done = mlnc(*ARGUMENTS, "--format", form, "-o", "-")
    assert done.returncode == 1
    golden(GOLDEN / f"{form}.{SUFFIX.get(form, 'json')}", done.stdout.replace(__version__, "VERSION"))
    again = mlnc(*ARGUMENTS, "--format", form, "-o", "-", LC_ALL="C", PYTHONIOENCODING="latin-1", PYTHONHASHSEED="7")
    assert again.stdout == done.stdout


@pytest.mark.parametrize("form", FORMATS[1:])
def test_documents_go_to_the_standard_output(mlnc: Mlnc, place: Path, form: str) -> None:
    done = mlnc(*ARGUMENTS, "--format", form)
    assert done.stdout == mlnc(*ARGUMENTS, "--format", form, "-o", "-").stdout != ""
    assert "shared lan.mln" in done.stdout.replace("%20", " ")
    assert done.stderr == ("6 errors, 1 warning\n" if form == "github" else "")
    assert mlnc(*ARGUMENTS, "--format", form, "--quiet").stderr == ""


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_takes_the_document_and_the_text_is_shown(mlnc: Mlnc, place: Path, form: str) -> None:
    done = mlnc(*ARGUMENTS, "--format", form, "-o", "report")
    shown = mlnc(*ARGUMENTS)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", shown.stderr)
    document = mlnc(*ARGUMENTS, "--format", form, "-o", "-").stdout
    assert (place / "report").read_text(encoding="utf-8") == document
    if form == "text":
        assert shown.stderr.startswith(document)


@pytest.mark.parametrize("form", FORMATS)
def test_no_problems(mlnc: Mlnc, tmp_path: Path, form: str) -> None:
    done = mlnc("check", "--no-config", "--format", form, "-o", "report", "good.mln")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no problems in 1 file, 1 host\n")
    document = (tmp_path / "report").read_text()
    if form in ("json", "sarif", "gitlab"):
        read = json.loads(document)
        assert (read if form == "gitlab" else read.get("diagnostics", read.get("runs", [{}])[0].get("results"))) == []
    elif form == "junit":
        assert [case.name for suite in JUnitXml.fromstring(document.encode()) for case in suite] == ["good.mln"]
    else:
        assert document == ""


def test_strict_counts_in_every_format(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "warn.mln").write_text(GOOD.replace("memory", "memroy"))
    for form, word in (
        ("sarif", '"level": "error"'),
        ("github", "::error "),
        ("gitlab", '"major"'),
        ("junit", "<failure"),
    ):
        lenient = mlnc("check", "--no-config", "--format", form, "warn.mln")
        assert (lenient.returncode, word in lenient.stdout) == (0, False)
        done = mlnc("check", "--no-config", "--strict", "--format", form, "warn.mln")
        assert (done.returncode, word in done.stdout) == (1, True)


def test_the_standard_input(mlnc: Mlnc) -> None:
    done = mlnc("check", "--no-config", "--format", "github", "-", stdin="host a {\n")
    assert done.stdout.startswith("::error file=<stdin>,line=1,")


def test_absolute_paths_below_the_working_directory_are_relative(mlnc: Mlnc, place: Path) -> None:
    path = str(place / "shared lan.mln")
    done = mlnc("check", "--no-config", "--format", "gitlab", path)
    assert {entry["location"]["path"] for entry in json.loads(done.stdout)} == {"shared lan.mln"}


def test_names_that_are_no_utf8(mlnc: Mlnc, tmp_path: Path) -> None:
    name = os.fsdecode(b"gr\xfcn.mln")
    (tmp_path / name).write_text("host a {\n")
    uri = json.loads(mlnc("check", "--no-config", "--format", "sarif", name).stdout)["runs"][0]["results"][0]
    assert uri["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "gr%FCn.mln"
    assert "file=gr\ufffdn.mln," in mlnc("check", "--no-config", "--format", "github", name).stdout
    JUnitXml.fromstring(mlnc("check", "--no-config", "--format", "junit", name).stdout.encode())


def test_an_unknown_format_names_those_there_are(mlnc: Mlnc) -> None:
    done = mlnc("check", "--format", "serif", "good.mln")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(
        "mlnc check: error: argument --format: there is no `serif`: did you mean `sarif`?"
        " (there are text, json, sarif, github, gitlab, junit)\n"
    )


@pytest.mark.parametrize("target", ["nowhere/report", "folder", "\udcff/x"])
def test_an_output_that_can_not_be_written_is_a_problem(mlnc: Mlnc, place: Path, target: str) -> None:
    done = mlnc("check", "--no-config", "--format", "sarif", "-o", target, "good.mln")
    assert (done.returncode, done.stdout) == (1, "")
    assert "can't be written" in done.stderr
    assert "MLN007" in done.stderr
    assert "no problems" not in done.stderr


def test_the_output_may_be_a_device(mlnc: Mlnc) -> None:
    done = mlnc("check", "--no-config", "--format", "json", "-o", "/dev/stdout", "good.mln")
    assert (done.returncode, json.loads(done.stdout)["diagnostics"]) == (0, [])
