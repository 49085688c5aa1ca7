"""Completion, hover, forms, colours, actions, lenses, hints, formatting and commands, through the protocol."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lsp_clients import Editor, RecordingClient
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import default_converter
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = """\
global {
    project demo
    autoenum {
        superclass common
        numhosts 3
        address auto
        net 10.0.0.0
        addresses_begin 20
    }
}
superclass common {
    template debian.ext4
    memory 96M
    network eth0 {
        switch lan
    }
}
host web {
    superclass common
    network eth0 {
        address 10.0.0.2
    }
    users {
        ann x
    }
}
switch lan { }
"""
COMMANDS = ["showHost", "showArtefact", "graph", "compile", "checkWorkspace", "effectiveProject"]


def at(text: str, what: str, more: int = 0) -> types.Position:
    """The position of a piece of an ASCII text."""
    offset = text.index(what) + more
    return types.Position(text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1)


def rich(editor: Editor) -> bool:
    return "flat" not in editor.kind


async def test_what_is_announced(editor: Editor) -> None:
    server = editor.server.capabilities
    assert server.completion_provider
    assert server.completion_provider.resolve_provider
    assert {"$", "[", "/", " ", "#"} <= set(server.completion_provider.trigger_characters or ())
    assert server.signature_help_provider
    assert server.code_lens_provider
    assert server.inlay_hint_provider
    assert server.document_range_formatting_provider
    assert server.document_on_type_formatting_provider
    assert server.execute_command_provider
    assert {f"mln.{name}" for name in COMMANDS} <= set(server.execute_command_provider.commands)
    assert (server.semantic_tokens_provider is not None) == rich(editor)
    assert (server.code_action_provider is not None) == rich(editor)


async def test_completion_and_resolve(editor: Editor) -> None:
    text = TEXT.replace("    users {", "    mem\n    users {")
    editor.open("complete.mln", text)
    params = types.CompletionParams(editor.document("complete.mln"), at(text, "    mem\n", 6))
    items = await editor.client.text_document_completion_async(params)
    assert isinstance(items, list)
    (memory,) = [item for item in items if item.label == "memory"]
    (dead,) = [item for item in items if item.label == "devfs"]
    start, cursor, end = (at(text, "    mem\n", more) for more in (4, 6, 7))
    assert memory.documentation is None
    if rich(editor):
        assert memory.text_edit == types.InsertReplaceEdit(
            "memory ${1:256M}", types.Range(start, cursor), types.Range(start, end)
        )
        assert memory.insert_text_format == types.InsertTextFormat.Snippet
        assert list(dead.tags or ()) == [types.CompletionItemTag.Deprecated]
    else:
        assert memory.text_edit == types.TextEdit(types.Range(start, cursor), "memory")
        assert memory.insert_text_format is None
        assert dead.tags is None
    full = await editor.client.completion_item_resolve_async(memory)
    assert "powers of two" in str(full.documentation)
    assert isinstance(full.documentation, types.MarkupContent if rich(editor) else str)
    nothing = await editor.client.completion_item_resolve_async(types.CompletionItem("x"))
    assert nothing.documentation is None
    editor.close("complete.mln")


async def test_completion_of_a_free_address(editor: Editor) -> None:
    editor.open("free.mln", TEXT)
    await editor.client.text_document_hover_async(types.HoverParams(editor.document("free.mln"), types.Position(0, 0)))
    text = TEXT.replace("switch lan { }", "host new { network eth0 { switch lan; address  } }\nswitch lan { }")
    editor.replace("free.mln", text)
    params = types.CompletionParams(
        editor.document("free.mln"),
        at(text, "address  }", 8),
        context=types.CompletionContext(types.CompletionTriggerKind.TriggerCharacter, " "),
    )
    items = await editor.client.text_document_completion_async(params)
    assert isinstance(items, list)
    assert "dhcp" in [item.label for item in items]
    assert "10.0.0.3/24" in [item.label for item in items]
    editor.close("free.mln")


async def test_hover_names_the_layers_with_links(editor: Editor) -> None:
    text = TEXT.replace("superclass common\n    network", "superclass common\n    memory 128M\n    network")
    editor.open("layers.mln", text)
    found = await editor.client.text_document_hover_async(
        types.HoverParams(editor.document("layers.mln"), at(text, "memory 128M", 2))
    )
    assert found is not None
    shown = found.contents.value if isinstance(found.contents, types.MarkupContent) else str(found.contents)
    assert "128 MiB: [layers.mln:20](file:" in shown
    assert "96 MiB: [layers.mln:13](file:" in shown
    assert "layers.mln#L13,5), superclass common, written" in shown
    hidden = await editor.client.text_document_hover_async(
        types.HoverParams(editor.document("layers.mln"), at(text, "template", 2))
    )
    assert hidden is not None
    assert hidden.range == types.Range(at(text, "template"), at(text, "template", 8))
    editor.close("layers.mln")


async def test_the_form_of_a_list_line(editor: Editor) -> None:
    editor.open("form.mln", TEXT)
    params = types.SignatureHelpParams(editor.document("form.mln"), at(TEXT, "ann x", 5))
    found = await editor.client.text_document_signature_help_async(params)
    assert found is not None
    (form,) = found.signatures
    assert (form.label, found.active_parameter) == ("USER [HASH] [HOME] [UID]", 1)
    assert form.parameters
    assert form.parameters[1].label == ((5, 11) if rich(editor) else "[HASH]")
    params = types.SignatureHelpParams(editor.document("form.mln"), at(TEXT, "memory", 3))
    assert await editor.client.text_document_signature_help_async(params) is None
    editor.close("form.mln")


async def test_semantic_tokens(editor: Editor) -> None:
    if not rich(editor):
        return
    text = "# 🐄 é\n" + TEXT
    editor.open("tokens.mln", text)
    client, document = editor.client, editor.document("tokens.mln")
    full = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert full is not None
    assert full.result_id
    provider = editor.server.capabilities.semantic_tokens_provider
    assert provider
    words = decoded(text, list(full.data), provider.legend, editor.encoding)
    assert words[:4] == [("# 🐄 é", "comment"), ("global", "keyword"), ("project", "property"), ("demo", "namespace")]
    assert ("web", "struct") in words
    assert ("common", "class") in words
    assert ("lan", "type") in words
    new = text.replace("memory 96M", "memory 96M; xen")
    editor.replace("tokens.mln", new)
    params = types.SemanticTokensDeltaParams(document, full.result_id)
    delta = await client.text_document_semantic_tokens_full_delta_async(params)
    assert isinstance(delta, types.SemanticTokensDelta)
    (edit,) = delta.edits
    patched = [*full.data]
    patched[edit.start : edit.start + edit.delete_count] = edit.data or []
    again = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert again is not None
    assert patched == list(again.data)
    assert len(edit.data or []) < 20
    other = await client.text_document_semantic_tokens_full_delta_async(
        types.SemanticTokensDeltaParams(document, "old")
    )
    assert isinstance(other, types.SemanticTokens)
    within = types.Range(at(new, "host web"), at(new, "host web", 8))
    part = await client.text_document_semantic_tokens_range_async(types.SemanticTokensRangeParams(document, within))
    assert part is not None
    assert decoded(new, list(part.data), provider.legend, editor.encoding)[:2] == [
        ("host", "keyword"),
        ("web", "struct"),
    ]
    editor.close("tokens.mln")


def decoded(text: str, data: list[int], legend: types.SemanticTokensLegend, encoding: str) -> list[tuple[str, str]]:
    """The words of an answer with their types."""
    units = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    lines = text.split("\n")
    found, line, column = [], 0, 0
    for at_ in range(0, len(data), 5):
        below, right, length, type_, _ = data[at_ : at_ + 5]
        line, column = line + below, right if below else column + right
        raw = lines[line].encode(units)[column * width : (column + length) * width]
        found.append((raw.decode(units), legend.token_types[type_]))
    return found


async def test_code_actions(editor: Editor) -> None:
    if not rich(editor):
        return
    text = TEXT.replace("switch lan\n", "switch lna\n")
    version = editor.open("act.mln", text)
    document = editor.document("act.mln")
    problems = [each for each in await editor.problems("act.mln", version) if each.code == "MLN405"]
    where = types.Range(at(text, "switch lna", 8), at(text, "switch lna", 8))
    found = await ask(editor, document, where, types.CodeActionContext(problems))
    titles = [each.title for each in found]
    assert titles == ["Write `lan`", "Create the switch `lna`"]
    assert found[1].edit is None, "it is asked for when it is chosen"
    assert list(found[1].diagnostics or ()) == problems
    chosen = await editor.client.code_action_resolve_async(found[1])
    assert chosen.edit is not None
    assert new_texts(chosen.edit) == {editor.uri("act.mln"): ["\nswitch lna { }\n"]}
    same = await editor.client.code_action_resolve_async(chosen)
    assert same == chosen
    everything = await ask(
        editor, document, where, types.CodeActionContext([], only=[types.CodeActionKind("source.fixAll")])
    )
    assert [each.kind for each in everything] == ["source.fixAll.mln"]
    selection = types.Range(at(text, "    template"), at(text, "    memory"))
    editor.replace("act.mln", TEXT)
    extracted = await ask(editor, document, selection, types.CodeActionContext([]))
    assert [(each.kind, each.title) for each in extracted] == [
        ("refactor.extract", "Extract the superclass `common-base`")
    ]
    editor.close("act.mln")


def new_texts(edit: types.WorkspaceEdit) -> dict[str, list[str]]:
    """What an edit writes, by document, in whichever of the two forms."""
    found = {uri: [each.new_text for each in edits] for uri, edits in (edit.changes or {}).items()}
    for change in edit.document_changes or ():
        assert isinstance(change, types.TextDocumentEdit)
        found[change.text_document.uri] = [getattr(each, "new_text", "") for each in change.edits]
    return found


async def ask(
    editor: Editor, document: types.TextDocumentIdentifier, where: types.Range, context: types.CodeActionContext
) -> list[types.CodeAction]:
    found = await editor.client.text_document_code_action_async(types.CodeActionParams(document, where, context))
    return [each for each in found or () if isinstance(each, types.CodeAction)]


async def test_code_lenses(editor: Editor) -> None:
    editor.open("lens.mln", TEXT)
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(editor.document("lens.mln")))
    commands = [each.command for each in found or () if each.command]
    assert [(each.title, each.command) for each in commands] == [
        ("compile", "mln.compile"),
        ("4 hosts, 1 switch", ""),
        ("4 hosts use this", ""),
        ("4 hosts use this", ""),
    ]
    editor.close("lens.mln")


async def test_inlay_hints(editor: Editor) -> None:
    editor.open("hint.mln", TEXT)
    params = types.InlayHintParams(
        editor.document("hint.mln"), types.Range(types.Position(0, 0), types.Position(99, 0))
    )
    found = await editor.client.text_document_inlay_hint_async(params)
    assert found is not None
    assert [(each.label, each.position) for each in found] == [
        ("node1 … node3, 10.0.0.20–22", at(TEXT, "numhosts 3", 10)),
        ("memory 96 MiB (common), template debian.ext4 (common)", at(TEXT, "superclass common\n    network", 17)),
        ("/24", at(TEXT, "address 10.0.0.2", 16)),
    ]
    whole = await editor.client.inlay_hint_resolve_async(found[0])
    assert isinstance(whole.tooltip, types.MarkupContent)
    assert "`node2`: 10.0.0.21, 96 MiB" in whole.tooltip.value
    editor.close("hint.mln")


async def test_range_and_typing(editor: Editor) -> None:
    text = TEXT.replace("    template", "  template").replace("    users", " users")
    editor.open("range.mln", text)
    document, options = editor.document("range.mln"), types.FormattingOptions(4, insert_spaces=True)
    within = types.Range(at(text, "  template"), at(text, "  template", 4))
    edits = await editor.client.text_document_range_formatting_async(
        types.DocumentRangeFormattingParams(document, within, options)
    )
    assert edits is not None
    assert [edit.new_text for edit in edits] == ["    template debian.ext4\n"]
    text = "host a {\n    network eth0 {\n        }\n"
    editor.replace("range.mln", text)
    params = types.DocumentOnTypeFormattingParams(document, types.Position(2, 9), "}", options)
    edits = await editor.client.text_document_on_type_formatting_async(params)
    assert list(edits or ()) == [types.TextEdit(types.Range(types.Position(2, 0), types.Position(2, 8)), "    ")]
    params = types.DocumentOnTypeFormattingParams(document, types.Position(1, 4), "\n", options)
    assert await editor.client.text_document_on_type_formatting_async(params) is None
    editor.close("range.mln")


# ---------------------------------------------------------------- commands
async def run(editor: Editor, command: str, **argument: Any) -> Any:
    params = types.ExecuteCommandParams(command, [argument])
    return plain(await editor.client.workspace_execute_command_async(params))


def plain(value: Any) -> Any:
    """JSON as dictionaries: the client's library makes objects of them."""
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


