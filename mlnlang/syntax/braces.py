"""Post-lex pass: balance the braces, so that the grammar can't fail (design, the way through it).

A file whose braces balance passes untouched. Else three readings are tried, and the first that explains exactly
the braces that are missing or too many is taken: by indentation, by first-level words, and last by closing at
the end of the file, which is called doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Related
from mlnlang.diagnostics.catalogue import (
    BLOCK_WITHOUT_NAME,
    MISSING_OPEN_BRACE,
    NESTED_TOO_DEEP,
    STRAY_BRACE,
    UNCLOSED_BLOCK,
)
from mlnlang.source import SourceFile, Span
from mlnlang.syntax.tree import Item, Token

#: Braces that are guessed at in one file; beyond that nothing is sure.
MOST_REPAIRS = 20
#: Deepest nesting of blocks that is read. The language needs four.
MAX_DEPTH = 64

FIRST_LEVEL = re.compile(r"(?:(?:host|superclass|switch|server)\s+\S+|global)\s*$")
_HEADER = re.compile(r"(?:(?:host|superclass|switch|server|network|autoenum)\s+\S+|[A-Za-z_]+)$")
_NAMED = frozenset(("host", "superclass", "switch", "server", "network"))
_COMMENT = re.compile(r"(?<!\S)#[^\n]*")


class _Open(NamedTuple):
    """A block that is open while the tokens go by."""

    header: Token
    indent: int


class BlockNames(NamedTuple):
    """Words that open blocks: those with raw lines, and all."""

    raw: frozenset[str]
    all: frozenset[str]


@dataclass
class Balanced:
    """The tokens with as many `{` as `}`, and what had to be repaired."""

    tokens: list[Token]
    problems: list[Diagnostic] = field(default_factory=list)
    doubtful: bool = False
    repaired: bool = False
    kept_problems: bool = False


def balance(file: SourceFile, tokens: list[Token], relex: Callable[[], list[Token]], names: BlockNames) -> Balanced:
    """Balance a file's tokens. `relex` cuts the text again with raw blocks ended by indentation."""
    read, problems = _prepare(file, tokens)
    missing, excess = _count(read)
    if not missing and not excess:
        return Balanced(read, problems, doubtful=any(p.code == NESTED_TOO_DEEP.code for p in problems))
    done = _without_doubles(file, tokens) or _repaired(file, read, _prepare(file, relex())[0], names)
    if done is None:
        done = _at_the_end(file, read)
        done.doubtful = True
    if not done.kept_problems:
        done.problems = problems + done.problems
    # Where shell lines may have been read as keywords, nothing is said about them.
    done.doubtful |= excess > 0 and any(token.type == "RAW" for token in tokens)
    done.repaired = True
    return done


def _repaired(file: SourceFile, read: list[Token], again: list[Token], names: BlockNames) -> Balanced | None:
    """The first reading that explains exactly what is missing and what is too much."""
    for candidate in (read, again):
        missing, excess = _count(candidate)
        if 0 < missing + excess <= MOST_REPAIRS:
            done = _by_indentation(file, candidate, missing, excess, names)
            if done is None and not excess:
                done = _by_first_level_words(file, candidate, missing)
            if done is not None:
                return done
    return None


def _without_doubles(file: SourceFile, tokens: list[Token]) -> Balanced | None:
    """`host web {{`: the second brace was typed twice."""
    kept: list[Token] = []
    problems: list[Diagnostic] = []
    for token in tokens:
        last = kept[-1] if kept else None
        if (
            token.type == "OPEN"
            and last is not None
            and last.type == "OPEN"
            and not file.text[last.end : token.start].strip(" \t")
        ):
            problems.append(_nameless(file, token))
            continue
        kept.append(token)
    if not problems or len(problems) > MOST_REPAIRS:
        return None
    kept, others = _prepare(file, kept)
    return Balanced(kept, problems + others, kept_problems=True) if _count(kept) == (0, 0) else None


def _count(tokens: list[Token]) -> tuple[int, int]:
    """How many `}` are missing at the end, and how many stand where nothing is open."""
    depth = excess = 0
    for token in tokens:
        kind = token.type
        if kind == "OPEN":
            depth += 1
        elif kind == "CLOSE":
            if depth:
                depth -= 1
            else:
                excess += 1
    return depth, excess


