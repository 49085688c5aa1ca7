"""`mln-lsp` as a process: real servers over standard input and output, spoken to by clients of several kinds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest
from lsp_clients import Editor
from lsprotocol import types

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDTH = {"utf-8": 4, "utf-16": 2, "utf-32": 1}
GOOD = """\
global {
    project demo
}
superclass common {
    template debian.ext4
}
host web {
    superclass common
    network eth0 {
        address 10.0.0.2/24
        switch lan
    }
}
switch lan { }
"""


def at(text: str, what: str, more: int = 0) -> types.Position:
    """The position of a piece of an ASCII text."""
    offset = text.index(what) + more
    return types.Position(text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1)


async def test_capabilities(editor: Editor) -> None:
    server = editor.server.capabilities
    assert editor.encoding == next((e for e in ("utf-8", "utf-32") if e in editor.kind), "utf-16")
    assert (server.diagnostic_provider is not None) == editor.pulls
    assert server.hover_provider
    assert server.definition_provider
    assert server.document_formatting_provider
    assert server.document_symbol_provider
    assert server.completion_provider
    assert server.rename_provider
    assert (server.code_action_provider is None) == ("flat" in editor.kind)


async def test_diagnostics_with_positions_in_the_clients_units(editor: Editor) -> None:
    version = editor.open("units.mln", GOOD.replace("switch lan\n", '"🐄🐄" x; swich lan; switch lan\n'))
    found = await editor.problems("units.mln", version)
    assert [d.code for d in found] == ["MLN301", "MLN301"]
    unit = WIDTH[editor.encoding]
    assert found[0].range == types.Range(types.Position(10, 8), types.Position(10, 8 + 2 + 2 * unit))
    assert found[1].range.start == types.Position(10, 8 + 6 + 2 * unit)
    assert found[1].message.endswith("help: did you mean `switch`?")
    assert found[1].severity == types.DiagnosticSeverity.Warning
    editor.close("units.mln")


async def test_edits_in_the_clients_units(editor: Editor) -> None:
    """Characters outside the first plane, a form feed (no line end here) and a lone carriage return (one)."""
    editor.open("edits.mln", GOOD.replace("superclass common {", "# 🐄 a\u2028b\x0cc\rd\nsuperclass common {"))
    start, end = types.Position(5, 11), types.Position(5, 17)  # `common`
    editor.edit("edits.mln", types.TextDocumentContentChangePartial(types.Range(start, end), "comm🐄n"))
    middle = 11 + 4
    version = editor.edit(
        "edits.mln",
        types.TextDocumentContentChangePartial(
            types.Range(types.Position(5, middle), types.Position(5, middle + WIDTH[editor.encoding])), "o"
        ),
        types.TextDocumentContentChangePartial(
            types.Range(types.Position(5, middle + 1), types.Position(5, middle + 2)), "m"
        ),
    )
    found = await editor.problems("edits.mln", version)
    assert [d.message.split("\n")[1] for d in found] == ["help: did you mean `commom`?"]
    editor.close("edits.mln")


async def test_the_same_as_mlnc_check(editor: Editor) -> None:
    text = GOOD.replace("switch lan\n", "switch lam\n").replace("superclass common\n", "superclass comon\n")
    editor.write("same.mln", text)
    version = editor.open("same.mln", text)
    found = await editor.problems("same.mln", version)
    command = [sys.executable, "-m", "mlnlang.cli.main", "check", "--format", "json", str(editor.folder / "same.mln")]
    run = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    expected = json.loads(run.stdout)["diagnostics"]
    assert len(expected) == 2
    assert [
        (d.code, d.range.start.line + 1, d.range.start.character + 1, d.range.end.character + 1) for d in found
    ] == [
        (d["code"], d["range"]["start"]["line"], d["range"]["start"]["column"], d["range"]["end"]["column"])
        for d in expected
    ]
    editor.close("same.mln")


async def test_an_included_document_is_checked_in_its_place(editor: Editor) -> None:
    editor.write("part.mln", "template debian.ext4\n")
    editor.open("main.mln", GOOD.replace("template debian.ext4", "#include part.mln"))
    version = editor.open("part.mln", "template debian.ext4\nmemori 3\n")
    found = await editor.problems("part.mln", version)
    assert [(d.code, d.range.start.line) for d in found] == [("MLN301", 1)]
    version = editor.replace("part.mln", "template debian.ext4\nmemory x\n")
    found = await editor.problems("part.mln", version)
    assert [d.code for d in found] == ["MLN304"]
    hover = await editor.client.text_document_hover_async(
        types.HoverParams(editor.document("part.mln"), types.Position(1, 2))
    )
    assert hover is not None
    editor.close("part.mln")
    editor.close("main.mln")


async def test_problems_of_files_that_are_not_open(editor: Editor) -> None:
    editor.write("closed.mln", "memori 3\n")
    text = GOOD.replace("template debian.ext4", "#include closed.mln\n    template debian.ext4")
    version = editor.open("above.mln", text)
    assert list(await editor.problems("above.mln", version)) == []
    if not editor.pulls:
        assert [d.code for d in await editor.published_for("closed.mln", 1)] == ["MLN301"]
        editor.close("above.mln")
        assert list(await editor.published_for("closed.mln", 0)) == []
        return
    others = (await editor.report("above.mln")).related_documents or {}
    if "related" not in editor.kind:
        assert others == {}
    else:
        assert [len(report.items) for report in others.values()] == [1]
        assert list(others) == [editor.uri("closed.mln")]
        editor.replace("above.mln", GOOD)
        others = (await editor.report("above.mln")).related_documents or {}
        assert [len(report.items) for report in others.values()] == [0]
    editor.close("above.mln")


async def test_includers_are_checked_again_when_an_included_file_changes(editor: Editor) -> None:
    """An edit in an open file, and a change on the disk that the client tells of."""
    editor.write("names.mln", "")
    text = GOOD.replace("switch lan { }", "#include names.mln")
    editor.open("user.mln", text)
    version = editor.open("names.mln", "")
    await editor.problems("names.mln", version)
    if editor.pulls:
        assert [d.code for d in (await editor.report("user.mln")).items] == ["MLN405"]
    else:
        assert [d.code for d in await editor.published_for("user.mln", 1)] == ["MLN405"]
    refreshed = editor.client.diagnostic_refresh_count
    editor.replace("names.mln", "switch lan { }\n")
    await _cleared(editor, "user.mln", refreshed)
    editor.close("names.mln")  # the disk counts again
    await (_refreshed(editor, refreshed + 1) if editor.pulls else editor.published_for("user.mln", 1))
    if editor.pulls:
        assert [d.code for d in (await editor.report("user.mln")).items] == ["MLN405"]
    editor.write("names.mln", "switch lan { }\n")
    refreshed = editor.client.diagnostic_refresh_count
    event = types.FileEvent(editor.uri("names.mln"), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await _cleared(editor, "user.mln", refreshed)
    editor.close("user.mln")


async def _cleared(editor: Editor, name: str, refreshed: int) -> None:
    if editor.pulls:
        await _refreshed(editor, refreshed + 1)
        assert list((await editor.report(name)).items) == []
    else:
        assert list(await editor.published_for(name, 0)) == []


async def _refreshed(editor: Editor, count: int) -> None:
    async with asyncio.timeout(20):
        while editor.client.diagnostic_refresh_count < count:
            await asyncio.sleep(0.01)


async def test_a_newer_edit_makes_an_older_check_give_way(editor: Editor) -> None:
    """Of many edits in a row only the last state counts, and it is there soon."""
    hosts = "".join(f"host h{n} {{ template debian.ext4 }}\n" for n in range(300))
    editor.open("many.mln", GOOD + hosts)
    client = editor.client
    before = len(client.publications)
    version = 0
    for number in range(60):
        version = editor.replace("many.mln", f"{GOOD}{hosts}host last{number} {{ superclass nope{number} }}\n")
    found = await editor.problems("many.mln", version)
    assert [d.message.split("\n")[0] for d in found if d.code == "MLN402"] == ["there is no superclass `nope59`"]
    if editor.pulls:
        assert client.publications == []
    else:
        assert len(client.publications) - before < 20
    editor.close("many.mln")


async def test_formatting(editor: Editor) -> None:
    untidy = GOOD.replace("    project demo", " project   demo").replace("web {", "web\n{")
    editor.open("untidy.mln", untidy)
    params = types.DocumentFormattingParams(
        editor.document("untidy.mln"), types.FormattingOptions(8, insert_spaces=False)
    )
    edits = await editor.client.text_document_formatting_async(params)
    assert edits is not None
    (edit,) = edits
    assert (edit.range.start.line, edit.range.start.character) == (1, 0)
    lines = untidy.splitlines(keepends=True)
    tidy = "".join(lines[: edit.range.start.line]) + edit.new_text + "".join(lines[edit.range.end.line :])
    assert tidy == GOOD
    editor.replace("untidy.mln", GOOD)
    assert await editor.client.text_document_formatting_async(params) is None
    editor.replace("untidy.mln", "host web {\n")
    assert await editor.client.text_document_formatting_async(params) is None
    editor.close("untidy.mln")


async def test_hover_completion_definition_symbols(editor: Editor) -> None:
    editor.open("ask.mln", GOOD)
    document = editor.document("ask.mln")
    client = editor.client
    hover = await client.text_document_hover_async(types.HoverParams(document, at(GOOD, "template", 3)))
    assert hover is not None
    contents = hover.contents
    assert isinstance(contents, str if "flat" in editor.kind else types.MarkupContent)
    assert ("`" in str(contents)) == ("flat" not in editor.kind)
    assert hover.range == types.Range(at(GOOD, "template"), at(GOOD, "template", 8))
    items = await client.text_document_completion_async(types.CompletionParams(document, at(GOOD, "switch lan", 7)))
    assert isinstance(items, list)
    assert [item.label for item in items] == ["lan"]
    place = await client.text_document_definition_async(types.DefinitionParams(document, at(GOOD, "switch lan", 8)))
    assert isinstance(place, types.Location)
    assert place == types.Location(document.uri, types.Range(at(GOOD, "lan { }"), at(GOOD, "lan { }", 3)))
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert symbols is not None
    if "flat" in editor.kind:
        assert [(s.name, getattr(s, "container_name", "")) for s in symbols][2:4] == [("web", None), ("eth0", "web")]
    else:
        assert [s.name for s in symbols] == ["global", "common", "web", "lan"]
        assert isinstance(symbols[2], types.DocumentSymbol)
        assert [child.name for child in symbols[2].children or ()] == ["eth0"]
    editor.close("ask.mln")


async def test_documents_that_are_no_files_and_odd_texts(editor: Editor) -> None:
    uri = "untitled:Untitled-1"
    item = types.TextDocumentItem(uri, "mln", 1, "\ufeffhost web {\n  sorry \ud83d\n")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    document = types.TextDocumentIdentifier(uri)
    found = await editor.client.text_document_completion_async(
        types.CompletionParams(document, types.Position(0, 2 + (2 if editor.encoding == "utf-8" else 0)))
    )
    assert isinstance(found, list)
    assert "host" in [each.label for each in found]
    if editor.pulls:
        report = await editor.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(document))
        assert "MLN101" in [each.code for each in report.items]
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
    unknown = await editor.client.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier("file:///nowhere"), types.Position(0, 0))
    )
    assert unknown is None


async def test_nothing_was_published_to_clients_that_pull(editor: Editor) -> None:
    if editor.pulls:
        assert editor.client.publications == []
    assert editor.client.messages == []
