"""The folder for Neovim in real ones, with the real server: Debian's, and those that MLN_NVIM names.

One session of each does everything a user would do (`nvim_driver.lua`) and writes down what it saw.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "editors/nvim"
SERVER = Path(sys.executable).with_name("mln-lsp")
LISTING = ROOT / "tests/golden/listings/listing-1-as-printed/ldaptest-as-printed.mln"
#: Debian's Neovim, and others: their paths with colons between.
NEOVIMS = ["nvim", *filter(None, os.environ.get("MLN_NVIM", "").split(":"))]

FILES = {
    "faulty.mln": "global { project faulty }\nhost web {\n    kvm\n    template t\n    superclass nobody\n}\n",
    "main.mln": """\
global { project demo }  # ærlig 𝄞
#include fragment.mln
host web {
    superclass common
    network eth0 {
        switch la
        address 10.0.0.2/24
    }
}
switch lan { }
""",
    "fragment.mln": """\
superclass common {  # 𝄞𝄞
    kvm
    memory 64M
    template debian.img
}
host other { template t; superclass common }
""",
    "mln.conf": "default_memory plenty\ntemplates /srv\nserver milano { memory 64G }\n",
    "colours.mln": """\
global {
    project = demo
    $mem = 128M
    autoenum many { numhosts 3 }
}
superclass common {
    kvm
    memory $mem
    unknown 12
    term screen
    users {
        alice $6$salt$hash "/home/a $mem"
    }
    groups { staff { alice } }
}
host web
{
    #include lib.mln
    superclass common  # a comment
    network eth0 { switch lan; address 10.0.0.2/24 }
    startup {
        if true; then { echo "}"; }; fi # so
    }
}
switch lan { }
...
""",
}


@dataclass
class Session:
    """What a Neovim saw."""

    version: tuple[int, int]
    seen: dict[str, Any]
    folder: Path


def run(nvim: str, place: Path, *, enable: bool = False) -> Session:
    """One session, with files, cache and data of its own."""
    folder = place / "ærlig projects"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    own = folder / "rooted/.venv/bin/mln-lsp"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    (folder / "rooted/deep").mkdir()
    listing = place / "listing" / LISTING.name
    listing.parent.mkdir()
    shutil.copy(LISTING, listing)
    report = place / "report.json"
    given = {"folder": str(folder), "server": str(SERVER), "report": str(report), "listing": str(listing)}
    homes = {f"XDG_{kind}_HOME": str(place / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    command = [nvim, "--headless", "--clean", "-i", "NONE", "--cmd", f"set runtimepath^={FOLDER} noswapfile"]
    command += ["--cmd", f"let g:mln_test = json_decode('{json.dumps(given, ensure_ascii=False)}')"]
    command += ["--cmd", "let g:mln_test_enable = 1"] if enable else []
    command += ["-c", f"luafile {Path(__file__).with_name('nvim_driver.lua')}", "-c", "qall!"]
    done = subprocess.run(
        command, env={**os.environ, **homes}, capture_output=True, text=True, timeout=120, cwd=folder, check=False
    )
    assert report.exists(), done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert not told["errors"], told["messages"]
    return Session(tuple(told["seen"]["version"]), told["seen"], folder)


@pytest.fixture(scope="module", params=NEOVIMS)
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A session set up by `require('mln').setup`."""
    if shutil.which(request.param) is None:
        (pytest.fail if os.environ.get("MLN_REQUIRE_ALL") == "1" else pytest.skip)(f"not installed: {request.param}")
    return run(request.param, tmp_path_factory.mktemp("nvim"))


def test_problems_of_a_file(session: Session) -> None:
    (problem,) = session.seen["faulty"]
    assert (problem["line"], problem["column"], problem["code"]) == (5, 16, "MLN402")
    assert problem["message"].startswith("there is no superclass `nobody`")
    # Of one file or already of all.
    assert re.fullmatch(r"mln: \d errors?(, 1 warning)?", session.seen["status"])


