"""`# mln: allow(RULE)`: where it holds, what it may name, and what is said of one that is not needed."""

from __future__ import annotations

import pytest
from policy_helpers import compiler, found, host, said

from mlnlang.api import Choices, Compilation, Options
from mlnlang.world import Memory


@pytest.mark.parametrize(
    "body",
    [
        "network eth0 { address 10.0.0.2 }  # mln: allow(missing-netmask)\n",
        "network eth0 { address 10.0.0.2 }#mln:allow(MLN503)\n".replace("}#", "} #"),
        "network eth0 {\n    address 10.0.0.2 # mln: allow( mln503 ) as ever\n}\n",
        "network eth0 { # mln: allow(given-twice, missing-netmask, missing-netmask)\n    address 10.0.0.2\n    mac 2:0:0:0:0:1; mac 2:0:0:0:0:2\n}\n",  # noqa: E501
        "network eth0 # mln: allow(missing-netmask)\n{\n    address 10.0.0.2\n}\n",
        "network eth0\n{ # mln: allow(missing-netmask)\n    address 10.0.0.2\n}\n",
        "# mln: allow(missing-netmask)\nnetwork eth0\n{\n\n    address 10.0.0.2\n}\n",
        "# mln: allow(missing-netmask)\n# and a remark\n\nnetwork eth0 { address 10.0.0.2 }\n",
        "network eth0 {\n    # mln: allow(missing-netmask)\n    address 10.0.0.2\n}\n",
        "network eth0 {\n    address \\\n    10.0.0.2 # mln: allow(missing-netmask)\n}\n",
        "network eth0 { mac 52:54:00:00:00:01; ; # mln: allow(missing-netmask)\n    address 10.0.0.2 }\n",
    ],
)
def test_it_holds_for_its_line_or_block(body: str) -> None:
    assert said(found(host(body))) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # the line before, the line after
        (
            "network eth0 {\n    mac 52:54:00:00:00:01 # mln: allow(missing-netmask)\n    address 10.0.0.2\n}\n",
            ["unused-allow:5 warning", "missing-netmask:6 warning"],
        ),
        # behind the end of a block it holds for that line alone
        (
            "network eth0 {\n    address 10.0.0.2\n} # mln: allow(missing-netmask)\n",
            ["missing-netmask:5 warning", "unused-allow:6 warning"],
        ),
        # nothing follows in the block
        (
            "network eth0 {\n    address 10.0.0.2\n    # mln: allow(missing-netmask)\n}\n",
            ["missing-netmask:5 warning", "unused-allow:6 warning"],
        ),
        # on a line of its own: one item, not two
        (
            "# mln: allow(missing-netmask)\nnetwork eth0 { address 10.0.0.2 }\nnetwork eth1 { address 10.0.1.2 }\n",
            ["missing-netmask:6 warning"],
        ),
        # another rule
        (
            "network eth0 { address 10.0.0.2 } # mln: allow(given-twice)\n",
            ["missing-netmask:4 warning", "unused-allow:4 warning"],
        ),
        # remarks that only look like it
        ("network eth0 { address 10.0.0.2 } # see mln: allow(missing-netmask)\n", ["missing-netmask:4 warning"]),
        ("# mln: a remark (missing-netmask)\nnetwork eth0 { address 10.0.0.2 }\n", ["missing-netmask:5 warning"]),
        # malformed
        (
            "network eth0 { address 10.0.0.2 } # mln: allow missing-netmask\n",
            ["missing-netmask:4 warning", "bad-allow:4 warning"],
        ),
        (
            "network eth0 { address 10.0.0.2 } # mln: allow(missing-netmask\n",
            ["missing-netmask:4 warning", "bad-allow:4 warning"],
        ),
        ("# mln: allow(missing-netmask, unused-allow)\nmemory 64M\n", []),
        ("# mln: allow(key-file-missing)\nmemory 64M\n", []),  # may be there on another machine
    ],
)
def test_and_for_nothing_else(body: str, expected: list[str]) -> None:
    assert said(found(host(body))) == expected


def test_a_related_place_is_enough() -> None:
    """`given-twice` stands at the one line and names the other."""
    for lines in (
        "memory 64M # mln: allow(given-twice)\nmemory 128M\n",
        "memory 64M\nmemory 128M # mln: allow(given-twice)\n",
    ):
        assert said(found(host(lines))) == []


def test_shell_lines_belong_to_the_shell() -> None:
    body = (
        "startup {\n    echo a # mln: allow(nonsense)\n    # mln: allow(nonsense)\n    echo '# mln: allow(worse)'\n}\n"
    )
    assert said(found(host(body))) == ["unknown-rule:6 error"]


