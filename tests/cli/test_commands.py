"""The commands: what they print, where, and their exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.conftest import GOOD, Mlnc

from mlnlang import __version__
from mlnlang.diagnostics.catalogue import RULES

ROOT = Path(__file__).parents[2]


# ---------------------------------------------------------------- exit codes
def test_version(mlnc: Mlnc) -> None:
    done = mlnc("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"mlnc {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nonsense",),
        ("check",),
        ("check", "--format", "xml", "good.mln"),
        ("check", "--nonsense", "good.mln"),
        ("compile",),
        ("dump", "--stage", "nonsense", "good.mln"),
        ("explain",),
        ("explain", "nonsense"),
        ("explain", "host.web.memory"),
        ("explain", "host.web.memory", "good.mln", "good.mln2"),
        ("docs",),
        ("docs", "nonsense"),
    ],
)
def test_wrong_usage_is_2(mlnc: Mlnc, arguments: tuple[str, ...]) -> None:
    done = mlnc(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "mlnc" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_command_has_near_matches(mlnc: Mlnc) -> None:
    done = mlnc("chekc", "good.mln")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("mlnc: error: argument COMMAND: there is no `chekc`: did you mean `check`?\n")
    assert "there is no `xyzzy`: there are check, compile, " in mlnc("xyzzy").stderr


@pytest.mark.parametrize("command", ["check", "compile", "fmt", "dump", "explain", "docs"])
def test_help_has_examples(mlnc: Mlnc, command: str) -> None:
    done = mlnc(command, "--help")
    assert done.returncode == 0
    assert f"mlnc {command}" in done.stdout
    assert "example" in done.stdout


def test_problems_are_1(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "bad.mln").write_text(GOOD.replace("switch lan\n", "switch lna\n"))
    done = mlnc("check", "bad.mln")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "bad.mln:9:16: error: there is no switch `lna` [MLN405 unknown-switch]\n"
        "  9 |         switch lna\n"
        "    |                ^^^\n"
        "  help: did you mean `lan`?\n"
        "   fix: write `lan`\n"
        "\n"
        "1 error\n"
    )


def test_warnings_are_0_and_1_when_strict(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "warn.mln").write_text(GOOD.replace("memory", "memroy"))
    assert mlnc("check", "warn.mln").returncode == 0
    done = mlnc("check", "--strict", "warn.mln")
    assert done.returncode == 1
    assert "warn.mln:6:5: error: the keyword `memroy` is not known in `host web` [MLN301 unk" in done.stderr
    assert mlnc("compile", "--strict", "warn.mln").returncode == 1
    assert not (tmp_path / "out").exists()


def test_several_files_all_are_reported(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = mlnc("check", "missing.mln", "folder", "good.mln", "/dev/zero")
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if ": error: " in line] == [
        "/dev/zero: error: `/dev/zero` is not a regular file [MLN002 not-a-file]",
        "folder: error: `folder` is a directory, not a file [MLN002 not-a-file]",
        "missing.mln: error: there is no file `missing.mln` [MLN001 file-not-found]",
    ]


# ---------------------------------------------------------------- check
def test_standard_input(mlnc: Mlnc) -> None:
    assert mlnc("check", "-", stdin=GOOD).returncode == 0
    done = mlnc("check", "-", stdin="host a {\n")
    assert done.returncode == 1
    assert done.stderr.startswith("<stdin>:1:1: error: ")


def test_json_is_the_documented_form(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "bad.mln").write_text(GOOD.replace("switch lan\n", "switch lna\n"))
    done = mlnc("check", "--format", "json", "bad.mln")
    assert done.returncode == 1
    document = json.loads(done.stdout)
    assert document["version"] == 1
    (found,) = document["diagnostics"]
    assert found == {
        "code": "MLN405",
        "slug": "unknown-switch",
        "severity": "error",
        "message": "there is no switch `lna`",
        "file": "bad.mln",
        "range": {"start": {"line": 9, "column": 16}, "end": {"line": 9, "column": 19}},
        "related": [],
        "notes": [],
        "help": "did you mean `lan`?",
        "fix": {
            "title": "write `lan`",
            "applicability": "suggestion",
            "edits": [
                {
                    "file": "bad.mln",
                    "range": {"start": {"line": 9, "column": 16}, "end": {"line": 9, "column": 19}},
                    "text": "lan",
                }
            ],
        },
    }
    assert json.loads(mlnc("check", "--format", "json", "good.mln").stdout) == {"version": 1, "diagnostics": []}
    assert json.loads(mlnc("check", "--format", "json", "nowhere.mln").stdout)["diagnostics"][0]["range"] is None


def test_configuration_files_are_checked_too(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "mln.conf").write_text("default_memroy 64M\ndaemon_allow 192.168.10.*\ndaemon_allow 10.0.0.0/8\n")
    done = mlnc("check", "mln.conf")
    assert "mln.conf:1:1: warning: the keyword `default_memroy` is not known" in done.stderr
    assert "did you mean `default_memory`" in done.stderr


def test_configuration_is_read_and_can_be_left_out(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "home/.mln").write_text("default_memory 96M\ntemplates $HOME/templates\n")
    (tmp_path / "small.mln").write_text("global { project s }\nhost a { template t.ext4 }\n")
    read = json.loads(mlnc("dump", "small.mln").stdout)
    assert (read["hosts"][0]["memory_mib"], read["templates_directory"]) == (96, str(tmp_path / "home/templates"))
    left_out = json.loads(mlnc("dump", "--no-config", "small.mln").stdout)
    assert (left_out["hosts"][0]["memory_mib"], left_out["templates_directory"]) == (64, None)
    (tmp_path / "other.conf").write_text("default_memory 32M\n")
    assert json.loads(mlnc("dump", "--config", "other.conf", "small.mln").stdout)["hosts"][0]["memory_mib"] == 32
    assert json.loads(mlnc("dump", "-T", "/t", "small.mln").stdout)["templates_directory"] == "/t"


def test_include_dir(mlnc: Mlnc, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/lan.mln").write_text("switch lan { }\n")
    (tmp_path / "user.mln").write_text(GOOD.replace("switch lan { }", "#include lan.mln"))
    assert mlnc("check", "user.mln").returncode == 1
    assert mlnc("check", "-I", "shared", "user.mln").returncode == 0


# ---------------------------------------------------------------- explain
def test_explain_shows_every_layer(mlnc: Mlnc) -> None:
    done = mlnc("explain", "host.tre.memory", "examples/italy.mln", cwd=ROOT)
    assert done.returncode == 0
    assert done.stdout == (
        "host.tre.memory = 256 MiB\n"
        "  256 MiB  examples/italy.mln:18:5  host tre, written `256MB`  ← this counts\n"
        "  128 MiB  examples/italy.mln:6:5   superclass basic, written `128M`\n"
        "  64 MiB                            the default of the language\n"
    )


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("host.tre.network.eth0.switch", "host.tre.network.eth0.switch = lan\n"),
        ("host.tre.eth0.switch", "host.tre.eth0.switch = lan\n"),
        ("host.tre.boot_order", "host.tre.boot_order = 99\n"),
        ("host.tre.gateway", ""),
        ("superclass.basic.memory", "superclass.basic.memory = 128 MiB\n"),
        ("switch.lan.vmware", "switch.lan.vmware = on\n"),
        ("global.project", "global.project = italy\n"),
        ("host.tre", "host.tre\n"),
    ],
)
def test_explain_finds_values(mlnc: Mlnc, what: str, answer: str) -> None:
    done = mlnc("explain", what, str(ROOT / "examples/italy.mln"))
    assert done.returncode == (0 if answer else 1)
    assert done.stdout.startswith(answer)


def test_explain_of_a_host_that_is_not_there(mlnc: Mlnc) -> None:
    done = mlnc("explain", "host.ter.memory", str(ROOT / "examples/italy.mln"))
    assert done.returncode == 1
    assert done.stderr == "mlnc explain: there is no host `ter`; did you mean `tre`?\n"


@pytest.mark.parametrize("code", RULES)
def test_explain_every_code(mlnc: Mlnc, code: str) -> None:
    if int(code[3:]) % 10 == 1 or code == "MLN405":  # a process each; the pages themselves are tested in unit/
        done = mlnc("explain", code.lower())
        assert done.returncode == 0
        assert done.stdout.startswith(f"{code} {RULES[code].slug} ({RULES[code].severity})\n")


def test_explain_keywords_and_plugins(mlnc: Mlnc) -> None:
    assert "superclass common" in mlnc("explain", "superclass").stdout
    assert "plugin:   autoenum" in mlnc("explain", "numhosts").stdout
    assert "did you mean `memory`" in mlnc("explain", "memroy").stderr


# ---------------------------------------------------------------- dump
def test_dump_of_the_syntax_loses_nothing(mlnc: Mlnc, tmp_path: Path) -> None:
    text = "# first\r\nglobal { project demo; } # c\r\n\r\nhost a {\r\n\tmemory   1G ;;\r\n}\r\n# last"
    (tmp_path / "odd.mln").write_bytes(text.encode())
    shown = json.loads(mlnc("dump", "--stage", "tokens", "odd.mln").stdout)
    assert "".join(token["trivia"] + token["text"] for token in shown["tokens"]) == text


@pytest.mark.parametrize("stage", ["tokens", "cst", "symbols", "ir", "plan"])
def test_dump_every_stage(mlnc: Mlnc, stage: str) -> None:
    done = mlnc("dump", "--stage", stage, "good.mln")
    assert done.returncode == 0
    assert json.loads(done.stdout)["version"] == 1


def test_dump_of_a_file_that_is_not_there(mlnc: Mlnc) -> None:
    done = mlnc("dump", "nowhere.mln")
    assert (done.returncode, done.stdout) == (1, "")


# ---------------------------------------------------------------- manners
def test_colours_come_when_asked_for(mlnc: Mlnc) -> None:
    assert "\x1b[" not in mlnc("check", "nowhere.mln").stderr
    assert "\x1b[" in mlnc("check", "nowhere.mln", NO_COLOR="", FORCE_COLOR="1").stderr


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "good.mln").write_text(GOOD)
    command = f"{sys.executable} -m mlnlang.cli.main docs diagnostics | head -1"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("# Diagnostics\n", "")


def test_ctrl_c_is_130(tmp_path: Path) -> None:
    """Interrupt while the standard input is waited for."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mlnlang.cli.main", "check", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    status = Path(f"/proc/{process.pid}/wchan")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        if "pipe" in (status.read_text() if status.exists() else "pipe"):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (130, "interrupted\n")


def test_nothing_heavy_is_imported_for_the_version() -> None:
    script = "import sys; from mlnlang.cli.main import main; main(['--version']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    for heavy in ("lark", "jinja2", "rich", "pygls", "argcomplete", "mlnlang.api", "mlnlang_codegen", "json"):
        assert f"'{heavy}'" not in done.stdout


def test_a_clean_check_imports_nothing_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "good.mln").write_text(GOOD)
    script = "import sys; from mlnlang.cli.main import main; main(['check', 'good.mln']); print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    for heavy in ("jinja2", "rich", "pygls", "argcomplete", "difflib", "importlib.metadata", "wcwidth"):
        assert f"'{heavy}'" not in done.stdout
