"""The picture for Graphviz, which finds the positions itself. Quoting: the DOT language, graphviz.org/doc."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mlnlang.graph.cards import about, detail_of
from mlnlang.graph.inner import Level, levels
from mlnlang.graph.model import Edge, Node, Picture

_COLOURS = {"error": "#d92d20", "warning": "#d98a00", "note": "#5b7fb5"}
_DASHED = frozenset(("bridge", "slirp", "tap", "socket", "default", "remote", "missing", "unwired"))


def dot(picture: Picture) -> str:
    """The whole file."""
    lines = [
        f"graph {quoted(picture.title or 'network')} {{",
        f'  graph [label={_label([picture.title])}, labelloc="t", fontname="sans-serif", overlap="false"];',
        '  node [fontname="sans-serif", fontsize="11"];',
        '  edge [fontname="sans-serif", fontsize="9"];',
    ]
    lines += _level(picture, levels(picture), "  ")
    lines += [_edge(picture, edge) for edge in picture.edges]
    lines += [f"  // {problem.severity}: {_comment(problem.message)} [{problem.code}]" for problem in picture.problems]
    return "\n".join([*lines, "}", ""])


def quoted(text: str) -> str:
    """A quoted ID: `"` alone is escaped, and a backslash stands for itself, so none may come before the end."""
    return '"' + _plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _label(lines: Iterable[str]) -> str:
    """A label: backslashes doubled as they would be escapes, `&` as it would begin an entity."""
    return '"' + "\\n".join(quoted(line.replace("&", "&amp;"))[1:-1] for line in lines if line) + '"'


def _comment(text: str) -> str:
    return _plain(text.replace("\n", " "))


def _level(picture: Picture, level: Level, indent: str) -> Iterator[str]:
    for node in level.nodes:
        yield indent + _node(picture, node)
    for frame, inner in level.frames:
        colour = _COLOURS.get(picture.severity(frame.problems) or "", "#8c97a3")
        yield f"{indent}subgraph {quoted('cluster ' + frame.id)} {{"
        yield f'{indent}  graph [label={_label([frame.name])}, style="rounded", color="{colour}"];'
        yield from _level(picture, inner, indent + "  ")
        yield indent + "}"


def _node(picture: Picture, node: Node) -> str:
    edges = picture.wires[node.id]
    said = about(node) if node.is_host else detail_of(node, edges)
    style = "filled" if node.is_host else "filled,rounded" + (",dashed" if node.kind in _DASHED else "")
    severity = picture.severity(node.problems)
    colour = _COLOURS.get(severity or "", "#4a6fa5")
    fill = "#ffffff" if node.is_host or node.kind in _DASHED else "#dbe6f5"
    thick = ', penwidth="2.2"' if severity else ""
    tooltip = [f"{node.kind} {node.name}", *(picture.problems[number].message for number in node.problems)]
    return (
        f'{quoted(node.id)} [label={_label([node.name, said])}, shape="box", style="{style}", fillcolor="{fill}", '
        f'color="{colour}"{thick}, tooltip={_label(tooltip)}];'
    )


def _edge(picture: Picture, edge: Edge) -> str:
    label = _label([edge.interface, edge.address or ""])
    severity = picture.severity(edge.problems)
    colour = f', color="{_COLOURS[severity]}", penwidth="2.2"' if severity else ""
    tooltip = [edge.mac, *(picture.problems[number].message for number in edge.problems)]
    ends = f"{quoted(edge.segment)} -- {quoted(edge.host)}"
    return f"  {ends} [label={label}, labeltooltip={_label(tooltip)}{colour}];"