def _prepare(file: SourceFile, tokens: list[Token]) -> tuple[list[Token], list[Diagnostic]]:
    """Give each `{` a header, and flatten what is nested too deep."""
    done: list[Token] = []
    problems: list[Diagnostic] = []
    depth = 0
    too_deep = 0
    for token in tokens:
        kind = token.type
        if kind == "OPEN":
            if depth >= MAX_DEPTH:
                if not too_deep:
                    problems.append(
                        NESTED_TOO_DEEP.at(
                            _span(file, token),
                            f"blocks are nested more than {MAX_DEPTH} deep",
                            help="is a `}` missing?",
                        )
                    )
                too_deep += 1
                continue
            if not done or done[-1].type != "ITEM" or _separated(file.text, done[-1].end, token.start):
                done.append(Item("ITEM", token.start, token.start, ""))
                problems.append(_nameless(file, token))
            depth += 1
        elif kind == "CLOSE":
            if too_deep:
                too_deep -= 1
                continue
            depth = max(0, depth - 1)
        done.append(token)
    return done, problems


def _separated(text: str, start: int, end: int) -> bool:
    gap = text[start:end]
    return ";" in gap and ";" in _COMMENT.sub("", gap)


def _nameless(file: SourceFile, token: Token) -> Diagnostic:
    return BLOCK_WITHOUT_NAME.at(
        _span(file, token),
        "this `{` opens a block that has no name",
        help="write what the block is before the brace, as in `host web {`, or remove the brace",
    )


def _by_indentation(
    file: SourceFile, tokens: list[Token], missing: int, excess: int, names: BlockNames
) -> Balanced | None:
    """Close blocks where the indentation steps back; drop braces, or open blocks, where it says so."""
    done = Balanced([])
    stack: list[_Open] = []
    opened = dropped = closed = 0
    for at, token in enumerate(tokens):
        leads = _leads_line(file, token)
        if token.type == "CLOSE":
            indent = file.margin(token.start)[0]
            if excess and not leads and (header := _one_line_header(file, done.tokens, token, names)):
                opened += 1
                done.problems.append(_missing_open(file, header))
                done.tokens.append(token)
                continue
            if excess and _is_stray(file, token, stack, leads, indent):
                done.problems.append(_stray(file, token))
                dropped += 1
                continue
            if leads and missing and any(block.indent <= indent for block in stack):
                while stack[-1].indent > indent:
                    closed += 1
                    _close(file, done, stack.pop(), token)
            if not stack:
                return None
            stack.pop()
        elif leads and missing and token.type != "OPEN":
            indent = file.margin(token.start)[0]
            while stack and stack[-1].indent >= indent:
                closed += 1
                _close(file, done, stack.pop(), token)
        if token.type == "OPEN":
            header = done.tokens[-1]
            stack.append(_Open(header, file.margin(header.start)[0]))
        done.tokens.append(token)
        if excess and _lacks_open(file, tokens, at):
            opened += 1
            done.doubtful |= token.text in names.raw
            done.problems.append(_missing_open(file, token))
            done.tokens.append(Token("OPEN", token.end, token.end, ""))
            stack.append(_Open(token, file.margin(token.start)[0]))
    while stack:
        closed += 1
        _close(file, done, stack.pop(), None)
    return done if closed == missing and dropped + opened == excess else None


def _one_line_header(file: SourceFile, done: list[Token], close: Token, names: BlockNames) -> Token | None:
    """`switch lan }`: the item before the brace, cut into header, `{` and content, where its line has no `{`."""
    item = done[-1] if done else None
    if item is None or item.type != "ITEM" or not _leads_line(file, item):
        return None
    words = item.text.split()
    if words[0] not in names.all or "\n" in file.text[item.end : close.start]:
        return None
    length = len(words[0])
    if words[0] in _NAMED and len(words) > 1:
        length = item.text.index(words[1], length) + len(words[1])
    header = Item("ITEM", item.start, item.start + length, item.text[:length])
    done[-1:] = [header, Token("OPEN", header.end, header.end, "")]
    rest = item.text[length:].lstrip()
    if rest:
        done.append(Item("ITEM", item.end - len(rest), item.end, rest))
    return header


def _is_stray(file: SourceFile, token: Token, stack: list[_Open], leads: bool, indent: int) -> bool:
    if not stack:
        return True
    if leads:
        return all(block.indent != indent for block in stack)
    return file.text.find("\n", stack[-1].header.end, token.start) >= 0