def test_the_listing_as_printed(session: Session) -> None:
    (problem,) = session.seen["listing"]
    assert (problem["line"], problem["code"]) == (5, "MLN101")
    assert "host ldapclient" in problem["message"]


def test_options_of_a_buffer(session: Session) -> None:
    assert session.seen["options"] == ["mln", "# %s", 4, "v:lua.vim.lsp.omnifunc", 2]


def test_rename_in_two_files(session: Session) -> None:
    main, fragment = session.seen["rename"]
    assert main == FILES["main.mln"].rstrip("\n").replace("superclass common", "superclass shared")
    assert fragment == FILES["fragment.mln"].rstrip("\n").replace("superclass common", "superclass shared")


def test_hover_and_completion(session: Session) -> None:
    assert "10.0.0.2" in session.seen["hover"]
    assert "lan" in session.seen["completion"]
    assert session.seen["omnifunc"] == "        switch lan"


def test_commands(session: Session) -> None:
    assert session.seen["show_host"][0].startswith("**host `web`**")
    assert session.seen["show_file"] == ["sh", "#!/bin/sh"]
    assert ET.fromstring(session.seen["graph"]).tag.endswith("svg")
    lines = [row["text"] for row in session.seen["check"]]
    assert any("nobody" in line for line in lines)
    (counted,) = (text for text in session.seen["said"] if " errors, " in text)
    assert counted.startswith("MLN: 5 files, ")


def test_configuration_files(session: Session) -> None:
    filetype, problems, groups = session.seen["configuration"]
    assert filetype == "mlnconf"
    assert [(problem["line"], problem["code"]) for problem in problems] == [(1, "MLN304")]
    assert groups == [
        "mlnKeyword default_memory mlnFirstWord plenty",
        "mlnKeyword templates mlnFirstWord /srv",
        "mlnFirstBlock server mlnServerName milano mlnBrace { mlnKeyword memory mlnNumber 64G mlnBrace }",
    ]


def test_colours(session: Session, golden: Callable[[Path, str], None]) -> None:
    golden(Path(__file__).parent / "golden/vim-colours.txt", "\n".join(session.seen["syntax"]) + "\n")


def test_indentation_is_that_of_the_formatter(session: Session) -> None:
    assert session.seen["indent"] == FILES["colours.mln"].splitlines()


def test_folds(session: Session) -> None:
    levels = session.seen["folds"]
    text = FILES["colours.mln"].splitlines()
    assert [levels[text.index(line)] for line in ("    kvm", '        alice $6$salt$hash "/home/a $mem"', "...")] == [
        1,
        2,
        0,
    ]


def test_tree_sitter(session: Session) -> None:
    queries, captures = session.seen["treesitter"]
    assert queries == [True] * 4
    if session.version >= (0, 10):
        assert captures == [
            "keyword.block", "operator", "constant", "variable.parameter", "type", "string.special.path", "number",
            "type", "comment.error",
        ]  # fmt: skip


def test_finding_the_server(session: Session) -> None:
    found = session.seen["finding"]
    own = f"{session.folder}/rooted/.venv/bin/mln-lsp"
    assert found["root"] == f"{session.folder}/rooted"
    assert found["trusted"][0] == [own]
    for name in ("untrusted", "beside"):
        command, complaint = found[name]
        assert command is False
        assert f"  {own}: the directory is not among the option trusted" in complaint
        assert "  mln-lsp on the PATH: no program is there" in complaint
    assert "the option cmd: /nowhere/mln-lsp: no program is there" in found["option"][1]


def test_health(session: Session) -> None:
    assert f"server: {SERVER} (mln-lsp " in session.seen["health"]


def test_enabled_as_newer_versions_do(session: Session, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if session.version >= (0, 11):  # which brought vim.lsp.enable
        nvim = request.node.callspec.params["session"]
        assert run(nvim, tmp_path, enable=True).seen["faulty"] == session.seen["faulty"]
