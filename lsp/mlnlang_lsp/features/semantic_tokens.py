"""Semantic tokens: of a file, of what has changed in it, and of a range."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types

from mlnlang.ide.colours import MODIFIERS, TYPES, Colour, Palette, colours
from mlnlang_lsp.document import Document
from mlnlang_lsp.knowledge import scene_of
from mlnlang_lsp.server import MlnServer

_LINE_END = re.compile(r"\r\n|\n|\r")


def register(server: MlnServer) -> None:
    """Register the methods, for clients that know such tokens."""
    text_document = server.client_capabilities.text_document
    if text_document is None or text_document.semantic_tokens is None:
        return
    teller = _Teller()
    legend = types.SemanticTokensLegend([*TYPES], [*MODIFIERS])

    def full(ls: MlnServer, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
        return teller.full(ls, params)

    def delta(
        ls: MlnServer, params: types.SemanticTokensDeltaParams
    ) -> types.SemanticTokens | types.SemanticTokensDelta | None:
        return teller.delta(ls, params)

    def within(ls: MlnServer, params: types.SemanticTokensRangeParams) -> types.SemanticTokens | None:
        return teller.range(ls, params)

    server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)(full)
    server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL_DELTA, legend)(delta)
    server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, legend)(within)


@dataclass
class _Told:
    """What a client has of a document."""

    result_id: str
    data: list[int]


class _Teller:
    def __init__(self) -> None:
        self._palette: Palette | None = None
        self._told: dict[str, _Told] = {}
        self._ids = itertools.count(1)

    def full(self, ls: MlnServer, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
        """All tokens of a document."""
        data = self._data(ls, params.text_document.uri)
        if data is None:
            return None
        return types.SemanticTokens(data, self._keep(ls, params.text_document.uri, data))

    def delta(
        self, ls: MlnServer, params: types.SemanticTokensDeltaParams
    ) -> types.SemanticTokens | types.SemanticTokensDelta | None:
        """What has changed since the client asked last; all, where it means another answer."""
        uri = params.text_document.uri
        old = self._told.get(ls.session.key(uri))
        data = self._data(ls, uri)
        if data is None:
            return None
        new_id = self._keep(ls, uri, data)
        if old is None or old.result_id != params.previous_result_id:
            return types.SemanticTokens(data, new_id)
        return types.SemanticTokensDelta(difference(old.data, data), new_id)

    def range(self, ls: MlnServer, params: types.SemanticTokensRangeParams) -> types.SemanticTokens | None:
        """The tokens of a range."""
        data = self._data(ls, params.text_document.uri, params.range)
        return types.SemanticTokens(data) if data is not None else None

    def _keep(self, ls: MlnServer, uri: str, data: list[int]) -> str:
        new_id = str(next(self._ids))
        self._told[ls.session.key(uri)] = _Told(new_id, data)
        for path in [path for path in self._told if path not in ls.session.documents]:
            del self._told[path]
        return new_id

    def _data(self, ls: MlnServer, uri: str, within: types.Range | None = None) -> list[int] | None:
        found = scene_of(ls, uri)
        if found is None or not ls.session.settings.semantic_tokens.enabled:
            return None
        document, here = found
        if self._palette is None or self._palette.schema is not ls.session.workspace.schema:
            self._palette = Palette(ls.session.workspace.schema)
        if within is None:
            return encoded(document, colours(here, self._palette))
        start, end = document.offset(within.start), document.offset(within.end)
        return encoded(document, colours(here, self._palette, start, end))


def encoded(document: Document, found: Iterable[Colour]) -> list[int]:
    """Tokens as the protocol has them: five numbers each, relative to the token before."""
    text, shift = document.text, document.shift
    starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
    starts.append(len(text) + 1)
    plain = text.isascii()
    data: list[int] = []
    line = last_line = last_column = 0
    for start, length, type_, modifiers in found:
        start += shift
        while starts[line + 1] <= start:
            line += 1
        column = start - starts[line]
        if not plain:
            stretch = document.range(start - shift, start - shift + length)
            column, length = stretch.start.character, stretch.end.character - stretch.start.character
        if line != last_line:
            last_column = 0
        data += (line - last_line, column - last_column, length, type_, modifiers)
        last_line, last_column = line, column
    return data


def difference(old: list[int], new: list[int]) -> list[types.SemanticTokensEdit]:
    """The one edit between two answers, in whole tokens; none where they are the same."""
    if old == new:
        return []
    room = min(len(old), len(new)) // 5
    head = 0
    while head < room and old[head * 5 : head * 5 + 5] == new[head * 5 : head * 5 + 5]:
        head += 1
    tail = 0
    while tail < room - head and _last(old, tail) == _last(new, tail):
        tail += 1
    start, end = head * 5, len(new) - tail * 5
    return [types.SemanticTokensEdit(start, len(old) - tail * 5 - start, new[start:end])]


def _last(data: list[int], tail: int) -> list[int]:
    end = len(data) - tail * 5
    return data[end - 5 : end]
