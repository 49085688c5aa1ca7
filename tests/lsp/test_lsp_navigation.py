"""Navigation over the protocol: every method, for clients that can more and clients that can less."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from lsp_clients import Editor
from lsprotocol import types
from pygls.exceptions import JsonRpcException

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH = {"utf-8": 4, "utf-16": 2, "utf-32": 1}
TEXT = """\
# two
# lines
global {
    project nav
    $mem = 64M
}
#include common.mln
host web {
    superclass common
    memory $mem
    network eth0 {
        address dhcp
    }
}
host "db" { owner "🐄 $mem"; superclass common }
"""
COMMON = """\
superclass top { template debian.ext4 }
superclass common {
    superclass top
    network eth0 { switch lan }
}
switch lan { }
"""


def at(text: str, what: str, more: int = 0) -> types.Position:
    """The position of a piece of an ASCII text."""
    offset = text.index(what) + more
    return types.Position(text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1)


def over(text: str, what: str, piece: str = "") -> types.Range:
    """The range of a piece within a piece of an ASCII text."""
    more = what.index(piece) if piece else 0
    return types.Range(at(text, what, more), at(text, what, more + len(piece or what)))


@pytest.fixture
def opened(editor: Editor) -> Iterator[Editor]:
    """An editor with a project that is open, and a file it includes that is not."""
    with on_disk(editor, {"common.mln": COMMON, "nav.mln": TEXT}):
        editor.open("nav.mln", TEXT)
        yield editor
        editor.close("nav.mln")


@contextmanager
def on_disk(editor: Editor, files: Mapping[str, str]) -> Iterator[None]:
    """Files in the folder, as long as they are needed; the server is told."""
    for name, text in files.items():
        editor.write(name, text)
    _tell(editor, files, types.FileChangeType.Created)
    yield
    for name in files:
        (editor.folder / name).unlink()
    _tell(editor, files, types.FileChangeType.Deleted)


def _tell(editor: Editor, files: Iterable[str], kind: types.FileChangeType) -> None:
    events = [types.FileEvent(editor.uri(name), kind) for name in files]
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))


def edits_of(edit: types.WorkspaceEdit | None, editor: Editor) -> dict[str, list[types.TextEdit]]:
    """Edits by file name, whichever form they have; versions are those of what is open."""
    assert edit is not None
    if edit.changes is not None:
        assert "flat" in editor.kind
        return {uri.rpartition("/")[2]: list(edits) for uri, edits in edit.changes.items()}
    found: dict[str, list[types.TextEdit]] = {}
    for change in edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        name = change.text_document.uri.rpartition("/")[2]
        assert (change.text_document.version is None) == (name == "common.mln")
        found[name] = [each for each in change.edits if isinstance(each, types.TextEdit)]
    return found


async def test_navigation_is_announced(opened: Editor) -> None:
    server = opened.server.capabilities
    assert server.declaration_provider
    assert server.references_provider
    assert server.document_highlight_provider
    assert server.folding_range_provider
    assert server.selection_range_provider
    assert server.document_link_provider == types.DocumentLinkOptions(resolve_provider=True)
    assert server.type_hierarchy_provider
    assert server.workspace_symbol_provider == types.WorkspaceSymbolOptions(resolve_provider=True)
    rich = "flat" not in opened.kind
    rename = server.rename_provider
    assert bool(isinstance(rename, types.RenameOptions) and rename.prepare_provider) == rich
    operations = server.workspace.file_operations if server.workspace else None
    assert bool(operations and operations.will_rename) == rich


async def test_definition_declaration_references(opened: Editor) -> None:
    document, client = opened.document("nav.mln"), opened.client
    cursor = at(TEXT, "common\n    memory", 2)
    place = await client.text_document_definition_async(types.DefinitionParams(document, cursor))
    assert place == types.Location(opened.uri("common.mln"), over(COMMON, "common"))
    place = await client.text_document_declaration_async(types.DeclarationParams(document, at(TEXT, "$mem\n", 1)))
    assert place == types.Location(document.uri, over(TEXT, "mem"))
    context = types.ReferenceContext(include_declaration=True)
    found = await client.text_document_references_async(types.ReferenceParams(context, document, cursor))
    unit = WIDTH[opened.encoding]
    line = 14
    last = len('host "db" { owner "') + unit + len(' $mem"; superclass ')
    assert list(found or ()) == [
        types.Location(opened.uri("common.mln"), over(COMMON, "common")),
        types.Location(document.uri, over(TEXT, "common\n    memory", "common")),
        types.Location(document.uri, types.Range(types.Position(line, last), types.Position(line, last + 6))),
    ]
    context = types.ReferenceContext(include_declaration=False)
    found = await client.text_document_references_async(types.ReferenceParams(context, document, cursor))
    assert found is not None
    assert len(found) == 2
    nothing = types.ReferenceParams(context, document, types.Position(1, 1))
    assert await client.text_document_references_async(nothing) is None


async def test_highlights(opened: Editor) -> None:
    params = types.DocumentHighlightParams(opened.document("nav.mln"), at(TEXT, "mem = "))
    found = await opened.client.text_document_document_highlight_async(params)
    assert found is not None
    kinds = types.DocumentHighlightKind
    assert [(each.range.start.line, each.kind) for each in found] == [
        (4, kinds.Write), (9, kinds.Read), (14, kinds.Read),
    ]  # fmt: skip


async def test_rename(opened: Editor) -> None:
    document, client = opened.document("nav.mln"), opened.client
    cursor = at(TEXT, "common\n    memory", 2)
    edit = await client.text_document_rename_async(types.RenameParams(document, cursor, "base"))
    edits = edits_of(edit, opened)
    assert {name: len(each) for name, each in edits.items()} == {"common.mln": 1, "nav.mln": 2}
    assert edits["common.mln"] == [types.TextEdit(over(COMMON, "common"), "base")]
    for new, why in (("we@b", "MLN406"), ("top", "is there already")):
        with pytest.raises(JsonRpcException, match=why):
            await client.text_document_rename_async(types.RenameParams(document, cursor, new))
    if "flat" not in opened.kind:
        ask = types.PrepareRenameParams(document, cursor)
        assert await client.text_document_prepare_rename_async(ask) == types.PrepareRenamePlaceholder(
            over(TEXT, "common\n    memory", "common"), "common"
        )
        nothing = types.PrepareRenameParams(document, types.Position(1, 1))
        assert await client.text_document_prepare_rename_async(nothing) is None
        opened.replace("nav.mln", TEXT.replace("host web", "host w$mem"))
        with pytest.raises(JsonRpcException, match=r"`w64M` is composed from variables at .*nav.mln:8:6"):
            await client.text_document_prepare_rename_async(types.PrepareRenameParams(document, types.Position(7, 5)))


async def test_folding(opened: Editor) -> None:
    params = types.FoldingRangeParams(opened.document("nav.mln"))
    found = await opened.client.text_document_folding_range_async(params)
    assert found is not None
    shown = [(each.start_line, each.end_line, each.kind) for each in found]
    lines_only = "push" in opened.kind and "flat" not in opened.kind
    less = 1 if lines_only else 0
    assert shown == [
        (0, 1, types.FoldingRangeKind.Comment), (2, 5 - less, None), (7, 13 - less, None), (10, 12 - less, None),
    ]  # fmt: skip
    assert all((each.start_character is None) == lines_only for each in found)


async def test_selection(opened: Editor) -> None:
    positions = [at(TEXT, "dhcp", 1), at(TEXT, "project")]
    params = types.SelectionRangeParams(opened.document("nav.mln"), positions)
    found = await opened.client.text_document_selection_range_async(params)
    assert found is not None
    outer, lines = found[0], []
    while outer is not None:
        lines.append((outer.range.start.line, outer.range.end.line))
        outer = outer.parent
    assert lines == [(11, 11), (11, 11), (10, 12), (8, 12), (7, 13), (0, 15)]
    assert found[1].range == over(TEXT, "project")


async def test_links(opened: Editor) -> None:
    client = opened.client
    (link,) = await client.text_document_document_link_async(types.DocumentLinkParams(opened.document("nav.mln"))) or ()
    assert (link.range, link.target) == (over(TEXT, "common.mln"), opened.uri("common.mln"))
    assert link.tooltip is None
    resolved = await client.document_link_resolve_async(link)
    path = str(opened.folder / "common.mln")
    assert resolved.tooltip == (None if "flat" in opened.kind else f"Open the included file ({path})")


async def test_hierarchy(opened: Editor) -> None:
    client = opened.client
    params = types.TypeHierarchyPrepareParams(opened.document("nav.mln"), at(TEXT, "common\n    memory", 2))
    (item,) = await client.text_document_prepare_type_hierarchy_async(params) or ()
    assert (item.name, item.kind, item.uri) == ("common", types.SymbolKind.Class, opened.uri("common.mln"))
    assert item.selection_range == over(COMMON, "common")
    above = await client.type_hierarchy_supertypes_async(types.TypeHierarchySupertypesParams(item)) or ()
    assert [each.name for each in above] == ["top"]
    below = await client.type_hierarchy_subtypes_async(types.TypeHierarchySubtypesParams(item)) or ()
    assert [(each.name, each.detail) for each in below] == [("web", "host"), ("db", "host")]
    nothing = types.TypeHierarchyPrepareParams(opened.document("nav.mln"), types.Position(1, 1))
    assert await client.text_document_prepare_type_hierarchy_async(nothing) is None


async def test_workspace_symbols(opened: Editor) -> None:
    client = opened.client
    found = await client.workspace_symbol_async(types.WorkspaceSymbolParams("common"))
    assert found is not None
    (symbol,) = [each for each in found if each.container_name == "nav"]
    assert (symbol.name, symbol.kind) == ("common", types.SymbolKind.Class)
    if "flat" not in opened.kind:
        assert isinstance(symbol, types.WorkspaceSymbol)
        assert symbol.location == types.LocationUriOnly(opened.uri("common.mln"))
        symbol = await client.workspace_symbol_resolve_async(symbol)
    assert symbol.location == types.Location(opened.uri("common.mln"), over(COMMON, "common"))


async def test_includes_follow_renamed_files(opened: Editor) -> None:
    if "flat" in opened.kind:
        return
    files = [types.FileRename(opened.uri("common.mln"), opened.uri("lib/base.mln"))]
    edit = await opened.client.workspace_will_rename_files_async(types.RenameFilesParams(files))
    assert edits_of(edit, opened) == {"nav.mln": [types.TextEdit(over(TEXT, "common.mln"), "lib/base.mln")]}
    moved = [types.FileRename(opened.uri("nav.mln"), opened.uri("lib/nav.mln"))]
    edit = await opened.client.workspace_will_rename_files_async(types.RenameFilesParams(moved))
    assert edits_of(edit, opened) == {"nav.mln": [types.TextEdit(over(TEXT, "common.mln"), "../common.mln")]}
    other = [types.FileRename(opened.uri("nothing.mln"), opened.uri("lib/nothing.mln"))]
    assert await opened.client.workspace_will_rename_files_async(types.RenameFilesParams(other)) is None


async def test_projects_that_are_not_open_are_known(editor: Editor) -> None:
    """A file of a folder of the workspace includes the one that is open."""
    text = "superclass shared_by_labs { template debian.ext4 }\n"
    lab = "global { project lab1 }\n#include shared.mln\nhost h { superclass shared_by_labs }\n"
    with on_disk(editor, {"shared.mln": text, "lab1.mln": lab}):
        editor.open("shared.mln", text)
        document = editor.document("shared.mln")
        params = types.ReferenceParams(types.ReferenceContext(False), document, types.Position(0, 13))
        found = await editor.client.text_document_references_async(params)
        assert found is not None
        assert [each.uri for each in found] == [editor.uri("lab1.mln")]
        editor.close("shared.mln")


async def test_broken_texts_and_documents_that_are_not_open(editor: Editor) -> None:
    text = "host web {\n  superclass common\n  network eth0 {\nsuperclass common {\n"
    editor.open("broken.mln", text)
    document, client = editor.document("broken.mln"), editor.client
    place = await client.text_document_definition_async(types.DefinitionParams(document, types.Position(1, 15)))
    assert isinstance(place, types.Location)
    assert place.range.start == types.Position(3, 11)
    assert len(await client.text_document_folding_range_async(types.FoldingRangeParams(document)) or ()) >= 1
    editor.close("broken.mln")
    gone, start = editor.document("broken.mln"), types.Position(0, 0)
    context = types.ReferenceContext(include_declaration=True)
    assert await client.text_document_definition_async(types.DefinitionParams(gone, start)) is None
    assert await client.text_document_references_async(types.ReferenceParams(context, gone, start)) is None
    assert await client.text_document_document_highlight_async(types.DocumentHighlightParams(gone, start)) is None
    assert await client.text_document_rename_async(types.RenameParams(gone, start, "x")) is None
    assert await client.text_document_folding_range_async(types.FoldingRangeParams(gone)) is None
    assert await client.text_document_selection_range_async(types.SelectionRangeParams(gone, [start])) is None
    assert await client.text_document_document_link_async(types.DocumentLinkParams(gone)) is None
    prepare = types.TypeHierarchyPrepareParams(gone, start)
    assert await client.text_document_prepare_type_hierarchy_async(prepare) is None
