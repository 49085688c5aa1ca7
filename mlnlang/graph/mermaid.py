"""The picture as a Mermaid flowchart, which hosts of Markdown draw. Quoting: entities, mermaid.js.org."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlnlang.graph.cards import about, detail_of
from mlnlang.graph.inner import Level, levels
from mlnlang.graph.model import Edge, Node, Picture

_SPECIAL = {char: f"#{ord(char)};" for char in '"#&<>`\\{}[]|%;'}
_STYLES = {
    "error": "stroke:#d92d20,stroke-width:3px",
    "warning": "stroke:#d98a00,stroke-width:3px",
    "note": "stroke:#5b7fb5,stroke-width:2px",
    "segment": "fill:#dbe6f5,stroke:#4a6fa5,color:#1f2933",
    "outside": "stroke-dasharray:5 3",
}


def mermaid(picture: Picture) -> str:
    """The whole file."""
    names = {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}
    lines = ["flowchart TB", *_level(picture, levels(picture), names, "  ")]
    lines += [_edge(edge, names) for edge in picture.edges]
    lines += [f"  classDef {name} {style}" for name, style in _STYLES.items()]
    lines += _classes(picture, names)
    for number, edge in enumerate(picture.edges):
        severity = picture.severity(edge.problems)
        lines += [f"  linkStyle {number} {_STYLES[severity]}"] if severity else []
    return "\n".join([*lines, ""])


def text(lines: Iterable[str]) -> str:
    """A quoted text of some lines."""
    shown = ("".join(_SPECIAL.get(c, c if c.isprintable() else "\ufffd") for c in line) for line in lines if line)
    return '"' + "<br/>".join(shown) + '"'


def _level(picture: Picture, level: Level, names: dict[str, str], indent: str) -> Iterator[str]:
    for node in level.nodes:
        edges = picture.wires[node.id]
        label = text([node.name, about(node) if node.is_host else detail_of(node, edges), *_counted(node)])
        yield f"{indent}{names[node.id]}" + (f"[{label}]" if node.is_host else f"([{label}])")
    for frame, inner in level.frames:
        number = picture.frames.index(frame)
        yield f"{indent}subgraph f{number} [{text([frame.name])}]"
        yield from _level(picture, inner, names, indent + "  ")
        yield f"{indent}end"


def _counted(node: Node) -> list[str]:
    count = len(node.problems)
    return [f"{count} problem{'' if count == 1 else 's'}"] if count else []


def _edge(edge: Edge, names: dict[str, str]) -> str:
    label = text([edge.interface, edge.address or ""])
    return f"  {names[edge.segment]} ---|{label}| {names[edge.host]}"


def _classes(picture: Picture, names: dict[str, str]) -> Iterator[str]:
    """One line a class, segments first, so that a problem's colour lies over the others."""
    found: dict[str, list[str]] = {"segment": [], "outside": [], "note": [], "warning": [], "error": []}
    for node in picture.nodes:
        if not node.is_host:
            found["segment" if node.kind == "switch" else "outside"].append(names[node.id])
        severity = picture.severity(node.problems)
        if severity:
            found[severity].append(names[node.id])
    return (f"  class {','.join(members)} {name}" for name, members in found.items() if members)
