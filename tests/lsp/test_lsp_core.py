"""The server's core through the protocol: order of messages, nonsense, files that are none, settings, trust."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from raw_client import PULL, RawClient

PROJECT = "global { project x }\nsuperclass s { xen; template t.ext4 }\n"
HOST = "host h { superclass s\n  network eth0 { address 10.0.0.1/24; bridge xenbr0 }\n}\n"
PART = "host p { memori 64M; superclass s; network eth0 { address 10.0.0.2/24; bridge xenbr0 } }\n"
METHOD_NOT_FOUND, INVALID_REQUEST, INVALID_PARAMS, PARSE_ERROR = -32601, -32600, -32602, -32700
NOT_INITIALIZED, CANCELLED, MODIFIED = -32002, -32800, -32801


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace: a project that includes a part, and a project of its own."""
    here = tmp_path / "work"
    (here / "parts").mkdir(parents=True)
    (here / "main.mln").write_text(f"{PROJECT}{HOST}#include parts/part.mln\n")
    (here / "parts/part.mln").write_text(PART)
    (here / "other.mln").write_text("global { project y }\nhost o { xen; template t; memory 1x }\n")
    return here


def hover(client: RawClient, path: Path, line: int = 0) -> int:
    """Ask for a hover; returns the request's number."""
    where = {"textDocument": {"uri": path.as_uri()}, "position": {"line": line, "character": 1}}
    return client.ask("textDocument/hover", where)


# ---------------------------------------------------------------- messages
def test_before_initialize_and_after_shutdown_nothing_is_answered() -> None:
    with RawClient(begin=False) as client:
        assert client.answer(client.ask("textDocument/hover", {}))["error"]["code"] == INVALID_PARAMS
        assert client.answer(client.ask("workspace/symbol", {"query": ""}))["error"]["code"] == NOT_INITIALIZED
        client.notify("textDocument/didClose", {"textDocument": {"uri": "file:///x.mln"}})
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        client.request("shutdown", None)
        assert client.answer(client.ask("workspace/symbol", {"query": ""}))["error"]["code"] == INVALID_REQUEST
        client.notify("exit", None)
        assert client.ended() == 0


@pytest.mark.parametrize(
    ("body", "code", "number"),
    [
        (b"{", PARSE_ERROR, None),
        (b"\xff\xfe", PARSE_ERROR, None),
        (b"[" * 100_000, PARSE_ERROR, None),
        (b"[]", INVALID_REQUEST, None),
        (b"7", INVALID_REQUEST, None),
        (b'{"id": 9, "method": "shutdown"}', INVALID_REQUEST, 9),
        (b'{"jsonrpc": "2.0", "id": 9, "method": "textDocument/hover", "params": {"position": 1}}', INVALID_PARAMS, 9),
        (b'{"jsonrpc": "2.0", "id": "z", "method": "mln/nothing", "params": {}}', METHOD_NOT_FOUND, "z"),
    ],
)
def test_nonsense_is_answered_and_survived(body: bytes, code: int, number: object) -> None:
    with RawClient() as client:
        client.send_body(body)
        answer = client.wait(lambda message: "error" in message)
        assert (answer["error"]["code"], answer["id"]) == (code, number)
        assert client.request("shutdown", None) is None


def test_headers_without_a_length_are_passed_over() -> None:
    with RawClient() as client:
        client.send_bytes(b"Content-Type: x\r\n\r\n")
        client.send_bytes(b"Content-Length: many\r\n\r\n")
        client.send_bytes(b"content-length: 0\r\n\r\n")
        assert client.request("shutdown", None) is None


def test_a_client_that_goes_away_in_the_middle_of_a_message() -> None:
    with RawClient() as client:
        client.send_bytes(b"Content-Length: 100\r\n\r\n{")
        assert client.close_input() == 1


# ---------------------------------------------------------------- documents
def test_odd_documents_and_edits(folder: Path) -> None:
    main = folder / "main.mln"
    with RawClient(folder, PULL) as client:
        for what in ("didClose", "didSave"):
            client.notify(f"textDocument/{what}", {"textDocument": {"uri": (folder / "never.mln").as_uri()}})
        client.replace(folder / "never.mln", "x", 3)
        client.open(main, PROJECT + HOST, 5)
        assert client.codes(main) == []
        main.unlink()  # deleted under the server: the document counts
        far = {"start": {"line": 999, "character": 0}, "end": {"line": 0, "character": 999}}
        client.change(main, 90, {"range": far, "text": "\nhost h { memori 1 }\n"})  # versions may skip
        assert client.codes(main) == ["MLN401", "MLN301"] or client.codes(main) == ["MLN301", "MLN401"]
        client.notify("textDocument/didClose", {"textDocument": {"uri": main.as_uri()}})
        assert client.pulled(main)["items"] == []


