"""Code lenses; who uses a name only when its lens is shown."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from mlnlang.ide.lenses import Lens, lenses, users_of
from mlnlang.ide.scene import scene
from mlnlang_lsp.document import Document
from mlnlang_lsp.knowledge import scene_of
from mlnlang_lsp.places import Places
from mlnlang_lsp.server import MlnServer

REFERENCES = "mln.lens.references"


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions())(answer)
    server.feature(types.CODE_LENS_RESOLVE)(resolve)


async def answer(ls: MlnServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The lines above blocks."""
    await ls.session.problems()
    found = scene_of(ls, params.text_document.uri)
    if found is None:
        return []
    document, here = found
    wanted = ls.session.settings.code_lens
    told = lenses(here, references=wanted.references, compiling=wanted.compile)
    return [_lens(ls, document, lens) for lens in told]


def _lens(ls: MlnServer, document: Document, lens: Lens) -> types.CodeLens:
    at = document.range(lens.span.start, lens.span.end)
    if lens.kind == "references" and REFERENCES in ls.session.settings.client_commands:
        return types.CodeLens(at, data={"uri": document.uri, "name": [*lens.name], "title": lens.title})
    if lens.kind == "compile":
        return types.CodeLens(at, types.Command(lens.title, "mln.compile", arguments=[{"uri": document.uri}]))
    return types.CodeLens(at, types.Command(lens.title, ""))  # a text to read


def resolve(ls: MlnServer, lens: types.CodeLens) -> types.CodeLens:
    """The lens with the places that use the name."""
    data: Any = lens.data
    if isinstance(data, dict) and "name" in data:
        here = scene(ls.session.workspace, ls.session.key(str(data["uri"])))
        kind, name = (str(each) for each in data["name"])
        places = Places(ls)
        users = [places.location(span) for span in users_of(here, kind, name)]
        lens.command = types.Command(data["title"], REFERENCES, arguments=[data["uri"], lens.range.start, users])
    return lens
