"""A plugin can't break, block or falsify a compilation: each failure is one diagnostic with the plugin's name."""

from __future__ import annotations

import pytest
from helpers import check, host, machine, names, project

from mlnlang.api import Checked

HEAD = """\
from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import AuthorizedKey, GuestFile, Service
from mlnlang.plugins import Changes, HostDraft, Plugin
from mlnlang.schema import BlockRow, Keyword


"""
TEXT = host("memory 99M")
SPAN = "next(iter(project.hosts.values())).span()"


def expanding(*body: str, declare: str = "") -> str:
    """A plugin `bad` that does this when it is run."""
    lines = "".join(f"    {line}\n" for line in body)
    return f"{HEAD}def expand(project):\n{lines}\n\nPLUGIN = Plugin(name='bad', expand=expand{declare})\n"


def checked(source: str | bytes, text: str = TEXT) -> Checked:
    """A project checked with one plugin of a plugin directory, which has a second."""
    files = {"main.mln": text, "/plugins/bad.py": source}
    return check(files, config="plugin_dir /plugins\nplugin_timeout 1\n")


def one_problem(source: str | bytes, code: str, text: str = TEXT) -> str:
    """The message of the one diagnostic; the project is compiled as if the plugin were not there."""
    found = checked(source, text)
    assert [problem.code for problem in found.diagnostics] == [code]
    problem = found.diagnostics[0]
    assert "`bad`" in problem.message
    assert found.ir is not None
    assert names(found.ir) == ["web"]
    assert machine(found.ir).memory_mib == 99
    return problem.message


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (("raise ValueError('no lamp')",), "ValueError: no lamp"),
        (("raise ValueError('a\\nb')",), "ValueError: a b"),
        (("class Odd(Exception):", "    def __str__(self):", "        raise RuntimeError", "raise Odd"), "Odd"),
        (("return project.nosuch",), "AttributeError"),
        (("import sys", "sys.exit(3)"), "SystemExit: 3"),
        (("raise KeyboardInterrupt",), "KeyboardInterrupt"),
        (("return expand(project)",), "RecursionError"),
        (("raise MemoryError",), "MemoryError"),
        (("import nosuchmodule",), "ModuleNotFoundError"),
        (("project.hosts['web'].memory = 1", "raise ValueError"), ""),
    ],
)
def test_it_raises(body: tuple[str, ...], says: str) -> None:
    assert says in one_problem(expanding(*body), "MLN801")


@pytest.mark.parametrize(
    "body",
    [
        ("while True:", "    pass"),
        ("import time", "time.sleep(1000)"),
        ("while True:", "    try:", "        while True:", "            pass", "    except Exception:", "        pass"),
    ],
)
def test_it_never_ends(body: tuple[str, ...]) -> None:
    assert "1 s" in one_problem(expanding(*body), "MLN802")


@pytest.mark.parametrize(
    "value",
    [
        "None",
        "'text'",
        "{}",
        "[Changes()]",
        "Changes",
        "Changes(hosts=None)",
        "Changes(hosts=['web'])",
        f"Changes(hosts=[HostDraft('x', {SPAN}, {{'memory': 64}})])",
        f"Changes(hosts=[HostDraft('x', {SPAN}, None)])",
        f"Changes(hosts=[HostDraft(None, {SPAN})])",
        "Changes(hosts=[HostDraft('x', None)])",
        "Changes(files={'web': GuestFile('/a', 'b')})",
        "Changes(files={'web': ['text']})",
        "Changes(files={'web': [GuestFile(1, None)]})",
        "Changes(files=[('web', [])])",
        "Changes(keys={'web': ['ssh-rsa']})",
        "Changes(services={'web': [GuestFile('/a', 'b')]})",
        "Changes(kernel_extra={'web': None})",
        "Changes(kernel_extra=['web'])",
        "Changes(problems=['text'])",
        "Changes(problems=[Diagnostic('X1', 'x', 'error', None)])",
        "Changes(problems=[Diagnostic('X1', 'x', 'error', 'text', 'place')])",
        "Changes(problems=[Diagnostic('X1', 'x', 'fatal', 'text')])",
        "Changes(problems=None)",
        "Changes(files={'nobody': [GuestFile('/a', 'b')]})",
        "Changes(services={'nobody': [Service('a')]})",
        "Changes(keys={'nobody': [AuthorizedKey('a', 'b')]})",
        "Changes(kernel_extra={'nobody': 'quiet'})",
    ],
)
def test_it_returns_nonsense(value: str) -> None:
    one_problem(expanding(f"return {value}"), "MLN803")


