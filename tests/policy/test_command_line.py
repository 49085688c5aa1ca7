"""`mlnc check` and `mlnc compile` with settings, choices, baselines and fixes."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from policy_helpers import host

from mlnlang.cli.main import main

Mlnc = Callable[..., tuple[int, str, str]]

BARE = host("network eth0 { switch lan; address 10.0.0.2 }\n") + "switch lan { }\n"
TWICE = host("network eth0 { switch lan; address 10.0.0.2 }\nmemory 64M\nmemory 65M\n") + "switch lan { }\n"


@pytest.fixture
def mlnc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mlnc:
    """Run `mlnc` in a fresh directory: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main([*arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        gc.enable()
        return (code, *capsys.readouterr())

    return run


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "."))
        path.write_bytes(text.encode())


def slugs(error: str) -> list[str]:
    return [line.split(" ")[-1][:-1] for line in error.splitlines() if "[MLN" in line]


def test_the_closing_line_says_what_was_let_pass(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE.replace("10.0.0.2 }", "10.0.0.2 } # mln: allow(missing-netmask)"))
    assert mlnc("check", "--write-baseline", "known.json", "lab.mln") == (
        0, "", "no problems in 1 file, 1 host; 1 problem written to known.json; 1 allowed\n",
    )  # fmt: skip
    assert mlnc("check", "--baseline", "known.json", "lab.mln") == (
        0, "", "no problems in 1 file, 1 host; 1 allowed; 1 in the baseline\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([], 0, ["missing-netmask", "given-twice"]),
        (["--strict"], 1, ["missing-netmask", "given-twice"]),
        (["--select", "MLN5"], 0, ["missing-netmask"]),
        (["--select", "MLN5, given-twice"], 0, ["missing-netmask", "given-twice"]),
        (["--select", "MLN5", "--select", "MLN3"], 0, ["missing-netmask", "given-twice"]),
        (["--ignore", "MLN5", "--strict"], 1, ["given-twice"]),
        (["--ignore", "MLN5,given-twise"], 2, ["unknown-rule", "given-twice"]),
        (["--ignore", "bad-size"], 2, ["firm-rule", "missing-netmask", "given-twice"]),
        (["--select", "MLN9999"], 2, ["unknown-rule"]),
        (["--baseline", "none.json"], 2, ["missing-netmask", "given-twice", "bad-baseline"]),
    ],
)
def test_choices(mlnc: Mlnc, arguments: list[str], code: int, expected: list[str]) -> None:
    write(lab__mln=TWICE)
    found, output, error = mlnc("check", *arguments, "lab.mln")
    assert (found, output, slugs(error)) == (code, "", expected)


def test_broken_settings_are_2_for_check_and_compile_in_every_format(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE, mlnc__toml="strict = maybe\n")
    assert mlnc("check", "lab.mln")[0] == 2
    code, output, _ = mlnc("check", "--format", "json", "lab.mln")
    assert code == 2
    assert [d["slug"] for d in json.loads(output)["diagnostics"]] == ["missing-netmask", "given-twice", "bad-settings"]
    assert mlnc("compile", "lab.mln")[0] == 2
    assert not Path("out").exists()


def test_compile_goes_by_settings(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE, mlnc__toml="[levels]\ngiven-twice = 'error'\n")
    assert mlnc("compile", "lab.mln")[0] == 1
    write(mlnc__toml="[levels]\ngiven-twice = 'off'\n")
    code, _, error = mlnc("compile", "lab.mln")
    assert (code, slugs(error)) == (0, ["missing-netmask"])