async def test_showing_a_host(editor: Editor) -> None:
    editor.open("show.mln", TEXT)
    uri = editor.uri("show.mln")
    found = await run(editor, "mln.showHost", uri=uri, host="node2")
    assert found["host"] == "node2"
    assert "10.0.0.21/24" in found["markdown"]
    assert found["json"]["host"]["memory_mib"] == 96
    assert (await run(editor, "mln.showHost", uri=uri, line=at(TEXT, "ann x").line))["host"] == "web"
    with pytest.raises(JsonRpcException, match="no host `nobody`"):
        await run(editor, "mln.showHost", uri=uri, host="nobody")
    with pytest.raises(JsonRpcException, match="needs `uri`"):
        await run(editor, "mln.showHost")
    editor.close("show.mln")


async def test_showing_an_artefact(editor: Editor) -> None:
    editor.open("artefact.mln", TEXT)
    uri = editor.uri("artefact.mln")
    files = (await run(editor, "mln.showArtefact", uri=uri))["files"]
    assert "local/hosts/web/command.sh" in files
    found = await run(editor, "mln.showArtefact", uri=uri, path="local/hosts/web/command.sh")
    assert found["languageId"] == "shellscript"
    assert "96M" in found["text"]
    with pytest.raises(JsonRpcException, match="no file"):
        await run(editor, "mln.showArtefact", uri=uri, path="nowhere")
    editor.replace("artefact.mln", "\0")
    with pytest.raises(JsonRpcException, match="could not be read"):
        await run(editor, "mln.showArtefact", uri=uri)
    editor.close("artefact.mln")


