"""Scenes for the tests: documents with a cursor, checked or not."""

from __future__ import annotations

from collections.abc import Iterable

from mlnlang.diagnostics import Edit
from mlnlang.ide import Workspace
from mlnlang.ide.scene import Scene, scene
from mlnlang.world import Memory

CURSOR = "‸"
CONF = "server milano { }\ntemplates /tpl\nfiles /fl\n"
DISK = {
    "/etc/mln/mln.conf": CONF,
    "/tpl/debian.ext4": "x",
    "/tpl/old/a.img": "x",
    "/fl/motd": "x",
    "/inc/a.mln": "memory 3\n",
    "/part2.mln": "",
}


def at_cursor(text: str, path: str = "/p.mln", *, checked: bool = True, **others: str) -> tuple[Scene, int]:
    """The scene of an open document, and the offset of the `‸` in it. Other files are open too."""
    workspace = Workspace(Memory(DISK))
    for name, content in others.items():
        workspace.put(f"/{name}.mln", content)
    offset = text.index(CURSOR)
    workspace.put(path, text.replace(CURSOR, ""))
    if checked:
        workspace.problems()
    return scene(workspace, path), offset


def whole(text: str, path: str = "/p.mln", **others: str) -> Scene:
    """The scene of a checked document without a cursor."""
    return at_cursor(CURSOR + text, path, **others)[0]


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made to it; they must not overlap."""
    end = len(text)
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        assert edit.span.end <= end
        end = edit.span.start
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
