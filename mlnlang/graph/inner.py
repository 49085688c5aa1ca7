"""Frames as a tree, for formats that nest."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlnlang.graph.model import Frame, Node, Picture


@dataclass
class Level:
    """What stands in a frame: nodes, and frames with what is in them."""

    nodes: list[Node] = field(default_factory=list)
    frames: list[tuple[Frame, Level]] = field(default_factory=list)


def levels(picture: Picture) -> Level:
    """The outermost level."""
    top = Level()
    by_id: dict[str | None, Level] = {None: top}
    for frame in picture.frames:  # an outer one comes before its inner ones
        by_id[frame.id] = Level()
        by_id[frame.parent].frames.append((frame, by_id[frame.id]))
    for node in picture.nodes:
        by_id[node.frame].nodes.append(node)
    return top
