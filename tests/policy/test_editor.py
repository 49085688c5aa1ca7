"""The editor shows what `mlnc check` shows, keystroke by keystroke."""

from __future__ import annotations

from policy_helpers import host, said

from mlnlang.api import Options
from mlnlang.ide.workspace import Workspace
from mlnlang.world import Memory

PATH = "/p/labs/main.mln"
TEXT = host("network eth0 {\n    address 10.0.0.2 # mln: allow(missing-netmask)\n}\nmemory 64M\nmemory 65M\n")


def workspace(files: dict[str, str]) -> Workspace:
    return Workspace(Memory(files, cwd="/p"), Options(config_paths=(), external_plugins=False))


def test_comments_and_settings_go_for_open_documents() -> None:
    work = workspace({"/p/mlnc.toml": "strict = true\n"})
    work.put(PATH, TEXT)
    assert said(work.problems()[PATH]) == ["given-twice:7 error"]
    for text, expected in (
        (TEXT.replace("host web", "\n# above\nhost web"), ["given-twice:9 error"]),
        (TEXT.replace("memory 65M", "memory 65M # mln: allow(given-twice)"), []),
        (TEXT.replace("host web", "\nhost web").replace("memory 65M", "memory 65M # mln: allow(given-twice)"), []),
        (TEXT.replace("memory 65M", "# mln: allow(given-twice)"), ["unused-allow:8 error"]),
        (TEXT.replace("10.0.0.2", "10.0.0.2/24"), ["unused-allow:5 error", "given-twice:7 error"]),
        (TEXT.replace("allow(", "alow("), ["missing-netmask:5 error", "bad-allow:5 error", "given-twice:7 error"]),
        (TEXT, ["given-twice:7 error"]),
    ):
        work.put(PATH, text)
        assert said(work.problems()[PATH]) == expected, text


def test_faults_of_settings_and_baselines_are_shown_in_their_files() -> None:
    work = workspace({"/p/mlnc.toml": "strict = maybe\n", "/p/labs/x/mlnc.toml": "baseline = 'b.json'\n"})
    work.put(PATH, TEXT)
    work.put("/p/labs/x/main.mln", TEXT)
    found = {path: said(problems) for path, problems in work.problems().items()}
    assert found == {
        PATH: ["given-twice:7 warning"],
        "/p/labs/x/main.mln": ["given-twice:7 warning"],
        "/p/mlnc.toml": ["bad-settings:1 error"],
        "/p/labs/x/mlnc.toml": ["bad-baseline:1 error"],
    }
