"""Folding, growing selections, and includes that follow files: what is told from the structure of texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ide.navigation import CURSOR, opened
from unit.strategies import projects, texts

from mlnlang.ide import Workspace
from mlnlang.ide.atlas import Atlas
from mlnlang.ide.folding import folding
from mlnlang.ide.moving import moving
from mlnlang.ide.selection import selection
from mlnlang.world import Memory


def folds(text: str) -> list[tuple[str, int, int]]:
    """Kind, first and last line from 1, and whether the last is a closing brace's."""
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", text)
    tree = workspace.tree("/p.mln")
    line = tree.file.position
    return [(fold.kind, line(fold.start).line, line(fold.end).line) for fold in folding(tree)]


def test_folding() -> None:
    text = """\
# one
# two

# three
#include a.mln
#include b.mln
host web
{
    network eth0 {
        address dhcp # a
        # b
        # c
    }
    users { amy }
    startup {
        # of the shell
        echo
    }
}
host open {
    memory 3
"""
    assert folds(text) == [
        ("comment", 1, 2),
        ("include", 5, 6),
        ("block", 8, 19),
        ("block", 9, 13),
        ("comment", 11, 12),
        ("block", 15, 18),
        ("block", 20, 21),
    ]
    assert folds("") == folds("host a { }") == folds("# a\n\n# b") == []


@given(st.one_of(projects, texts))
def test_folds_nest(text: str) -> None:
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", text)
    found = [fold for fold in folding(workspace.tree("/p.mln")) if fold.kind == "block"]
    assert all(0 <= fold.start <= fold.end <= len(text) for fold in found)
    for one in found:
        assert all(o.end <= one.start or o.start >= one.end or one.start <= o.start <= o.end <= one.end or (
            o.start <= one.start <= one.end <= o.end) for o in found)  # fmt: skip


# ---------------------------------------------------------------- selection
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host w {\n  owner 'a‸ b' c\n}\n",
         ["a b", "'a b'", "'a b' c", "owner 'a b' c", "host w {\n  owner 'a b' c\n}",
          "host w {\n  owner 'a b' c\n}\n"]),
        ("host w { x = $[na‸me]y z }",
         ["name", "$[name]", "$[name]y", "$[name]y z", "x = $[name]y z", "host w { x = $[name]y z }"]),
        ("host w { a; b‸ }", ["b", "a; b", "host w { a; b }"]),
        ("ho‸st w { a }", ["host", "host w", "host w { a }"]),
        ("host w { a } # so‸me words\n", ["some", "# some words", "host w { a } # some words\n"]),
        ("host w {\n  startup {\n    echo $X‸ y\n  }\n}",
         ["X", "$X", "echo $X y", "startup {\n    echo $X y\n  }", "host w {\n  startup {\n    echo $X y\n  }\n}"]),
        ("host w {\n  #include x‸.mln\n}", ["x.mln", "#include x.mln", "host w {\n  #include x.mln\n}"]),
        ("host w {\n  memory 3‸\n", ["3", "memory 3", "host w {\n  memory 3", "host w {\n  memory 3\n"]),
        ("‸", [""]),
    ],
)  # fmt: skip
def test_selection(text: str, expected: list[str]) -> None:
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", text.replace(CURSOR, ""))
    found = selection(workspace.tree("/p.mln"), text.index(CURSOR))
    assert [span.text for span in found] == expected


@given(st.one_of(projects, texts), st.floats(0, 1))
def test_selections_grow_up_to_the_file(text: str, where: float) -> None:
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", text)
    tree = workspace.tree("/p.mln")
    offset = int(where * len(tree.file.text))
    found = selection(tree, offset)
    assert (found[-1].start, found[-1].end) == (0, len(tree.file.text))
    for inner, outer in pairwise(found):
        assert outer.start <= inner.start <= offset <= inner.end <= outer.end
        assert inner != outer


