"""The command `mln.graph`, and word to the client when a picture it has asked for is out of date."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from mlnlang.api import Checked
from mlnlang.graph import Owners, Picture, picture
from mlnlang.graph.formats import FORMATS, written
from mlnlang.graph.layered import LayoutMissing
from mlnlang_lsp.knowledge import Arguments, command, failed
from mlnlang_lsp.server import MlnServer

CHANGED = "mln/graphChanged"
_DARK = "@media(prefers-color-scheme:dark){\n"

#: By document: the projects that the last picture shows.
_asked: WeakKeyDictionary[MlnServer, dict[str, list[Checked]]] = WeakKeyDictionary()


def register(server: MlnServer) -> None:
    """Register the command."""
    _asked[server] = {}
    server.command("mln.graph")(command(graph))
    server.session.on_state.append(lambda state, _message: _tell(server) if state == "ready" else None)


async def graph(ls: MlnServer, given: Arguments) -> dict[str, Any]:
    """`{uri | uris, format, theme?}` → `{format, text, title, version}`."""
    uris = given.get("uris") or [given.get("uri")]
    form = given.get("format") or "svg"
    if not all(isinstance(uri, str) for uri in uris):
        raise failed("the command needs `uri`, or a list `uris`")
    if form not in FORMATS:
        raise failed(f"`format` is one of {', '.join(FORMATS)}")
    await ls.session.problems()
    projects = _projects(ls, uris)
    if not projects:
        raise failed("the project could not be read as far as its hosts: see its problems")
    for uri in uris:
        _asked[ls][uri] = _projects(ls, [uri])

    def draw() -> tuple[Picture, str]:
        drawn = _picture(projects)
        return drawn, written(drawn, form)

    try:
        drawn, text = await ls.session.in_worker(draw)
    except LayoutMissing as error:
        raise failed(str(error)) from None
    return {
        "format": form,
        "text": themed(text, given.get("theme")) if form == "svg" else text,
        "title": drawn.title,
        "version": _version(ls, uris[0]),
    }


def _projects(ls: MlnServer, uris: list[str]) -> list[Checked]:
    """The checked projects that files belong to, each once."""
    found: dict[str, Checked] = {}
    for uri in uris:
        checked = ls.session.workspace.checked(ls.session.key(uri))
        if checked is not None and checked.ir is not None:
            found.setdefault(checked.path, checked)
    return list(found.values())


def _picture(projects: list[Checked]) -> Picture:
    problems = [problem for checked in projects for problem in checked.diagnostics]
    return picture(
        [checked.ir for checked in projects if checked.ir is not None],
        problems,
        Owners(checked.symbols for checked in projects),
    )


def _version(ls: MlnServer, uri: str) -> int | None:
    document = ls.session.document(uri)
    return document.version if document is not None else None


def themed(svg: str, theme: object) -> str:
    """A picture that is light or dark whatever the viewer prefers; as it is without a theme."""
    head, media, rest = svg.partition(_DARK)
    if theme not in ("light", "dark") or not media:
        return svg
    rules, _, tail = rest.partition("\n}\n")
    return f"{head}{rules}\n{tail}" if theme == "dark" else head + tail


def _tell(ls: MlnServer) -> None:
    """Tell of each picture whose projects were checked anew."""
    for uri, before in list(_asked[ls].items()):
        if ls.session.document(uri) is None:
            del _asked[ls][uri]
            continue
        now = _projects(ls, [uri])
        if [id(checked) for checked in now] != [id(checked) for checked in before]:
            _asked[ls][uri] = now
            ls.protocol.notify(CHANGED, {"uri": uri, "version": _version(ls, uri)})
