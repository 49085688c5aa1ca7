"""Load a project: read files, parse them, splice includes (language, section 4), build the unit tree."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlnlang.diagnostics import Diagnostic, Related
from mlnlang.diagnostics.catalogue import (
    BAD_DEFINITION,
    BINARY_FILE,
    FILE_NOT_FOUND,
    FILE_TOO_LARGE,
    INCLUDE_CYCLE,
    INCLUDE_FROM_CWD,
    INCLUDE_NOT_FOUND,
    INCLUDE_WITHOUT_PATH,
    NESTED_TOO_DEEP,
    NOT_A_FILE,
    NOT_UTF8,
    TOO_MANY_INCLUDES,
    UNREADABLE_FILE,
)
from mlnlang.schema import BlockRow, Schema
from mlnlang.schema.core import ALIASES
from mlnlang.semantics.sections import FAULTY, Entry, Section
from mlnlang.source import SourceFile, Span, decode
from mlnlang.syntax import Block, Include, Item, RawLine, SyntaxTree, parse
from mlnlang.syntax.braces import MAX_DEPTH
from mlnlang.syntax.lexer import lex_lines
from mlnlang.syntax.tree import ELLIPSES
from mlnlang.syntax.tree import Entry as Node
from mlnlang.syntax.words import REFERENCE, is_plain, raw_text, split
from mlnlang.world import MAX_FILE_BYTES, World, WorldError

if TYPE_CHECKING:
    from mlnlang.semantics.reuse import Reuse

MAX_INCLUDES = 10_000
MAX_INCLUDE_DEPTH = 64
#: Times that variables are put into a path: enough for variables made of others, and an end for circles.
MAX_PATH_VARIABLES = 8

Parse = Callable[[SourceFile], SyntaxTree]

_DEFINITION = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)(?:\s|\\\r?\n)+=(?:(?:\s|\\\r?\n)+|$)")
_BAD_DEFINITION = re.compile(r"\$\[?[^\s=]*\]?\s*=")
_SPLIT = re.compile(r"\S+\s*")
#: The same where backslashes may join lines or keep a blank in the word.
_CAREFUL_SPLIT = re.compile(r"(?:[^\s\\]|\\(?!\r?\n)[\s\S]?)+(?:\s|\\\r?\n)*")
_JOINED_END = re.compile(r"(?:\s|\\\r?\n)+$")
_NESTABLE = frozenset(("host", "superclass", "switch", "server", "network"))


@dataclass
class Unit:
    """A project's text as one tree, and the files it came from, in the order they were met."""

    root: Section
    trees: dict[str, SyntaxTree] = field(default_factory=dict)
    digests: dict[str, bytes] = field(default_factory=dict)
    includes: list[tuple[Span, str]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    #: Something is missing from the text, so nothing can be said about what is absent.
    incomplete: bool = False
    #: The braces are a guess, so nothing can be said about what is there.
    doubtful: bool = False


class Loader:
    """Reads one project through a world. `search` lists the `--include-dir`s; `globals_of` expands include paths."""

    def __init__(
        self,
        world: World,
        schema: Schema,
        search: Iterable[str] = (),
        parse_file: Parse | None = None,
        root: str = "top",
        reuse: Reuse | None = None,
    ) -> None:
        self._world = world
        self._schema = schema
        self._search = tuple(search)
        self._parse = parse_file or (lambda file: parse(file, schema.raw_blocks, schema.block_names))
        self._root = root
        self._reuse = reuse
        self._stack: list[str] = []
        self._spliced = 0
        self._given_up = False
        self._depth = 0
        self._raw_trees: dict[str, SyntaxTree] = {}
        self._faulty: set[tuple[SourceFile, int]] = set()

    def load(self, path: str) -> Unit:
        """The unit of a project file. Never raises: what is wrong is in `problems`."""
        empty = SourceFile(path, "")
        root = Section("", "", self._root, BlockRow("", (), self._root, ""), None, empty, None)
        self._unit = Unit(root)
        try:
            tree = self._read(path)
        except WorldError as error:
            self._unit.problems.append(file_problem(error, path, None))
            self._unit.incomplete = True
            return self._unit
        root.file = tree.file
        self._stack.append(self._key(path))
        self._fill(root, tree.entries, tree.file)
        self._stack.pop()
        if self._reuse is not None:
            self._reuse.loaded(root)
        return self._unit

    def _key(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._world.cwd(), path))

    def _read(self, path: str, span: Span | None = None) -> SyntaxTree:
        """Parse a file once, and keep what is wrong with it. Raises WorldError."""
        key = self._key(path)
        if key in self._unit.trees:
            return self._unit.trees[key]
        file = self._text(path, key, span)
        tree = self._parse(file)
        self._unit.trees[key] = tree
        self._unit.problems.extend(tree.problems)
        self._faulty.update((tree.file, start) for start in tree.faulty)
        self._unit.incomplete |= tree.incomplete
        self._unit.doubtful |= tree.doubtful
        return tree

    def _read_raw(self, path: str, span: Span) -> SyntaxTree:
        """A file's lines for a raw block: the text is raw too, whatever it looks like. Raises WorldError."""
        key = self._key(path)
        if key not in self._raw_trees:
            file = self._text(path, key, span)
            entries = [token for token in lex_lines(file.text) if isinstance(token, (RawLine, Include))]
            self._raw_trees[key] = SyntaxTree(file, [*entries], [*entries], [])
        return self._raw_trees[key]

    def _text(self, path: str, key: str, span: Span | None) -> SourceFile:
        """A file's text; what is wrong with it as text is reported once. Raises WorldError."""
        data = self._world.read(path)
        known = key in self._unit.digests
        self._unit.digests[key] = data
        text, had_bom, faults = decode(data)
        if "\0" in text:
            if not known:
                self._unit.problems.append(_binary(SourceFile(path, text), data, span))
            self._unit.doubtful = True
            return SourceFile(path, "")
        file = SourceFile(path, text, had_bom=had_bom)
        if faults and not known:
            self._unit.problems.append(_not_utf8(file, faults))
        return file

    # ------------------------------------------------------------ the tree
    def _fill(self, section: Section, nodes: list[Node], file: SourceFile) -> None:
        """Put a block's lines and inner blocks into its section."""
        if section.body in ("keywords", "open"):
            self._fill_keywords(section, nodes, file)
            return
        for node in nodes:
            if isinstance(node, RawLine):
                section.entries.append(Entry(file, node, section, "", raw_text(node.text), node.start))
            elif isinstance(node, Item):
                if node.text not in ELLIPSES and not self._defines(section, node, file):
                    section.entries.append(self._entry(file, node, section, "", node.text, node.start))
            else:
                self._other(section, node, file)

    def _entry(self, file: SourceFile, node: Item, section: Section, key: str, text: str, start: int) -> Entry:
        """An entry; one that the parser found fault with is not read any further."""
        entry = Entry(file, node, section, key, text, start)
        if self._faulty and (file, node.start) in self._faulty:
            entry.typed = FAULTY
        return entry

    def _fill_keywords(self, section: Section, nodes: list[Node], file: SourceFile) -> None:
        entries = section.entries
        for node in nodes:
            if isinstance(node, Item):
                text = node.text
                if text[:1] in "$.…" and (text in ELLIPSES or self._defines(section, node, file)):
                    continue
                found = (_CAREFUL_SPLIT if "\\" in text else _SPLIT).match(text)
                length = found.end() if found else 0
                key = _JOINED_END.sub("", text[:length]).rstrip()
                value = text[length:]
                if value[:1] == "=" and (len(value) == 1 or value[1].isspace()):
                    stripped = value[1:].lstrip()
                    length += len(value) - len(stripped)
                    value = stripped
                if not is_plain(key):
                    key = next((word.text for word in split(key)), "")
                entries.append(self._entry(file, node, section, ALIASES.get(key, key), value, node.start + length))
            else:
                self._other(section, node, file)

    def _other(self, section: Section, node: Node, file: SourceFile) -> None:
        if isinstance(node, Block):
            if self._reuse is not None and section is self._unit.root:
                self._first_level(self._reuse, section, node, file)
            else:
                self._block(section, node, file)
        elif isinstance(node, Include):
            self._include(section, node, file)

    def _first_level(self, reuse: Reuse, root: Section, node: Block, file: SourceFile) -> None:
        """A block as it was, or made anew; offered for reuse if it is one section and leaves no other trace."""
        known = reuse.take(file, node)
        if known is not None:
            root.children.append(known)
            return
        unit = self._unit
        before = len(root.children), len(unit.problems), len(unit.includes), self._spliced
        self._block(root, node, file)
        if (len(root.children) - 1, len(unit.problems), len(unit.includes), self._spliced) == before:
            made = root.children[-1]
            if made.block is node and made.kind != "global":
                reuse.made(file, node, made)

    def _block(self, parent: Section, node: Block, file: SourceFile) -> None:
        parts = node.header.text.split(None, 1)
        kind = ALIASES.get(parts[0], parts[0]) if parts else ""
        name = parts[1] if len(parts) > 1 else ""
        name = " ".join(name.split() if is_plain(name) else [word.text for word in split(name)])
        known = self._schema.blocks_in(parent.context)
        row = known.get(kind) or known.get("*")
        if kind in _NESTABLE and not name and row and row.named and self._nested(parent, node, file, row):
            return
        section = Section(kind, name, row.context if row else "unknown", row, parent, file, node)
        if self._depth >= MAX_DEPTH:
            self._too_deep(section)
            return
        parent.children.append(section)
        self._depth += 1
        self._fill(section, node.entries, file)
        self._depth -= 1
        if section.body == "raw":
            _indent(section)

    def _too_deep(self, section: Section) -> None:
        """Files that are fine by themselves may nest blocks too deep together."""
        if not any(problem.code == NESTED_TOO_DEEP.code for problem in self._unit.problems):
            self._unit.problems.append(
                NESTED_TOO_DEEP.at(
                    section.header_span(),
                    f"blocks are nested more than {MAX_DEPTH} deep",
                    help="do included files nest?",
                )
            )
        self._unit.doubtful = True

    def _nested(self, parent: Section, node: Block, file: SourceFile, row: BlockRow) -> bool:
        """`host { alpha { … } beta { … } }` means the same as two `host` blocks (old)."""
        if not node.entries or not all(isinstance(inner, Block) for inner in node.entries):
            return False
        for inner in node.entries:
            assert isinstance(inner, Block)
            name = " ".join(inner.header.text.split())
            section = Section(row.name, name, row.context, row, parent, file, inner)
            parent.children.append(section)
            self._fill(section, inner.entries, file)
        return True

    def _defines(self, section: Section, node: Item, file: SourceFile) -> bool:
        """Take `$name = value` as a definition; the last one of a block counts."""
        found = _DEFINITION.match(node.text)
        if found:
            start = found.end()
            entry = Entry(file, node, section, found[1], node.text[start:], node.start + start)
            scope = section.parent if section.kind == "global" and section.parent else section
            scope.variables[found[1]] = entry
            scope.definitions.append(entry)
            return True
        if section.body == "keywords" and (bad := _BAD_DEFINITION.match(node.text)):
            name = re.sub(r"\W", "", bad.group(), flags=re.ASCII)
            value = node.text[bad.end() :].strip()
            self._unit.problems.append(_bad_definition(Span(file, node.start, node.end), bad.group(), name, value))
            if name:
                section.variables.setdefault(name, Entry(file, node, section, name, value, node.end - len(value)))
            return True
        return False

    # ------------------------------------------------------------ includes
    def _include(self, section: Section, node: Include, file: SourceFile) -> None:
        span = Span(file, node.start, node.end)
        if self._given_up:
            return
        path = self._expand_path(" ".join(word.text for word in split(node.text)))
        found = self._find(path, file, span)
        if found is None:
            return
        key = self._key(found)
        if key in self._stack:
            self._cycle(span, key)
            return
        self._spliced += 1
        if self._spliced > MAX_INCLUDES or len(self._stack) >= MAX_INCLUDE_DEPTH:
            self._give_up(span)
            return
        try:
            tree = self._read_raw(found, span) if section.body == "raw" else self._read(found, span)
        except WorldError as error:
            self._unit.problems.append(file_problem(error, path, span))
            self._unit.incomplete = True
            return
        self._unit.includes.append((span, key))
        self._stack.append(key)
        self._fill(section, tree.entries, tree.file)
        self._stack.pop()

    def _expand_path(self, path: str) -> str:
        """Variables in include paths: `$project`, and what `global` has defined so far (language, section 3)."""
        for _ in range(MAX_PATH_VARIABLES):
            expanded = REFERENCE.sub(lambda found: self._global(found[1] or found[2]) or found[0], path)
            if expanded == path:
                break
            path = expanded
        return path

    def _global(self, name: str) -> str | None:
        entry = self._unit.root.variables.get(name)
        if entry is not None:
            return entry.text
        lines = [entry for block in self._unit.root.children if block.kind == "global" if (entry := block.entry(name))]
        return lines[-1].text if name == "project" and lines else None

    def _find(self, path: str, file: SourceFile, span: Span) -> str | None:
        """Where an include is: beside the including file, in the working directory, or on the search path."""
        if not path:
            self._unit.problems.append(INCLUDE_WITHOUT_PATH.at(span, "`#include` names no file"))
            return None
        folder = os.path.dirname(file.path)
        beside = os.path.join(folder, path) if folder else path
        if self._world.exists(beside):
            return beside
        if folder and not os.path.isabs(path) and self._world.exists(path):
            better = os.path.relpath(path, folder)
            self._unit.problems.append(
                INCLUDE_FROM_CWD.at(
                    span, f"`{path}` was found in the working directory", help=f"write `#include {better}`"
                )
            )
            return path
        for place in self._search:
            candidate = os.path.join(place, path)
            if self._world.exists(candidate):
                return candidate
        looked = [beside] if os.path.isabs(path) or not folder else [beside, path]
        looked += [os.path.join(place, path) for place in self._search] if not os.path.isabs(path) else []
        self._unit.incomplete = True
        self._unit.problems.append(
            INCLUDE_NOT_FOUND.at(
                span,
                f"there is no file `{path}`",
                help=f"looked for {', '.join(f'`{place}`' for place in looked)}",
            )
        )
        return None

    def _cycle(self, span: Span, key: str) -> None:
        circle = self._stack[self._stack.index(key) :]
        names = [os.path.basename(name) for name in [*circle, key]]
        chain = " → ".join(names)
        self._unit.incomplete = True
        problem = INCLUDE_CYCLE.at(
            span,
            f"`{names[0]}` includes itself" if len(circle) == 1 else f"files include each other: {chain}",
            related=[
                Related(step, f"`{os.path.basename(step.file.path)}` includes this")
                for step, to in self._unit.includes
                if to in circle[1:]
            ],
            help="remove one of the includes",
        )
        if not any(p.code == problem.code and p.message == problem.message for p in self._unit.problems):
            self._unit.problems.append(problem)

    def _give_up(self, span: Span) -> None:
        self._given_up = True
        self._unit.incomplete = True
        self._unit.problems.append(
            TOO_MANY_INCLUDES.at(
                span,
                f"more than {MAX_INCLUDES} files are included"
                if self._spliced > MAX_INCLUDES
                else f"files are included more than {MAX_INCLUDE_DEPTH} deep",
                help="do the files include each other many times over?",
            )
        )


