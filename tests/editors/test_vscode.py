"""The extension for VS Code says the same as the language: settings, snippets, files, the copy of the server."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mlnlang import __version__
from mlnlang.api import Compilation, Options
from mlnlang.backends import FLAGS
from mlnlang.semantics.config import is_config
from mlnlang.world import Memory

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors/vscode"
MANIFEST = json.loads((EXTENSION / "package.json").read_text())
CONTRIBUTES = MANIFEST["contributes"]
SNIPPETS: dict[str, dict[str, Any]] = json.loads((EXTENSION / "snippets/mln.json").read_text())
SETTINGS = {name: row for group in CONTRIBUTES["configuration"] for name, row in group["properties"].items()}
COMMON = "superclass common { kvm; template debian.img }\n"
LAN = "switch lan { }\n"
#: Where a snippet is meant to stand: what comes before it and behind it.
PLACES = {
    "Project": ("", ""),
    "Project with two hosts": ("", ""),
    "Host": (f"global {{ project x }}\n{COMMON}", LAN),
    "Superclass": ("global { project x }\n", ""),
    "Switch": ("global { project x }\n", ""),
    "Server": ("global { project x }\n", ""),
    "Network card": ("global { project x }\nhost a { kvm; template t\n", f"}}\n{LAN}"),
    "Network card by DHCP": ("global { project x }\nhost a { kvm; template t\n", f"}}\n{LAN}"),
    "Users": ("global { project x }\nhost a { kvm; template t\n", "}\n"),
    "Lines at start-up": ("global { project x }\nhost a { kvm; template t\n", "}\n"),
    "Many hosts": ("global { project x\n", f"}}\n{COMMON}"),
}


def test_the_extension_has_the_version_of_the_language() -> None:
    assert MANIFEST["version"] == __version__


def test_back_ends_to_choose_from() -> None:
    assert SETTINGS["mln.backend"]["enum"] == [None, *FLAGS]
    chosen = re.search(r"\$\{3\|([^|]*)\|\}", "".join(SNIPPETS["Project with two hosts"]["body"]))
    assert chosen is not None
    assert sorted(chosen[1].split(",")) == sorted(FLAGS)


def test_configuration_files_are_those_of_the_language() -> None:
    names = [name for row in CONTRIBUTES["languages"] if row["id"] == "mln-conf" for name in row["filenames"]]
    assert names
    assert all(is_config(name) for name in names)


@pytest.mark.parametrize("name", SNIPPETS)
def test_a_snippet_is_a_valid_piece(name: str) -> None:
    before, behind = PLACES[name]
    text = before + _expanded("\n".join(SNIPPETS[name]["body"])) + behind
    checked = Compilation(Memory({"x.mln": text}), Options(config_paths=())).project("x.mln")
    assert [str(each.message) for each in checked.diagnostics if each.severity == "error"] == []


def _expanded(body: str) -> str:
    """The text of a snippet with its proposals taken."""
    body = re.sub(r"\$\{\d+\|([^,|]*)[^}]*\}", r"\1", body)
    body = re.sub(r"\$\{\d+:((?:\\.|[^}\\])*)\}", r"\1", body)
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\$\d+", "", body)) + "\n"


def test_the_bundled_copy_has_all_that_the_server_needs() -> None:
    """All dependencies, and theirs, in versions that the project allows; rich is for terminals."""
    files = [EXTENSION / "tools" / name for name in ("requirements.txt", "requirements-native.txt")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    pinned = {line.split("==")[0] for line in lines if not line.startswith("#")}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[<>=]", line)[0] for line in wanted}
    assert names - pinned == {"rich"}
    assert pinned - names == {"attrs", "cattrs", "lsprotocol", "markupsafe", "typing-extensions"}


def test_npm_packages_are_explained_and_locked() -> None:
    explained = (ROOT / "docs/dependencies.md").read_text()
    for manifest in (EXTENSION / "package.json", EXTENSION / "pack/package.json"):
        told = json.loads(manifest.read_text())
        wanted = {**told.get("dependencies", {}), **told["devDependencies"]}
        assert [name for name in wanted if f"| {name} |" not in explained] == []
        locked = json.loads(manifest.with_name("package-lock.json").read_text())["packages"]
        assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
        addresses = {row["resolved"] for row in locked.values() if "resolved" in row}
        assert all(address.startswith("https://registry.npmjs.org/") for address in addresses)
        assert all("integrity" in row for path, row in locked.items() if path)