def test_special_files_and_huge_ones_do_not_stop_the_server(folder: Path) -> None:
    os.mkfifo(folder / "pipe.mln")
    (folder / "large.mln").write_text("# " + "x" * 5_000_000)
    main = folder / "main.mln"
    with RawClient(folder, PULL) as client:
        for name in ("pipe.mln", "/dev/zero", "parts", "large.mln"):
            client.open(main, f"{PROJECT}{HOST}#include {name}\n")
            found = client.pulled(main)["items"]
            assert len(found) == 1, found
            assert found[0]["range"]["start"]["line"] == 5
        huge = folder / "huge.mln"
        client.open(huge, "host a { }\n" * 5_000_000)
        report = client.pulled(huge)["items"]
        assert [each["code"] for each in report] == ["MLN006"]
        assert "4 MiB" in report[0]["message"]
        client.open(main, PROJECT + HOST)
        assert client.codes(main) == []


def test_a_request_that_was_cancelled_while_it_waited_never_runs(folder: Path) -> None:
    main = folder / "main.mln"
    text = PROJECT + "".join(f"host h{n} {{ superclass s }}\n" for n in range(3000))
    with RawClient(folder, PULL) as client:
        client.open(main, text)
        where: dict[str, Any] = {"textDocument": {"uri": main.as_uri()}}
        numbers = [client.ask("textDocument/documentSymbol", where) for _ in range(20)]
        for number in numbers[1:]:
            client.notify("$/cancelRequest", {"id": number})
        answers = [client.answer(number) for number in numbers]
        assert "result" in answers[0]
        assert {answer.get("error", {}).get("code") for answer in answers[2:]} == {CANCELLED}


def test_an_answer_about_a_text_that_has_changed_is_none(folder: Path) -> None:
    main = folder / "main.mln"
    text = PROJECT + "".join(f"host h{n} {{ superclass s }}\n" for n in range(3000))
    with RawClient(folder, PULL) as client:
        client.open(main, text)
        client.ask("textDocument/documentSymbol", {"textDocument": {"uri": main.as_uri()}})
        number = hover(client, main)
        client.change(main, 1, {"text": text + "#\n"})
        assert client.answer(number)["error"]["code"] == MODIFIED


def test_whether_a_name_can_be_changed_is_told_of_the_newest_text(folder: Path) -> None:
    """VS Code shows no box, and does not ask again, where this ends with ContentModified."""
    main = folder / "main.mln"
    text = PROJECT + "".join(f"host h{n} {{ superclass s }}\n" for n in range(3000))
    asks = {"textDocument": {**PULL["textDocument"], "rename": {"prepareSupport": True}}}
    with RawClient(folder, asks) as client:
        client.open(main, text)
        where = {"textDocument": {"uri": main.as_uri()}, "position": {"line": 1, "character": 11}}
        number = client.ask("textDocument/prepareRename", where)
        client.change(main, 1, {"text": text.replace("superclass s", "superclass t")})
        assert client.answer(number)["result"]["placeholder"] == "t"


# ---------------------------------------------------------------- projects
def test_a_part_is_checked_in_the_light_of_projects_on_the_disk(folder: Path) -> None:
    part = folder / "parts/part.mln"
    with RawClient(folder, PULL) as client:
        client.open(part, PART)
        assert client.codes(part) == ["MLN301"]  # not: no project, no superclass
        second = "global { project second }\n#include parts/part.mln\n"
        (folder / "second.mln").write_text(second)
        changes = [{"uri": (folder / "second.mln").as_uri(), "type": 1}]
        client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        client.wait(lambda message: message.get("method") == "workspace/diagnostic/refresh")
        assert client.codes(part) == ["MLN301", "MLN402"]  # the second project has no superclass `s`
        answer = client.request("workspace/executeCommand", _command("mln.effectiveProject", uri=part.as_uri()))
        assert answer["roots"] == [(folder / name).as_uri() for name in ("main.mln", "second.mln")]
        client.open(folder / "second.mln", second.replace("#", "superclass s { xen; template t }\n#"))
        assert client.codes(part) == ["MLN301"]  # an open document wins over the disk
        (folder / "second.mln").unlink()
        client.notify("textDocument/didClose", {"textDocument": {"uri": (folder / "second.mln").as_uri()}})
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{**changes[0], "type": 3}]})
        assert client.codes(part) == ["MLN301"]