def _bad_definition(span: Span, written: str, name: str, value: str) -> Diagnostic:
    sound = bool(name) and not name[0].isdigit()
    message = f"`{written.strip()}` does not define a variable"
    if name and not sound:
        message = f"`${name}` can't be a variable: a name starts with a letter or `_`"
    example = f"${name} = {value}" if sound else f"$v{name} = {value}"
    return BAD_DEFINITION.at(
        span, message, help=f"write `{example}`" + (", with blanks around the `=`" if sound else "")
    )


def _indent(section: Section) -> None:
    """Give raw lines back the indentation they have beyond the common one of the block, or of their file."""
    files: dict[SourceFile, list[tuple[Entry, str]]] = {}
    for entry in section.entries:
        lead = _leading(entry)
        if lead is not None:
            files.setdefault(entry.file, []).append((entry, lead))
    for lines in files.values():
        common = os.path.commonprefix([lead for _, lead in lines])  # noqa: RUF071 - characters are what is meant
        for entry, lead in lines:
            extra = lead[len(common) :]
            entry.text = extra + entry.text
            entry.start -= len(extra)


def _leading(entry: Entry) -> str | None:
    """White space before a line that leads its source line."""
    text = entry.file.text
    lead = text[text.rfind("\n", 0, entry.token.start) + 1 : entry.token.start]
    return lead if not lead.strip() else None


