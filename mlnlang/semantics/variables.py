"""Late variables with lexical scope (language, section 3).

A reference is looked up from the block that holds the line outwards, then along the superclass chain of its
entity, then in `global`. A variable's own value is bound the same way, where it is defined. Values that name
`$hostname` depend on the host that inherits them and are marked dynamic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlnlang.diagnostics import Diagnostic, Related, did_you_mean
from mlnlang.diagnostics.catalogue import UNDEFINED_VARIABLE, VALUE_TOO_LONG, VARIABLE_CYCLE
from mlnlang.semantics.sections import Entry, Section
from mlnlang.source import Span
from mlnlang.syntax.words import REFERENCE, Word, is_plain, split

MAX_LENGTH = 65_536
MAX_DEPTH = 100
#: Undefined variables that are shown for a project.
MOST_UNDEFINED = 200

#: A crypt(3) hash: `$id$…`. Ids with a digit first can't be variables; the others need the shape of a hash.
_CRYPT = re.compile(
    r"(?:^|(?<=[:=,]))\$(?:(?:[0-9][a-z]?)\$\S+|(?:y|gy|md5|sha1|apr1|argon2(?:i|d|id)|bcrypt|scrypt)(?:\$|,)[^$\s]+\$\S+)"
)
BUILT_IN = frozenset(("hostname", "project"))


def holds_hash(text: str) -> bool:
    """Whether a text holds a crypt(3) hash, whose dollar signs are no references."""
    return _CRYPT.search(text) is not None


class _Cycle(Exception):
    def __init__(self, path: list[Entry]) -> None:
        super().__init__()
        self.path = path


class Evaluator:
    """Evaluates entries of one unit. Problems are reported once a cause, where the cause stands."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self.project: str | None = None
        self._environment = environment or {}  # mln.conf may name the environment's variables (old)
        self.problems: list[Diagnostic] = []
        self._values: dict[Entry, tuple[str, bool]] = {}
        self._reported: set[object] = set()
        self._undefined = 0

    def words(self, entry: Entry, host: str | None = None) -> tuple[str, ...]:
        """The words of an entry, variables put in. Cached unless they depend on the host."""
        if entry.words is not None and (host is None or not entry.dynamic):
            return entry.words
        words, dynamic = self._words(entry, host)
        if host is None or not dynamic:
            entry.words, entry.dynamic = words, dynamic
        return words

    def line(self, entry: Entry, host: str | None = None) -> str:
        """A raw line with what is defined put in, else the words joined by blanks."""
        if not entry.raw:
            return " ".join(self.words(entry, host))
        if "$" not in entry.text:
            return entry.text
        text, dynamic = self._expand(entry.text, entry, host, [], report=False)
        entry.dynamic |= dynamic
        return text

    def name(self, section: Section) -> str:
        """The name in a section's header, variables put in."""
        if "$" not in section.raw_name or section.block is None or section.parent is None:
            return section.raw_name
        header = section.block.header
        probe = Entry(section.file, header, section.parent, "", section.raw_name, section.name_span().start)
        return self._expand(section.raw_name, probe, None, [])[0]

    def check_definitions(self, root: Section) -> None:
        """Evaluate every variable where it is defined, so that what is wrong with it is reported there."""
        for section in root.walk():
            for entry in section.variables.values():
                try:
                    self._value(entry, None, [])
                except _Cycle as cycle:
                    self._report_cycle(cycle.path)

    # ------------------------------------------------------------ words
    def _words(self, entry: Entry, host: str | None) -> tuple[tuple[str, ...], bool]:
        text = entry.text
        plain = is_plain(text)
        if "$" not in text:
            return (tuple(text.split()) if plain else tuple(word.text for word in split(text))), False
        words: list[str] = []
        dynamic = False
        length = 0
        for word in (Word(0, 0, ((part, True),), False) for part in text.split()) if plain else split(text):
            expanded, varies = self._word(word, entry, host)
            dynamic |= varies
            words.extend([expanded] if word.grouped or not any(map(str.isspace, expanded)) else expanded.split())
            length += len(expanded)
            if length > MAX_LENGTH + len(text):
                self._report_length(entry, f"with its variables put in, this is longer than {MAX_LENGTH} characters")
                return tuple(text.split()), False
        return tuple(words), dynamic

    def _word(self, word: Word, entry: Entry, host: str | None) -> tuple[str, bool]:
        done: list[str] = []
        dynamic = False
        for text, live in word.pieces:
            if live and "$" in text:
                text, varies = self._expand(text, entry, host, [])
                dynamic |= varies
            done.append(text)
        return "".join(done), dynamic

    # ------------------------------------------------------------ references
    def _expand(
        self, text: str, entry: Entry, host: str | None, path: list[Entry], *, report: bool = True
    ) -> tuple[str, bool]:
        """Put variables into a text that belongs to an entry."""
        if not path and not entry.raw and (hashed := self._crypt(text, entry)):
            return hashed
        dynamic = False
        length = 0

        def value(found: re.Match[str]) -> str:
            nonlocal dynamic, length
            if length > MAX_LENGTH:
                return ""
            name = found[1] or found[2]
            definition = lookup(name, entry.section)
            if definition is not None:
                try:
                    text, varies = self._value(definition, host, path)
                except _Cycle as cycle:
                    if path:
                        raise
                    self._report_cycle(cycle.path)
                    return found[0]
                dynamic |= varies
                length += len(text)
                return text
            if name == "project" and self.project is not None:
                return self.project
            if name == "hostname":
                dynamic = True
                return host if host is not None else found[0]
            if name in self._environment:
                return self._environment[name]
            if report and name not in BUILT_IN:
                self._report_undefined(name, found, entry)
            return found[0]

        result = REFERENCE.sub(value, text)
        if length > MAX_LENGTH:
            self._report_length(entry, f"with its variables put in, this is longer than {MAX_LENGTH} characters")
            return text, False
        return result, dynamic

    def _crypt(self, text: str, entry: Entry) -> tuple[str, bool] | None:
        """A text with a password hash: from there on it is plain."""
        start = hash_start(text, entry.section)
        if start is None:
            return None
        if start == 0:
            return text, False
        head, dynamic = self._expand(text[:start], entry, None, [])
        return head + text[start:], dynamic

    def _value(self, definition: Entry, host: str | None, path: list[Entry]) -> tuple[str, bool]:
        """The value of a variable: text, and whether it depends on the host."""
        known = self._values.get(definition)
        if known is not None and (host is None or not known[1]):
            return known
        if definition in path:
            raise _Cycle([*path[path.index(definition) :], definition])
        if len(path) >= MAX_DEPTH:
            self._report_length(definition, f"variables are defined by each other more than {MAX_DEPTH} deep")
            return definition.text, False
        path = [*path, definition]
        done: list[str] = []
        dynamic = False
        plain = is_plain(definition.text)
        for word in [Word(0, 0, ((definition.text, True),), True)] if plain else split(definition.text):
            for text, live in word.pieces:
                if live and "$" in text:
                    text, varies = self._variable_text(text, definition, host, path)
                    dynamic |= varies
                done.append(text)
            done.append(" ")
        result = (" ".join("".join(done).split()) if plain else "".join(done[:-1])), dynamic
        if host is None or not dynamic:
            self._values[definition] = result
        return result

    def _variable_text(self, text: str, definition: Entry, host: str | None, path: list[Entry]) -> tuple[str, bool]:
        hashed = self._crypt(text, definition)
        return hashed if hashed else self._expand(text, definition, host, path)

    # ------------------------------------------------------------ problems
    def _report_undefined(self, name: str, found: re.Match[str], entry: Entry) -> None:
        if (entry, name) in self._reported or _is_broken(entry.section):
            return
        self._reported.add((entry, name))
        self._undefined += 1
        if self._undefined > MOST_UNDEFINED:
            return
        at = next((m.start() for m in REFERENCE.finditer(entry.text) if (m[1] or m[2]) == name), 0)
        start = entry.start + at
        self.problems.append(
            UNDEFINED_VARIABLE.at(
                Span(entry.file, start, start + len(found[0])),
                f"the variable `${name}` is not defined here, so `{found[0]}` stays as it is written",
                help=_undefined_help(name, entry.section),
            )
        )

    def _report_cycle(self, path: list[Entry]) -> None:
        key = frozenset(path)
        if key in self._reported:
            return
        self._reported.add(key)
        for entry in path:
            self._values[entry] = (entry.text, False)
        names = " → ".join(f"${entry.key}" for entry in path)
        self.problems.append(
            VARIABLE_CYCLE.at(
                path[0].span(),
                f"`${path[0].key}` is defined by itself: {names}"
                if len(path) > 2
                else f"`${path[0].key}` is defined by itself",
                related=[Related(entry.span(), f"`${entry.key}` is defined here") for entry in path[1:-1]],
                help="give it a value of its own" if len(path) == 2 else "give one of them a value of its own",
            )
        )

    def _report_length(self, entry: Entry, message: str) -> None:
        if "length" in self._reported:
            return
        self._reported.add("length")
        self.problems.append(
            VALUE_TOO_LONG.at(entry.span(), message, help="look for variables that are made of each other")
        )


