"""What the editor layer says about offsets in texts, without any protocol."""

from __future__ import annotations

import pytest

from mlnlang.ide import Superseded, Workspace
from mlnlang.ide.atlas import Atlas
from mlnlang.ide.completion import completion
from mlnlang.ide.definition import definition
from mlnlang.ide.formatting import difference, formatting
from mlnlang.ide.outline import Symbol, outline
from mlnlang.ide.scene import scene
from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile
from mlnlang.world import Memory

CURSOR = "‸"


def cursor(text: str, path: str = "/p.mln", **others: str) -> tuple[Workspace, int]:
    """A workspace with an open document, and the offset of the `‸` in it. Other files are open too."""
    offset = text.index(CURSOR)
    workspace = Workspace(Memory({"/etc/mln/mln.conf": "server milano { }\n"}))
    for name, content in others.items():
        workspace.put(f"/{name}.mln", content)
    workspace.put(path, text.replace(CURSOR, ""))
    workspace.problems()
    return workspace, offset


# ---------------------------------------------------------------- definition
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host a { superclass com‸mon }\nsuperclass common { }", "/p.mln:2:12 common"),
        ("host a { superclass common‸ }\nsuperclass common { }", "/p.mln:2:12 common"),
        ("global { $s = common }\nhost a { superclass $‸s }\nsuperclass common { }", "/p.mln:3:12 common"),
        ("host a { network eth0 { switch l‸an } }\nswitch lan { }", "/p.mln:2:8 lan"),
        ("host a { service_host mil‸ano }\nserver milano { }", "/p.mln:2:8 milano"),
        ("host a { superclass no‸ne }\nsuperclass common { }", ""),
        ("host a { super‸class common }\nsuperclass common { }", ""),
        ("host a { memory common‸ }\nsuperclass common { }", ""),
        ("host a { superclass far‸ }\n#include other.mln", "/other.mln:1:12 far"),
        ("#include oth‸er.mln", "/other.mln:1:1 "),
    ],
)
def test_definition(text: str, expected: str) -> None:
    workspace, offset = cursor(text, other="superclass far { }\n")
    found = definition(Atlas(workspace), "/p.mln", offset)
    assert "".join(f"{span.place()} {span.text}" for span in found) == expected


# ---------------------------------------------------------------- outline, formatting
def test_outline() -> None:
    workspace, _ = cursor("‸global { project x }\nhost web {\n  network eth0 { }\n  users { a }\n")

    def shown(symbols: tuple[Symbol, ...]) -> list[object]:
        return [(s.kind, s.name, s.header.text, shown(s.children)) for s in symbols]

    assert shown(outline(workspace.tree("/p.mln"))) == [
        ("global", "", "global", []),
        ("host", "web", "host web", [("network", "eth0", "network eth0", []), ("users", "", "users", [])]),
    ]


def test_formatting_is_one_small_edit() -> None:
    file = SourceFile("p.mln", "global {\n    project x\n}\nhost  web  { }\nswitch lan { }\n")
    edit = formatting(file, CORE.raw_blocks)
    assert edit is not None
    assert (edit.span.text, edit.text) == ("host  web  { }\n", "host web { }\n")
    assert formatting(SourceFile("p.mln", "host web { }\n"), CORE.raw_blocks) is None
    assert formatting(SourceFile("p.mln", "host  web {\n"), CORE.raw_blocks) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("", "a\n"), ("a\n", ""), ("a\nb\nc\n", "a\nc\n"), ("a\na\n", "a\na\na\n"), ("a\r\nb", "a\nb\n"), ("x", "y")],
)
def test_a_difference_turns_one_text_into_the_other(old: str, new: str) -> None:
    edit = difference(SourceFile("p", old), new)
    assert old[: edit.span.start] + edit.text + old[edit.span.end :] == new


# ---------------------------------------------------------------- workspace
def test_open_documents_win_over_the_disk_however_their_path_is_spelt() -> None:
    workspace = Workspace(Memory({"/a/part.mln": "memori 3\n", "/main.mln": ""}))
    workspace.put("/b/../main.mln", "global { project x }\nhost h { template t.ext4\n#include a/../a/part.mln\n}")
    assert [d.code for d in workspace.problems()["/a/part.mln"]] == ["MLN301"]
    workspace.put("/a/part.mln", "memory 3\n")
    assert workspace.problems() == {"/main.mln": [], "/a/part.mln": []}
    workspace.close("/a/./part.mln")
    assert [d.code for d in workspace.problems()["/a/part.mln"]] == ["MLN301"]


def test_a_check_that_nobody_wants_breaks_off() -> None:
    workspace = Workspace(Memory({}))
    workspace.put("/p.mln", "global { project x }\nhost h { template t.ext4 }\n")
    with pytest.raises(Superseded):
        workspace.problems(lambda: False)
    answers = iter([True, False])
    with pytest.raises(Superseded):
        workspace.problems(lambda: next(answers, False))
    assert workspace.problems() == {"/p.mln": []}


def test_a_changed_configuration_counts() -> None:
    workspace = Workspace(Memory({}, environment={"HOME": "/home/me"}))
    workspace.put("/p.mln", "global { project x }\nhost h { }\n")
    assert [d.code for d in workspace.problems()["/p.mln"]] == ["MLN601"]
    workspace.put("/home/me/.mln", "default_template t.ext4\n")
    assert workspace.problems() == {"/p.mln": [], "/home/me/.mln": []}
    workspace.put("/home/me/.mln", "default_templat t.ext4\n")
    found = workspace.problems()
    assert [d.code for d in found["/p.mln"]] == ["MLN601"]
    assert [d.code for d in found["/home/me/.mln"]] == ["MLN301"]


def test_includes_that_go_round_in_a_circle() -> None:
    workspace = Workspace(Memory({}))
    workspace.put("/a.mln", "#include b.mln\nglobal { project x }")
    workspace.put("/b.mln", "#include a.mln\nhost h { ")
    assert any("MLN202" in [d.code for d in found] for found in workspace.problems().values())
    here = scene(workspace, "/b.mln")
    assert completion(here, len(here.file.text))


def test_a_document_that_is_not_included_any_more_stands_alone() -> None:
    workspace = Workspace(Memory({}))
    workspace.put("/main.mln", "global { project x }\nhost h { template t.ext4\n#include part.mln\n}\n")
    workspace.put("/part.mln", "memory 3\n")
    workspace.problems()
    workspace.put("/main.mln", "global { project x }\n")
    offered = completion(scene(workspace, "/part.mln"), 0)
    assert [each.label for each in offered] == ["global", "host", "superclass", "switch", "server"]
    assert "MLN308" in [d.code for d in workspace.problems()["/part.mln"]]
