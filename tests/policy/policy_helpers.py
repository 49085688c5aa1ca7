"""Short ways to check texts in memory with settings beside them."""

from __future__ import annotations

from collections.abc import Mapping

from mlnlang.api import Choices, Compilation, Options
from mlnlang.diagnostics import Diagnostic
from mlnlang.world import Memory


def compiler(files: Mapping[str, str], choices: Choices | None = None, cwd: str = "/p") -> Compilation:
    """A compilation of these files; relative paths are below /p."""
    options = Options(config_paths=(), external_plugins=False, choices=choices or Choices())
    return Compilation(Memory(files, cwd=cwd), options)


def found(text: str, choices: Choices | None = None, **files: str) -> list[Diagnostic]:
    """What is said of main.mln; a file is named by its path with `__` for the dot and `_S_` for the slash."""
    named = {name.replace("_S_", "/").replace("__", "."): content for name, content in files.items()}
    return compiler({"main.mln": text, **named}, choices).project("main.mln").diagnostics


def said(problems: list[Diagnostic]) -> list[str]:
    """`missing-netmask:6 warning`: slug, line and severity."""
    return [f"{d.slug}:{d.span.file.position(d.span.start).line if d.span else '-'} {d.severity}" for d in problems]


def host(body: str) -> str:
    """A project whose host `web` has these lines, from line 4 on."""
    return "global { project demo }\nhost web {\n    template debian.ext4\n" + body + "}\n"
