"""The tree-sitter grammar reads what the compiler reads: the committed parser, compiled here, beside the compiler's."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import corpus
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser, Query, QueryCursor, Tree
from tree_sitter_helpers import GRAMMAR, ROOT, SCHEMA, build, comments, own, own_comments, own_shape, shape
from unit.strategies import projects, texts

from mlnlang.syntax import SyntaxTree
from mlnlang.syntax.tree import Block

CORPUS = {
    f"{path.stem}: {case.title}": (path, case)
    for path in sorted((GRAMMAR / "test/corpus").glob("*.txt"))
    for case in corpus.read(path)
}
QUERIES = sorted([*(GRAMMAR / "queries").glob("*.scm"), *(ROOT / "editors/nvim/queries/mln").glob("*.scm")])
#: What the compiler mends and tree-sitter calls an error, or takes another way: braces, and nesting without end.
BRACES = {"MLN101", "MLN102", "MLN103", "MLN106", "MLN107"}
SAMPLES = sorted(
    path
    for folder in ("examples", "tests/golden", "tests/failing", "tests/unit/listings", "tests/codegen")
    for path in (ROOT / folder).rglob("*.mln")
    if path.is_file()
)


@pytest.fixture(scope="session")
def language(tmp_path_factory: pytest.TempPathFactory) -> Language:
    """The grammar, as an editor would load it."""
    if shutil.which("gcc") is None:
        (pytest.fail if os.environ.get("MLN_REQUIRE_ALL") == "1" else pytest.skip)("not installed: gcc")
    return build(tmp_path_factory.mktemp("parser"))


@pytest.fixture(scope="session")
def read(language: Language) -> Callable[[str], Tree]:
    """Parse a text."""
    parser = Parser(language)
    return lambda text: parser.parse(text.encode())


# ---------------------------------------------------------------- the files
def test_the_parser_is_of_this_grammar() -> None:
    told = (GRAMMAR / "src/grammar.sha256").read_text().split()[0]
    assert hashlib.sha256((GRAMMAR / "grammar.js").read_bytes()).hexdigest() == told, "run generate.sh"


def test_the_scanner_knows_the_raw_blocks() -> None:
    text = (GRAMMAR / "src/scanner.c").read_text()
    (table,) = re.findall(r"RAW_BLOCKS\[\] = \{(.*?)\};", text, re.DOTALL)
    assert set(re.findall(r'"(\w+)"', table)) == SCHEMA.raw_blocks


def test_the_colours_know_the_lists() -> None:
    lists = {block.name for block in SCHEMA.blocks if block.body == "lines" and block.name != "*"}
    for path in QUERIES:
        if path.stem == "highlights":
            text = path.read_text()
            (words,) = re.findall(r'#any-of\? @keyword ("[^)]*)\)', text)
            assert set(re.findall(r'"(\w+)"', words)) == lists, path
            for alternatives in re.findall(r'#not-match\? @keyword "\^\((.*?)\)\$"', text):
                assert all(re.fullmatch(alternatives, name) for name in lists), path


def test_both_sets_of_queries_say_the_same() -> None:
    for name in ("injections.scm", "highlights.scm"):
        helix, neovim = (
            re.sub(r"^;.*\n|@[a-z.]+|\(#not-match\? *\)", "", (folder / name).read_text(), flags=re.MULTILINE).split()
            for folder in (GRAMMAR / "queries", ROOT / "editors/nvim/queries/mln")
        )
        assert helix == neovim


# ---------------------------------------------------------------- trees
@pytest.mark.parametrize("name", CORPUS)
def test_corpus(name: str, read: Callable[[str], Tree]) -> None:
    path, case = CORPUS[name]
    tree = corpus.pretty(read(case.text).root_node)
    if os.environ.get("MLN_UPDATE_GOLDEN") == "1":
        cases = [each._replace(tree=tree) if each.title == case.title else each for each in corpus.read(path)]
        corpus.write(path, cases)
    assert tree == case.tree


def test_every_file_of_the_project_reads_the_same(read: Callable[[str], Tree]) -> None:
    seen = 0
    for path in SAMPLES:
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
        tree = own(text)
        if "\0" not in text and comparable(tree):
            compare(read(text), tree)
            seen += 1
    assert seen > 0.8 * len(SAMPLES)


@given(text=st.one_of(texts, projects))
def test_any_text_reads_the_same(read: Callable[[str], Tree], text: str) -> None:
    text = text.replace("\0", "").lstrip("\ufeff")
    tree = own(text)
    if comparable(tree):
        compare(read(text), tree)


def test_a_forgotten_brace_spoils_little(read: Callable[[str], Tree]) -> None:
    tree = read("host a {\n  network eth0 {\n    switch lan\n}\nhost b { memory 1G }\nswitch lan { }\n")
    assert tree.root_node.has_error
    words = [str(node.text, "utf-8") for node in tree.root_node.children[0].named_children if node.type == "word"]
    assert words[:2] == ["host", "a"]


def comparable(tree: SyntaxTree) -> bool:
    """Whether both parsers should read the same."""
    if BRACES & {problem.code for problem in tree.problems}:
        return False
    headers = (entry.header.text for entry in tree.walk() if isinstance(entry, Block))
    return not any(re.match(r"\$\w+\s*\\?\s*=|(\\\r?\n)*$", header) for header in headers)


def compare(found: Tree, expected: SyntaxTree) -> None:
    """Blocks, items, words, raw lines, includes and comments are the same."""
    assert not found.root_node.has_error, str(found.root_node)
    assert shape(found.root_node) == own_shape(expected.entries)
    assert comments(found.root_node) == own_comments(expected)


# ---------------------------------------------------------------- queries
@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT / "editors")))
def test_queries_fit_the_grammar(path: Path, language: Language, read: Callable[[str], Tree]) -> None:
    query = Query(language, path.read_text())
    tree = read((ROOT / "tests/golden/format/messy/in.mln").read_text())
    found = QueryCursor(query).captures(tree.root_node)
    assert found
    if path.stem == "injections":
        (script,) = found["injection.content"]
        assert str(script.text, "utf-8").startswith("mkdir   -p /srv")
    if path.stem == "tags":
        assert {str(node.text, "utf-8") for node in found["name"]} == {"common", "lan", "dmz"}
