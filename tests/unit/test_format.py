"""The formatter: golden cases, its rules one by one, and how long it takes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mlnlang.format import format_text, format_tree
from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile
from mlnlang.syntax import parse

GOLDEN = Path(__file__).parents[1] / "golden" / "format"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())


def formatted(text: str) -> str:
    """A text formatted that has no syntax errors."""
    done, problems = format_text(text, "p.mln", CORE.raw_blocks)
    assert problems == []
    return done


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    before = (GOLDEN / case / "in.mln").read_bytes().decode()
    after = (GOLDEN / case / "out.mln").read_bytes().decode()
    assert formatted(before) == after
    assert formatted(after) == after


RULES = {
    "empty": ("", ""),
    "only blanks": (" \n\t\n", ""),
    "only a comment": ("\n\n# x", "# x\n"),
    "empty block": ("switch lan\n{\n\n}", "switch lan { }\n"),
    "blanks": ("  memory \t 128M  ", "memory 128M\n"),
    "equals sign": ("project   =   x", "project = x\n"),
    "definition": ("$a   =  b  c", "$a = b c\n"),
    "no blanks around the equals sign": ("project=x", "project=x\n"),
    "items": ("xen;lvm ;; memory 1G", "xen\nlvm\nmemory 1G\n"),
    "one line": ("users{kyrre HASH;tore   HASH}", "users { kyrre HASH; tore HASH }\n"),
    "one line in one line": ("host a{xen;network eth0{hub}lvm}", "host a { xen; network eth0 { hub }; lvm }\n"),
    "two blocks on a line": ("host a { xen } host b { xen }", "host a { xen }\nhost b { xen }\n"),
    "split stays split": ("host a { xen\n}", "host a {\n    xen\n}\n"),
    "quotes": ("""a  "b  c"  'd  e'""", """a "b  c" 'd  e'\n"""),
    "escapes": (r"a  \   b\;c \{ \}", "a \\  b\\;c \\{ \\}\n"),
    "escaped blank at the end": ("host a { x\\ }", "host a { x\\  }\n"),
    "trailing comment": ("memory 128M # why", "memory 128M  # why\n"),
    "trailing comment after a brace": ("host a {# why\nxen\n}# so", "host a {  # why\n    xen\n}  # so\n"),
    "comment before the brace": ("host a # why\n{ xen }", "host a {  # why\n    xen\n}\n"),
    "comments before the brace": ("host a # 1\n# 2\n{ # 3\nxen }", "host a {  # 1\n    # 2\n    # 3\n    xen\n}\n"),
    "comment before an empty block's brace": ("switch lan # why\n{ }", "switch lan {  # why\n}\n"),
    "comment that would be a shell line": ("startup #!no\n{\necho }", "#!no\nstartup {\n    echo\n}\n"),
    "comment in an empty block": ("switch lan { # why\n}", "switch lan {  # why\n}\n"),
    "comment after a semicolon": ("xen; # why\nlvm", "xen  # why\nlvm\n"),
    "comment at the end of a block": ("host a {\nxen\n\n# last\n\n}", "host a {\n    xen\n\n    # last\n}\n"),
    "comment text": ("#  a   b\t\n", "#  a   b\n"),
    "number sign in a word": ("a#b  #c", "a#b  #c\n"),
    "blank lines": ("\n\na\n\n\n\nb {\n\nc\n\n}\n\n\n", "a\n\nb {\n    c\n}\n"),
    "no blank line for a semicolon": ("a\n;\nb", "a\nb\n"),
    "include": ("#include   a.mln", "#include a.mln\n"),
    "include behind an item": ("a #include b.mln # c", "a\n#include b.mln  # c\n"),
    "continuation": ("host a {\nextra a  \\\n b   c\n}", "host a {\n    extra a \\\n        b c\n}\n"),
    "continuation at a word": ("a\\\nb", "a\\\n    b\n"),
    "line end in quotes": ('a  "b \\\n  c"', 'a "b \\\n  c"\n'),
    "backslash at the end of the file": ("a\\", "a\\\\\n"),
    "escaped carriage return": ("a\\\r;b", "a\\\r;\nb\n"),
    "CRLF": ("a\r\nb\nc { # d\r\n}", "a\r\nb\r\nc {  # d\r\n}\r\n"),
    "LF first": ("a\nb\r\n", "a\nb\n"),
    "CRLF continuation": ("a \\\r\n b\r\n", "a \\\r\n    b\r\n"),
    "byte order mark": ("\ufeffhost  a { xen }", "\ufeffhost a { xen }\n"),
    "only a byte order mark": ("\ufeff", "\ufeff"),
    "blanks of Unicode": ("a\u00a0 b", "a b\n"),
    "raw on one line": ("startup {echo  a}", "startup { echo  a }\n"),
    "raw": ("startup {\n  if x; then\n    y  z\n  fi\n}", "startup {\n    if x; then\n      y  z\n    fi\n}\n"),
    "raw behind the brace": ("startup {a\n      b\n       c}", "startup {\n    a\n    b\n     c\n}\n"),
    "raw with tabs": ("startup {\n\ta\n\t\tb\n}", "startup {\n    a\n    \tb\n}\n"),
    "raw with tabs and blanks": ("startup {\n\ta\n  b\n}", "startup {\n    \ta\n      b\n}\n"),
    "raw with braces": ("startup {\nf() {\n  echo; }\n}", "startup {\n    f() {\n      echo; }\n}\n"),
    "raw continuation": ("startup {\n  a \\\n    b\n}", "startup {\n    a \\\n    b\n}\n"),
    "raw comments": ("startup {\n  # 1\n  a\n    # 2\n# 3\n}", "startup {\n    # 1\n    a\n      # 2\n    # 3\n}\n"),
    "raw comments only": ("startup {\n        # 1\n}", "startup {\n    # 1\n}\n"),
    "raw comments behind a line": ("startup { a\n      # 1\n}", "startup {\n    a\n    # 1\n}\n"),
    "raw include": ("startup {\n  a\n #include  b.sh\n}", "startup {\n    a\n    #include b.sh\n}\n"),
    "raw backslash at the end": ("startup {\na\\ \nb\n}", "startup {\n    a\\ \n    b\n}\n"),
    "raw blank lines": ("startup {\n\na\n\n\nb\n\n}", "startup {\n    a\n\n    b\n}\n"),
    "shebang": ("startup {\n#!/bin/sh\necho }", "startup {\n    #!/bin/sh\n    echo\n}\n"),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_rule(rule: str) -> None:
    before, after = RULES[rule]
    assert formatted(before) == after
    assert formatted(after) == after


def test_one_line_only_up_to_100_columns() -> None:
    fits = f"users {{ {'x' * 90} }}\n"
    assert len(fits) == 101
    assert formatted(fits) == fits
    assert formatted(fits.replace("x ", "xx ")) == f"users {{\n    {'x' * 91}\n}}\n"
    assert formatted(f"host a {{\n{fits}}}") == f"host a {{\n    users {{\n        {'x' * 90}\n    }}\n}}\n"


def test_outer_block_too_wide_inner_stays() -> None:
    wide = f"host a {{ template {'x' * 70}; network eth0 {{ address dhcp }} }}"
    assert formatted(wide) == f"host a {{\n    template {'x' * 70}\n    network eth0 {{ address dhcp }}\n}}\n"


@pytest.mark.parametrize(
    "text",
    ["host a {\n xen", "xen }", "{  a }", 'a  "b', "host a {\n  ...\n}", "a {" * 65 + "}" * 65],
)
def test_syntax_errors_leave_it_alone(text: str) -> None:
    done, problems = format_text(text, "p.mln", CORE.raw_blocks)
    assert done == text
    assert any(problem.is_error for problem in problems)
    assert format_tree(parse(SourceFile("p.mln", text), CORE.raw_blocks)) == text


def test_speed() -> None:
    host = "".join(
        f"  host h{{0}}x{at} {{{{\n xen;lvm\n  memory   128M # why\n startup {{{{\n  echo  {at}\n }}}}\n }}}}\n"
        for at in range(50)
    )
    text = "".join(host.format(at) for at in range(32))
    tree = parse(SourceFile("p.mln", text), CORE.raw_blocks)
    assert text.count("\n") > 11_000
    best = min(_timed(tree) for _ in range(3))
    assert best < 0.15


def _timed(tree: object) -> float:
    start = time.perf_counter()
    format_tree(tree)  # type: ignore[arg-type]
    return time.perf_counter() - start
