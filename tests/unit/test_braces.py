"""Unbalanced braces: one clear error at the block that was left open, never a cascade (language, section 1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers import LISTINGS, SURROUNDINGS, assert_lossless, check, codes, errors, host, only, project, tree

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.render import plain
from mlnlang.schema.core import CORE
from mlnlang.syntax.lexer import lex

BRACE_RULES = {"MLN101", "MLN102", "MLN103", "MLN106"}

#: Well-indented files of our own: what the listings lack.
OWN = {
    "shell.mln": """\
global {
    project demo
    beforeProjectStart {
        echo ${HOME} > /tmp/where
    }
}

host web {
    template debian.ext4
    startup {
        echo ${HOME}
        awk '{print $1}' /etc/passwd
        case "$1" in
            a) echo a ;;
        esac
        hello() {
            echo hello
        }
        cat <<EOF > /tmp/a
        text
        EOF
    }
    memory 64M
}

host db {
    template debian.ext4
    shutdown {
        sync
    }
}
""",
    "nested.mln": """\
global {
    project demo
    sshkey {
        nagios ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqD nagios@mon
    }
}

superclass common {
    template debian.ext4
    groups {
        staff {
            alice
            bob
        }
    }
    network eth0 {
        address dhcp
        switch lan
    }
}

host web {
    superclass common
    apache {
        doc_root /srv
    }
}

switch lan {
    hub
}
""",
    "allman.mln": """\
global
{
    project demo
}

host web
{
    template debian.ext4
    network eth0
    {
        address dhcp
    }
}

