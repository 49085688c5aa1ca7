"""Short ways to put files into a workspace, mark places in them, and show what is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlnlang.ide import Workspace
from mlnlang.ide.atlas import Atlas
from mlnlang.ide.names import Occurrence
from mlnlang.ide.renaming import rename
from mlnlang.source import Span
from mlnlang.world import Memory

CURSOR = "‸"
CONFIG = "/etc/mln/mln.conf"


def opened(text: str, path: str = "/p.mln", disk: Mapping[str, str] | None = None, **others: str) -> tuple[Atlas, int]:
    """An atlas of open documents, and the offset of the cursor in the first. `others` are named without `.mln`."""
    files = {CONFIG: "", **(disk or {})}
    workspace = Workspace(Memory(files))
    for name, content in others.items():
        workspace.put(f"/{name}.mln", content)
    workspace.put(path, text.replace(CURSOR, ""))
    return Atlas(workspace), text.find(CURSOR)


def places(found: Iterable[Occurrence | Span]) -> list[str]:
    """`line:column text`, with the file's name before it where it is not the first one's."""
    spans = [each.span if isinstance(each, Occurrence) else each for each in found]
    return [f"{span.place().removeprefix('/p.mln:')} {span.text}" for span in spans]


def renamed(atlas: Atlas, path: str, offset: int, new: str) -> dict[str, str]:
    """The texts of the files that a rename changes, changed."""
    texts: dict[str, str] = {}
    for each in sorted(rename(atlas, path, offset, new) or (), key=lambda each: each.start, reverse=True):
        old = texts.get(each.path, each.file.text)
        texts[each.path] = old[: each.start] + new + old[each.end :]
    return texts
