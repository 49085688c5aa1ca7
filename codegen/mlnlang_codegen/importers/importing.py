"""From files to a project, and an account of every setting."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import BINARY_FILE, NOT_UTF8, NOTHING_TO_IMPORT, REFUSED_INPUT, UNKNOWN_INPUT
from mlnlang.diagnostics.render import visible
from mlnlang.source import SourceFile, decode
from mlnlang_codegen.importers import clab, detect, libvirt, vmx, xl
from mlnlang_codegen.importers.draft import Draft
from mlnlang_codegen.importers.faults import ImportFault, fault
from mlnlang_codegen.importers.implied import settle_with_back_ends
from mlnlang_codegen.importers.libvirt_devices import Bridges
from mlnlang_codegen.importers.naming import give_names
from mlnlang_codegen.importers.tree import MAX_CHARACTERS, Leaf, Node
from mlnlang_codegen.importers.vmx_tree import read_vmx
from mlnlang_codegen.importers.xl_tree import read_xl
from mlnlang_codegen.importers.xml_tree import read_xml
from mlnlang_codegen.importers.yaml_tree import read_yaml

#: Encodings that VMware writes into its files, as Python calls them.
_ENCODINGS = {
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "us-ascii": "ascii",
    "gbk": "gbk",
    "shift_jis": "cp932",
}
_ENCODING = re.compile(rb'^\.encoding\s*=\s*"([A-Za-z0-9_-]+)"', re.MULTILINE)

Reason = Callable[[str], str]


@dataclass
class Imported:
    """A project's text (empty where a file could not be read), every setting of the input, and what went wrong.

    `diagnostics` are the compiler's of the new project.
    """

    text: str = ""
    settings: list[Leaf] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def has_secret(self) -> bool:
        """Whether the text holds a password."""
        return any(leaf.secret for leaf in self.settings)


@dataclass
class _Input:
    file: SourceFile
    kind: str
    tops: list[Node]


def bring_in(
    files: Sequence[tuple[str, bytes]],
    *,
    project: str | None = None,
    kind: str | None = None,
    back_end: str = "lxc",
) -> Imported:
    """Import files (path, bytes) into one project. Never raises: what is wrong is in `problems`.

    `kind` is one of KINDS where it shall not be told by the content; `back_end` is that of containerlab's nodes.
    """
    done = Imported()
    inputs: list[_Input] = []
    for path, data in files:
        try:
            inputs.append(_read(path, data, kind))
        except ImportFault as found:
            done.problems.append(found.diagnostic)
    if done.problems or not inputs:
        return done
    draft = Draft()
    done.problems += _fill(draft, inputs, back_end)
    if done.problems:
        return done
    give_names(draft, project)
    title = f"Imported by mlnc import from {', '.join(visible(os.path.basename(i.file.path)) for i in inputs)}."
    done.text, done.diagnostics = settle_with_back_ends(draft, title)
    done.settings = _account(inputs)
    return done


# ---------------------------------------------------------------- reading
def _read(path: str, data: bytes, kind: str | None) -> _Input:
    file = SourceFile(path, _text(path, data))
    if len(file.text) > MAX_CHARACTERS:
        raise fault(REFUSED_INPUT, file, f"the file is larger than {MAX_CHARACTERS // 1024 // 1024} MiB")
    found = kind or detect.kind_of(file.text)
    if found is None:
        kinds = ", ".join(f"`--from {known}`" for known in detect.KINDS)
        raise fault(UNKNOWN_INPUT, file, "this is none of the formats that can be imported", help=f"say which: {kinds}")
    return _Input(file, found, read_xml(file) if found == "libvirt" else [_TREES[found](file)])


_TREES: dict[str, Callable[[SourceFile], Node]] = {"vmx": read_vmx, "xl": read_xl, "clab": read_yaml}


def _text(path: str, data: bytes) -> str:
    """The text of a file, in UTF-8 or in what a .vmx file says it is in. Raises ImportFault."""
    named = _ENCODING.search(data[:4096])
    encoding = _ENCODINGS.get(named[1].decode().lower()) if named else None
    text, _, faults = decode(data)
    if encoding:
        with suppress(UnicodeDecodeError):
            text, faults = data.decode(encoding), []
    if "\0" in text:
        raise ImportFault(BINARY_FILE.at(None, f"`{path}` is not text: it holds NUL bytes", path=path))
    if faults:
        span = SourceFile(path, text).span(faults[0], faults[0] + 1)
        raise ImportFault(NOT_UTF8.at(span, "this byte is not UTF-8", help="convert the file with `iconv`"))
    return text


# ---------------------------------------------------------------- filling the draft
def _fill(draft: Draft, inputs: list[_Input], back_end: str) -> list[Diagnostic]:
    """Networks first, so that machines find them."""
    bridges: Bridges = {}
    gathered = {id(i): libvirt.gather(i.tops) for i in inputs if i.kind == "libvirt"}
    for _, networks in gathered.values():
        for node in networks:
            libvirt.read_network(draft, node, bridges)
    problems = []
    for given in inputs:
        before = len(draft.machines)
        if given.kind == "libvirt":
            for node in gathered[id(given)][0]:
                libvirt.read_domain(draft, node, bridges)
        else:
            _fill_one(draft, given, back_end)
        if len(draft.machines) == before and not gathered.get(id(given), ([], []))[1]:
            message = "there is no machine and no network in it"
            problems.append(NOTHING_TO_IMPORT.at(None, message, path=given.file.path))
    return problems


def _fill_one(draft: Draft, given: _Input, back_end: str) -> None:
    root = given.tops[0]
    fallback = os.path.basename(given.file.path).partition(".")[0] or "host"
    if given.kind == "vmx":
        vmx.read_machine(draft, root, fallback)
    elif given.kind == "xl":
        xl.read_machine(draft, root, fallback)
    else:
        clab.read_topology(draft, root, back_end)


# ---------------------------------------------------------------- accounting
_REASONS: dict[str, Reason] = {"libvirt": libvirt.reason, "vmx": vmx.reason, "xl": xl.reason, "clab": clab.reason}


def _account(inputs: Iterable[_Input]) -> list[Leaf]:
    """All leaves in the order of the input, none without a fate."""
    leaves = []
    for given in inputs:
        for top in given.tops:
            _lose_the_rest(top, _REASONS[given.kind])
            found = {id(leaf): leaf for leaf in top.walk()}
            leaves += sorted(found.values(), key=lambda leaf: leaf.span.start)
    return leaves


def _lose_the_rest(node: Node, why: Reason) -> None:
    """What nobody read is lost; a group of which nothing was read, as one."""
    undecided = [leaf for leaf in node.walk() if not leaf.fate]
    if not undecided:
        return
    reasons = {why(leaf.place) for leaf in undecided}
    if len(reasons) == 1 and node.place:
        for leaf in undecided:
            leaf.lost(next(iter(reasons)), node)
        return
    for leaf in (*node.leaves.values(), *([node.text] if node.text is not None else ())):
        if not leaf.fate:
            leaf.lost(why(leaf.place))
    for inner in node.children:
        _lose_the_rest(inner, why)
