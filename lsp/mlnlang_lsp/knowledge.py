"""What the features that tell of projects share: the file at hand, links, what the back ends say."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from mlnlang.backends import BY_NAME
from mlnlang.ide.scene import Scene, scene
from mlnlang.ide.summaries import Link
from mlnlang.source import Span
from mlnlang_lsp.document import Document
from mlnlang_lsp.server import MlnServer

Arguments = dict[str, Any]
Command = Callable[[MlnServer, Arguments], Awaitable[dict[str, Any]]]


def scene_of(ls: MlnServer, uri: str) -> tuple[Document, Scene] | None:
    """An open document and its scene; None for what is not open."""
    document = ls.session.document(uri)
    if document is None:
        return None
    return document, scene(ls.session.workspace, ls.session.key(document.uri))


def link_to(ls: MlnServer) -> Link:
    """Places as Markdown links that editors can follow."""

    def link(span: Span) -> str:
        path = ls.session.workspace.key(span.file.path)
        line, column = span.file.position(span.start)
        uri = ls.session.uri(path).replace("(", "%28").replace(")", "%29")
        return f"[{os.path.basename(path)}:{line}]({uri}#L{line},{column})"

    return link


@cache
def support(word: str) -> Sequence[tuple[str, str, str]]:
    """What each back end's capability table says of a keyword: title, level, why."""
    tables = import_module("mlnlang_codegen.capabilities")
    registry = import_module("mlnlang_codegen.registry")
    rows = [row for row in _features(tables) if row.keyword == word and not _special(row.name)]
    if len(rows) != 1 or word == "switch":  # several are uses of the keyword, of which it says nothing itself
        return ()
    tables_of = {name: registry.back_end(name).capabilities for name in sorted(registry.PACKAGES)}
    carried = [(BY_NAME[name].title, table[rows[0].name]) for name, table in tables_of.items()]
    return [(title, support.level, support.why) for title, support in carried]


def _features(tables: Any) -> list[Any]:
    return [*tables.HOST_FEATURES, *tables.INTERFACE_FEATURES, *tables.SWITCH_FEATURES]


def _special(feature: str) -> bool:
    """Whether a feature is a certain use of a keyword, of which the keyword itself says nothing."""
    return feature.startswith(("Windows", "odd ", "long ", "remote ")) or " without " in feature


def failed(message: str) -> JsonRpcException:
    """The answer to a request that can't be met, with the reason."""
    return JsonRpcException(message=message, code=types.LSPErrorCodes.RequestFailed.value)


def command(handler: Command) -> Callable[..., Awaitable[dict[str, Any]]]:
    """A command that takes one object."""

    async def call(ls: MlnServer, *arguments: Any) -> dict[str, Any]:
        given = arguments[0] if arguments else {}
        if not isinstance(given, dict):
            raise failed("the argument of the command is one object")
        return await handler(ls, given)

    return call
