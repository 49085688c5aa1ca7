"""Inlay hints; what stands behind one only when it is looked at."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from mlnlang.ide.hints import hints, tooltip
from mlnlang.ide.scene import scene
from mlnlang_lsp.knowledge import link_to, scene_of
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods."""
    server.feature(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintOptions(resolve_provider=True))(answer)
    server.feature(types.INLAY_HINT_RESOLVE)(resolve)


async def answer(ls: MlnServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    """The hints of a range."""
    await ls.session.problems()
    found = scene_of(ls, params.text_document.uri)
    if found is None:
        return []
    document, here = found
    wanted = ls.session.settings.inlay_hints
    told = hints(
        here,
        document.offset(params.range.start),
        document.offset(params.range.end),
        addresses=wanted.addresses,
        inherited=wanted.inherited,
        servers=wanted.servers,
    )
    return [
        types.InlayHint(
            position=document.range(hint.offset, hint.offset).start,
            label=hint.text,
            padding_left=not hint.text.startswith("/"),
            data={"uri": document.uri, "subject": [*hint.subject]},
        )
        for hint in told
    ]


def resolve(ls: MlnServer, hint: types.InlayHint) -> types.InlayHint:
    """The hint with what stands behind it."""
    data: Any = hint.data
    if isinstance(data, dict) and "subject" in data:
        here = scene(ls.session.workspace, ls.session.key(str(data.get("uri"))))
        text = tooltip(here, tuple(str(each) for each in data["subject"]), link_to(ls))
        hint.tooltip = types.MarkupContent(types.MarkupKind.Markdown, text) if text else None
    return hint
