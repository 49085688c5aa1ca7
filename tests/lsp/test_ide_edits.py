"""Whatever is edited, the problems shown are those of a fresh check; and texts survive the protocol's positions."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from mlnlang_lsp.document import Document
from mlnlang_lsp.positions import Lines

from mlnlang.api import Compilation
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.as_json import document
from mlnlang.ide import Superseded, Workspace
from mlnlang.world import Memory

DISK = {
    "/main.mln": "global { project x }\nsuperclass s { template t.ext4 }\n#include part.mln\nhost h { superclass s }",
    "/part.mln": "host p { superclass s\n#include deep.mln\n}\n",
    "/deep.mln": "memory 64M\n",
    "/other.mln": "global { project y }\nhost o { memory 1x }\n",
}
PIECES = (
    *("", "\n", "{", "}", '"', "...", "# {", "🐄", "$x = 1", "$x", "memory 64M", "memori", "startup {", "echo $HOME"),
    *("host a {", "host p { }", "superclass s", "superclass t", "network eth0 { switch lan }", "switch lan { }"),
    *("global { project z }", "#include part.mln", "#include deep.mln", "#include nowhere"),
)
paths = st.sampled_from(sorted(DISK))
edits = st.one_of(
    st.tuples(st.just("edit"), paths, st.floats(0, 1), st.floats(0, 0.3), st.sampled_from(PIECES)),
    st.tuples(st.just("close"), paths),
    st.tuples(st.just("check"), st.integers(0, 4)),
)


def fresh(texts: dict[str, str]) -> dict[str, list[dict[str, object]]]:
    """What new checks say: of each open document that no other one includes, or that is in a circle with it."""
    world = Memory({**DISK, **texts})
    checked = {path: Compilation(world).project(path) for path in texts}
    shown: dict[str, list[Diagnostic]] = {path: [] for path in texts}
    for path, result in checked.items():
        others = [o for o in texts if o != path and path in checked[o].inputs and o not in result.inputs]
        for diagnostic in [] if others else result.diagnostics:
            place = shown.setdefault(diagnostic.span.file.path if diagnostic.span else diagnostic.path or path, [])
            place.append(diagnostic)
    return {path: plain(found) for path, found in shown.items()}


def plain(found: list[Diagnostic]) -> list[dict[str, object]]:
    """Diagnostics as comparable data, each once."""
    listed = document(found)["diagnostics"]
    unique = [each for at, each in enumerate(listed) if each not in listed[:at]]
    return sorted(unique, key=repr)


@given(st.lists(edits, min_size=1, max_size=12))
def test_edits_leave_the_same_problems_as_a_fresh_check(steps: list[tuple[object, ...]]) -> None:
    workspace = Workspace(Memory(DISK))
    texts: dict[str, str] = {}
    for step in steps:
        if step[0] == "check":  # perhaps broken off after some files
            answers = iter([True] * int(str(step[1])))
            with suppress(Superseded):
                workspace.problems(lambda answers=answers: next(answers, False))
            continue
        path = str(step[1])
        if step[0] == "close":
            workspace.close(path)
            texts.pop(path, None)
            continue
        text = texts.get(path, DISK[path])
        start = int(float(str(step[2])) * len(text))
        end = min(len(text), start + int(float(str(step[3])) * len(text)))
        texts[path] = text[:start] + str(step[4]) + text[end:]
        workspace.put(path, texts[path])
    found = workspace.problems()
    assert {path: plain(problems) for path, problems in found.items()} == fresh(texts)


LETTERS = st.sampled_from("ab \n\r\t{é€🐄\u2028\x0c\x85\ud800")
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32"])


@given(st.text(LETTERS, max_size=30), ENCODINGS)
def test_offsets_and_positions_agree(text: str, encoding: str) -> None:
    lines = Lines(text, encoding)
    for offset in range(len(text) + 1):
        position = lines.position(offset)
        back = lines.offset(position)
        inside_a_line_end = text[offset - 1 : offset + 1] == "\r\n"
        assert back == (offset - 1 if inside_a_line_end else offset)
    assert lines.offset(types.Position(999, 0)) == len(text)
    assert lines.position(len(text) + 9) == lines.position(len(text))


CHANGES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.text(LETTERS, max_size=4)), max_size=6)


@given(st.text(LETTERS, max_size=20), CHANGES, ENCODINGS)
def test_a_document_follows_the_edits(text: str, changes: list[tuple[float, float, str]], encoding: str) -> None:
    document = Document("file:///p", 1, text, encoding)
    for version, (first, second, new) in enumerate(changes):
        start, end = sorted((int(first * len(text)), int(second * len(text))))
        if "\r\n" in (text[start - 1 : start + 1], text[end - 1 : end + 1]):
            continue  # no position is there
        lines = Lines(text, encoding)
        document.change(version, [types.TextDocumentContentChangePartial(lines.range(start, end), new)])
        text = text[:start] + new + text[end:]
        assert document.text == text
        assert document.version == version
