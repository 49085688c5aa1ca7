"""YAML to a tree of settings, from the events of PyYAML's safe parser: no tag makes an object, scalars stay text.

Aliases and merge keys are followed, and what they unfold to counts: a file that doubles itself soon meets the limit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mlnlang.diagnostics.catalogue import REFUSED_INPUT, UNREADABLE_INPUT
from mlnlang.source import SourceFile
from mlnlang_codegen.importers.faults import fault
from mlnlang_codegen.importers.tree import MAX_DEPTH, MAX_LEAVES, Leaf, Node, whole

#: PyYAML reads about 100 kB a second.
MAX_YAML = 512 * 1024


@dataclass(eq=False)
class _Raw:
    """A node as it is written; an alias is the anchored node itself."""

    start: int
    end: int
    scalar: str | None = None
    mapping: bool = False
    items: list[_Raw] = field(default_factory=list)


def read_yaml(file: SourceFile) -> Node:
    """The one mapping of a file. Raises ImportFault."""
    if len(file.text) > MAX_YAML:
        raise fault(REFUSED_INPUT, file, f"the file is larger than {MAX_YAML // 1024} KiB")
    raw = _compose(file)
    if raw is None or not raw.mapping:
        raise fault(UNREADABLE_INPUT, file, "the document is no mapping of keys to values", 0)
    root = Node("", "", whole(file))
    _Unfolding(file).mapping(root, raw, 1)
    return root


def _compose(file: SourceFile) -> _Raw | None:
    import yaml

    stack: list[_Raw] = [_Raw(0, 0)]
    anchors: dict[str, _Raw] = {}
    try:
        for event in yaml.parse(file.text, Loader=yaml.SafeLoader):
            _take(file, event, stack, anchors)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = mark.index if mark else getattr(error, "position", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be read"
        raise fault(UNREADABLE_INPUT, file, f"this is no YAML: {problem}", at) from None
    except (ValueError, RecursionError, OverflowError):  # a scalar's escapes name no character; brackets without end
        raise fault(UNREADABLE_INPUT, file, "this is no YAML: it can't be read") from None
    documents = stack[0].items
    if len(documents) > 1:
        raise fault(UNREADABLE_INPUT, file, "there is more than one document", documents[1].start)
    return documents[0] if documents else None


def _take(file: SourceFile, event: Any, stack: list[_Raw], anchors: dict[str, _Raw]) -> None:
    kind = type(event).__name__
    if kind in ("MappingEndEvent", "SequenceEndEvent"):
        stack.pop().end = event.end_mark.index
        return
    if kind not in ("AliasEvent", "ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
        return
    start = event.start_mark.index
    if kind == "AliasEvent":
        if event.anchor not in anchors:
            raise fault(UNREADABLE_INPUT, file, f"the alias `*{event.anchor}` has no anchor", start)
        stack[-1].items.append(anchors[event.anchor])
        return
    raw = _Raw(start, event.end_mark.index, mapping=kind == "MappingStartEvent")
    stack[-1].items.append(raw)
    if event.anchor:
        anchors[event.anchor] = raw
    if kind == "ScalarEvent":
        null = event.style is None and event.value in ("~", "null", "Null", "NULL")
        raw.scalar = "" if null else event.value
        return
    if len(stack) > MAX_DEPTH:
        raise fault(REFUSED_INPUT, file, f"values are nested more than {MAX_DEPTH} deep", start)
    stack.append(raw)


class _Unfolding:
    """Makes the tree, following aliases."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._left = MAX_LEAVES

    def mapping(self, node: Node, raw: _Raw, depth: int) -> None:
        """The keys of a mapping as leaves and inner nodes."""
        self._spend(raw, depth)
        merged: list[tuple[str, _Raw]] = []
        pairs: dict[str, _Raw] = {}
        for key, value in zip(raw.items[::2], raw.items[1::2], strict=True):
            name = self._key(key)
            if name == "<<":
                merged += self._merged(value, depth + 1)
                continue
            if name in pairs:
                self._overridden(node, name, pairs[name], depth)
            pairs[name] = value
        for name, value in merged:
            pairs.setdefault(name, value)
        for name, value in pairs.items():
            self._value(node, name, value, depth)

    def _key(self, key: _Raw) -> str:
        if key.scalar is None:
            raise fault(UNREADABLE_INPUT, self._file, "a key is no plain text", key.start)
        return key.scalar

    def _merged(self, raw: _Raw, depth: int) -> list[tuple[str, _Raw]]:
        self._spend(raw, depth)
        if raw.mapping:
            pairs: list[tuple[str, _Raw]] = []
            for key, value in zip(raw.items[::2], raw.items[1::2], strict=True):
                name = self._key(key)
                pairs += self._merged(value, depth + 1) if name == "<<" else [(name, value)]
            return pairs
        return [pair for item in raw.items for pair in self._merged(item, depth + 1)]

    def _overridden(self, node: Node, name: str, value: _Raw, depth: int) -> None:
        probe = Node("", node.place, node.span)
        self._value(probe, name, value, depth)
        probe.lost("the key is given again further down, and the last one counts")
        node.spare += probe.walk()

    def _value(self, node: Node, name: str, value: _Raw, depth: int) -> None:
        self._spend(value, depth)
        place = f"{node.place}.{name}".lstrip(".")
        span = self._file.span(value.start, value.end)
        if value.scalar is not None:
            node.put(name, Leaf(place, value.scalar, span))
        elif not value.items:
            node.put(name, Leaf(place, "", span))
        else:
            inner = Node(name, place, span)
            node.children.append(inner)
            if value.mapping:
                self.mapping(inner, value, depth + 1)
            else:
                self._sequence(inner, value, depth + 1)

    def _sequence(self, node: Node, raw: _Raw, depth: int) -> None:
        self._spend(raw, depth)
        for at, value in enumerate(raw.items):
            place = f"{node.place}[{at}]"
            inner = Node("-", place, self._file.span(value.start, value.end))
            node.children.append(inner)
            if value.mapping and value.items:
                self.mapping(inner, value, depth + 1)
            elif value.items:
                self._sequence(inner, value, depth + 1)
            else:
                self._spend(value, depth)
                inner.text = Leaf(place, value.scalar or "", inner.span)

    def _spend(self, raw: _Raw, depth: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise fault(REFUSED_INPUT, self._file, f"aliases unfold to more than {MAX_LEAVES} settings", raw.start)
        if depth > MAX_DEPTH:
            raise fault(REFUSED_INPUT, self._file, f"aliases unfold more than {MAX_DEPTH} deep", raw.start)