def _binary(file: SourceFile, data: bytes, include: Span | None) -> Diagnostic:
    at = file.text.index("\0")
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return BINARY_FILE.at(
        include or Span(file, at, at + 1),
        f"`{file.path}` is UTF-16, not UTF-8" if utf16 else f"`{file.path}` is not text: it holds NUL bytes",
        help="convert it with `iconv -f utf-16 -t utf-8`" if utf16 else "is this an image or an archive?",
    )


def _not_utf8(file: SourceFile, faults: list[int]) -> Diagnostic:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return NOT_UTF8.at(
        Span(file, faults[0], faults[0] + 1),
        f"this byte is not UTF-8{more}",
        help="convert the file, for instance with `iconv -f latin1 -t utf8`",
    )


def file_problem(error: WorldError, path: str, span: Span | None) -> Diagnostic:
    """The diagnostic for a file that can't be read; at the include where there is one."""
    if error.fault == "missing":
        return FILE_NOT_FOUND.at(span, f"there is no file `{path}`", path=path)
    if error.fault == "directory":
        return NOT_A_FILE.at(
            span, f"`{path}` is a directory, not a file", path=path, help="name the project file in it"
        )
    if error.fault == "special":
        return NOT_A_FILE.at(span, f"`{path}` is not a regular file", path=path, help="only regular files are read")
    if error.fault == "too-large":
        return FILE_TOO_LARGE.at(
            span,
            f"`{path}` is too large: {error.detail}, and at most {MAX_FILE_BYTES // 2**20} MiB are read",
            path=path,
        )
    return UNREADABLE_FILE.at(span, f"`{path}` can't be read: {error.detail}", path=path)
