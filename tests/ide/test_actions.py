"""Code actions."""

from __future__ import annotations

import pytest
from ide_scenes import applied, at_cursor

from mlnlang.api import Compilation
from mlnlang.diagnostics.catalogue import RULES
from mlnlang.ide.actions import EXTRACT, FIX_ALL, FORMAT, Action, actions
from mlnlang.world import Memory


def offered(text: str, *only: str, path: str = "/p.mln", **others: str) -> tuple[str, list[Action]]:
    here, offset = at_cursor(text, path, **others)
    problems = here.workspace.problems()
    return here.file.text, actions(here, problems.get(path, []), offset, offset, only)


def done(text: str, title: str, *only: str) -> str:
    """The text after the action of that title."""
    plain, found = offered(text, *only)
    (action,) = [each for each in found if each.title == title]
    return applied(plain, action.edits())


def codes(text: str) -> list[str]:
    return [each.code for each in Compilation(Memory({"/p.mln": text})).project("/p.mln").diagnostics]


GOOD = "global { project x }\nhost a {\n    template t\n    network eth0 {\n        LINE\n    }\n}\nswitch lan { }\n"


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("host a { mem‸roy 3 }", "Write `memory`", "host a { memory 3 }"),
        ("host a { vcpu‸ 3 }", "Write `cpus`", "host a { cpus 3 }"),
        ("host a { mem‸ory 3; memory 4 }", "Remove this `memory`", "host a { ; memory 4 }"),
        (GOOD.replace("LINE", "switch la‸"), "Write `lan`", GOOD.replace("LINE", "switch lan")),
        (
            GOOD.replace("LINE", "switch wa‸n"),
            "Create the switch `wan`",
            GOOD.replace("LINE", "switch wan") + "\nswitch wan { }\n",
        ),
        (
            "host a { superclass ba‸se }\n",
            "Create the superclass `base`",
            "host a { superclass base }\n\nsuperclass base {\n}\n",
        ),
        (
            "host a { service_host rom‸a }\nserver turin { }",
            "Create the server `roma`",
            "host a { service_host roma }\nserver turin { }\n\nserver roma { }\n",
        ),
        (
            GOOD.replace("LINE", "switch lan; address 10.0.0.‸2"),
            "Write `10.0.0.2/24`",
            GOOD.replace("LINE", "switch lan; address 10.0.0.2/24"),
        ),
    ],
)
def test_fixes(text: str, title: str, expected: str) -> None:
    assert done(text, title) == expected


def test_what_is_created_is_found() -> None:
    for line, title in (("switch wa‸n", "Create the switch `wan`"), ("switch la‸", "Write `lan`")):
        text = GOOD.replace("LINE", line)
        assert "MLN405" in codes(text.replace("‸", ""))
        assert "MLN405" not in codes(done(text, title))


def test_safe_fixes_are_preferred() -> None:
    _, found = offered(GOOD.replace("LINE", "switch lan; address 10.0.0.‸2"))
    assert {each.title: each.preferred for each in found} == {
        "Write `10.0.0.2/24`": True,
        "Allow `missing-netmask` here": False,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host a {\n    memor‸ 3\n}\n", "host a {\n    memor 3  # mln: allow(unknown-keyword)\n}\n"),
        ("host a {\n    memor‸ 3  # why\n}\n", "host a {\n    # mln: allow(unknown-keyword)\n    memor 3  # why\n}\n"),
        (
            "host a {\n    memor‸ 3 \\\n  4\n}\n",
            "host a {\n    # mln: allow(unknown-keyword)\n    memor 3 \\\n  4\n}\n",
        ),
        (
            "host a {\n    memor‸ 3  # mln: allow(given-twice) so\n}\n",
            "host a {\n    memor 3  # mln: allow(given-twice, unknown-keyword) so\n}\n",
        ),
        ("host a { memor‸ 3 }", "host a { memor 3 }  # mln: allow(unknown-keyword)"),
    ],
)
def test_allowing(text: str, expected: str) -> None:
    new = done(text, "Allow `unknown-keyword` here")
    assert new == expected
    assert "MLN301" in codes(text.replace("‸", ""))
    assert "MLN301" not in codes(new)


def test_what_can_not_be_allowed() -> None:
    _, found = offered("host a { memory x‸ }")
    assert found == []
    assert RULES["MLN304"].firm


def test_all_safe_fixes() -> None:
    text = GOOD.replace("LINE", "switch lan; address 10.0.0.2") + GOOD.replace(
        "LINE", "switch lan; address 10.0.0.3"
    ).replace("global { project x }\n", "").replace("host a", "host b").replace("switch lan { }\n", "")
    new = done("‸" + text, "Apply all safe fixes of this file", FIX_ALL)
    assert new == text.replace("10.0.0.2", "10.0.0.2/24").replace("10.0.0.3", "10.0.0.3/24")
    assert offered("‸" + new, FIX_ALL)[1] == []


def test_formatting_as_an_action() -> None:
    assert done("‸host  a  { }\n", "Format this file", FORMAT) == "host a { }\n"
    assert [each.kind for each in offered("‸host  a  { }\n", "source")[1]] == [FORMAT]
    assert offered("host  a  {‸ }\n")[1] == []


def test_extraction_needs_a_selection() -> None:
    here, offset = at_cursor("global { project x }\nhost a {\n‸    memory 3\n    xen\n}\n")
    found = actions(here, [], offset, offset + 10, [])
    assert [(each.kind, each.title) for each in found] == [(EXTRACT, "Extract the superclass `a-base`")]
    assert actions(here, [], offset, offset, []) == []
    assert actions(here, [], offset, offset + 10, ["quickfix"]) == []


def test_in_a_fragment_the_project_gets_the_new_block() -> None:
    main = "global { project x }\nhost web { template t; network eth0 {\n#include part.mln\n} }\n"
    _, found = offered("switch wa‸n\n", path="/part.mln", main=main)
    (action,) = [each for each in found if each.title == "Create the switch `wan`"]
    (edit,) = action.edits()
    assert (edit.span.file.path, edit.span.start, edit.text) == ("/main.mln", len(main), "\nswitch wan { }\n")
