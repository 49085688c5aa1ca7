"""Every rule of the catalogue is shown by a folder of tests/failing, and by its own example.

A folder holds `main.mln`, what it includes, perhaps `mln.conf`, and `expected.txt`, the exact text a user sees.
`case.toml` says what plain files can't: which file to check, or which together, which to make, which the system
refuses.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import check, errors
from mlnlang_codegen import check as back_end_check

from mlnlang.api import Compilation, Options
from mlnlang.api.compilation import BackEndCheck
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import RULES
from mlnlang.diagnostics.render import plain
from mlnlang.world import Disk, Fault, Memory, WorldError

CASES = sorted(path for path in (Path(__file__).parents[1] / "failing").iterdir() if path.is_dir())
#: Rules that no checked project can show, and where they are tested.
ELSEWHERE = {
    "MLN007": "found when output is written: tests of the command line",
    "MLN705": "every back end of the table is written: tests of the code generators take one away",
    **dict.fromkeys(
        ("MLN020", "MLN021", "MLN022", "MLN023", "MLN720", "MLN721"), "of `mlnc import`: tests/codegen/importers"
    ),
    "MLN901": "a fault of the compiler itself: tests of the command line",
}
RANK = {"note": 0, "warning": 1, "error": 2}


class Refusing(Disk):
    """The disk, but for paths that the system refuses to read (a test may run as root, whom nothing is refused)."""

    def __init__(self, faults: dict[str, tuple[Fault, str]]) -> None:
        self._faults = faults

    def read(self, path: str) -> bytes:
        """The file's bytes. Raises WorldError."""
        if path in self._faults:
            fault, detail = self._faults[path]
            raise WorldError(fault, path, detail)
        return super().read(path)


def run_case(folder: Path, place: Path) -> list[Diagnostic]:
    """What is found in a copy of a case's folder; the working directory is the copy."""
    shutil.copytree(folder, place, dirs_exist_ok=True)
    described = place / "case.toml"
    case: dict[str, Any] = tomllib.loads(described.read_text()) if described.exists() else {}
    for made in case.get("make", ()):
        make(place / made["path"], made)
    world = Refusing({fault["path"]: (fault["fault"], fault["detail"]) for fault in case.get("refuse", ())})
    options = Options(
        config_paths=("mln.conf",) if (place / "mln.conf").exists() else (),
        include_dirs=tuple(case.get("include_dirs", ())),
        external_plugins=False,
    )
    compilation = Compilation(world, options, back_ends(code_of(folder)))
    if "together" in case:
        return [*compilation.config_problems, *compilation.together(case["together"])[1]]
    found = compilation.project(case.get("path", "main.mln")).diagnostics
    return [*compilation.config_problems, *found]


def make(path: Path, made: dict[str, Any]) -> None:
    """Make what can't be kept in a repository."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if made["kind"] == "fifo":
        import os

        os.mkfifo(path)
    elif made["kind"] == "sparse":
        with path.open("wb") as file:
            file.truncate(made["bytes"])
    elif made["kind"] == "bytes":
        path.write_bytes(bytes.fromhex(made["hex"]))
    elif made["kind"] == "repeat":
        for number in range(made["times"]):
            name = str(path).replace("%", str(number))
            Path(name).write_text(made["text"].replace("%", str(number)).replace("@", str(number + 1)))
    else:
        raise ValueError(made["kind"])


def code_of(folder: Path) -> str:
    """The rule a folder shows."""
    return folder.name.partition("-")[0]


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[Path, str], None]
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run_case(folder, tmp_path)
    golden(folder / "expected.txt", plain(found))
    assert {problem.code for problem in found} == {code_of(folder)}, "one cause, one diagnostic"
    if RULES[code_of(folder)].severity == "error" and not folder.name.endswith("-many"):
        assert len(errors(found)) == 1


def test_every_rule_has_a_case() -> None:
    shown = {code_of(folder) for folder in CASES}
    assert set(RULES) - shown == set(ELSEWHERE)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_folders_are_named_by_code_and_slug(folder: Path) -> None:
    rule = RULES[code_of(folder)]
    assert folder.name == f"{rule.code}-{rule.slug}" or folder.name.startswith(f"{rule.code}-{rule.slug}-")


def back_ends(code: str) -> BackEndCheck | None:
    """What the back ends can't carry is asked for where the rule is about it."""
    return back_end_check if code.startswith("MLN7") else None


def in_memory(text: str, code: str) -> list[Diagnostic]:
    """What is found in a rule's example."""
    options = Options(config_paths=(), external_plugins=False)
    compilation = Compilation(Memory({"main.mln": text}, cwd="/p"), options, back_ends(code))
    return compilation.project("main.mln").diagnostics


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.bad])
def test_bad_example_breaks_its_rule_and_no_other(code: str) -> None:
    rule = RULES[code]
    found = in_memory(rule.bad, code)
    assert [problem.code for problem in found] == [code], plain(found)
    assert RANK[found[0].severity] >= RANK[rule.severity]


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.good])
def test_good_example_is_clean(code: str) -> None:
    found = in_memory(RULES[code].good, code)
    assert not found, plain(found)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_rows_are_complete(rule: Any) -> None:
    assert rule.title
    assert rule.why.endswith((".", "…"))
    assert bool(rule.bad) == bool(rule.good)


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.bad])
def test_safe_fixes_mend(code: str) -> None:
    """Applying a fix that is offered takes the problem away, and brings no error."""
    found = in_memory(RULES[code].bad, code)
    fix = found[0].fix if found else None
    if fix is None:
        return
    text = RULES[code].bad
    for edit in sorted(fix.edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    after = check(text).diagnostics
    assert code not in [problem.code for problem in after], plain(after)
    assert not errors(after), plain(after)
