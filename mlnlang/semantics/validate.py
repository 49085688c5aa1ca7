"""Read every value once, where it stands, and report what the schema does not allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Related, did_you_mean, nearest
from mlnlang.diagnostics.catalogue import (
    BAD_LINE,
    BAD_VALUE,
    DEAD_KEYWORD,
    GIVEN_TWICE,
    MISPLACED,
    MISSING_NAME,
    NOT_A_BLOCK,
    UNKNOWN_BLOCK,
    UNKNOWN_KEYWORD,
)
from mlnlang.schema import BlockRow, Keyword, Schema, ValueFault, read
from mlnlang.semantics.sections import FAULTY, Entry, Section
from mlnlang.semantics.symbols import MANY
from mlnlang.semantics.variables import Evaluator
from mlnlang.source import Span

if TYPE_CHECKING:
    from mlnlang.semantics.reuse import Reuse

_WHERE = {
    "top": "at the first level",
    "global": "in `global`",
    "host": "in a host or superclass",
    "network": "in a `network` block",
    "switch": "in a switch",
    "server": "in a `server` block",
    "conf": "in mln.conf",
}


class Validator:
    """Checks the sections of a unit against the schema."""

    def __init__(self, schema: Schema, evaluator: Evaluator, reuse: Reuse | None = None) -> None:
        self._schema = schema
        self._evaluator = evaluator
        self._reuse = reuse
        self.problems: list[Diagnostic] = []

    def check(self, section: Section) -> None:
        """Check a section and all inside it."""
        row = section.row
        if row is None and section.parent is not None:
            self._unknown_block(section, section.parent)
        elif row is not None and row.status == "dead":
            self._dead(section.header_span(), section.kind)
        elif row is not None and row.named and not section.name:
            if section.kind not in (
                "host",
                "superclass",
                "switch",
                "server",
            ):  # those are reported when defined
                self.problems.append(
                    MISSING_NAME.at(
                        section.header_span(),
                        f"this `{section.kind}` has no name",
                        help=f"write `{section.kind} NAME {{`",
                    )
                )
        elif row is not None and section.name and not row.named and not row.may_be_named:
            self.problems.append(
                BAD_VALUE.at(section.name_span(), f"`{section.kind}` takes no name, but `{section.name}` follows")
            )
        body = section.body
        if body == "keywords" or body == "open":
            self._keywords(section, body == "open")
        elif body == "lines":
            self._lines(section)
        self._inner(section)

    def _inner(self, section: Section) -> None:
        named: dict[tuple[str, str], Section] = {}
        for child in section.children:
            if child.row is not None and child.row.named and section.parent is not None:
                child.name = self._evaluator.name(child)
                first = named.setdefault((child.kind, child.name), child)
                if first is not child and child.name:
                    self.problems.append(
                        GIVEN_TWICE.at(
                            child.name_span(),
                            f"`{child.title()}` is given twice in `{section.title()}`; the two are merged",
                            related=[Related(first.name_span(), "it is given here already")],
                            help="is one of them meant for another card?",
                        )
                    )
            if self._reuse is not None and section.parent is None:
                self._first_level(self._reuse, child)
            else:
                self.check(child)

    def _first_level(self, reuse: Reuse, section: Section) -> None:
        known = reuse.problems_of(section)
        if known is not None:
            self.problems += known
            return
        before = len(self.problems)
        self.check(section)
        reuse.read(section, self.problems[before:])

    # ------------------------------------------------------------ keywords
    def _keywords(self, section: Section, is_open: bool) -> None:
        known = self._schema.keywords_in(section.context)
        seen: dict[str, Entry] = {}
        for entry in section.entries:
            row = known.get(entry.key)
            words = self._evaluator.words(entry)
            if entry.typed is FAULTY:
                continue
            if row is None:
                if not is_open:
                    self._unknown_keyword(section, entry)
                continue
            if row.status == "dead":
                self._dead(entry.key_span(), entry.key)
                continue
            first = seen.setdefault(entry.key, entry)
            if first is not entry and not row.repeatable and entry.key != "superclass":
                self._twice(first, entry)
                seen[entry.key] = entry
            entry.typed = self._typed(row, entry, words)

    def _typed(self, row: Keyword, entry: Entry, words: tuple[str, ...]) -> object:
        try:
            return read(row, words)
        except ValueFault as fault:
            unresolved = "$" in entry.text and any("$" in word for word in words)
            if not unresolved:  # an undefined variable has been reported; `$hostname` is read for each host
                self.problems.append(fault.rule.at(entry.value_span(), fault.message, help=fault.help))
            return FAULTY

    def _twice(self, first: Entry, entry: Entry) -> None:
        self.problems.append(
            GIVEN_TWICE.at(
                first.span(),
                f"`{entry.key}` is given twice in `{entry.section.title()}`; only the last one counts",
                related=[Related(entry.span(), "this is the one that counts")],
                help="remove one of the two lines",
                fix=Fix(f"remove this `{entry.key}`", (Edit(first.span(), ""),)),
            )
        )

    def _dead(self, span: Span, word: str) -> None:
        self.problems.append(DEAD_KEYWORD.at(span, f"`{word}` has no effect any more", help="remove it"))

    # ------------------------------------------------------------ unknown words
    def _unknown_keyword(self, section: Section, entry: Entry) -> None:
        word = entry.key
        context = section.context
        blocks = self._schema.blocks_in(context)
        where = "at the first level" if section.parent is None else f"in `{section.title()}`"
        if word in blocks and blocks[word].status != "dead":
            self.problems.append(_block_wanted(entry, blocks[word]))
            return
        if "=" in word and (split := _unglued(entry, self._schema.keywords_in(context))):
            self.problems.append(split)
            return
        known = [*self._schema.keywords_in(context), *blocks]
        near = [] if len(self.problems) > MANY else nearest(word, known)
        homes = [_WHERE[home] for home in self._schema.homes(word) if home in _WHERE]
        if homes and not (near and near[0].lower() == word.lower()):
            self.problems.append(
                MISPLACED.at(
                    entry.key_span(),
                    f"`{word}` has no effect {where}",
                    help=f"it belongs {' or '.join(homes)}",
                )
            )
            return
        self.problems.append(
            UNKNOWN_KEYWORD.at(
                entry.key_span(),
                f"the keyword `{word}` is not known {where}",
                help=(did_you_mean(word, near) if near else "")
                or "it is kept for plugins, and has no effect by itself",
                fix=Fix(f"write `{near[0]}`", (Edit(entry.key_span(), near[0]),)) if near else None,
            )
        )

    def _unknown_block(self, section: Section, parent: Section) -> None:
        if parent.body == "open" and parent.parent is not None:
            return
        word = section.kind
        if not word:
            return  # a brace without a name, reported by the parser
        keywords = self._schema.keywords_in(parent.context)
        if word in keywords:
            self.problems.append(
                NOT_A_BLOCK.at(
                    section.header_span(),
                    f"`{word}` is a keyword, not a block",
                    help=f"write `{keywords[word].example or word + ' VALUE'}` on a line",
                )
            )
            return
        known = [*self._schema.blocks_in(parent.context)]
        near = [] if len(self.problems) > MANY else nearest(word, known)
        where = "at the first level" if parent.parent is None else f"in `{parent.title()}`"
        homes = [_WHERE[home] for home in self._schema.homes(word) if home in _WHERE]
        if homes and not near:
            self.problems.append(_misplaced_block(section, parent, where, homes))
            return
        start = section.header_span().start
        span = section.file.span(start, start + len(word)) if section.origin is None else section.header_span()
        self.problems.append(
            UNKNOWN_BLOCK.at(
                span,
                f"the block `{word}` is not known {where}",
                help=(did_you_mean(word, near) if near else "")
                or "it is kept for plugins, and has no effect by itself",
                fix=Fix(f"write `{near[0]}`", (Edit(span, near[0]),)) if near else None,
            )
        )

    # ------------------------------------------------------------ list lines
    def _lines(self, section: Section) -> None:
        form = section.row.line if section.row else None
        check = _LINE_CHECKS.get(section.row.context if section.row else "", _nothing_odd)
        for entry in section.entries:
            words = self._evaluator.words(entry)
            if form is None or not words or entry.typed is FAULTY:
                continue
            unsettled = "$" in entry.text and any("$" in word for word in words)
            if not form.fits(words):
                entry.typed = FAULTY
                if unsettled:
                    continue  # a variable that is not defined was reported
                many = "few" if len(words) < form.least else "many"
                self.problems.append(
                    BAD_LINE.at(
                        entry.span(),
                        f"this line of `{section.kind}` has too {many} words",
                        help=f"its form is `{form.form}`",
                    )
                )
                continue
            for message in () if unsettled else check(words):
                self.problems.append(BAD_LINE.at(entry.span(), message, help=f"the form is `{form.form}`"))
                entry.typed = FAULTY


def _block_wanted(entry: Entry, row: BlockRow) -> Diagnostic:
    word = entry.key
    content = " ".join(entry.text.split())
    name, _, rest = content.partition(" ")
    inside = (rest if row.named else content) or "…"
    example = f"{word} {name or 'NAME'} {{ {inside} }}" if row.named else f"{word} {{ {inside} }}"
    return NOT_A_BLOCK.at(entry.span(), f"`{word}` is a block: a `{{` must follow", help=f"write `{example}`")


def _misplaced_block(section: Section, parent: Section, where: str, homes: list[str]) -> Diagnostic:
    help_ = f"it belongs {' or '.join(homes)}"
    if section.kind in ("host", "superclass", "switch", "global", "server"):
        help_ += f"; is a `}}` missing before it, which should close `{parent.title()}`?"
    return MISPLACED.at(
        section.header_span(),
        f"the block `{section.title()}` has no effect {where}",
        related=[Related(parent.header_span(), f"`{parent.title()}` starts here")],
        help=help_,
    )


def _unglued(entry: Entry, known: Iterable[str]) -> Diagnostic | None:
    """`memory=128M`: the keyword and its value without blanks around the `=`."""
    word, _, value = entry.key.partition("=")
    if word not in known:
        return None
    text = " ".join(part for part in (word, value, entry.text) if part)
    return UNKNOWN_KEYWORD.at(
        entry.key_span(),
        f"`{entry.key}` is read as one word",
        help=f"write `{text}`, or blanks around the `=`",
        fix=Fix(f"write `{text}`", (Edit(entry.span(), text),)),
    )


def _nothing_odd(_words: tuple[str, ...]) -> Iterable[str]:
    return ()


def is_account(name: str) -> bool:
    """Whether a guest can have an account or a group of this name."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?", name) is not None


def _users(words: tuple[str, ...]) -> Iterable[str]:
    if not is_account(words[0]) and "$" not in words[0]:
        yield f"`{words[0]}` is no name for an account"
    if len(words) > 3 and not re.fullmatch(r"\d{1,9}", words[3]):
        yield f"`{words[3]}` is no user number"


def _files(words: tuple[str, ...]) -> Iterable[str]:
    if len(words) > 2 and not re.fullmatch(r"[0-7]{3,4}", words[2]) and "$" not in words[2]:
        yield f"`{words[2]}` is no mode: three or four octal digits"


def _mounts(words: tuple[str, ...]) -> Iterable[str]:
    if not words[1].startswith("/") and words[1] not in ("none", "swap") and "$" not in words[1]:
        yield f"the mount point `{words[1]}` does not start with `/`"


_LINE_CHECKS: dict[str, Callable[[tuple[str, ...]], Iterable[str]]] = {
    "users": _users,
    "files": _files,
    "mount": _mounts,
}