def hash_start(text: str, section: Section) -> int | None:
    """Where a password hash starts, which is plain text, unless every part of it is a variable."""
    found = _CRYPT.search(text)
    if not found:
        return None
    names = [match[1] or match[2] for match in REFERENCE.finditer(found.group())]
    if names and not found.group()[1].isdigit() and all(lookup(name, section) for name in names):
        return None
    return found.start()


def scopes(section: Section | None) -> Iterator[Section]:
    """The blocks in which a section's references are looked up, in this order."""
    while section is not None:
        yield from section.chain()
        section = section.parent


def lookup(name: str, section: Section | None) -> Entry | None:
    """The definition a reference in a section is bound to."""
    for level in scopes(section):
        found = level.variables.get(name)
        if found is not None:
            return found
    return None


def _undefined_help(name: str, section: Section) -> str:
    """What to do about an undefined variable: it may be an heir's, misspelt, or missing."""
    entity, root = section, section
    while root.parent is not None:
        entity, root = root, root.parent
    if entity.kind == "superclass":
        heir = next((other for other in root.children if name in other.variables and entity in other.chain()), None)
        if heir is not None:
            return (
                f"`{heir.title()}` defines `${name}`, but a superclass does not see its heirs' variables: "
                f"define it in `{entity.title()}` or in `global`"
            )
    known = [f"${other}" for other in sorted(_names_in_scope(section) | BUILT_IN)]
    return (
        did_you_mean(f"${name}", known)
        or f"define it, for instance in `global`, with `${name} = …`; for a plain dollar sign write `\\$`"
    )


def _is_broken(section: Section | None) -> bool:
    """Whether a superclass that can't be had may define what is missing."""
    while section is not None:
        if any(level.broken for level in section.chain()):
            return True
        section = section.parent
    return False


def _names_in_scope(section: Section | None) -> set[str]:
    return {name for level in scopes(section) for name in level.variables}
