"""Blocks that many wires join, placed in layers by graphlay, which also finds the ways of the wires round them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from mlnlang.graph.geometry import Box, Point, Wire

#: Of graphlay, in pixels; a long chain is folded until it has about the shape of a screen.
_OPTIONS = {
    "direction": "topbottom",
    "spacing": {
        "layer_gap": 40, "node_gap": 26, "dummy_gap": 16, "port_gap": 12, "port_stroke_clear": 6, "stub": 12,
    },
    "routing": {"port_sides": "facing_only", "bundle_parallel": False},
    "wrap": {"viewport_aspect": 1.6},
    "tuning": {"wrap": {"max_rows": 60}},
}  # fmt: skip
#: Beyond so many blocks the crossings are not worth the seconds.
_QUICK = 300


class LayoutMissing(Exception):
    """The library is not installed; the message says what to do."""

    def __init__(self) -> None:
        super().__init__("drawings of several connected segments need the package `graphlay`")


class Link(NamedTuple):
    """Wires from a block to one in a lower layer. A port is a place on the border, None: anywhere on it."""

    upper: int
    lower: int
    start: Point | None
    end: Point | None


def placed(sizes: Sequence[tuple[int, int]], links: Sequence[Link]) -> tuple[list[Box], list[Wire]]:
    """The boxes of blocks, and the ways of their links from the upper block to the lower. Raises LayoutMissing."""
    try:
        import graphlay
    except ImportError:
        raise LayoutMissing from None
    graph = {
        "nodes": [{"size": {"width": float(wide), "height": float(high)}} for wide, high in sizes],
        "edges": [_edge(sizes, link) for link in links],
    }
    options: dict[str, Any] = dict(_OPTIONS)
    if len(sizes) > _QUICK:
        options["effort"] = "fast"
    raw = graphlay.layout(graph, options=options).to_dict()
    boxes = [_box(node["center"], size) for node, size in zip(raw["nodes"], sizes, strict=True)]
    boxes = _level(boxes, [node["rank"] for node in raw["nodes"]])
    wires = [_wire(edge["points"], link, boxes) for edge, link in zip(raw["edges"], links, strict=True)]
    left = min(x for x in (*(box.x for box in boxes), *(x for wire in wires for x, _ in wire)))
    top = min(y for y in (*(box.y for box in boxes), *(y for wire in wires for _, y in wire)))
    return [box.moved(-left, -top) for box in boxes], [[(x - left, y - top) for x, y in wire] for wire in wires]


def _edge(sizes: Sequence[tuple[int, int]], link: Link) -> dict[str, Any]:
    edge: dict[str, Any] = {"source": link.upper, "target": link.lower, "weight": 1.0}
    for word, at, block, side in (
        ("source_port", link.start, link.upper, "bottom"),
        ("target_port", link.end, link.lower, "top"),
    ):
        if at is not None:
            half = sizes[block][0] / 2  # the library counts from the middle of a side, in halves of it
            edge[word] = {"offset": {"side": side, "t": (at[0] - half) / half}}
    return edge


def _box(centre: dict[str, float], size: tuple[int, int]) -> Box:
    return Box(round(centre["x"] - size[0] / 2), round(centre["y"] - size[1] / 2), *size)


def _level(boxes: Sequence[Box], ranks: Sequence[int]) -> list[Box]:
    """The blocks of a layer with their upper borders on one line; the library has their middles there."""
    tops: dict[int, int] = {}
    for box, rank in zip(boxes, ranks, strict=True):
        tops[rank] = min(box.y, tops.get(rank, box.y))
    return [box._replace(y=tops[rank]) for box, rank in zip(boxes, ranks, strict=True)]


def _wire(points: Sequence[dict[str, float]], link: Link, boxes: Sequence[Box]) -> Wire:
    """Whole numbers, right angles, and ends exactly where the ports are."""
    upper, lower = boxes[link.upper], boxes[link.lower]
    down, across = _runs([(point["x"], point["y"]) for point in points])
    down[0] = upper.x + link.start[0] if link.start else down[0]
    end = lower.x + link.end[0] if link.end else down[-1]
    if not across and abs(end - down[0]) <= _SLACK:  # straight: the end that is free follows the other
        end = down[0] = end if link.start is None else down[0]
    elif not across:
        across, down = [(upper.bottom + lower.y) // 2], [down[0], end]
    else:
        down[-1] = end
    wire = [(down[0], upper.bottom)]
    for number, y in enumerate(across):
        wire += [(down[number], y), (down[number + 1], y)]
    return [*wire, (end, lower.y)]


#: Pixels by which rounding moves an end at most.
_SLACK = 2


def _runs(points: Sequence[tuple[float, float]]) -> tuple[list[int], list[int]]:
    """A way in right angles that begins and ends downwards: the x of its runs down, the y of those across, in turn."""
    down, across = [round(points[0][0])], list[int]()
    is_down = True
    for (old_x, old_y), (x, y) in pairwise(points):
        was_down, is_down = is_down, abs(y - old_y) >= abs(x - old_x)
        runs, value = (down, round(x)) if is_down else (across, round(y))
        if is_down != was_down:
            runs.append(value)
        else:
            runs[-1] = value
    return down, across
