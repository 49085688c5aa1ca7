"""Whatever stands in a file and wherever the cursor is, each question has an answer, checked or not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from ide_scenes import applied

from mlnlang.ide import Workspace
from mlnlang.ide.actions import KINDS, actions
from mlnlang.ide.colours import Palette, colours
from mlnlang.ide.completion import completion
from mlnlang.ide.documentation import documentation
from mlnlang.ide.formatting import range_formatting, typed_formatting
from mlnlang.ide.hints import hints, tooltip
from mlnlang.ide.hover import hover
from mlnlang.ide.lenses import lenses, users_of
from mlnlang.ide.scene import Scene, scene
from mlnlang.ide.showing import host_at, host_document, host_page
from mlnlang.ide.signature import signature
from mlnlang.world import Memory

DISK = {
    "/etc/mln/mln.conf": "server milano { memory 4G }\n",
    "/main.mln": "global { project x\n  autoenum { superclass s; numhosts 3; address auto; net 10.0.0.0 } }\n"
    "superclass s { template t.ext4; memory 64M; $v = 1 }\n"
    "host h { superclass s\n#include part.mln\n}\nswitch lan { }\n",
    "/part.mln": "memory 64M\nnetwork eth0 { switch lan; address 10.0.0.9 }\n",
}
PIECES = (
    *(
        "",
        "\n",
        "{",
        "}",
        '"',
        "...",
        "# mln: allow(",
        "🐄",
        "$x = $v",
        "$[",
        "memory ",
        "users { a ",
        "\\\n",
        "\r\n",
        ";",
    ),
    *("host a {", "startup {", "superclass s", "network eth0 { switch lan }", "address ", "#include ", "groups { g {"),
    *("global { project z", "server milano { }", "autoenum { superclass s; numhosts 2 }", "service_hosts { milano "),
    *("superclass t { superclass t }", "service_host milano", "switch ", "template $x", "netmask 255.255.0.0"),
)
PATHS = st.sampled_from(("/main.mln", "/part.mln", "/etc/mln/mln.conf"))
EDITS = st.tuples(PATHS, st.floats(0, 1), st.floats(0, 0.2), st.sampled_from(PIECES), st.booleans())


def ask(here: Scene, offset: int, end: int) -> None:
    """All questions about a place."""
    text = here.file.text
    for proposal in completion(here, offset):
        stretch = proposal.stretch
        assert 0 <= stretch.start <= stretch.cursor == offset <= stretch.end <= len(text), proposal
        assert "\n" not in text[stretch.start : stretch.cursor]
        documentation(here, proposal.subject)
    hover(here, offset)
    signature(here, offset)
    palette = Palette(here.workspace.schema)
    colours(here, palette, offset, end)
    for hint in hints(here, 0, len(text)):
        tooltip(here, hint.subject)
    for lens in lenses(here):
        users_of(here, *lens.name) if lens.kind == "references" else None
    tree = here.workspace.tree(here.path)
    edit = typed_formatting(tree, offset)
    assert edit is None or not text[edit.span.start : edit.span.end].strip(" \t")
    range_formatting(tree.file, here.workspace.schema.raw_blocks, offset, end)
    for host in here.resolved.hosts if here.resolved else ():
        host_page(here, host)
        host_document(here, host)
    host_at(here, offset)


@given(st.lists(EDITS, min_size=1, max_size=6), st.floats(0, 1))
def test_every_question_has_an_answer(edits: list[tuple[str, float, float, str, bool]], where: float) -> None:
    workspace = Workspace(Memory(DISK))
    texts = dict(DISK)
    for path, text in texts.items():
        workspace.put(path, text)
    for path, at, length, piece, check in edits:
        text = texts[path]
        start = int(at * len(text))
        texts[path] = text[:start] + piece + text[min(len(text), start + int(length * len(text))) :]
        workspace.put(path, texts[path])
        problems = workspace.problems() if check else {}
        here = scene(workspace, path)
        offset = start + len(piece)
        ask(here, min(offset, len(here.file.text)), min(len(here.file.text), offset + int(where * 80)))
        for action in actions(here, problems.get(path, []), 0, len(here.file.text), [*KINDS] if where > 0.5 else []):
            for name in {edit.span.file.path for edit in action.edits()}:
                applied(texts[workspace.key(name)], [e for e in action.edits() if e.span.file.path == name])
