"""`mlnc dump`: what each stage makes of a project, as JSON."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.api import Checked, Compilation
    from mlnlang.semantics.sections import Section
    from mlnlang.syntax import SyntaxTree

STAGES = ("tokens", "cst", "symbols", "ir", "plan")
VERSION = 1

EPILOG = """\
examples:
  mlnc dump lab.mln                    the resolved project (its JSON Schema: mlnc docs ir-schema)
  mlnc dump --stage cst lab.mln        the syntax tree of the file, nothing lost
  mlnc dump --stage plan lab.mln       what would be written, and the steps
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.cli.common import add_backend, add_project_options

    command = subparsers.add_parser(
        "dump",
        help="show what a stage of the compiler makes of a project",
        description="Print a stage of the compilation as JSON.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs=1, metavar="FILE", help="a project file; - is the standard input")
    command.add_argument("--stage", choices=STAGES, default="ir", help="which stage (default: ir)")
    add_backend(command)
    add_project_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the stage; problems go to the standard error stream."""
    from mlnlang.cli.common import compilation, project_files
    from mlnlang.cli.console import show, tell

    compiler = compilation(options)
    (path,) = project_files(options)
    checked = compiler.project(path)
    show([*compiler.config_problems, *checked.diagnostics])
    shown = _stage(options.stage, compiler, checked)
    if shown is None:
        tell(f"there is no {options.stage} to show")
        return 1
    print(json.dumps(shown, indent=1, ensure_ascii=False))
    return 1 if checked.has_errors else 0


def _stage(stage: str, compiler: Compilation, checked: Checked) -> dict[str, Any] | None:
    if stage in ("tokens", "cst"):
        if not checked.unit.trees:
            return None
        tree = compiler.tree(checked.unit.root.file)
        body = {"tokens": _tokens(tree)} if stage == "tokens" else {"comments": _comments(tree), "tree": _cst(tree)}
        return {"version": VERSION, "stage": stage, "file": tree.file.path, **body}
    if stage == "symbols":
        return _symbols(checked) if checked.symbols else None
    if checked.ir is None:
        return None
    if stage == "ir":
        from mlnlang.ir.as_json import document

        return document(checked.ir)
    from mlnlang.cli.common import generator

    document_: dict[str, Any] = generator().generate(checked.ir).document()
    return document_


def _tokens(tree: SyntaxTree) -> list[dict[str, Any]]:
    """Tokens with the trivia before each, so that their texts joined are the file."""
    shown: list[dict[str, Any]] = []
    at = 0
    for token in tree.tokens:
        line, column = tree.file.position(token.start)
        trivia = tree.file.text[at : token.start] if token.start >= at else ""
        shown.append({"type": token.type, "line": line, "column": column, "trivia": trivia,
                      "text": tree.file.text[token.start : token.end]})  # fmt: skip
        at = max(at, token.end)
    shown.append({"type": "END", "trivia": tree.file.text[at:], "text": ""})
    return shown


def _comments(tree: SyntaxTree) -> list[dict[str, Any]]:
    return [
        {
            "line": tree.file.position(start).line,
            "column": tree.file.position(start).column,
            "text": tree.file.text[start:end],
        }
        for start, end in tree.comments
    ]


def _cst(tree: SyntaxTree) -> list[dict[str, Any]]:
    from mlnlang.syntax import Block

    def node(entry: Any) -> dict[str, Any]:
        line, column = tree.file.position(entry.start)
        if isinstance(entry, Block):
            return {"kind": "block", "line": line, "column": column, "header": entry.header.text,
                    "entries": [node(inner) for inner in entry.entries]}  # fmt: skip
        return {"kind": entry.type.lower(), "line": line, "column": column, "text": entry.text}

    return [node(entry) for entry in tree.entries]


def _symbols(checked: Checked) -> dict[str, Any]:
    symbols = checked.symbols
    assert symbols is not None

    def listed(table: dict[str, Section]) -> list[dict[str, Any]]:
        return [_symbol(name, section) for name, section in table.items()]

    return {
        "version": VERSION,
        "stage": "symbols",
        "project": symbols.name or None,
        "hosts": listed(symbols.hosts),
        "superclasses": listed(symbols.superclasses),
        "switches": listed(symbols.switches),
        "servers": listed(symbols.servers),
        "variables": [
            {"name": name, "scope": section.title() or "global", "place": entry.span().place(), "value": entry.text}
            for section in symbols.root.walk()
            for name, entry in section.variables.items()
        ],
        "files": sorted(checked.unit.trees),
    }


def _symbol(name: str, section: Section) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name, "place": section.name_span().place()}
    if section.kind in ("host", "superclass"):
        shown["superclass"] = section.superclass.name if section.superclass else None
    if section.origin is not None:
        shown["made_by_plugin"] = True
    return shown