async def test_compiling_needs_trust(editor: Editor) -> None:
    editor.open("untrusted.mln", TEXT)
    with pytest.raises(JsonRpcException, match="trusted"):
        await run(editor, "mln.compile", uri=editor.uri("untrusted.mln"))
    assert not (editor.folder / "out").exists()
    editor.close("untrusted.mln")


async def test_checking_all_and_the_effective_project(editor: Editor) -> None:
    editor.open("effective.mln", "global { project e }\n#include fragment.mln\n")
    editor.open("fragment.mln", "host h { memory x }\n")
    found = await run(editor, "mln.effectiveProject", uri=editor.uri("fragment.mln"))
    assert found == {"roots": [editor.uri("effective.mln")], "chosen": editor.uri("effective.mln")}
    counts = await run(editor, "mln.checkWorkspace")
    assert (counts["errors"] >= 1, counts["files"] >= 2) == (True, True)
    editor.close("fragment.mln")
    editor.close("effective.mln")


async def test_a_picture_and_word_of_its_changes(editor: Editor) -> None:
    version = editor.open("drawn.mln", TEXT)
    uri = editor.uri("drawn.mln")
    found = await run(editor, "mln.graph", uri=uri, format="svg")
    assert (found["format"], found["title"], found["version"]) == ("svg", "demo", version)
    assert found["text"].startswith("<svg ")
    assert "prefers-color-scheme" in found["text"]
    dark = (await run(editor, "mln.graph", uri=uri, format="svg", theme="dark"))["text"]
    light = (await run(editor, "mln.graph", uri=uri, format="svg", theme="light"))["text"]
    assert "prefers-color-scheme" not in dark + light
    assert dark.startswith(light.split("</style>")[0][:-1])
    data = json.loads((await run(editor, "mln.graph", uris=[uri], format="json"))["text"])
    assert {node["name"] for node in data["nodes"]} >= {"web", "node1", "lan"}
    before = len(editor.client.redrawn)
    version = editor.replace("drawn.mln", TEXT.replace("host web", "host www"))
    async with asyncio.timeout(20):
        while len(editor.client.redrawn) == before:
            await run(editor, "mln.checkWorkspace")
            await asyncio.sleep(0.01)
    assert (editor.client.redrawn[-1]["uri"], editor.client.redrawn[-1]["version"]) == (uri, version)
    with pytest.raises(JsonRpcException, match="one of svg"):
        await run(editor, "mln.graph", uri=uri, format="png")
    editor.close("drawn.mln")


