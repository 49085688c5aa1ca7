"""A .vmx file to a tree of settings: `key = "value"`, keys in any case, `|XX` for a byte."""

from __future__ import annotations

import re

from mlnlang.diagnostics.catalogue import REFUSED_INPUT, UNREADABLE_INPUT
from mlnlang.source import SourceFile
from mlnlang_codegen.importers.faults import fault
from mlnlang_codegen.importers.tree import MAX_LEAVES, Leaf, Node, whole

_LINE = re.compile(
    r"""[ \t]*(?P<key>[A-Za-z_.][\w.:-]*)[ \t]*=[ \t]*(?:"(?P<quoted>[^"\n]*)"|(?P<bare>[^\s"][^\n"]*))?\s*"""
)
_BYTES = re.compile(r"(?:\|[0-9A-Fa-f]{2})+")
_NO_SETTING = 'it is no line of the form `key = "value"`'


def read_vmx(file: SourceFile) -> Node:
    """A file's settings, keys in small letters. Raises ImportFault."""
    root = Node("", "", whole(file))
    groups: dict[str, Node] = {}
    at = found = 0
    for number, line in enumerate(file.text.split("\n")):
        if number > MAX_LEAVES:
            raise fault(REFUSED_INPUT, file, f"the file has more than {MAX_LEAVES} lines", at)
        found += _read_line(file, root, groups, line, at)
        at += len(line) + 1
    if not found:
        raise fault(UNREADABLE_INPUT, file, 'there is no line of the form `key = "value"`', 0)
    return root


def _read_line(file: SourceFile, root: Node, groups: dict[str, Node], line: str, at: int) -> bool:
    """Put one line into the tree; whether it is a setting."""
    text = line.strip()
    if not text or text.startswith("#"):
        return False
    match = _LINE.fullmatch(line.rstrip("\r"))
    if match is None:
        leaf = Leaf("line", text, file.span(at, at + len(line)))
        leaf.lost(_NO_SETTING)
        root.spare.append(leaf)
        return False
    key = match["key"].lower()
    value = match["quoted"] if match["quoted"] is not None else (match["bare"] or "").strip()
    leaf = Leaf(key, _unescaped(value), file.span(at + match.start("key"), at + len(line.rstrip())))
    group, _, rest = key.partition(".")
    if group and rest:
        if group not in groups:
            groups[group] = Node(group, group, leaf.span)
            root.children.append(groups[group])
        groups[group].put(rest, leaf)
    else:
        root.put(key, leaf)
    return True


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        data = bytes.fromhex(found[0].replace("|", ""))
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("latin-1")

    return _BYTES.sub(character, text)