def _command(name: str, **given: object) -> dict[str, object]:
    return {"command": name, "arguments": [given]}


def test_files_that_are_not_open_are_checked_too(folder: Path) -> None:
    for hidden in (".git", "node_modules", "skipped", "out"):
        (folder / hidden).mkdir()
        (folder / hidden / "bad.mln").write_text("global { project z }\nhost z { memory 1x }\n")
    for name in ("manifest.json", "plan.json"):
        (folder / "out" / name).write_text("{}")
    (folder / "mln.conf").write_text("nonsense 1\n")
    options = {"diagnostics": {"exclude": ["skipped/"]}}
    with RawClient(folder, PULL, options) as client:
        client.open(folder / "main.mln", PROJECT + HOST)
        reports = everything(client, [])
        assert {uri.rpartition("/")[2]: [e["code"] for e in items] for uri, items in reports.items()} == {
            "main.mln": [], "other.mln": ["MLN304"], "mln.conf": ["MLN301"],
        }  # fmt: skip


def test_more_files_than_are_looked_at(folder: Path) -> None:
    with RawClient(folder, PULL, {"diagnostics": {"maxFiles": 1}}) as client:
        client.open(folder / "main.mln", PROJECT + HOST)
        told = client.wait(lambda m: m.get("method") == "mln/status" and m["params"]["state"] == "ready")["params"]
        assert told["message"] == "more than 1 files: the others are not looked at"
        counts = client.request("workspace/executeCommand", _command("mln.checkWorkspace"))
        assert counts["errors"] == 0


def test_the_whole_workspace_on_demand(folder: Path) -> None:
    with RawClient(folder, PULL) as client:
        client.open(folder / "main.mln", PROJECT + HOST)
        counts = client.request("workspace/executeCommand", _command("mln.checkWorkspace"))
        assert counts == {"files": 2, "errors": 1, "warnings": 0, "notes": 0}


