"""`mlnc inventory` as a person uses it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from mlnlang.cli import inventory

GOOD = """\
global { project demo }
host web { uml; template t; network eth0 { address 10.0.0.2/24; switch lan } }
host db { uml; template t; service_host srv1; network eth0 { address dhcp; switch lan } }
switch lan { dhcp yes }
"""
BAD = "global { project bad }\nhost web { uml; template t; memory many }\n"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.mln").write_text(GOOD.replace("service_host srv1; ", ""))
    (tmp_path / "bad.mln").write_text(BAD)


def mlnc_inventory(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="mlnc")
    inventory.add(parser.add_subparsers())
    options = parser.parse_args(["inventory", "--no-config", *words])
    status: int = options.run(options)
    return status


def test_ansible_on_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_inventory("good.mln") == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Written by `mlnc inventory`; an inventory for `ansible -i`.\nall:\n  hosts:\n    web:\n")
    assert err == "1 host has no fixed address: db\n"
    assert mlnc_inventory("good.mln", "-q") == 0
    assert capsys.readouterr() == (out, "")


def test_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_inventory("good.mln", "--format", "hosts", "-o", "hosts") == 0
    assert capsys.readouterr().out == ""
    assert "10.0.0.2 web.demo web\n# db.demo: no fixed address\n" in (tmp_path / "hosts").read_text()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert mlnc_inventory("good.mln", "-o", "/dev/null") == 0
    assert Path("/dev/null").is_char_device()


def test_errors_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list").write_text("as it was\n")
    assert mlnc_inventory("good.mln", "bad.mln", "-o", "list") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "MLN304" in err
    assert err.endswith("1 error; nothing was written\n")
    assert (tmp_path / "list").read_text() == "as it was\n"


def test_a_file_that_can_not_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_inventory("good.mln", "-o", "no/such/folder") == 1
    assert "MLN007" in capsys.readouterr().err
    assert mlnc_inventory("good.mln", "-o", ".") == 1
    assert "MLN007" in capsys.readouterr().err


def test_a_wish_that_no_host_fits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_inventory("good.mln", "--host", "w*", "--host", "mail", "-o", "list") == 1
    assert capsys.readouterr() == ("", "no host is called `mail`; nothing was written\n")
    assert not (tmp_path / "list").exists()
    assert mlnc_inventory("good.mln", "--server", "srv9") == 1
    assert capsys.readouterr() == ("", "no host is on the server `srv9`; nothing was written\n")


@pytest.mark.parametrize(
    "words",
    [
        ("--user", "a b"),
        ("--user=-x",),
        ("--user", ""),
        ("--jump", "a b"),
        ("--jump", "x\nUser root"),
        ("--jump=-oProxyCommand=x",),
        ("--format", "hosts", "--jump", "srv1"),
        ("--format", "hosts", "--user", "alice"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_inventory("good.mln", *words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mlnc inventory: ")


def test_user_and_jump(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mlnc_inventory("good.mln", "--format", "json", "--user", "eve", "--jump", "gate", "--host", "web") == 0
    (host,) = json.loads(capsys.readouterr().out)["hosts"]
    assert (host["user"], host["jump"], host["server"]) == ("eve", "gate", None)
    (tmp_path / "far.mln").write_text(GOOD.replace("; switch lan }", " }").replace("demo", "far"))
    assert mlnc_inventory("far.mln", "--format", "json", "--server", "srv1", "--jump", "auto") == 0
    (host,) = json.loads(capsys.readouterr().out)["hosts"]
    assert (host["name"], host["jump"]) == ("db", "srv1")


def test_one_identity_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "again.mln").write_text((tmp_path / "good.mln").read_text())
    assert mlnc_inventory("good.mln", "again.mln") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "demo" in err


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        mlnc_inventory("--help")
    assert "mlnc inventory lab.mln" in capsys.readouterr().out
