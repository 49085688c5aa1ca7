"""Whatever stands in comments and settings: a result, and the same one again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from policy_helpers import compiler

from mlnlang.diagnostics.render import plain
from mlnlang.policy.fixing import applied, pick

COMMENTS = [
    "# mln: allow(",
    "# mln: allow",
    "given-twice",
    "MLN503",
    "bad-size",
    "nonsense",
    ")",
    "(",
    ",",
    " ",
    "\t",
    "é",
]
BLOCKS = [
    "global { project demo }\n",
    "host web {\n",
    "network eth0 {",
    "startup {\n",
    "{",
    "}",
    "\n",
    "\r\n",
    ";",
    "\\",
]
LINES = ["address 10.0.0.2", "memory 64M\n", "'", '"']
SETTINGS = ["strict", "select", "levels", "baseline", "[levels]", "[tool.mlnc]", "true", "MLN5", "off", "given-twice"]
SIGNS = ["[", "]", "=", '"', "'", "{", "}", "\n", ",", ".", "#", " ", "\\u00", "\0", "é", "'''"]
PIECES = st.sampled_from(COMMENTS + BLOCKS + LINES)
TOML = st.sampled_from(SETTINGS + SIGNS)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_text_makes_it_fail(text: str) -> None:
    problems = compiler({"main.mln": text}).project("main.mln").diagnostics
    again = compiler({"main.mln": text}).project("main.mln").diagnostics
    assert plain(problems) == plain(again)
    fixed = applied(pick(problems, suggestions=True))
    for _, new in fixed.values():
        compiler({"main.mln": new}).project("main.mln")


@given(st.lists(TOML, max_size=30).map("".join))
def test_no_settings_make_it_fail(text: str) -> None:
    project = "global { project demo }\n"
    for name in ("mlnc.toml", "pyproject.toml"):
        for table in ("", "[tool.mlnc]\n"):
            found = compiler({"main.mln": project, name: table + text}).project("main.mln").diagnostics
            assert {problem.code for problem in found} <= {"MLN030", "MLN031", "MLN032", "MLN033"}
            for problem in found:
                assert problem.span is None or 0 <= problem.span.start <= problem.span.end <= len(
                    problem.span.file.text
                )