# ---------------------------------------------------------------- settings
def configure(editor: Editor, **settings: Any) -> None:
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({"mln": settings}))


async def test_what_is_not_wanted_is_left_out(editor: Editor) -> None:
    editor.open("wishes.mln", TEXT)
    document, client = editor.document("wishes.mln"), editor.client
    everywhere = types.Range(types.Position(0, 0), types.Position(99, 0))
    configure(
        editor,
        inlayHints={"addresses": False, "inherited": False},
        codeLens={"compile": False},
        hover={"layers": False},
        completion={"snippets": False},
        semanticTokens=False,
        clientCommands=["mln.lens.references"],
    )
    assert await client.text_document_inlay_hint_async(types.InlayHintParams(document, everywhere)) in ([], None, ())
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document))
    assert [lens.command for lens in lenses or ()] == [None, None], "they are told when they are shown"
    told = [(await client.code_lens_resolve_async(lens)).command for lens in lenses or ()]
    assert [(each.title, each.command) for each in told if each] == [("4 hosts use this", "mln.lens.references")] * 2
    (uri, position, places) = told[0].arguments or () if told[0] else ()
    assert uri == document.uri
    assert plain(position) == {"line": 10, "character": 11}
    assert [plain(each)["range"]["start"]["line"] for each in places] == [3, 18]
    found = await client.text_document_hover_async(types.HoverParams(document, at(TEXT, "memory", 2)))
    assert found is not None
    assert "this counts" not in str(found.contents)
    items = await client.text_document_completion_async(types.CompletionParams(document, at(TEXT, "    template", 4)))
    assert isinstance(items, list)
    assert not [item for item in items if item.insert_text_format == types.InsertTextFormat.Snippet]
    if rich(editor):
        tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
        assert tokens is None
    configure(editor)
    assert await client.text_document_inlay_hint_async(types.InlayHintParams(document, everywhere))
    editor.close("wishes.mln")


