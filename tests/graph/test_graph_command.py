"""`mlnc graph`, as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
global { project demo }
host web { uml; template t.ext4; network eth0 { address 10.0.0.2/24; switch lan } }
host db { uml; template t.ext4; network eth0 { address 10.0.0.3/24; switch lan } }
switch lan { }
"""
BAD = GOOD.replace("switch lan { }", "switch lann { }").replace("project demo", "project bad")


def graph(place: Path, *arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    (place / "good.mln").write_text(GOOD)
    (place / "bad.mln").write_text(BAD)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("MLN_", "XDG_"))}
    return subprocess.run(
        [sys.executable, "-m", "mlnlang.cli.main", "graph", *arguments],
        cwd=place,
        input=text,
        env={**clean, "HOME": str(place / "home"), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_svg_to_the_standard_output(tmp_path: Path) -> None:
    done = graph(tmp_path, "good.mln")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("<svg ")
    assert graph(tmp_path, "-", text=GOOD).stdout == done.stdout.replace("good.mln", "&lt;stdin&gt;")


@pytest.mark.parametrize(
    ("name", "start"),
    [("x.svg", "<svg"), ("x.dot", "graph"), ("x.GV", "graph"), ("x.mmd", "flowchart"), ("x.json", "{"), ("x", "<svg")],
)
def test_the_ending_names_the_format(tmp_path: Path, name: str, start: str) -> None:
    done = graph(tmp_path, "good.mln", "-o", name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / name).read_text().startswith(start)


def test_format_goes_before_the_ending(tmp_path: Path) -> None:
    assert graph(tmp_path, "good.mln", "-o", "x.svg", "--format", "mermaid").returncode == 0
    assert (tmp_path / "x.svg").read_text().startswith("flowchart")


def test_a_project_with_errors_is_drawn(tmp_path: Path) -> None:
    done = graph(tmp_path, "bad.mln", "--format", "json")
    assert done.returncode == 1
    assert "there is no switch `lan`" in done.stderr
    shown = json.loads(done.stdout)
    assert [node["name"] for node in shown["nodes"] if node["kind"] == "host"] == ["web", "db"]
    assert [node["name"] for node in shown["nodes"] if node["kind"] == "missing"] == ["lan"]
    assert {edge["severity"] for edge in shown["edges"]} == {"error"}


def test_without_diagnostics(tmp_path: Path) -> None:
    done = graph(tmp_path, "bad.mln", "--format", "json", "--no-diagnostics")
    assert done.returncode == 1
    assert "there is no switch `lan`" in done.stderr, "said, not drawn"
    assert json.loads(done.stdout)["problems"] == []


def test_several_files_are_drawn_together(tmp_path: Path) -> None:
    done = graph(tmp_path, "good.mln", "bad.mln", "--format", "json")
    frames = json.loads(done.stdout)["frames"]
    assert [frame["name"] for frame in frames] == ["demo", "bad"]


def test_choices(tmp_path: Path) -> None:
    some = json.loads(graph(tmp_path, "good.mln", "--format", "json", "--host", "w*", "--server", "local").stdout)
    assert [node["name"] for node in some["nodes"]] == ["lan", "web"]
    none = graph(tmp_path, "good.mln", "--host", "x*", "--server", "far")
    assert (none.returncode, none.stdout) == (1, "")
    assert none.stderr == "mlnc graph: there is no host on the server 'far' and named like 'x*'\n"


def test_no_addresses(tmp_path: Path) -> None:
    assert "10.0.0.2/24" in graph(tmp_path, "good.mln").stdout
    assert "10.0.0." not in graph(tmp_path, "good.mln", "--no-addresses").stdout


def test_what_can_not_be_written_is_said(tmp_path: Path) -> None:
    done = graph(tmp_path, "good.mln", "-o", "no/such/folder/x.svg")
    assert (done.returncode, done.stdout) == (1, "")
    assert "can't be written: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
    assert graph(tmp_path, "good.mln", "-o", str(tmp_path)).returncode == 1
    assert graph(tmp_path, "good.mln", "-o", "/dev/null").returncode == 0


def test_wrong_usage(tmp_path: Path) -> None:
    assert graph(tmp_path, "good.mln", "--format", "png").returncode == 2
    missing = graph(tmp_path, "absent.mln")
    assert missing.returncode == 1
    assert "absent.mln" in missing.stderr


def test_without_the_library_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "graphlay.py").write_text("raise ImportError\n")
    routed = GOOD + "host r { uml; template t; network eth0 { switch lan }; network eth1 { switch b } }\nswitch b { }\n"
    done = graph(tmp_path, "-", text=routed, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install graphlay" in done.stderr
    assert graph(tmp_path, "-", "--format", "dot", text=routed, PYTHONPATH=str(tmp_path)).returncode == 0


def test_help_has_examples(tmp_path: Path) -> None:
    shown = graph(tmp_path, "--help").stdout
    assert "mlnc graph lab.mln -o lab.svg" in shown
    assert "--no-diagnostics" in shown
