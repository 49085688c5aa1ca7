"""mlnc.toml and pyproject.toml: which one governs a file, what it may say, and where a fault in it is shown."""

from __future__ import annotations

import pytest
from policy_helpers import compiler, found, host, said

from mlnlang.api import Choices

BARE = host("network eth0 { address 10.0.0.2 }\n")
TWICE = host("network eth0 { address 10.0.0.2 }\nmemory 64M\nmemory 65M\n")


def levels(level: str) -> str:
    return f'[levels]\nmissing-netmask = "{level}"\n'


def test_the_nearest_settings_govern_each_file() -> None:
    files = {
        "/p/a/lab.mln": BARE,
        "/p/a/deep/er/lab.mln": BARE,
        "/p/b/lab.mln": BARE,
        "/p/b/deep/lab.mln": BARE,
        "/p/c/lab.mln": BARE,
        "/p/mlnc.toml": levels("note"),
        "/p/a/mlnc.toml": levels("error"),
        "/p/a/pyproject.toml": "[tool.mlnc]\nstrict = nonsense",  # mlnc.toml beside it is enough
        "/p/b/pyproject.toml": "[tool.mlnc.levels]\nmissing-netmask = 'off'\n",
        "/p/c/pyproject.toml": "[project]\nname = 'mlnc'\n",
    }
    compilation = compiler(files)
    assert {path: said(compilation.project(path).diagnostics) for path in sorted(files) if path.endswith(".mln")} == {
        "/p/a/lab.mln": ["missing-netmask:4 error"],
        "/p/a/deep/er/lab.mln": ["missing-netmask:4 error"],
        "/p/b/lab.mln": [],
        "/p/b/deep/lab.mln": [],
        "/p/c/lab.mln": ["missing-netmask:4 note"],
    }
    _, together = compilation.together(["/p/a/lab.mln", "/p/b/lab.mln", "/p/c/lab.mln"])
    assert said([d for d in together if d.slug != "duplicate-project"]) == [
        "missing-netmask:4 error",
        "missing-netmask:4 note",
    ]


def test_an_included_file_is_governed_by_its_own_directory() -> None:
    text = host("#include shared/wires.mln\n#include wires.mln\n")
    files = {
        "main.mln": text,
        "wires.mln": "network eth0 { address 10.0.0.2 }\n",
        "shared/wires.mln": "network eth1 { address 10.0.1.2 }\n",
        "shared/mlnc.toml": levels("off"),
    }
    assert said(compiler(files).project("main.mln").diagnostics) == ["missing-netmask:1 warning"]


def test_paths_may_be_absolute_or_spelt_in_another_way() -> None:
    files = {"/q/labs/lab.mln": BARE, "/q/mlnc.toml": levels("off"), "/p/x.mln": BARE}
    assert said(compiler(files).project("/q/labs/lab.mln").diagnostics) == []
    assert said(compiler(files).project("../q/labs/lab.mln").diagnostics) == []
    assert said(compiler(files).project("x.mln").diagnostics) == ["missing-netmask:4 warning"]


def test_a_project_is_judged_anew_when_settings_come_change_and_go() -> None:
    files = {"labs/lab.mln": BARE}
    compilation = compiler(files)
    world = compilation._world  # the test changes what stands in it
    assert said(compilation.project("labs/lab.mln").diagnostics) == ["missing-netmask:4 warning"]
    world._files["/p/mlnc.toml"] = levels("error").encode()
    assert said(compilation.project("labs/lab.mln").diagnostics) == ["missing-netmask:4 error"]
    world._files["/p/labs/mlnc.toml"] = levels("note").encode()
    assert said(compilation.project("labs/lab.mln").diagnostics) == ["missing-netmask:4 note"]
    world._files.clear()
    world._files["/p/labs/lab.mln"] = BARE.encode()
    assert said(compilation.project("labs/lab.mln").diagnostics) == ["missing-netmask:4 warning"]


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("", ["missing-netmask:4 warning", "given-twice:5 warning"]),
        ("strict = true", ["missing-netmask:4 error", "given-twice:5 error"]),
        ("strict = false", ["missing-netmask:4 warning", "given-twice:5 warning"]),
        ('ignore = ["MLN309"]', ["missing-netmask:4 warning"]),
        ('ignore = ["MLN3", "mln5"]', []),
        ('ignore = ["MLN"]', []),
        ('select = ["given-twice"]', ["given-twice:5 warning"]),
        ("select = []", []),
        ('select = ["MLN3"]\nignore = ["given-twice"]', []),
        ('strict = true\n[levels]\ngiven-twice = "note"', ["missing-netmask:4 error", "given-twice:5 note"]),
        ('strict = true\n[levels]\ngiven-twice = "warning"', ["missing-netmask:4 error", "given-twice:5 error"]),
        ('levels = { MLN309 = "off", bad-size = "error" }', ["missing-netmask:4 warning"]),
        ('levels.given-twice = "off"\r\nlevels.missing-netmask = "error"\r\n', ["missing-netmask:4 error"]),
    ],
)
def test_what_settings_say(toml: str, expected: list[str]) -> None:
    assert said(found(TWICE, mlnc__toml=toml)) == expected