# ---------------------------------------------------------------- moving
def moved(files: dict[str, str], moves: dict[str, str]) -> dict[str, str]:
    """The lines with includes after the move, by the old path of their file; only of files that change."""
    workspace = Workspace(Memory(files))
    for path, text in files.items():
        workspace.put(path, text)
    texts_: dict[str, str] = {}
    for edit in sorted(moving(Atlas(workspace), moves), key=lambda edit: edit.span.start, reverse=True):
        path = workspace.key(edit.span.file.path)
        old = texts_.get(path, files[path])
        texts_[path] = old[: edit.span.start] + edit.text + old[edit.span.end :]
    return texts_


MAIN = "global { project x; $d = parts }\n"


@pytest.mark.parametrize(
    ("include", "moves", "expected"),
    [
        ("#include parts/a.mln", {"/w/parts/a.mln": "/w/parts/b.mln"}, "#include parts/b.mln"),
        ("#include ./parts/a.mln # why", {"/w/parts/a.mln": "/w/b.mln"}, "#include ./b.mln # why"),
        ("#include parts/a.mln", {"/w/parts": "/w/more/parts"}, "#include more/parts/a.mln"),
        ("#include parts/a.mln", {"/w/main.mln": "/w/sub/main.mln"}, "#include ../parts/a.mln"),
        ("#include parts/a.mln", {"/w/main.mln": "/v/main.mln"}, "#include ../w/parts/a.mln"),
        ("#include parts/a.mln", {"/w": "/v"}, None),
        ("#include parts/a.mln", {"/w/main.mln": "/w/top.mln"}, None),
        ("#include parts/a.mln", {"/w/main.mln": "/v/main.mln", "/w/parts": "/v/parts"}, None),
        ("#include /w/parts/a.mln", {"/w/parts/a.mln": "/w/b.mln", "/w/main.mln": "/v/main.mln"}, "#include /w/b.mln"),
        ("#include 'parts/a.mln'", {"/w/parts/a.mln": "/w/b c.mln"}, "#include 'b c.mln'"),
        ("#include parts/a.mln", {"/w/parts/a.mln": "/w/b  {c}.mln"}, "#include 'b  {c}.mln'"),
        ("#include parts/a.mln", {"/w/parts/a.mln": "/w/it's  {c}.mln"}, '#include "it\'s  {c}.mln"'),
        ("#include $d/a.mln", {"/w/parts/a.mln": "/w/parts/b.mln"}, "#include $d/b.mln"),
        ("#include $d/a.mln", {"/w/parts/a.mln": "/w/b.mln"}, None),
        ("#include cwd.mln", {"/cwd.mln": "/sub/cwd.mln"}, "#include sub/cwd.mln"),
        ("#include parts/a.mln", {"/w/other.mln": "/w/b.mln"}, None),
    ],
)
def test_includes_follow(include: str, moves: dict[str, str], expected: str | None) -> None:
    files = {"/w/main.mln": f"{MAIN}{include}\n", "/w/parts/a.mln": "host h { }\n", "/cwd.mln": "", "/w/other.mln": ""}
    changed = moved(files, moves)
    assert changed == ({} if expected is None else {"/w/main.mln": f"{MAIN}{expected}\n"})


def test_an_included_file_moves_with_includes_of_its_own() -> None:
    files = {"/a.mln": "#include lib/b.mln\n", "/lib/b.mln": "#include c.mln\n", "/lib/c.mln": "host h { }\n"}
    assert moved(files, {"/lib/b.mln": "/b.mln"}) == {
        "/a.mln": "#include b.mln\n",
        "/lib/b.mln": "#include lib/c.mln\n",
    }


def test_all_projects_that_include_a_file_follow() -> None:
    atlas, _ = opened("switch lan { }\n", x="#include p.mln\n", y="host h {\n#include ./p.mln\n}\n")
    edits = moving(atlas, {"/p.mln": "/lib/q.mln"})
    assert [(edit.span.file.path, edit.text) for edit in edits] == [("/x.mln", "lib/q.mln"), ("/y.mln", "./lib/q.mln")]
