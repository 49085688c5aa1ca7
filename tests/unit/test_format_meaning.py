"""What the formatter must never change: the meaning, the comments, its own output. Found out with random texts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlnlang.api import Compilation, Options
from mlnlang.format import format_text, format_tree
from mlnlang.ir.as_json import document
from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree, parse, split
from mlnlang.syntax.words import raw_text
from mlnlang.world import Memory

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parents[1] / "golden" / "format"
LISTINGS = sorted([*EXAMPLES.rglob("*.mln"), *GOLDEN.rglob("in.mln")])
TEXTS = [path.read_bytes().decode() for path in LISTINGS]
INCLUDED = "xen\n  lvm # a comment\n"

random_texts = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


# ---------------------------------------------------------------- what must stay
def check(text: str) -> None:
    """Format a text and compare with it whatever must be the same."""
    done, problems = format_text(text, "/p.mln", CORE.raw_blocks)
    before = _tree(text)
    if problems:
        assert done == text
        assert any(problem.is_error for problem in before.problems)
        return
    after = _tree(done)
    assert _comments(after) == _comments(before)
    assert _tokens(after) == _tokens(before)
    assert _meaning(done) == _meaning(text)
    assert format_text(done, "/p.mln", CORE.raw_blocks) == (done, [])
    assert done == "" or done == "\ufeff" or done.endswith("\n")
    assert not re.search(r"\n\n\n", re.sub(r"\\\r?\n", "", done.replace("\r\n", "\n")))


def _tree(text: str) -> SyntaxTree:
    return parse(SourceFile("/p.mln", text.removeprefix("\ufeff")), CORE.raw_blocks)


def _comments(tree: SyntaxTree) -> list[str]:
    return [tree.file.text[start:end].rstrip() for start, end in tree.comments]


def _tokens(tree: SyntaxTree) -> list[Any]:
    return [
        (token.type, raw_text(token.text))
        if token.type == "RAW"
        else (token.type, [(word.text, word.grouped) for word in split(token.text)])
        for token in tree.tokens
    ]


def _meaning(text: str) -> Any:
    world = Memory({"/p.mln": text, "/part.mln": INCLUDED})
    checked = Compilation(world, Options(config_paths=(), external_plugins=False)).project("/p.mln")
    problems = sorted((problem.code, " ".join(problem.message.split())) for problem in checked.diagnostics)
    return problems, checked.ir and document(checked.ir)


# ---------------------------------------------------------------- files there are
@pytest.mark.parametrize("text", TEXTS, ids=[str(path) for path in LISTINGS])
def test_listings(text: str) -> None:
    check(text)
    check(text.replace("\n", "\r\n"))
    check(text.replace("    ", "\t"))
    check(re.sub("(?m)^ +", "", text))
    check("\ufeff" + text)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A listing with some places changed."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 3))
        put = draw(
            st.sampled_from(
                ["", " ", "\n", "\t", ";", "# x\n", "#", "\\", "\\\n", '"', "'", "\r\n", "{ }", "}", "\n\n\n"]
            )
        )
        text = text[:at] + put + text[at + length :]
    return text


@given(mutated())
@random_texts
def test_mutated_listings(text: str) -> None:
    check(text)


# ---------------------------------------------------------------- texts made up
blank = st.sampled_from([" ", " ", " ", "  ", "\t", " \t ", " \\\n", "\\\n  ", " \\\n \\\n\t", "\u00a0"])
line_end = st.sampled_from(["\n", "\n", "\n", "\n\n", "\n \n\t\n", ";", "; ", ";\n", "\n;\n;\n"])
comment = st.sampled_from(["# why", "#", "#! x", "#x { y", "# } ;", "#\tit's \"so", "# \\", "#include", "# größe 本"])
word = st.one_of(
    st.sampled_from(["xen", "lvm", "128M", "dhcp", "10.0.0.1", "$v", "$[v]x", "=", "a#b", "it's", "$6$a$b", "größe"]),
    st.sampled_from([r"\ ", r"a\ b", r"\;", r"\{x\}", r"\#", "\\\\", r"\"", "x\\\\", r"\ \ "]),
    st.sampled_from(['"a  b"', "'a  b'", '"a # b"', "'{;}'", '"\\""', '""', "''", '"x\\\n  y"', '"$v  w"', "'\\'"]),
    st.sampled_from(['a"b', "é'", "本"]),
)
keyword = st.one_of(
    st.sampled_from(["memory", "template", "size", "xen", "superclass", "nameserver", "switch", "address", "netmask"]),
    st.sampled_from(["$v =", "$w  =", "x=y", "extra", "project", "project  =", "term", "boot_order", "users", "\\x"]),
)
header = st.one_of(
    st.sampled_from(["host a", "host  b", "superclass common", "switch lan", "global", "network eth0", "server s"]),
    st.sampled_from(["users", "files", "modules", "groups", "mount", "apache", "sshkey", "service_hosts", "autoenum"]),
    st.sampled_from(["host \\\n c", "unknown", '"startup"']),
)
raw_header = st.sampled_from(["startup", "shutdown", "xen_extra", "user_data", "beforeProjectStart", "startup \\\n"])
indent = st.sampled_from(["", "", "  ", "    ", "\t", "\t\t", "  \t", "        "])
raw_line = st.one_of(
    st.sampled_from(["echo  a", "if x; then", "fi", "f() { echo; }", "f() {", "}", "a \\\n      b", "a\\ ", "a \\\n"]),
    st.sampled_from(["# note", "  # deeper", "#!/bin/sh", "echo # }", "#include <x>", "# \\"]),
    st.sampled_from(["echo 'it  {'", 'echo "}"', "${x#y}", "\\}", "echo \\{ \\\\", "cat <<X", "it's", "ü  本"]),
)


@st.composite
def gap(draw: st.DrawFn) -> str:
    """What may stand between two items, with an end of line in it."""
    parts = draw(st.lists(st.tuples(blank.filter(lambda b: "\\" not in b), comment), max_size=2))
    return "".join(f"{before}{text}\n" for before, text in parts) + draw(line_end) + draw(indent)


@st.composite
def item(draw: st.DrawFn) -> str:
    """A keyword with words, a bare word, or an include."""
    if draw(st.integers(0, 12)) == 0:
        return draw(st.sampled_from(["#include part.mln", "#include   none.mln", "#include \\\n part.mln"]))
    words = [draw(keyword), *draw(st.lists(word, max_size=3))]
    return words[0] + "".join(draw(blank) + text for text in words[1:])


@st.composite
def raw_block(draw: st.DrawFn) -> str:
    """A block of shell lines, with braces that mostly balance."""
    lines = draw(st.lists(st.tuples(indent, raw_line), max_size=5))
    before = draw(st.sampled_from([" {", "{ ", "\n{", " # why\n{", " #! x\n{ "])) + draw(
        st.sampled_from(["\n", "\n", " "])
    )
    return (
        draw(raw_header)
        + before
        + "\n".join(lead + line for lead, line in lines)
        + draw(st.sampled_from(["\n}", " }", "\n\n }"]))
    )


def block(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A block with anything in it, comments in odd places included."""

    @st.composite
    def one(draw: st.DrawFn) -> str:
        before = draw(st.sampled_from([" ", "", "\n", " # why\n", "\n\n# a\n  # b\n", " \\\n"]))
        after = draw(st.sampled_from(["", " ", "\n", " # why\n", "\n\n"]))
        between = draw(st.one_of(st.just("; "), st.just("\n"), gap()))
        body = between.join(draw(st.lists(inner, max_size=4)))
        return (
            draw(header) + before + "{" + after + body + draw(st.sampled_from(["\n", " ", "\n# last\n", "\n\n"])) + "}"
        )

    return one()