host db
{
    template debian.ext4
}
""",
}
WHOLE = {
    **{name: LISTINGS[name] for name in ("ldaptest.mln", "italy.mln", "os03.mln", "oscourse.mln", "bioinfo.mln")},
    **OWN,
}
#: Braces that belong to a quoted word of the shell: nothing can be wrong with those.
QUOTED = "'{print $1}'"


def faults() -> Iterator[object]:
    """Every file with each of its braces removed or doubled: (name, text, the line it happened on, what was done)."""
    for name, text in WHOLE.items():
        for at, char in enumerate(text):
            if char not in "{}" or QUOTED in text[max(0, at - 12) : at + 12]:
                continue
            line = text.count("\n", 0, at) + 1
            for what, changed in (("remove", text[:at] + text[at + 1 :]), ("double", text[:at] + char + text[at:])):
                yield pytest.param(
                    name, changed, line, id=f"{name}:{line}-{what}-{'open' if char == '{' else 'close'}-{at}"
                )


def found_in(name: str, text: str) -> list[Diagnostic]:
    """Errors of a listing, compiled among the files that belong to it."""
    main = "os03.mln" if name == "oscourse.mln" else name
    return errors(check({**LISTINGS, **SURROUNDINGS, name: text}, main).diagnostics)


@pytest.mark.parametrize(("name", "text", "line"), list(faults()))
def test_one_brace_wrong_is_one_error(name: str, text: str, line: int) -> None:
    found = found_in(name, text)
    assert len(found) == 1, plain(found)
    assert found[0].code in BRACE_RULES
    assert found[0].span is not None
    assert found[0].span.file.path == name


@pytest.mark.parametrize("name", OWN)
def test_own_files_are_sound(name: str) -> None:
    assert not check({name: OWN[name]}, name).diagnostics


def test_the_article_as_printed() -> None:
    """The printed Listing 1: the error names `host ldapclient` on line 5 and says where the brace was forgotten."""
    problem = only(LISTINGS["ldaptest-as-printed.mln"])
    assert problem.code == "MLN101"
    assert "host ldapclient" in problem.message
    assert problem.span is not None
    assert problem.span.place() == "main.mln:5:1"
    assert problem.related[0].span.place().startswith("main.mln:16:")


@pytest.mark.parametrize(
    ("lost", "name"),
    [
        ("    network eth0 {\n        address dhcp\n    }\n", "network eth0"),
        ("    startup {\n        echo ${HOME}\n        f() {\n            x\n        }\n    }\n", "startup"),
        ("    startup {\n        if [ $a ]; then echo '}'; fi\n    }\n", "startup"),
        ("    users {\n        alice HASH\n    }\n", "users"),
    ],
)
def test_the_block_that_was_left_open_is_named(lost: str, name: str) -> None:
    body = lost[: lost.rindex("    }\n")]
    text = project(f"host web {{\n    template a\n{body}    memory 64M\n}}\n\nhost db {{\n    template a\n}}\n")
    problem = only(text)
    assert problem.code == "MLN101"
    assert f"`{name}`" in problem.message
    assert problem.span is not None
    assert problem.span.place() == "main.mln:6:5"


@pytest.mark.parametrize(
    "tail", ["}" * 3, "{" * 3, "host {", "} {", "}\n{", "a {\n}}}", "a { { {", "}{" * 5, '"{', "'}", "\\{", "#}"]
)
def test_odd_ends_never_break_the_parser(tail: str) -> None:
    found = check(project("host web { template a }\n") + tail).diagnostics
    assert len(errors(found)) <= len(tail)


@pytest.mark.parametrize("name", WHOLE)
def test_a_repaired_tree_loses_nothing(name: str) -> None:
    text = WHOLE[name]
    for at in (at for at, char in enumerate(text) if char in "{}"):
        changed = text[:at] + text[at + 1 :]
        repaired = tree(changed)
        stray = [(token.start, token.end) for token in lex(repaired.file, CORE.raw_blocks)[0] if token.type == "CLOSE"]
        assert_lossless(
            changed, repaired.tokens, sorted({*repaired.comments, *stray} - {(t.start, t.end) for t in repaired.tokens})
        )


def test_flat_files_are_repaired_by_first_level_words() -> None:
    text = project("host web {\ntemplate a\nnetwork eth0 {\naddress dhcp\n}\nhost db {\ntemplate a\n}\n")
    problem = only(text)
    assert "`host web`" in problem.message


def test_an_unbalanced_included_file_is_reported_where_it_is() -> None:
    files = {"main.mln": project("#include a.mln\nhost db { template a }\n"), "a.mln": "host web {\n    template a\n"}
    problem = only(files)
    assert (problem.code, problem.path) == ("MLN101", "a.mln")


def test_nothing_is_said_about_what_a_guess_can_not_know() -> None:
    """After a repair, an undefined name may stand in the part that was misread."""
    text = project("host web {\n    template a\n    superclass common\n\nsuperclass common {\n    memory 64M\n}\n")
    assert codes(text) == ["MLN101"]


@pytest.mark.parametrize("depth", [63, 64])
def test_blocks_may_be_nested_so_deep(depth: int) -> None:
    inner = "x {\n" * (depth - 2) + "}\n" * (depth - 2)
    assert "MLN107" not in codes(project(f"host web {{\n template a\n puppet {{\n{inner}}}\n}}\n"))


@pytest.mark.parametrize("depth", [65, 100, 5000])
def test_deeper_is_one_error(depth: int) -> None:
    found = errors(check(project("a {\n" * depth + "}\n" * depth)).diagnostics)
    assert [problem.code for problem in found] == ["MLN107"]


def test_depth_counts_across_includes() -> None:
    """Sixty levels in each of ten files are six hundred: an error, not a RecursionError."""
    files = {f"f{n}.mln": "a {\n" * 60 + f"#include f{n + 1}.mln\n" + "}\n" * 60 for n in range(10)}
    files |= {"f10.mln": "", "main.mln": project("#include f0.mln\n")}
    assert "MLN107" in codes(files)


def test_a_fix_closes_the_block() -> None:
    text = host("memory 64M").rstrip().removesuffix("}")
    problem = only(text)
    assert problem.fix is not None
    edit = problem.fix.edits[0]
    assert not check(text[: edit.span.start] + edit.text + text[edit.span.end :]).diagnostics
