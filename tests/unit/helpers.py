"""Short ways to compile a text in memory and to look at what came out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mlnlang.api import Checked, Compilation, Options
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import RULES
from mlnlang.diagnostics.render import plain
from mlnlang.ir import Host, Project
from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile
from mlnlang.syntax import SyntaxTree, parse
from mlnlang.syntax.tree import Token
from mlnlang.world import Memory

LISTINGS = {
    path.name: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "listings").glob("*.mln"))
}
#: Files outside the listings that they name.
SURROUNDINGS = {
    "/bio/servers.txt": "milano\nroma\ntorino\n",
    "/home/nagios/.ssh/pubkey.outgoing": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGqD nagios@mon\n",
}
CONFIG = "/etc/mln/mln.conf"

Files = str | bytes | Mapping[str, str | bytes]


def project(body: str = "", *, settings: str = "") -> str:
    """A project named `demo` with these first-level blocks."""
    return f"global {{\n    project demo\n{_indented(settings)}}}\n{body}"


def host(body: str, *, name: str = "web", after: str = "") -> str:
    """A project with one host that has a template and these lines."""
    return project(f"host {name} {{\n    template debian.ext4\n{_indented(body)}}}\n{after}")


def check(files: Files, path: str = "main.mln", *, config: str = "", **options: object) -> Checked:
    """Compile files of a world in memory; the configuration's problems are among the diagnostics.

    What the checks across a project say is left out: tests/checks is about them, and these texts are about others.
    """
    known = dict(files) if isinstance(files, Mapping) else {path: files}
    paths: tuple[str, ...] = ()
    if config:
        known[CONFIG] = config
        paths = (CONFIG,)
    given: dict[str, object] = {"config_paths": paths, "external_plugins": False, **options}
    compilation = Compilation(Memory(known, cwd="/p"), Options(**given))  # type: ignore[arg-type]
    checked = compilation.project(path)
    found = [*compilation.config_problems, *checked.diagnostics]
    checked.diagnostics = [problem for problem in found if not RULES[problem.code].check]
    return checked


def codes(files: Files, **more: object) -> list[str]:
    """The codes of what is found, in order."""
    return [found.code for found in check(files, **more).diagnostics]  # type: ignore[arg-type]


def only(files: Files, **more: object) -> Diagnostic:
    """The one diagnostic of a text that has one fault."""
    found = check(files, **more).diagnostics  # type: ignore[arg-type]
    assert len(found) == 1, plain(found)
    return found[0]


def clean(files: Files, **more: object) -> Project:
    """The IR of a text that nothing is wrong with."""
    checked = check(files, **more)  # type: ignore[arg-type]
    assert not checked.diagnostics, plain(checked.diagnostics)
    assert checked.ir is not None
    return checked.ir


def compiled(files: Files, **more: object) -> Project:
    """The IR, whatever was found."""
    ir = check(files, **more).ir  # type: ignore[arg-type]
    assert ir is not None
    return ir


def machine(found: Project, name: str = "web") -> Host:
    """A host of a project."""
    return next(each for each in found.hosts if each.name == name)


def names(found: Project) -> list[str]:
    """The hosts, in order."""
    return [each.name for each in found.hosts]


def tree(text: str) -> SyntaxTree:
    """The syntax tree of a text."""
    return parse(SourceFile("main.mln", text), CORE.raw_blocks)


def errors(found: list[Diagnostic]) -> list[Diagnostic]:
    """Those that make a run fail."""
    return [problem for problem in found if problem.is_error]


def assert_lossless(text: str, tokens: list[Token], comments: list[tuple[int, int]]) -> None:
    """Tokens are in order and hold what the text holds; between them lie blanks, `;`, comments and `#include` only."""
    pieces = [(token.start, token.end) for token in tokens]
    assert all(token.text == text[token.start : token.end] for token in tokens)
    assert pieces == sorted(pieces)
    at = 0
    between = []
    for start, end in sorted([*pieces, *comments]):
        assert at <= start <= end <= len(text)
        between.append(text[at:start])
        at = end
    between.append(text[at:])
    assert not re.sub(r"#include|[\s;]", "", "".join(between)), between


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.splitlines())
