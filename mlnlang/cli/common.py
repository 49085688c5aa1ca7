"""Options that several commands share, and the compilation they ask for."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.api import Checked, Compilation
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


def generator() -> Any:
    """The code generators: another wing of the house, which the language does not depend on."""
    return import_module("mlnlang_codegen")


def compilation(options: argparse.Namespace) -> Compilation:
    """A compilation as the command line asks for it."""
    from mlnlang.api import Compilation, Options
    from mlnlang.world import Disk, Overlay, World

    world: World = Disk()
    if STDIN in getattr(options, "files_given", ()):
        world = Overlay(world, {STDIN: sys.stdin.buffer.read()})
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
        ),
        generator().check,
    )


def project_files(options: argparse.Namespace) -> list[str]:
    """The files named, `-` being the standard input."""
    options.files_given = [STDIN if name == "-" else name for name in options.file]
    return list(dict.fromkeys(options.files_given))


def check_all(compiler: Compilation, paths: list[str]) -> tuple[list[Checked], list[Diagnostic]]:
    """Check files together; the problems of shared includes are listed once."""
    from mlnlang.api.compilation import in_order
    from mlnlang.semantics.config import is_config

    configurations = [path for path in paths if is_config(path)]
    checked, problems = compiler.together(path for path in paths if path not in configurations)
    problems += compiler.config_problems
    for path in configurations:
        problems += compiler.configuration(path)
    return checked, in_order(problems)


def graded(problems: list[Diagnostic], options: argparse.Namespace) -> list[Diagnostic]:
    """The problems with the severities that the command line asks for."""
    from mlnlang.diagnostics.model import strict

    return strict(problems) if options.strict else problems