async def test_compiling_in_a_trusted_workspace(tmp_path: Path) -> None:
    client = RecordingClient(converter_factory=default_converter)
    register_lsp_features(client, DEFAULT_CLIENT_FEATURES)
    await client.start_io(sys.executable, "-m", "mlnlang_lsp.main")
    await client.initialize_session(
        types.InitializeParams(
            capabilities=types.ClientCapabilities(),
            root_uri=tmp_path.as_uri(),
            initialization_options={"trusted": True},
        )
    )
    project = tmp_path / "lab.mln"
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(project.as_uri(), "mln", 1, TEXT))
    )
    params = types.ExecuteCommandParams("mln.compile", [{"uri": project.as_uri()}])
    found = plain(await client.workspace_execute_command_async(params))
    assert found["problems"] >= 1
    assert str(tmp_path / "out/demo/local/hosts/web/command.sh") in found["written"]
    assert all(Path(path).is_file() for path in found["written"])
    assert (tmp_path / "out/demo/manifest.json").is_file()
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(2, project.as_uri()),
            [types.TextDocumentContentChangeWholeDocument("global { project other }\nhost a { memory x }\n")],
        )
    )
    found = plain(await client.workspace_execute_command_async(params))
    assert found["written"] == []
    assert not (tmp_path / "out/other").exists()
    await client.shutdown_session()
    await client.stop()