@pytest.mark.parametrize("toml", ["select = []", 'ignore = ["MLN"]', 'select = ["MLN5"]\nignore = ["MLN3"]'])
def test_firm_errors_always_show(toml: str) -> None:
    assert said(found(host("memory 12Q\n"), mlnc__toml=toml)) == ["bad-size:4 error"]


@pytest.mark.parametrize(
    ("toml", "slug", "text"),
    [
        ("strict = 1", "bad-settings", "strict"),
        ("# strict\nstrict = 'yes'", "bad-settings", "strict"),
        ("select = [1]", "bad-settings", "select"),
        ("baseline = ['x']", "bad-settings", "baseline"),
        ("levels = 3", "bad-settings", "levels"),
        ("[levels]\nMLN309 = 'off'\ngiven-twice = 'note'", "bad-settings", "given-twice"),
        ("[levels]\nMLN309 = false", "bad-settings", "MLN309"),
        ('"ignored" = []', "bad-settings", "ignored"),
        ("[table]\nx = 1", "bad-settings", "table"),
        ("strict = true\nstrict = true\n", "bad-settings", "\n"),
        ('a = "\\x"', "bad-settings", '"'),
        ("x = [", "bad-settings", ""),
        ("x = " + "[" * 3000, "bad-settings", None),
        ("x = 1" + "0" * 9000, "bad-settings", None),
        ("ignore = [\n 'MLN309',\n 'MLN9999' ]", "unknown-rule", "MLN9999"),
        ("levels = { MLN = 'off' }", "unknown-rule", "MLN"),
        ("levels.'no' = 'off'", "unknown-rule", "no"),
        ("ignore = ['MLN1']", "firm-rule", "MLN1"),
        ("levels.bad-size = 'warning'", "firm-rule", "bad-size"),
    ],
)
def test_a_fault_is_shown_where_it_stands(toml: str, slug: str, text: str | None) -> None:
    problems = found(host(""), mlnc__toml=toml)
    assert [problem.slug for problem in problems] == [slug]
    assert problems[0].severity == "error"
    assert problems[0].path == "mlnc.toml"
    if text is not None:
        assert problems[0].span
        assert problems[0].span.text == text


def test_the_same_names_elsewhere_in_pyproject_are_not_meant() -> None:
    toml = "[tool.other]\nstrict = 1\nselect = ['x']\n[tool.mlnc]\nselect = ['x']\n[tool.last]\nstrict = 1\n"
    (problem,) = found(host(""), pyproject__toml=toml)
    assert problem.span
    assert problem.span.place() == "pyproject.toml:5:12"


def test_a_table_of_the_wrong_kind_in_pyproject() -> None:
    assert said(found(host(""), pyproject__toml="[tool]\nmlnc = 3\n")) == ["bad-settings:1 error"]
    assert said(found(host(""), pyproject__toml="mlnc = 3\n[tool.x]\n")) == []


def test_what_is_sound_in_broken_settings_still_counts() -> None:
    assert said(found(TWICE, mlnc__toml='ignore = ["MLN309", "nonsense"]\n')) == [
        "missing-netmask:4 warning",
        "unknown-rule:1 error",
    ]


@pytest.mark.parametrize(
    ("choices", "toml", "expected"),
    [
        (Choices(strict=True), "", ["missing-netmask:4 error", "given-twice:5 error"]),
        (Choices(select=("MLN5",)), "", ["missing-netmask:4 warning"]),
        (Choices(ignore=("MLN5",)), "", ["given-twice:5 warning"]),
        (Choices(select=("MLN3", "MLN5"), ignore=("given-twice",)), "", ["missing-netmask:4 warning"]),
        # The command line's lists stand in the place of the settings' lists.
        (Choices(ignore=("MLN5",)), 'ignore = ["MLN3"]', ["given-twice:5 warning"]),
        (Choices(select=("MLN5",)), 'select = ["MLN3"]', ["missing-netmask:4 warning"]),
        (Choices(select=("MLN5",)), 'ignore = ["MLN5"]', ["missing-netmask:4 warning"]),
        (Choices(select=("MLN5",)), levels("off"), ["missing-netmask:4 warning"]),
        (Choices(select=("MLN5",)), levels("error"), ["missing-netmask:4 error"]),
        (Choices(ignore=()), 'ignore = ["MLN3"]', ["missing-netmask:4 warning", "given-twice:5 warning"]),
        # What is wrong with them has no place.
        (Choices(select=("MLN5", "nonsense")), "", ["unknown-rule:- error", "missing-netmask:4 warning"]),
        (
            Choices(ignore=("bad-size",)),
            "",
            ["firm-rule:- error", "missing-netmask:4 warning", "given-twice:5 warning"],
        ),
    ],
)
def test_the_command_line_goes_over_settings(choices: Choices, toml: str, expected: list[str]) -> None:
    assert said(found(TWICE, choices, mlnc__toml=toml)) == expected


def test_settings_are_found_below_thousands_of_directories() -> None:
    deep = "/p/" + "d/" * 1500 + "main.mln"
    files = {deep: BARE, "/p/mlnc.toml": levels("off")}
    assert said(compiler(files).project(deep).diagnostics) == []
