"""`mlnc import` as a person uses it."""

from __future__ import annotations

import argparse
import json
import stat
from pathlib import Path

import pytest
from import_helpers import DATA

from mlnlang.cli import importing


def mlnc_import(*words: str | Path) -> int:
    parser = argparse.ArgumentParser(prog="mlnc")
    importing.add(parser.add_subparsers())
    options = parser.parse_args(["import", *map(str, words)])
    status: int = options.run(options)
    return status


def test_to_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_import(DATA / "node1.cfg") == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Imported by mlnc import from node1.cfg.\nglobal {\n    project cluster\n")
    assert "settings: " in err


def test_to_a_file_with_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, report = tmp_path / "lab.mln", tmp_path / "report.json"
    assert mlnc_import(DATA / "virt-install.xml", "-o", target, "--report", report, "--project", "lab2") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "virt-install.xml:3:9: warning: domain/uuid=" in err
    assert "project lab2" in target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600, "there is a password in it"
    document = json.loads(report.read_text())
    assert document["version"] == 1
    assert {setting["fate"] for setting in document["settings"]} == {"carried", "changed", "lost", "implied"}
    assert list(tmp_path.iterdir()) == [target, report] or sorted(tmp_path.iterdir()) == [target, report]


def test_an_existing_file_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "lab.mln"
    target.write_text("mine")
    assert mlnc_import(DATA / "node1.cfg", "-o", target) == 1
    assert target.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert mlnc_import(DATA / "node1.cfg", "-o", target, "--force", "-q") == 0
    assert target.read_text().startswith("# Imported")
    assert capsys.readouterr().err == ""


def test_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_import(tmp_path / "missing.xml") == 1
    assert "MLN001" in capsys.readouterr().err
    bad = tmp_path / "bad.xml"
    bad.write_text("<domain>")
    assert mlnc_import(bad, "-o", tmp_path / "x.mln") == 1
    assert "MLN021 unreadable-input" in capsys.readouterr().err
    assert not (tmp_path / "x.mln").exists()
    assert mlnc_import(DATA / "node1.cfg", "-o", tmp_path / "no" / "x.mln") == 1
    assert "MLN007" in capsys.readouterr().err


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_import(DATA / "node1.cfg", "--project", "a b") == 2
    assert mlnc_import("-", "-") == 2
    assert "standard input" in capsys.readouterr().err


def test_strict(capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_import(DATA / "node1.cfg", "--strict") == 0
    assert mlnc_import(DATA / "esxi.vmx", "--strict") == 1
    assert "host Mail-Server-prod" in capsys.readouterr().out


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mlnc_import("--help")
    out = capsys.readouterr().out
    assert "virsh dumpxml" in out
    assert "exit:" in out