def _lacks_open(file: SourceFile, tokens: list[Token], at: int) -> bool:
    """Whether an item reads like a header, is followed by deeper lines, and opens nothing."""
    token = tokens[at]
    if token.type != "ITEM" or at + 1 >= len(tokens) or not _HEADER.match(token.text):
        return False
    following = tokens[at + 1]
    if following.type in ("OPEN", "CLOSE") or not _leads_line(file, following) or not _leads_line(file, token):
        return False
    return file.margin(following.start)[0] > file.margin(token.start)[0]


def _by_first_level_words(file: SourceFile, tokens: list[Token], missing: int) -> Balanced | None:
    """Close everything where a first-level block starts inside another."""
    done = Balanced([])
    stack: list[_Open] = []
    closed = 0
    for at, token in enumerate(tokens):
        if token.type == "OPEN":
            stack.append(_Open(done.tokens[-1], 0))
        elif token.type == "CLOSE":
            if not stack:
                return None
            stack.pop()
        elif (
            stack
            and token.type == "ITEM"
            and at + 1 < len(tokens)
            and tokens[at + 1].type == "OPEN"
            and FIRST_LEVEL.match(token.text)
        ):
            while stack:
                closed += 1
                _close(file, done, stack.pop(), token)
        done.tokens.append(token)
    while stack:
        closed += 1
        _close(file, done, stack.pop(), None)
    return done if closed == missing else None


def _at_the_end(file: SourceFile, tokens: list[Token]) -> Balanced:
    """Drop what closes nothing; close what is open at the end of the file; one problem for each kind."""
    done = Balanced([])
    stack: list[_Open] = []
    for token in tokens:
        if token.type == "OPEN":
            stack.append(_Open(done.tokens[-1], 0))
        elif token.type == "CLOSE":
            if not stack:
                if not done.problems:
                    done.problems.append(_stray(file, token))
                continue
            stack.pop()
        done.tokens.append(token)
    named = next((block.header for block in stack if block.header.text), None)
    if named is not None:
        done.problems.append(_unclosed(file, named, done.tokens[-1], None))
    done.tokens.extend(Token("CLOSE", len(file.text), len(file.text), "") for _ in stack)
    return done


def _close(file: SourceFile, done: Balanced, block: _Open, before: Token | None) -> None:
    last = done.tokens[-1]
    if block.header.text:  # a nameless one was reported as such
        done.problems.append(_unclosed(file, block.header, last, before))
    done.tokens.append(Token("CLOSE", last.end, last.end, ""))


def _unclosed(file: SourceFile, header: Token, last: Token, before: Token | None) -> Diagnostic:
    name = " ".join(header.text.split()) or "{"
    where = "at the end of the file" if before is None else "after this line"
    indent = " " * file.margin(header.start)[0]
    return UNCLOSED_BLOCK.at(
        _span(file, header),
        f"the block `{name}` is never closed",
        related=[Related(_last_line(file, last), f"a `}}` was probably forgotten {where}")],
        help="close it with a `}` on a line of its own",
        fix=Fix(
            f"close `{name}` with a `}}`",
            (Edit(Span(file, last.end, last.end), f"\n{indent}}}"),),
            safe=False,
        ),
    )


def _last_line(file: SourceFile, last: Token) -> Span:
    """The place just behind a token, where a brace would go."""
    return Span(file, last.end, last.end)


def _stray(file: SourceFile, token: Token) -> Diagnostic:
    return STRAY_BRACE.at(
        _span(file, token),
        "this `}` closes nothing",
        help="remove it, or look above for a block whose `{` is missing",
        fix=Fix("remove the `}`", (Edit(_span(file, token), ""),)),
    )


def _missing_open(file: SourceFile, token: Token) -> Diagnostic:
    name = " ".join(token.text.split())
    return MISSING_OPEN_BRACE.at(
        _span(file, token),
        f"`{name}` looks like a block, but no `{{` follows it",
        help=f"write `{name} {{`",
        fix=Fix("add the `{`", (Edit(Span(file, token.end, token.end), " {"),)),
    )


def _leads_line(file: SourceFile, token: Token) -> bool:
    """Whether nothing but blanks stands before a token on its line."""
    start = file.margin(token.start)[1]
    return start >= token.start or (token.type == "INCLUDE" and file.text.startswith("#include", start))


def _span(file: SourceFile, token: Token) -> Span:
    return Span(file, token.start, token.end)
