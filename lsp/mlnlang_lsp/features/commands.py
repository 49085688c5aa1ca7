"""Commands: what views of the editors ask for. Each takes one object and returns one."""

from __future__ import annotations

import os
from collections import Counter
from importlib import import_module
from typing import Any

from mlnlang.api import Checked
from mlnlang.ide.scene import Scene, scene
from mlnlang.ide.showing import host_at, host_document, host_page
from mlnlang_lsp.knowledge import Arguments, Command, command, failed, link_to
from mlnlang_lsp.server import MlnServer

_LANGUAGES = {
    ".sh": "shellscript", ".xml": "xml", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".vmx": "properties",
    ".cfg": "properties", ".conf": "properties", ".service": "properties",
}  # fmt: skip


def register(server: MlnServer) -> None:
    """Register the commands."""
    commands: dict[str, Command] = {
        "mln.showHost": show_host,
        "mln.showArtefact": show_artefact,
        "mln.compile": compile_project,
        "mln.checkWorkspace": check_workspace,
        "mln.effectiveProject": effective_project,
    }
    for name, handler in commands.items():
        server.command(name)(command(handler))


# ---------------------------------------------------------------- what is asked about
async def _scene(ls: MlnServer, given: Arguments) -> Scene:
    """The file that a command names, checked as it is now."""
    uri = given.get("uri")
    if not isinstance(uri, str):
        raise failed("the command needs `uri`")
    await ls.session.problems()
    return scene(ls.session.workspace, ls.session.key(uri))


def _project(here: Scene) -> Checked:
    """The checked project of a file, with an IR."""
    if here.checked is None or here.checked.ir is None:
        raise failed("the project could not be read as far as its hosts: see its problems")
    return here.checked


async def show_host(ls: MlnServer, given: Arguments) -> dict[str, Any]:
    """`{uri, host?, line?}` → `{host, markdown, json}`; `line` counts from 0."""
    here = await _scene(ls, given)
    name = given.get("host")
    if name is None and isinstance(line := given.get("line"), int):
        starts = here.file.line_starts
        name = host_at(here, starts[min(max(0, line), len(starts) - 1)])
    if name is None and here.ir is not None and here.ir.hosts:
        name = here.ir.hosts[0].name
    page = host_page(here, str(name), link_to(ls)) if name is not None else None
    if page is None:
        raise failed(f"the project has no host `{name}`" if name is not None else "the project has no host")
    return {"host": name, "markdown": page, "json": host_document(here, str(name))}


async def show_artefact(ls: MlnServer, given: Arguments) -> dict[str, Any]:
    """`{uri}` → `{files: [path…]}`, `{uri, path}` → `{path, text, languageId}`: what compiling would write."""
    checked = _project(await _scene(ls, given))
    plan = await ls.session.in_worker(lambda: import_module("mlnlang_codegen").generate(checked.ir))
    path = given.get("path")
    if path is None:
        return {"files": [file.path for file in plan.files]}
    found = next((file for file in plan.files if file.path == path), None)
    if found is None:
        raise failed(f"the project has no file `{path}`")
    return {"path": path, "text": found.content, "languageId": _language(path, found.content)}


def _language(path: str, text: str) -> str:
    known = _LANGUAGES.get(os.path.splitext(path)[1])
    return known or ("shellscript" if text.startswith("#!") else "plaintext")


# ---------------------------------------------------------------- what is done
async def compile_project(ls: MlnServer, given: Arguments) -> dict[str, Any]:
    """`{uri, output?}` → `{written: [paths], problems}`; nothing is written while the project has errors."""
    if not ls.session.settings.trusted:
        raise failed("compiling writes files, so it needs a trusted workspace")
    here = await _scene(ls, given)
    checked = _project(here)
    problems = len(checked.diagnostics)
    if checked.has_errors:
        return {"written": [], "problems": problems}
    output = given.get("output") or "out"
    folder = os.path.join(os.path.dirname(ls.session.workspace.key(checked.path)), str(output))
    writing = import_module("mlnlang.cli.writing")

    def write() -> tuple[str, Any]:
        plan = import_module("mlnlang_codegen").generate(checked.ir)
        return writing.write(folder, plan, checked), plan

    try:
        written, plan = await ls.session.in_worker(write)
    except writing.WriteError as error:
        raise failed(error.diagnostic.message) from None
    return {"written": [os.path.join(written, file.path) for file in plan.files], "problems": problems}


async def check_workspace(ls: MlnServer, _given: Arguments) -> dict[str, Any]:
    """`{}` → `{files, errors, warnings, notes}`."""
    found = await ls.session.everything()
    counts = Counter(problem.severity for problems in found.values() for problem in problems)
    return {
        "files": len(found), "errors": counts["error"], "warnings": counts["warning"], "notes": counts["note"],
    }  # fmt: skip


async def effective_project(ls: MlnServer, given: Arguments) -> dict[str, Any]:
    """`{uri}` → `{roots: [uri…], chosen: uri}`: the projects that include a file, and the one it is shown in."""
    here = await _scene(ls, given)
    workspace = ls.session.workspace
    return {
        "roots": [ls.session.uri(root) for root in workspace.roots(here.path)],
        "chosen": ls.session.uri(workspace.root(here.path)),
    }