def everything(client: RawClient, previous: list[dict[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """The report on the workspace, asked for until there is something besides open documents."""
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(1000):
        if len(found) == 3:
            return found
        answer = client.request("workspace/diagnostic", {"previousResultIds": previous, "identifier": "mln"})
        found |= {each["uri"]: each["items"] for each in answer["items"] if each["kind"] == "full"}
        previous = [{"uri": each["uri"], "value": each["resultId"]} for each in answer["items"]]
    raise AssertionError(found)


def test_what_was_said_is_not_said_again(folder: Path) -> None:
    main, other = folder / "main.mln", folder / "other.mln"
    with RawClient(folder, PULL, {"diagnostics": {"workspace": False}}) as client:
        client.open(main, PROJECT + HOST)
        client.open(other, "global { project y }\nhost o { memori 1 }\n")
        first = client.pulled(main)
        assert client.pulled(main, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
        whole = client.request("workspace/diagnostic", {"previousResultIds": []})["items"]
        assert [each["uri"].rpartition("/")[2] for each in whole] == ["main.mln", "other.mln"]
        before = [{"uri": each["uri"], "value": each["resultId"]} for each in whole]
        number = client.ask("workspace/diagnostic", {"previousResultIds": before, "partialResultToken": "tok"})
        client.replace(other, "global { project y }\n", 1)  # the answer waits for this
        assert client.answer(number)["result"] == {"items": []}
        part = client.wait(lambda message: message.get("method") == "$/progress")["params"]
        assert part["token"] == "tok"
        assert [(e["uri"].rpartition("/")[2], e["kind"]) for e in part["value"]["items"]] == [
            ("main.mln", "unchanged"),
            ("other.mln", "full"),
        ]


def test_pushed_where_the_client_does_not_ask(folder: Path) -> None:
    with RawClient(folder) as client:
        client.open(folder / "main.mln", f"{PROJECT}{HOST}#include parts/part.mln\n")
        assert "diagnosticProvider" not in client.capabilities
        assert [e["code"] for e in client.published(folder / "parts/part.mln", bool)] == ["MLN301"]
        assert [e["code"] for e in client.published(folder / "other.mln", bool)] == ["MLN304"]
        client.replace(folder / "main.mln", PROJECT + HOST, 1)
        assert client.published(folder / "parts/part.mln", lambda found: not found) == []


def test_tags_and_data_for_clients_that_take_them(folder: Path) -> None:
    capabilities: dict[str, Any] = {
        "textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [1]}, "dataSupport": True}}
    }
    with RawClient(folder, capabilities) as client:
        client.open(
            folder / "main.mln", PROJECT + HOST.replace("superclass s", "superclass s\n  memory 1G\n  memory 2G")
        )
        found = client.published(folder / "main.mln", bool)
        assert [(e["tags"], e["data"]) for e in found] == [([1], {"code": "MLN309", "slug": "given-twice"})]


# ---------------------------------------------------------------- settings
CONFIGURABLE = {**PULL, "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": True}}}


def test_settings_are_asked_for_and_may_change(folder: Path) -> None:
    main = folder / "main.mln"
    text = PROJECT + HOST.replace("superclass s", "superclass s\n  memory 1G\n  memory 2G")
    with RawClient(folder, CONFIGURABLE, settings={"ignore": ["given-twice"], "strict": "yes"}) as client:
        client.open(main, text)
        told = client.wait(lambda message: message.get("method") == "window/logMessage")
        assert told["params"]["message"] == "settings: `strict` is of the wrong type"
        assert client.codes(main) == []
        client._settings = {}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        client.wait(lambda message: message.get("method") == "workspace/configuration")
        client.wait(lambda message: message.get("method") == "workspace/configuration")
        while not client.codes(main):
            pass
    with RawClient(folder, PULL, options={"strict": True}) as client:
        client.open(main, text)
        assert [each["severity"] for each in client.pulled(main)["items"]] == [1]
        client.notify("workspace/didChangeConfiguration", {"settings": {"mln": {"strict": False}}})
        assert [each["severity"] for each in client.pulled(main)["items"]] == [2]


PLUGIN = """
from mlnlang.plugins.api import Changes, Plugin
from mlnlang.schema import Keyword
open({trace!r}, "w").close()
PLUGIN = Plugin("probe", lambda project: Changes(), keywords=(Keyword("probe", ("host",), "flag", "", "probe"),))
"""


@pytest.mark.parametrize(
    ("options", "later", "ran"),
    [
        ({"trusted": True}, None, True),
        ({"trusted": False}, None, False),
        ({"trusted": False}, {"trusted": True}, True),
        ({}, None, False),
        ({}, {"trusted": True}, False),  # a file of the workspace may have said so
    ],
)
@pytest.mark.parametrize("way", ["pluginDirs", "configPaths", "home"])
def test_code_of_a_workspace_runs_only_where_the_user_trusts_it(
    folder: Path, tmp_path: Path, options: dict[str, object], later: dict[str, object] | None, ran: bool, way: str
) -> None:
    trace = tmp_path / "trace"
    (folder / "plugins").mkdir()
    (folder / "plugins/probe.py").write_text(PLUGIN.format(trace=str(trace)))
    (folder / ".mln").write_text(f"plugin_dir {folder}/plugins\n")
    given = {"pluginDirs": ["plugins"]} if way == "pluginDirs" else {"configPaths": [".mln"] if way != "home" else None}
    home = str(folder) if way == "home" else "/nowhere"
    text = PROJECT + HOST.replace("superclass s", "superclass s; probe")
    environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": "/nowhere"}
    with RawClient(folder, PULL, {**given, **options}, environment=environment) as client:
        if later:
            client.notify("workspace/didChangeConfiguration", {"settings": {"mln": later}})
        client.open(folder / "main.mln", text)
        assert client.codes(folder / "main.mln") == ([] if ran else ["MLN301"])
    assert trace.exists() == ran


# ---------------------------------------------------------------- the rest
def test_status_tells_of_states_and_counts(folder: Path) -> None:
    with RawClient(folder, PULL, {"diagnostics": {"workspace": False}}) as client:
        client.open(folder / "main.mln", f"{PROJECT}{HOST}#include parts/part.mln\n")
        client.pulled(folder / "main.mln")
        ready = client.wait(lambda m: m.get("method") == "mln/status" and m["params"]["files"] == 2)["params"]
        assert ready == {"state": "ready", "files": 2, "errors": 0, "warnings": 1, "notes": 0}
        assert client.seen[0]["params"]["state"] == "starting" or json.dumps(client.seen).count('"starting"') == 1


def test_folders_may_come_and_go(folder: Path, tmp_path: Path) -> None:
    more = tmp_path / "more"
    more.mkdir()
    (more / "third.mln").write_text("global { project third }\nhost t { xen; template t; memory 1x }\n")
    with RawClient(folder) as client:
        client.open(folder / "main.mln", PROJECT + HOST)
        event = {"added": [{"uri": more.as_uri(), "name": "more"}], "removed": []}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        assert [e["code"] for e in client.published(more / "third.mln", bool)] == ["MLN304"]
        event = {"added": [], "removed": event["added"]}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        assert client.published(more / "third.mln", lambda found: not found) == []
