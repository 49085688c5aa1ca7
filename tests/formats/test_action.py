"""The GitHub Action, and the jobs and configurations of docs/ci.md: valid for those who read them, and they work."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cli.conftest import GOOD
from codegen.codegen_helpers import require, run
from format_helpers import ROOT

BIN = Path(sys.executable).parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
Act = Callable[..., tuple[int, str, str]]


def snippets() -> dict[str, str]:
    """The YAML of docs/ci.md by the name of the file it is for, which its first line says."""
    blocks = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", (ROOT / "docs/ci.md").read_text(), re.MULTILINE | re.DOTALL)
    return dict(blocks)


def holds_to(schema: str, path: Path) -> None:
    tool = BIN / "check-jsonschema"
    require(str(tool))
    done = run(tool, "--builtin-schema", f"vendor.{schema}", path)
    assert done.returncode == 0, done.stdout + done.stderr


# ---------------------------------------------------------------- what others say
def test_the_action_is_one() -> None:
    holds_to("github-actions", ROOT / "action.yml")


@pytest.mark.parametrize(
    ("name", "schema"), [(".github/workflows/mln.yml", "github-workflows"), (".gitlab-ci.yml", "gitlab-ci")]
)
def test_the_documented_jobs_are_valid(tmp_path: Path, name: str, schema: str) -> None:
    path = tmp_path / Path(name).name
    path.write_text(snippets()[name])
    holds_to(schema, path)


def test_a_schema_can_say_no(tmp_path: Path) -> None:
    path = tmp_path / ".gitlab-ci.yml"
    path.write_text(snippets()[".gitlab-ci.yml"].replace("codequality:", "codequalty:"))
    with pytest.raises(AssertionError, match="codequalty"):
        holds_to("gitlab-ci", path)


def test_the_documented_workflow_gives_inputs_that_the_action_has() -> None:
    steps = yaml.safe_load(snippets()[".github/workflows/mln.yml"])["jobs"]["check"]["steps"]
    (ours,) = [step for step in steps if step["uses"].startswith("OWNER/mln@")]
    assert set(ours["with"]) <= set(ACTION["inputs"])
    table = re.findall(r"^\| `([\w-]+)` \| (?:`(.*?)`)? ?\|", (ROOT / "docs/ci.md").read_text(), re.MULTILINE)
    assert {name: default for name, default in table if name in ACTION["inputs"]} == {
        name: described["default"] for name, described in ACTION["inputs"].items()
    }


def test_the_documented_commands_work(tmp_path: Path) -> None:
    """Those of GitLab's job, with this mlnc."""
    job = yaml.safe_load(snippets()[".gitlab-ci.yml"])["mln"]
    (tmp_path / "labs").mkdir()
    (tmp_path / "labs/a.mln").write_text(GOOD)
    for line in (*job["script"], *job["after_script"]):
        done = run("env", f"--chdir={tmp_path}", "bash", "-ec", line, env=environment())
        assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"labs", *job["artifacts"]["reports"].values()}


# ---------------------------------------------------------------- the scripts
def scripts() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}


def environment() -> dict[str, str]:
    return {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": "/nowhere", "NO_COLOR": "1"}


@pytest.mark.parametrize("name", scripts())
def test_scripts_hold_no_input_and_pass_shellcheck(tmp_path: Path, name: str) -> None:
    """What a workflow says must never become part of a script."""
    require("shellcheck")
    step = scripts()[name]
    assert step["shell"] == "bash"
    assert "${{" not in step["run"]
    script = tmp_path / "script.sh"
    script.write_text("#!/usr/bin/env bash\n" + step["run"])
    done = run("shellcheck", script)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def act(tmp_path: Path) -> Act:
    """Run the script that checks, as the runner does: `bash -e`, the inputs' values in its environment."""
    (tmp_path / "good.mln").write_text(GOOD)

    def check(**inputs: str) -> tuple[int, str, str]:
        step = scripts()["Check"]
        values = {name: described["default"] for name, described in ACTION["inputs"].items()}
        values |= {name.replace("_", "-"): value for name, value in inputs.items()}
        given = {
            name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
            for name, text in step["env"].items()
        }
        words = ("env", f"--chdir={tmp_path}", "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"])
        done = run(*words, env={**environment(), **given, "GITHUB_ACTION_PATH": str(ROOT)})
        return done.returncode, done.stdout, done.stderr

    return check


def test_the_action_finds_every_project(act: Act, tmp_path: Path) -> None:
    (tmp_path / "labs/one two").mkdir(parents=True)
    (tmp_path / ".venv").mkdir()
    (tmp_path / 'labs/one two/it\'s "$(touch pwned)" `x`; #.mln').write_text(GOOD.replace("demo", "other"))
    (tmp_path / ".venv/hidden.mln").write_text("host a {\n")
    status, stdout, stderr = act(args="--no-config")
    assert (status, stdout) == (0, "")
    assert "no problems in 2 files, 2 hosts" in stderr
    assert not list(tmp_path.rglob("pwned"))


def test_the_action_annotates_and_writes_sarif(act: Act, tmp_path: Path) -> None:
    (tmp_path / "my lab.mln").write_text(GOOD.replace("memory", "memroy").replace("demo", "other"))
    status, stdout, _ = act(
        files="my lab.mln\n\n  good.mln\n", args="--no-config --strict", sarif_file="out file.sarif"
    )
    assert status == 1
    assert stdout.startswith("::error file=my lab.mln,line=6,")
    (only,) = json.loads((tmp_path / "out file.sarif").read_text())["runs"]
    assert [(result["ruleId"], result["level"]) for result in only["results"]] == [("MLN301", "error")]


def test_arguments_are_quoted_as_in_a_shell_but_no_shell_reads_them(act: Act, tmp_path: Path) -> None:
    (tmp_path / "my shared").mkdir()
    (tmp_path / "my shared/lan.mln").write_text("switch lan { }\n")
    (tmp_path / "good.mln").write_text(GOOD.replace("switch lan { }", "#include lan.mln"))
    assert act(files="good.mln", args="--no-config -I 'my shared' -I '$(touch pwned)'")[0] == 0
    assert not (tmp_path / "pwned").exists()
    status, stdout, _ = act(args="-I 'open")
    assert (status, stdout) == (1, "::error title=mlnc::the input `args` can't be read: No closing quotation\n")


def test_what_is_not_there_fails(act: Act) -> None:
    assert act(files="nowhere.mln", args="--no-config")[:2] == (
        1,
        "::error file=nowhere.mln,title=MLN001 file-not-found::there is no file `nowhere.mln`\n",
    )
    assert act(files="labs/*.mln\n*.mlnx")[:2] == (1, "::error title=mlnc::no file matches labs/*.mln, *.mlnx\n")
    status, stdout, stderr = act(args="--no-config", sarif_file="nowhere/x.sarif")
    assert (status, stdout) == (1, "::error title=mlnc::`nowhere/x.sarif` was not written\n")
    assert "can't be written" in stderr
    assert act(format="xml")[0] == 2
