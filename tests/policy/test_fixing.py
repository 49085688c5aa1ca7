"""Fixes: whole, apart from each other, and of no effect on the meaning where they are said to be safe."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from policy_helpers import compiler

from mlnlang.diagnostics import Diagnostic, Edit, Fix
from mlnlang.diagnostics.catalogue import GIVEN_TWICE
from mlnlang.ir.as_json import document
from mlnlang.policy.fixing import ROUNDS, applied, pick
from mlnlang.source import SourceFile

FILES = [SourceFile("a.mln", "0123456789"), SourceFile("b.mln", "abcdef")]


def problem(*edits: tuple[int, int, int, str], safe: bool = True) -> Diagnostic:
    """A problem whose fix edits (file, start, end, text)."""
    made = tuple(Edit(FILES[file].span(start, end), text) for file, start, end, text in edits)
    return GIVEN_TWICE.at(None, "x", fix=Fix("fix", made, safe))


def texts(*problems: Diagnostic, suggestions: bool = False) -> dict[str, str]:
    return {path: text for path, (_, text) in applied(pick(problems, suggestions=suggestions)).items()}


def test_several_fixes_of_several_files() -> None:
    assert texts(problem((0, 8, 9, "x"), (1, 0, 1, "")), problem((0, 0, 1, "yy"))) == {
        "a.mln": "yy1234567x9",
        "b.mln": "bcdef",
    }


def test_only_safe_ones_unless_suggestions_are_wanted() -> None:
    assert texts(problem((0, 0, 1, ""), safe=False)) == {}
    assert texts(problem((0, 0, 1, ""), safe=False), suggestions=True) == {"a.mln": "123456789"}


def test_of_fixes_that_overlap_the_first_counts_as_a_whole() -> None:
    first = problem((0, 2, 5, "x"))
    assert texts(first, problem((0, 4, 6, "y"), (1, 0, 1, "y"))) == {"a.mln": "01x56789"}
    assert texts(first, problem((0, 5, 5, "y"))) == {"a.mln": "01x56789"}
    assert texts(first, problem((0, 3, 3, "y"))) == {"a.mln": "01x56789"}
    assert texts(first, first) == {"a.mln": "01x56789"}
    assert texts(first, problem((0, 5, 6, "y"))) == {"a.mln": "01xy6789"}
    assert texts(problem((0, 1, 1, "x")), problem((0, 1, 1, "y"))) == {"a.mln": "0x123456789"}


def test_a_fix_that_is_none_is_left_out() -> None:
    assert texts(problem()) == {}
    assert texts(problem((0, 5, 99, ""))) == {}
    assert texts(problem((0, 5, 3, ""))) == {}
    assert texts(problem((0, 2, 5, "x"), (0, 3, 4, "y"))) == {}


edits = st.tuples(st.integers(0, 1), st.integers(-1, 11), st.integers(-1, 11), st.sampled_from(["", "#", "##"]))


@given(st.lists(st.lists(edits, min_size=1, max_size=3)))
def test_edits_never_overlap_and_fixes_are_whole(all_edits: list[list[tuple[int, int, int, str]]]) -> None:
    fixes = pick([problem(*each) for each in all_edits])
    chosen = [edit for fix in fixes for edit in fix.edits]
    for path, (file, text) in applied(fixes).items():
        here = sorted((e for e in chosen if e.span.file.path == path), key=lambda e: (e.span.start, e.span.end))
        for one, other in pairwise(here):
            assert one.span.end <= other.span.start
            assert (one.span.end, other.span.end) != (other.span.start, other.span.start), "no order could be told"
        # The same, character by character.
        gone = {at for edit in here for at in range(edit.span.start, edit.span.end)}
        new = {edit.span.start: edit.text for edit in here}
        plain = ((new.get(at, "") + (file.text[at : at + 1] if at not in gone else "")) for at in range(12))
        assert text == "".join(plain)


LINES = st.sampled_from(
    [
        "network {card} {{ address 10.0.{n}.2 }}",
        "network {card} {{ address 10.0.{n}.2 }} # mln: allow(missing-netmask)",
        "network {card} {{ address 10.0.{n}.2/24 }} # mln: allow(missing-netmask, given-twice) why",
        "# mln: allow(given-twice)\n    network {card} {{\n    address 10.0.{n}.2 # mln: allow(given-twice)\n    }}",
        "network {card} {{ # mln: allow(given-twice , missing-netmask)\n        address 2001:db8:{n}::2\n    }}",
        "startup {{\n        # mln: allow(dead-keyword)\n        echo {n} # mln: allow(no-such)\n    }}",
        "# mln: allow(missing-netmask, dead-keyword)",
    ]
)


@given(st.lists(LINES, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_safe_fixes_keep_the_meaning_and_come_to_an_end(lines: list[str], end: str, last: bool) -> None:
    body = "".join("    " + line.format(card=f"eth{n}", n=n) + "\n" for n, line in enumerate(lines))
    text = f"global {{ project demo }}\nhost web {{\n    template debian.ext4\n{body}}}" + ("\n" if last else "")
    text = text.replace("\n", end)
    before = compiler({"main.mln": text}).project("main.mln")
    for _ in range(ROUNDS):
        after = compiler({"main.mln": text}).project("main.mln")
        fixes = pick(after.diagnostics)
        if not fixes:
            break
        text = applied(fixes)["main.mln"][1]
    assert not any(d.fix and d.fix.safe for d in after.diagnostics)
    assert not after.has_errors
    assert before.ir
    assert after.ir
    assert document(after.ir) == document(before.ir)
    assert text.count("\n") == text.count(end)
