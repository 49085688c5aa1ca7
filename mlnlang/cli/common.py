"""Options that several commands share, and the compilation they ask for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.api import Checked, Choices, Compilation, Survey
    from mlnlang.diagnostics import Diagnostic

STDIN = "<stdin>"


def add_project_options(command: argparse.ArgumentParser) -> None:
    """Options of every command that reads projects."""
    group = command.add_argument_group("where things are")
    group.add_argument("-I", "--include-dir", action="append", default=[], metavar="DIR",
                       help="look for #include files here too (may be repeated)")  # fmt: skip
    group.add_argument("--config", action="append", metavar="FILE",
                       help="read this mln.conf, not those of the system and the user (may be repeated)")  # fmt: skip
    group.add_argument("--no-config", action="store_true", help="read no mln.conf")
    group.add_argument("--plugin-dir", action="append", default=[], metavar="DIR", help="load plugins from here too")
    group.add_argument("-P", "--projects", metavar="DIR", help="where projects are kept")
    group.add_argument("-T", "--templates", metavar="DIR", help="where templates are")
    group.add_argument("-F", "--files", metavar="DIR", help="where the files of `files` blocks are")


def add_backend(command: argparse.ArgumentParser) -> None:
    """`--backend`."""
    from mlnlang.backends import FLAGS

    command.add_argument(
        "--backend", choices=FLAGS, help="compile every host for this back end, whatever the project says"
    )


def add_strict(command: argparse.ArgumentParser) -> None:
    """`--strict`."""
    command.add_argument("--strict", action="store_true", help="take warnings for errors")


def add_choices(command: argparse.ArgumentParser) -> None:
    """Options that say which rules count."""
    group = command.add_argument_group("which rules count", "RULES are slugs, codes or starts of codes, with commas.")
    group.add_argument("--select", action="append", metavar="RULES",
                       help="show these and what is always an error, nothing else (may be repeated)")  # fmt: skip
    group.add_argument("--ignore", action="append", metavar="RULES", help="don't show these (may be repeated)")
    baseline = group.add_mutually_exclusive_group()
    baseline.add_argument("--baseline", metavar="FILE", help="don't show what this baseline lists")
    baseline.add_argument("--write-baseline", metavar="FILE", help="list in FILE what is found now, and don't show it")


def choices(options: argparse.Namespace) -> Choices:
    """What the command line says about rules."""
    from mlnlang.api import Choices

    return Choices(
        getattr(options, "strict", False),
        _words(getattr(options, "select", None)),
        _words(getattr(options, "ignore", None)),
        "" if getattr(options, "write_baseline", None) is not None else getattr(options, "baseline", None),
    )


def _words(given: list[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return tuple(word for text in given for part in text.split(",") if (word := part.strip()))


def generator() -> Any:
    """The code generators: another wing of the house, which the language does not depend on."""
    return import_module("mlnlang_codegen")


def compilation(options: argparse.Namespace, texts: Mapping[str, str] | None = None) -> Compilation:
    """A compilation as the command line asks for it; `texts` are laid over the files."""
    from mlnlang.api import Compilation, Options
    from mlnlang.world import Disk, Overlay, World

    world: World = Disk()
    if STDIN in getattr(options, "files_given", ()):
        world = Overlay(world, {STDIN: sys.stdin.buffer.read()})
    elif texts is not None:
        world = Overlay(world, texts)
    paths = () if options.no_config else tuple(options.config) if options.config else None
    return Compilation(
        world,
        Options(
            include_dirs=tuple(options.include_dir),
            config_paths=paths,
            projects=options.projects,
            templates=options.templates,
            files=options.files,
            plugin_dirs=tuple(options.plugin_dir),
            backend=getattr(options, "backend", None),
            choices=choices(options),
        ),
        generator().check,
    )


def project_files(options: argparse.Namespace) -> list[str]:
    """The files named, `-` being the standard input."""
    options.files_given = [STDIN if name == "-" else name for name in options.file]
    return list(dict.fromkeys(options.files_given))


def check_all(compiler: Compilation, paths: list[str]) -> tuple[list[Checked], list[Diagnostic]]:
    """Check files together; the problems of shared includes are listed once."""
    found = survey(compiler, paths)
    return found.checked, found.diagnostics


def survey(compiler: Compilation, paths: list[str]) -> Survey:
    """Check files together, files of the kind of mln.conf among them."""
    from mlnlang.semantics.config import is_config

    configurations = [path for path in paths if is_config(path)]
    return compiler.survey([path for path in paths if path not in configurations], configurations)


def status(problems: Iterable[Diagnostic]) -> int:
    """The exit code: 0 no error, 1 errors, 2 it could not be told what was to be checked."""
    from mlnlang.policy.apply import BROKEN

    found = list(problems)
    if any(problem.code in BROKEN and problem.is_error for problem in found):
        return 2
    return 1 if any(problem.is_error for problem in found) else 0