@pytest.mark.parametrize(
    "source",
    [
        "import nosuchmodule\n",
        "raise ValueError\n",
        "def (:\n",
        "x = 1\n",
        "PLUGIN = None\n",
        "PLUGIN = 'bad'\n",
        "import sys\nsys.exit(0)\n",
        "while True:\n    pass\n",
        b"\0\0",
        b"# \xff\n",
        "",
        f"{HEAD}PLUGIN = Plugin(name=3, expand=print)\n",
        f"{HEAD}PLUGIN = Plugin(name='bad', expand=None)\n",
        expanding("return Changes()", declare=", keywords=[1]"),
        expanding("return Changes()", declare=", keywords=None"),
        expanding("return Changes()", declare=", blocks=['x']"),
        expanding("return Changes()", declare=", order='first'"),
        expanding("return Changes()", declare=", keywords=[Keyword('zork', ('host',), 'nokind', 'doc')]"),
        expanding("return Changes()", declare=", keywords=[Keyword('memory', ('host',), 'flag', 'doc')]"),
    ],
)
def test_it_can_not_be_loaded(source: str | bytes) -> None:
    one_problem(source, "MLN807")


@pytest.mark.parametrize("body", ["project.hosts.clear()", "project.hosts['web'] = None", "del project.hosts['web']"])
def test_it_can_not_change_the_projects_hosts(body: str) -> None:
    found = checked(expanding(body, "return Changes()"))
    assert found.ir is not None
    assert names(found.ir) == ["web"]


def test_its_declared_keywords_are_known_and_checked() -> None:
    lamp = "Keyword('lamp', ('host',), 'number', 'doc', least=1, most=9)"
    declare = f", keywords=[{lamp}], blocks=[BlockRow('lights', ('host',), 'lights', 'doc')]"
    source = expanding("return Changes()", declare=declare)
    assert not checked(source, host("lamp 3\nlights { }")).diagnostics
    assert [problem.code for problem in checked(source, host("lamp 10\nlight { }")).diagnostics] == ["MLN305", "MLN302"]


def test_the_place_that_uses_it_is_shown() -> None:
    source = expanding("raise ValueError", declare=", keywords=[Keyword('lamp', ('host',), 'flag', 'doc')]")
    problem = checked(source, host("lamp")).diagnostics[0]
    assert problem.span is not None
    assert problem.span.place() == "main.mln:6:5"


def test_a_sound_plugin_beside_a_broken_one_works() -> None:
    good = expanding("return Changes(files={name: [GuestFile('/lamp', 'on')] for name in project.hosts})").replace(
        "'bad'", "'good'"
    )
    files = {
        "main.mln": TEXT,
        "/plugins/bad.py": "1 / 0\n",
        "/plugins/good.py": good,
        "/plugins/_private.py": "1 / 0\n",
        "/plugins/notes.txt": "x",
    }
    found = check(files, config="plugin_dir /plugins\n")
    assert [problem.code for problem in found.diagnostics] == ["MLN807"]
    assert found.ir is not None
    assert [file.path for file in machine(found.ir).guest_files] == ["/lamp"]


def test_a_plugin_may_replace_a_shipped_one() -> None:
    source = f"{HEAD}PLUGIN = Plugin(name='autoenum', expand=lambda project: Changes())\n"
    found = check({"main.mln": project(), "/plugins/autoenum.py": source}, config="plugin_dir /plugins\n")
    assert not found.diagnostics


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (f"HostDraft('extra', {SPAN}, {{'template': 't'}})", []),
        (f"HostDraft('web', {SPAN}, {{'template': 't'}})", ["MLN401"]),
        (f"HostDraft('x y', {SPAN}, {{'template': 't'}})", ["MLN406"]),
        (f"HostDraft('extra', {SPAN}, {{'template': 't', 'memory': '12Q'}})", ["MLN304"]),
        (f"HostDraft('extra', {SPAN}, {{'superclass': 'nosuch'}})", ["MLN402"]),
        (f"HostDraft('extra', {SPAN}, {{'template': 't'}}, {{('nosuch', ''): {{}}}})", ["MLN302"]),
    ],
)
def test_hosts_that_a_plugin_makes_are_checked(draft: str, expected: list[str]) -> None:
    found = checked(expanding(f"return Changes(hosts=[{draft}])"))
    assert [problem.code for problem in found.diagnostics] == expected


def test_a_missing_plugin_directory_is_said() -> None:
    found = check(TEXT, config="plugin_dir /nowhere\n")
    assert len(found.diagnostics) <= 1
    assert found.ir is not None