def test_included_files_have_comments_of_their_own() -> None:
    wires = "network eth0 { address 10.0.0.2 } # mln: allow(missing-netmask)\n"
    assert said(found(host("#include wires.mln\n"), wires__mln=wires)) == []
    bare = "network eth0 { address 10.0.0.2 }\n"
    text = host("#include wires.mln # mln: allow(missing-netmask)\n")
    assert said(found(text, wires__mln=bare)) == ["unused-allow:4 warning", "missing-netmask:1 warning"]
    # It may serve another project, so nothing is said of what this one does not need.
    assert said(found(host("#include wires.mln\n"), wires__mln="memory 64M # mln: allow(given-twice)\n")) == []


def test_nothing_is_called_unused_while_there_are_errors_or_a_back_end_is_forced() -> None:
    assert said(found(host("memory 12Q # mln: allow(given-twice)\n"))) == ["bad-size:4 error"]
    text = host("memory 64M # mln: allow(given-twice)\n")
    assert said(found(text)) == ["unused-allow:4 warning"]
    options = Options(config_paths=(), external_plugins=False, backend="uml")
    assert said(Compilation(Memory({"/p/x.mln": text}), options).project("/p/x.mln").diagnostics) == []


@pytest.mark.parametrize("name", ["bad-size", "MLN304", "unclosed-block"])
def test_firm_rules_can_not_be_allowed(name: str) -> None:
    problems = found(host(f"memory 12Q # mln: allow({name})\n"))
    assert said(problems) == ["bad-size:4 error", "firm-rule:4 error"]
    assert problems[1].span
    assert problems[1].span.text == name


def test_an_unknown_rule_is_an_error_at_its_name_with_a_near_match() -> None:
    (problem,) = found(host("memory 64M # mln: allow(given-twise)\n"))
    assert (problem.slug, problem.span and problem.span.text) == ("unknown-rule", "given-twise")
    assert problem.help == "did you mean `given-twice`?"
    assert problem.fix
    assert not problem.fix.safe


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("memory 64M  # mln: allow(given-twice) why\n", "memory 64M\n"),
        ("memory 64M  # mln: allow(given-twice)\r\n", "memory 64M\r\n"),
        ("    # mln: allow(given-twice)\nmemory 64M\n", "memory 64M\n"),
        (
            "memory 64M\nmemory 65M # mln: allow(given-twice,missing-netmask) why\n",
            "memory 64M\nmemory 65M # mln: allow(given-twice) why\n",
        ),
        (
            "memory 64M\nmemory 65M # mln: allow(missing-netmask , given-twice)\n",
            "memory 64M\nmemory 65M # mln: allow(given-twice)\n",
        ),
    ],
)
def test_the_fix_removes_what_is_not_needed(body: str, after: str) -> None:
    (problem,) = found(host(body))
    assert problem.slug == "unused-allow"
    assert problem.fix
    assert problem.fix.safe
    (edit,) = problem.fix.edits
    text = edit.span.file.text
    assert text[: edit.span.start] + edit.text + text[edit.span.end :] == host(after)
    assert found(host(after)) == []


def test_levels_and_strict_reach_what_is_said_of_comments() -> None:
    text = host("memory 64M # mln: allow(given-twice)\n# mln: allow\n")
    assert said(found(text, Choices(strict=True))) == ["unused-allow:4 error", "bad-allow:5 error"]
    assert said(found(text, mlnc__toml='ignore = ["MLN03"]\n')) == []


def test_mln_conf_has_comments_too() -> None:
    text = "default_memory 64M\ndefault_memory 65M # mln: allow(given-twice)\n"
    assert said(compiler({"mln.conf": text}).configuration("mln.conf")) == []
    text = "default_memory 64M # mln: allow(given-twice)\n"
    assert said(compiler({"mln.conf": text}).configuration("mln.conf")) == ["unused-allow:1 warning"]


def test_many_comments_and_problems_take_no_square_of_time() -> None:
    """All stretches around a place are found, whatever their number and nesting."""
    from mlnlang.policy.allow import Allowance, _Stretches
    from mlnlang.source import SourceFile, Span

    file = SourceFile("x", "")
    held = [
        (start, end, Allowance(Span(file, start, end), {}, [])) for start in range(40) for end in range(start, 40, 7)
    ]
    tree = _Stretches(held)
    for offset in range(-1, 42):
        expected = {id(each) for start, end, each in held if start <= offset < end}
        assert {id(each) for each in tree.at(offset)} == expected
