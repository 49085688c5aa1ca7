"""Rules of the house that no other tool holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlnlang.backends import BACK_ENDS
from mlnlang.cli.docs import PAGES, page
from mlnlang.diagnostics.catalogue import BY_SLUG, RULES
from mlnlang.schema.core import ALIASES, CORE

ROOT = Path(__file__).parents[2]
WINGS = ("mlnlang", "codegen/mlnlang_codegen", "lsp/mlnlang_lsp", "manager/mlnlang_manager")
#: Tables may be long (design, rule 7).
TABLES = {"mlnlang/diagnostics/catalogue.py", "mlnlang/diagnostics/network_rules.py", "mlnlang/schema/core.py"}
FAMILIES = "0123456789"
GENERATED = {
    "keywords": "keywords.md",
    "diagnostics": "diagnostics.md",
    "capabilities": "capabilities.md",
    "ir-schema": "ir.schema.json",
    "tmlanguage": "../../editors/vscode/syntaxes/mln.tmLanguage.json",
    "tmlanguage-conf": "../../editors/vscode/syntaxes/mln-conf.tmLanguage.json",
    "vim-syntax": "../../editors/nvim/syntax/mln.vim",
}


def sources() -> Iterator[Path]:
    for wing in WINGS:
        yield from sorted((ROOT / wing).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_are_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := len(path.read_text().splitlines())) > 500 and str(path.relative_to(ROOT)) not in TABLES
    }
    assert long == {}


def test_functions_are_small() -> None:
    lengths = sorted(length for path in sources() for _, length in functions(path))
    assert lengths[len(lengths) // 2] <= 12, "the median function is about ten lines"
    assert lengths[int(len(lengths) * 0.95)] <= 45, "95 % of the functions are under 45 lines"


def test_only_world_cli_and_manager_touch_the_outside() -> None:
    """No `open`, no os.listdir and the like elsewhere in the language (design, rule 2)."""
    calls = "listdir|stat|scandir|mkdir|makedirs|remove|rename|environ|getcwd"
    touching = re.compile(rf"\bopen\(|os\.(?:{calls})\b|subprocess|Path\(")
    allowed = {"mlnlang/world.py", "mlnlang/plugins/loading.py"}  # the latter reads installed packages' metadata
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "mlnlang").rglob("*.py")
        if "cli" not in path.parts and str(path.relative_to(ROOT)) not in allowed and touching.search(path.read_text())
    ]
    assert guilty == []


def test_no_promises_in_the_sources() -> None:
    promise = re.compile(r"\b(TODO|FIXME|XXX)\b")
    assert [str(path) for path in sources() if promise.search(path.read_text())] == []


# ---------------------------------------------------------------- tables
def test_rules_have_unique_codes_in_their_families() -> None:
    assert len(RULES) == len(BY_SLUG)
    for rule in RULES.values():
        assert re.fullmatch(r"MLN\d{3}", rule.code)
        assert rule.code[3] in FAMILIES
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.slug)
        assert rule.title
        assert rule.why
        assert bool(rule.good) or not rule.bad, f"{rule.code} has a failing example and no repaired one"


def test_every_rule_is_used() -> None:
    tables = [ROOT / "mlnlang/diagnostics" / name for name in ("catalogue.py", "network_rules.py")]
    texts = "".join(path.read_text() for path in sources() if path not in tables)
    rows = "".join(path.read_text() for path in tables)
    names = re.findall(r"^([A-Z_0-9]+) = _(?:rule|check)\(", rows, re.MULTILINE)
    assert len(names) == len(RULES)
    assert [name for name in names if not re.search(rf"\b{name}\b", texts)] == []


def test_rows_are_complete() -> None:
    for row in (*CORE.keywords, *CORE.blocks):
        assert row.doc
        assert row.doc.endswith((".", "…")), f"{row.name}: a sentence ends with a full stop"
        assert set(row.backends) <= {"*", *(back_end.letter for back_end in BACK_ENDS)}
    for word, canonical in ALIASES.items():
        assert {word, canonical} <= CORE.names()


def test_examples_in_the_table_are_valid() -> None:
    """Every keyword's example reads as a value of its kind."""
    from mlnlang.schema import read
    from mlnlang.syntax import split

    for row in CORE.keywords:
        if row.example:
            word, *values = [word.text for word in split(row.example)]
            assert word in row.name or ALIASES.get(row.name) == word or row.name in ALIASES
            read(row, tuple(values))


@pytest.mark.parametrize("name", PAGES)
def test_generated_documentation_is_fresh(name: str) -> None:
    assert (ROOT / "docs/reference" / GENERATED[name]).read_text() == page(name), "run `make docs`"


def test_documents_name_what_exists() -> None:
    """Paths that the documents mention are there."""
    for document in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text()
        for path in re.findall(r"`((?:mlnlang|codegen|lsp|manager|tests|docs|examples|bench|tools)/[\w./-]*)`", text):
            assert (ROOT / path).exists(), f"{document} mentions {path}"
        for target in re.findall(r"^\s*make ([a-z]+)", text, re.MULTILINE):
            makefile = (ROOT / "Makefile").read_text()
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{document}: make {target}"
