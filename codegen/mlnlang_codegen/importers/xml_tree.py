"""XML to a tree of settings, by expat.

Everything is put inside one element, where a document type is a syntax error: so there are no entities to expand and
nothing external to fetch. That is all defusedxml would add, and expat gives the place of every element besides.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from mlnlang.diagnostics.catalogue import REFUSED_INPUT, UNREADABLE_INPUT
from mlnlang.source import SourceFile
from mlnlang_codegen.importers.faults import ImportFault, fault
from mlnlang_codegen.importers.tree import MAX_DEPTH, MAX_LEAVES, Leaf, Node, whole

#: `virsh dumpxml a; virsh dumpxml b` into one file gives several documents; one element is put around them.
_OPEN, _CLOSE = "<mln-import>", "</mln-import>"
_DECLARATION = re.compile(r"(?P<before>\A|</(?:domain|network)>)(?P<gap>\s*+)(?P<it><\?xml\s[^>]{0,200}\?>)")
_ATTRIBUTE = re.compile(r"""\s+(?P<name>[^\s=/>]+)\s*=\s*(?:"[^"]*"|'[^']*')""")


def read_xml(file: SourceFile) -> list[Node]:
    """The top elements of a file. Raises ImportFault."""
    return _Builder(file).read()


class _Builder:
    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._stack: list[Node] = []
        self._texts: list[list[str]] = []
        self._text_starts: list[int] = []
        self._leaves = 0
        self._known = (0, 0)  # a byte and the character that starts there
        self._data = b""

    def read(self) -> list[Node]:
        text = _DECLARATION.sub(lambda m: m["before"] + m["gap"] + " " * len(m["it"]), self._file.text)
        self._data = (_OPEN + text + _CLOSE).encode("utf-8", "replace")
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        top = Node("", "", whole(self._file))
        self._root = top
        try:
            parser.Parse(self._data, True)
        except expat.ExpatError as error:
            raise self._syntax_error(error.code, self._offset(parser.ErrorByteIndex)) from None
        return top.children

    def _offset(self, byte: int) -> int:
        """The character at a byte; bytes come in rising order, so each is decoded once."""
        at, char = self._known
        if byte < at:
            at, char = 0, 0
        char += len(self._data[at:byte].decode("utf-8", "ignore"))
        self._known = (byte, char)
        return max(0, char - len(_OPEN))

    def _here(self) -> int:
        return self._offset(self._parser.CurrentByteIndex)

    def _refuse(self, message: str) -> ImportFault:
        return fault(REFUSED_INPUT, self._file, message, self._here())

    def _syntax_error(self, code: int, at: int) -> ImportFault:
        if self._file.text.find("<!DOCTYPE", max(0, at - 10), at + 20) >= 0:
            message = "a document type is not taken: it could define entities, and libvirt writes none"
            return fault(REFUSED_INPUT, self._file, message, at)
        return fault(UNREADABLE_INPUT, self._file, f"this is no XML: {expat.ErrorString(code)}", at)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._stack:
            self._stack.append(self._root)
            self._texts.append([])
            self._text_starts.append(0)
            return
        if len(self._stack) > MAX_DEPTH:
            raise self._refuse(f"elements are nested more than {MAX_DEPTH} deep")
        at = self._here()
        parent = self._stack[-1]
        place = f"{parent.place}/{name}".lstrip("/")
        node = Node(name, place, self._file.span(at, min(at + 1 + len(name), len(self._file.text))))
        starts = self._attribute_starts(at + 1 + len(name))
        for key, value in attributes.items():
            start, end = starts.get(key, (at, at + 1))
            node.put(key, Leaf(f"{place}@{key}", value, self._file.span(start, end)))
        self._count(len(attributes) + 1)
        parent.children.append(node)
        self._stack.append(node)
        self._texts.append([])
        self._text_starts.append(at)

    def _attribute_starts(self, at: int) -> dict[str, tuple[int, int]]:
        starts: dict[str, tuple[int, int]] = {}
        while found := _ATTRIBUTE.match(self._file.text, at):
            at = found.end()
            starts[found["name"]] = (found.start("name"), at)
        return starts

    def _count(self, more: int) -> None:
        self._leaves += more
        if self._leaves > MAX_LEAVES:
            raise self._refuse(f"the file has more than {MAX_LEAVES} settings")

    def _characters(self, text: str) -> None:
        if text.strip() and not any(self._texts[-1]):
            self._text_starts[-1] = self._here()
        if text.strip() or self._texts[-1]:
            self._texts[-1].append(text)

    def _end(self, _name: str) -> None:
        node = self._stack.pop()
        text = "".join(self._texts.pop()).strip()
        start = self._text_starts.pop()
        if node is self._root:
            if text:
                raise fault(UNREADABLE_INPUT, self._file, "there is text outside of any element", start)
            return
        if text or not (node.leaves or node.children):
            span = self._file.span(start, start + len(text)) if text else node.span
            node.text = Leaf(node.place, text, span)
