"""xl.cfg to a tree of settings: xl's own syntax (libxlutil's), and the literals of its old Python-like form.

Code of Python is never run: each of its lines is a setting that is lost. Strings of `disk`, `vif` and `vfb` are taken
apart further: each of their fields is a setting of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlnlang.diagnostics.catalogue import REFUSED_INPUT, UNREADABLE_INPUT
from mlnlang.source import SourceFile
from mlnlang_codegen.importers.faults import fault
from mlnlang_codegen.importers.tree import MAX_LEAVES, Leaf, Node, whole

_TOKEN = re.compile(
    r"""(?:[ \t\r\f\v]|\\\r?\n|\#[^\n]*)*+(?:
    (?P<newline>\n)
  | (?P<end>;)
  | (?P<string>"(?:[^"\\\n]|\\[^\n])*+"|'(?:[^'\\\n]|\\[^\n])*+')
  | (?P<number>-?(?:0[xX][0-9A-Fa-f]+|[0-9]+)\b(?!\.))
  | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
  | (?P<set>\+?=)
  | (?P<sign>[\[\],])
  | (?P<other>[^\n])
  | (?P<eof>\Z)
)""",
    re.VERBOSE,
)
_SPACE = re.compile(r"(?:[ \t\r\f\v]|\#[^\n]*)*+")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_CODE = re.compile(r"(?:import|from|if|elif|else|for|while|def|class|try|except|finally|with|print|assert|raise|del)\b")
_LITERALS = {"True": "1", "False": "0", "None": ""}
_PYTHON = "it is code of Python, which xl no longer runs, nor does mlnc"
_AGAIN = "it is given again further down, and the last one counts"
_NO_SETTING = "it is no line of the form `key = value`"
#: Lists in lists: xl itself reads one level.
_MAX_NESTING = 8
_SPECIFICATIONS = ("disk", "vif", "vfb")

_PREFIX = re.compile(r"(?:(?:phy|file|tap2?|aio|ioemu|raw|qcow2?|vhd|drbd):)+")
_DEVICE = re.compile(r"/?(?:dev/)?(?:xvd|hd|sd|vd)[a-z]+[0-9]*(?::\w+)?")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


class _Fault(Exception):
    """The statement is no literal assignment."""


def read_xl(file: SourceFile) -> Node:
    """A file's settings. Raises ImportFault."""
    root = _Reader(file).read()
    for node in root.children:
        if node.name in _SPECIFICATIONS:
            for item in node.children:
                _take_apart(node.name, item)
    return root


