"""Code actions; their edits only when one is chosen, where the client can wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from mlnlang.ide.actions import KINDS, Action, actions
from mlnlang_lsp.knowledge import scene_of
from mlnlang_lsp.places import Places, takes_versions
from mlnlang_lsp.server import MlnServer


def register(server: MlnServer) -> None:
    """Register the methods, for clients that know actions besides commands."""
    client = _client(server)
    if client is None or client.code_action_literal_support is None:
        return
    options = types.CodeActionOptions(code_action_kinds=[*KINDS], resolve_provider=_resolves(server))
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(answer)
    server.feature(types.CODE_ACTION_RESOLVE)(resolve)


async def answer(ls: MlnServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about a range."""
    only = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    found = await _found(ls, params.text_document.uri, params.range, only)
    if params.context.trigger_kind == types.CodeActionTriggerKind.Automatic and not only:
        found = [action for action in found if action.kind == "quickfix" or params.range.start != params.range.end]
    return [_action(ls, action, params, only) for action in found]


async def resolve(ls: MlnServer, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit."""
    data: Any = action.data
    if action.edit is not None or not isinstance(data, dict):
        return action
    start, end = (types.Position(*data[name]) for name in ("start", "end"))
    found = await _found(ls, data["uri"], types.Range(start, end), data["only"])
    same = next((each for each in found if each.title == action.title and each.kind == data["kind"]), None)
    if same is not None:
        action.edit = Places(ls).edit(same.edits(), versioned=takes_versions(ls))
    return action


async def _found(ls: MlnServer, uri: str, within: types.Range, only: Sequence[str]) -> list[Action]:
    problems = await ls.session.problems()
    found = scene_of(ls, uri)
    if found is None:
        return []
    document, here = found
    start, end = document.offset(within.start), document.offset(within.end)
    return actions(here, problems.get(here.path, []), start, end, only)


def _action(ls: MlnServer, action: Action, params: types.CodeActionParams, only: Sequence[str]) -> types.CodeAction:
    client = _client(ls)
    made = types.CodeAction(action.title, action.kind)
    if action.preferred and client and client.is_preferred_support:
        made.is_preferred = True
    if action.problem is not None:
        span = action.problem.span
        at = ls.session.range(span) if span else None
        same = [each for each in params.context.diagnostics if each.code == action.problem.code and each.range == at]
        made.diagnostics = same or None
    if _resolves(ls):
        start, end = params.range.start, params.range.end
        made.data = {
            "uri": params.text_document.uri, "start": [start.line, start.character], "end": [end.line, end.character],
            "only": [*only], "kind": action.kind,
        }  # fmt: skip
    else:
        made.edit = Places(ls).edit(action.edits(), versioned=takes_versions(ls))
    return made


def _client(ls: MlnServer) -> types.CodeActionClientCapabilities | None:
    text_document = ls.client_capabilities.text_document
    return text_document.code_action if text_document else None


def _resolves(ls: MlnServer) -> bool:
    client = _client(ls)
    lazily = client.resolve_support if client else None
    return bool(lazily and "edit" in lazily.properties and client and client.data_support)
