"""Parse one file: lexer → brace repair → Lark's LALR → tree. Never fails.

The grammar is generic (items, blocks, includes): what a keyword means is the schema's business, so the grammar
has nothing left to refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from lark import Lark, Transformer

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import ELLIPSIS, INCLUDE_WITHOUT_PATH, UNCLOSED_QUOTE
from mlnlang.source import SourceFile, Span
from mlnlang.syntax.braces import BlockNames, balance
from mlnlang.syntax.lexer import lex
from mlnlang.syntax.tree import ELLIPSES, Block, Entry, Item, SyntaxTree, Token
from mlnlang.syntax.words import unclosed_quote

GRAMMAR = """
start: entries
entries:                  -> nothing
       | entries ITEM     -> more
       | entries INCLUDE  -> more
       | entries RAW      -> more
       | entries block    -> more
block: ITEM OPEN entries CLOSE
%declare ITEM INCLUDE RAW OPEN CLOSE
"""


#: Problems of one kind that are shown for a file.
MOST_ALIKE = 20


class _Build(Transformer[Token, list[Entry]]):
    """Builds the tree while the parser reduces."""

    def start(self, children: list[Any]) -> Any:
        return children[0]

    def nothing(self, _children: list[Any]) -> list[Any]:
        return []

    def more(self, children: list[Any]) -> Any:
        children[0].append(children[1])
        return children[0]

    def block(self, children: list[Any]) -> Block:
        return Block(*children)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    # Tokens are fed by hand, so Lark's own lexer never sees a character.
    return Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Build())


def parse(file: SourceFile, raw_blocks: Iterable[str] = (), block_names: Iterable[str] = ()) -> SyntaxTree:
    """The syntax tree of a file.

    `raw_blocks` names the blocks whose lines are kept to the letter; `block_names` names all blocks, which helps
    to guess where a brace is missing.
    """
    raw = frozenset(raw_blocks)
    tokens, comments = lex(file, raw)
    balanced = balance(file, tokens, lambda: lex(file, raw, indented=True)[0], BlockNames(raw, frozenset(block_names)))
    machine: Any = _grammar().parse_interactive()
    feed = machine.feed_token
    for token in balanced.tokens:
        feed(token)
    entries: list[Entry] = machine.feed_eof()
    tree = SyntaxTree(file, entries, balanced.tokens, comments, balanced.problems, doubtful=balanced.doubtful)
    tree.incomplete = balanced.repaired
    for token, problem in _odd_items(file, balanced.tokens):
        tree.problems.append(problem)
        tree.faulty.add(token.start)
        tree.incomplete = True
    tree.problems += [
        INCLUDE_WITHOUT_PATH.at(Span(file, start, end), "`#include` names no file", help="write `#include PATH`")
        for start, end in comments
        if file.text[start:end].rstrip() == "#include"
    ]
    tree.problems = _summarised(tree.problems)
    return tree


def _summarised(problems: list[Diagnostic]) -> list[Diagnostic]:
    """At most MOST_ALIKE problems of a kind; the last says how many more there are."""
    if len(problems) <= MOST_ALIKE:
        return problems
    counts: dict[str, int] = {}
    kept: dict[str, int] = {}
    done: list[Diagnostic] = []
    for problem in problems:
        counts[problem.code] = counts.get(problem.code, 0) + 1
        if counts[problem.code] <= MOST_ALIKE:
            kept[problem.code] = len(done)
            done.append(problem)
    for code, at in kept.items():
        if counts[code] > MOST_ALIKE:
            done[at] = replace(done[at], notes=(f"{counts[code] - MOST_ALIKE} more like this in the file",))
    return done


def _odd_items(file: SourceFile, tokens: list[Token]) -> Iterator[tuple[Token, Diagnostic]]:
    """Items that are wrong by themselves: the article's ellipsis, a quote that is never closed."""
    if not any(mark in file.text for mark in ("...", "…", '"', "'")):
        return
    for token in tokens:
        if not isinstance(token, Item):
            continue
        text = token.text
        if text in ELLIPSES:
            yield (
                token,
                ELLIPSIS.at(
                    Span(file, token.start, token.end),
                    "`...` stands for something the article left out; write what belongs here",
                    help="replace the line by the missing keywords, or delete it",
                ),
            )
        elif ('"' in text or "'" in text) and (at := unclosed_quote(text)) is not None:
            yield (
                token,
                UNCLOSED_QUOTE.at(
                    Span(file, token.start + at, token.start + at + 1),
                    f"this {text[at]} is never closed on its line",
                    help=f"close it, or write \\{text[at]} for the character itself",
                ),
            )