class _Reader:
    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._text = file.text
        self._at = 0
        self._root = Node("", "", whole(file))
        self._leaves = 0
        self._lists: dict[str, Node] = {}

    def read(self) -> Node:
        found = 0
        while self._at < len(self._text):
            start = self._at
            try:
                found += self._statement()
            except _Fault:
                self._skip(start)
        if not found:
            raise fault(UNREADABLE_INPUT, self._file, "there is no line of the form `key = value`", 0)
        return self._root

    # ------------------------------------------------------------ tokens
    def _next(self) -> _Token:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise _Fault
        kind = found.lastgroup or "eof"
        self._at = found.end()
        return _Token(kind, found[kind], found.start(kind), found.end(kind))

    def _inside(self) -> _Token:
        """The next token in a list, where line ends mean nothing."""
        while (token := self._next()).kind == "newline":
            pass
        return token

    # ------------------------------------------------------------ statements
    def _statement(self) -> bool:
        start = self._at
        key = self._next()
        if key.kind in ("newline", "end", "eof"):
            return False
        if key.kind != "word" or _CODE.fullmatch(key.text):
            raise _Fault
        assignment = self._next()
        if assignment.kind != "set":
            raise _Fault
        node = Node(key.text, key.text, self._file.span(key.start, key.end))
        leaf = self._value(self._next(), node, 0)
        if self._next().kind not in ("newline", "end", "eof"):
            self._at = start
            raise _Fault
        self._put(node, leaf, assignment.text == "+=")
        return True

    def _put(self, node: Node, leaf: Leaf | None, more: bool) -> None:
        earlier = self._lists.get(node.name)
        if more and leaf is None and earlier is not None:
            earlier.children += node.children
            return
        if earlier is not None:
            earlier.lost(_AGAIN)
            earlier.name = ""
            del self._lists[node.name]
        if leaf is not None:
            if more and node.name in self._root.leaves:
                leaf.value = self._root.leaves.pop(node.name).value + leaf.value
            self._root.put(node.name, leaf)
            return
        if node.name in self._root.leaves:
            scalar = self._root.leaves.pop(node.name)
            scalar.lost(_AGAIN)
            self._root.spare.append(scalar)
        self._lists[node.name] = node
        self._root.children.append(node)

    def _value(self, token: _Token, node: Node, depth: int) -> Leaf | None:
        """A scalar as a leaf, or None for a list, whose items are put into the node."""
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise fault(REFUSED_INPUT, self._file, f"the file has more than {MAX_LEAVES} settings", token.start)
        span = self._file.span(token.start, token.end)
        if token.kind == "string":
            return Leaf(node.place, _unquoted(token.text), span)
        if token.kind == "number":
            return Leaf(node.place, token.text, span)
        if token.kind == "word" and token.text in _LITERALS:
            return Leaf(node.place, _LITERALS[token.text], span)
        if token.text != "[" or depth >= _MAX_NESTING:
            raise _Fault
        self._items(node, depth)
        return None

    def _items(self, node: Node, depth: int) -> None:
        token = self._inside()
        while token.text != "]" or token.kind != "sign":
            item = Node("-", node.place, self._file.span(token.start, token.end))
            item.text = self._value(token, item, depth + 1)
            node.children.append(item)
            token = self._inside()
            if token.kind == "sign" and token.text == ",":
                token = self._inside()
            elif token.text != "]":
                raise _Fault
        if not node.children:
            node.text = Leaf(node.place, "", node.span)

    # ------------------------------------------------------------ what is no setting
    def _skip(self, start: int) -> None:
        """Pass over a line, and over what is indented deeper behind a line of Python that opens a block."""
        begin = _SPACE.match(self._text, start)
        at = begin.end() if begin else start
        margin = at - (self._text.rfind("\n", 0, at) + 1)
        python = bool(_CODE.match(self._text, at)) or not re.match(r"\w+\s*$", self._line(at))
        opens = self._line(at).rstrip().endswith(":")
        self._junk(at, _PYTHON if python else _NO_SETTING)
        while opens and self._at < len(self._text):
            line = self._line(self._at)
            if line.strip() and len(line) - len(line.lstrip()) <= margin:
                break
            self._junk(self._at, _PYTHON)

    def _line(self, at: int) -> str:
        end = self._text.find("\n", at)
        return self._text[at : end if end >= 0 else len(self._text)]

    def _junk(self, at: int, why: str) -> None:
        line = self._line(at)
        self._at = at + len(line) + 1
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise fault(REFUSED_INPUT, self._file, f"the file has more than {MAX_LEAVES} lines", at)
        if line.strip() and not line.strip().startswith("#"):
            leaf = Leaf("line", line.strip(), self._file.span(at, at + len(line)))
            leaf.lost(why)
            self._root.spare.append(leaf)


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), text[1:-1])


# ---------------------------------------------------------------- specifications
def _take_apart(kind: str, item: Node) -> None:
    """Turn the text of a `disk`, `vif` or `vfb` into leaves by name."""
    text = item.text
    if text is None or not text.value.strip():
        return
    item.text = None
    parts = _disk_fields(text.value) if kind == "disk" else _fields(text.value)
    for name, value, at in parts:
        start = min(text.span.start + 1 + at, text.span.end)
        span = text.span.file.span(start, min(start + max(1, len(value)), text.span.end))
        item.put(name, Leaf(f"{kind}.{name}", value, span))


def _fields(text: str) -> list[tuple[str, str, int]]:
    """`key=value,key=value`: name, value and offset; what has no `=` is named by its number."""
    fields = []
    at = 0
    for number, part in enumerate(text.split(",")):
        key, equals, value = part.partition("=")
        if part.strip():
            lead = len(part) - len(part.lstrip())
            name, value = (key.strip().lower(), value.strip()) if equals else (f"#{number}", part.strip())
            fields.append((name, value, at + lead))
        at += len(part) + 1
    return fields


def _disk_fields(text: str) -> list[tuple[str, str, int]]:
    """The fields of a disk: by name or by order, `target=` taking all that is left, old prefixes in front."""
    fields: list[tuple[str, str, int]] = []
    target = re.search(r"(?:^|,)\s*target\s*=\s*", text)
    head = text[: target.start()] if target else text
    places = ["target", "format", "vdev", "access"]
    for name, value, at in _fields(head):
        if not name.startswith("#"):
            fields.append((name, value, at))
            continue
        if places and places[0] == "target" and (prefix := _PREFIX.match(value)):
            fields.append(("prefix", prefix[0].rstrip(":"), at))
            value, at = value[prefix.end() :], at + prefix.end()
            places.remove("format")
        elif places and places[0] == "format" and _DEVICE.fullmatch(value):
            places.remove("format")
        fields.append((places.pop(0) if places else name, value, at))
    if target:
        fields.append(("target", text[target.end() :], target.end()))
    return fields