def test_the_standard_input_is_governed_by_the_working_directory(mlnc: Mlnc, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    write(mlnc__toml="[levels]\nmissing-netmask = 'error'\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BARE.encode())))
    assert mlnc("check", "-")[0] == 1


# ---------------------------------------------------------------- baselines
def test_a_baseline_is_written_anew_whatever_settings_say_of_it(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE, mlnc__toml="baseline = 'known.json'\nstrict = true\n")
    assert mlnc("check", "lab.mln")[0] == 2, "there is none yet"
    assert mlnc("check", "--write-baseline", "known.json", "lab.mln")[0] == 0
    first = Path("known.json").read_text()
    assert [(each["rule"], each["count"]) for each in json.loads(first)["problems"]] == [
        ("given-twice", 1),
        ("missing-netmask", 1),
    ]
    assert mlnc("check", "lab.mln")[0] == 0
    assert mlnc("check", "--write-baseline", "known.json", "lab.mln")[0] == 0
    assert Path("known.json").read_text() == first
    assert slugs(mlnc("check", "--baseline", "", "lab.mln")[2]) == ["missing-netmask", "given-twice"]


def test_firm_errors_stay_when_a_baseline_is_written(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE.replace("64M", "64Q"))
    code, _, error = mlnc("check", "--write-baseline", "known.json", "lab.mln")
    assert (code, slugs(error)) == (1, ["bad-size"])
    assert len(json.loads(Path("known.json").read_text())["problems"]) == 2


def test_no_baseline_is_written_by_broken_settings_or_where_none_can_be(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE)
    assert mlnc("check", "--ignore", "nonsense", "--write-baseline", "known.json", "lab.mln")[0] == 2
    assert not Path("known.json").exists()
    code, _, error = mlnc("check", "--write-baseline", "no/such/known.json", "lab.mln")
    assert (code, slugs(error)) == (1, ["missing-netmask", "given-twice", "cannot-write"])


def test_two_baselines_at_once_are_wrong_usage(mlnc: Mlnc) -> None:
    assert mlnc("check", "--baseline", "a", "--write-baseline", "b", "lab.mln")[0] == 2


# ---------------------------------------------------------------- fixes
def test_fix_writes_what_is_safe_and_shows_the_rest(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE.replace("64M", "64M # mln: allow(missing-netmask)"))
    code, _, error = mlnc("check", "--fix", "lab.mln")
    assert (code, slugs(error)) == (0, ["given-twice"])
    assert error.endswith("1 warning; 2 fixes in 1 file\n")
    assert Path("lab.mln").read_text() == TWICE.replace("10.0.0.2", "10.0.0.2/24")


def test_unsafe_fixes_come_when_asked_for(mlnc: Mlnc) -> None:
    write(lab__mln=host("memroy 64M\n"))
    assert slugs(mlnc("check", "--fix", "lab.mln")[2]) == ["unknown-keyword"]
    assert Path("lab.mln").read_text() == host("memroy 64M\n")
    assert mlnc("check", "--unsafe-fixes", "lab.mln") == (0, "", "no problems in 1 file, 1 host; 1 fix in 1 file\n")
    assert Path("lab.mln").read_text() == host("memory 64M\n")


def test_misspelt_rules_in_settings_are_mended_too(mlnc: Mlnc) -> None:
    write(lab__mln=TWICE, mlnc__toml='ignore = ["given-twise", "missing-netmask"]\n')
    assert mlnc("check", "--unsafe-fixes", "lab.mln")[0] == 0
    assert Path("mlnc.toml").read_text() == 'ignore = ["given-twice", "missing-netmask"]\n'


def test_included_files_line_ends_marks_modes_and_links_stay(mlnc: Mlnc) -> None:
    Path("real").mkdir()
    real = Path("real/wires.mln")
    real.write_bytes(b"\xef\xbb\xbfnetwork eth0 {\r\n    switch lan\r\n    address 10.0.0.2\r\n}\r\n")
    real.chmod(0o640)
    Path("wires.mln").symlink_to(real)
    write(lab__mln=host("#include wires.mln\n") + "switch lan { }\n")
    untouched = os.stat("lab.mln").st_mtime_ns
    assert mlnc("check", "--fix", "lab.mln", "./lab.mln")[0] in (0, 1)
    assert real.read_bytes() == b"\xef\xbb\xbfnetwork eth0 {\r\n    switch lan\r\n    address 10.0.0.2/24\r\n}\r\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert Path("wires.mln").is_symlink()
    assert os.stat("lab.mln").st_mtime_ns == untouched


def test_a_file_that_is_not_utf8_is_left_alone(mlnc: Mlnc) -> None:
    content = BARE.encode().replace(b"host web", b"# Z\xfcrich\nhost web")
    Path("lab.mln").write_bytes(content)
    assert mlnc("check", "--fix", "lab.mln")[0] == 1
    assert Path("lab.mln").read_bytes() == content


def test_a_file_that_can_not_be_written_is_said(mlnc: Mlnc, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lab__mln=BARE)
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, _, error = mlnc("check", "--fix", "lab.mln")
    assert (code, slugs(error)) == (1, ["cannot-write"])
    assert Path("lab.mln").read_text() == BARE


def test_a_fix_that_brings_an_error_is_taken_back(mlnc: Mlnc) -> None:
    """`hsot` is near `host`, but then there are two hosts `web`."""
    text = host("") + "hots web { template debian.ext4 }\n"
    write(lab__mln=text)
    code, _, error = mlnc("check", "--unsafe-fixes", "lab.mln")
    assert (code, slugs(error)) == (0, ["unknown-block"])
    assert Path("lab.mln").read_text() == text


def test_the_standard_input_can_not_be_fixed(mlnc: Mlnc) -> None:
    assert mlnc("check", "--fix", "-")[0] == 2


# ---------------------------------------------------------------- explain
def test_explain_says_whether_a_rule_may_be_allowed(mlnc: Mlnc) -> None:
    assert "# mln: allow(missing-netmask)" in mlnc("explain", "missing-netmask")[1]
    assert mlnc("explain", "MLN503") == mlnc("explain", "missing-netmask")
    assert "(error)" in mlnc("explain", "bad-size")[1]
    assert "can't be allowed" in mlnc("explain", "bad-size")[1]
    assert "# mln: allow(duplicate-address)" in mlnc("explain", "duplicate-address")[1]


def test_what_is_not_used_is_not_imported(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "lab.mln").write_text(BARE)
    script = "import sys; from mlnlang.cli.main import main; main(['check', 'lab.mln']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    for module in ("tomllib", "mlnlang.policy.reading", "mlnlang.policy.allow", "mlnlang.policy.baseline"):
        assert f"'{module}'" not in done.stdout