entries = st.recursive(st.one_of(item(), item(), raw_block()), block, max_leaves=12)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A whole file."""
    parts = draw(st.lists(st.tuples(entries, gap()), max_size=6))
    text = draw(st.sampled_from(["", "global { project demo }\n", "# head\n\n"]))
    text += "".join(part + after for part, after in parts) + draw(st.sampled_from(["", "\n", "# end", "\\", "\n\n"]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text.replace("\n", end)


@given(texts())
@random_texts
def test_made_up_texts(text: str) -> None:
    check(text)


@st.composite
def shell_lines(draw: st.DrawFn) -> str:
    """A host whose shell lines are all that matters."""
    between = st.sampled_from(["\n", "\n", "\n", "\n\n", " \t\n", " \\\n"])
    lines = draw(st.lists(st.tuples(indent, raw_line, between), min_size=1, max_size=8))
    body = "".join(lead + line + end for lead, line, end in lines)
    first = draw(st.sampled_from(["\n", "\n", "", " "]))
    text = f"global {{ project demo }}\nhost a {{\n{draw(indent)}startup {{{first}{body}{draw(indent)}}} }}\n"
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))


@given(shell_lines())
@random_texts
def test_shell_lines(text: str) -> None:
    check(text)


@given(
    st.text(st.sampled_from(" \t\n\r;{}\\\"'#$=a!é"), max_size=40), st.sampled_from(["", "host a {\n", "startup {\n"])
)
@random_texts
def test_any_characters(text: str, head: str) -> None:
    check(head + text + ("\n}" if head else ""))


def test_a_tree_is_formatted_like_its_text() -> None:
    for text in TEXTS:
        assert format_tree(_tree(text)) == format_text(text.removeprefix("\ufeff"), "/p.mln", CORE.raw_blocks)[0]
