"""Projects in memory, drawn; and what a drawing must never do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from itertools import pairwise

import mlnlang_codegen
import pytest

from mlnlang.api import Compilation, Options
from mlnlang.graph import Choice, Owners, Picture, picture
from mlnlang.graph.geometry import Box
from mlnlang.graph.placing import Drawing, drawing
from mlnlang.world import Memory


def require(*tools: str) -> None:
    """Skip the test when a tool is not installed; fail it where MLN_REQUIRE_ALL=1 says that nothing may be skipped."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        lacking(f"not installed: {', '.join(missing)}")


def lacking(reason: str) -> None:
    """Skip or fail for want of something."""
    if os.environ.get("MLN_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def run(*command: str, text: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a tool with a text as its input."""
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=timeout)


#: Codes of problems that are found before hosts are compared with each other.
SETTLED = ("MLN3", "MLN4", "MLN501")


def pictured(
    *texts: str, choice: Choice | None = None, codes: tuple[str, ...] = SETTLED, included: str = ""
) -> Picture:
    """The picture of some projects, with those problems whose codes begin so; `included` is the file `more.inc`."""
    names = [f"{chr(97 + number)}.mln" for number in range(len(texts))]
    world = Memory({**dict(zip(names, texts, strict=True)), "more.inc": included})
    compiler = Compilation(world, Options(config_paths=()), mlnlang_codegen.check)
    checked, problems = compiler.together(names)
    drawn = [one for one in checked if one.ir is not None]
    projects = [one.ir for one in drawn if one.ir is not None]
    kept = [problem for problem in problems if problem.code.startswith(codes)]
    return picture(projects, kept, Owners(one.symbols for one in drawn), choice)


def drawn(*texts: str, choice: Choice | None = None, included: str = "") -> Drawing:
    """The same with positions."""
    return drawing(pictured(*texts, choice=choice, included=included))


BROKEN = """\
global { project broken; kvm }
superclass base {
    template debian.ext4
    memory 512M
    network eth0 { switch lan }
}
host gw {
    superclass base
    network eth0 { address 10.0.0.1/24 }
    network eth1 { bridge br0; address dhcp }
    network eth2 { switch dnz; address 10.0.9.1/24 }
}
host web-server-with-a-very-long-name-indeed {
    superclass base
    network eth0 { address 10.0.0.300/24 }
}
host db {
    superclass base
    memory lots
    network eth0 { address fd00:1234:5678:9abc::1/64 }
}
host pc {
    superclass nosuch
    network eth0 { switch dmz; address 10.0.9.2/24 }
}
switch lan { }
switch dmz { service_host far }
"""


def faults(made: Drawing) -> Iterator[str]:
    """What makes a drawing hard to read: things on top of each other, wires through things, things out of place."""
    nodes = [(node.id, made.boxes[node.id]) for node in made.picture.nodes if node.id in made.boxes]
    yield from _overlaps(nodes)
    yield from _overlaps([(f"{text.of}: {text.shown}", text.box) for text in made.texts])
    yield from _strays(made)
    yield from _outside(made)
    yield from _crossed(made, dict(nodes))


def _overlaps(things: Sequence[tuple[str, Box]]) -> Iterator[str]:
    """Boxes that share more than a border. A sweep: many thousand pairs would be slow."""
    ordered = sorted(things, key=lambda thing: thing[1].x)
    for at, (name, box) in enumerate(ordered):
        for other_name, other in ordered[at + 1 :]:
            if other.x >= box.right:
                break
            if other.y < box.bottom and box.y < other.bottom:
                yield f"{name} {box} lies on {other_name} {other}"


def _strays(made: Drawing) -> Iterator[str]:
    """Texts of a node lie in its box, interfaces' labels in their host's or free of all nodes."""
    hosts = {edge.id: edge.host for edge in made.picture.edges}
    for text in made.texts:
        box = made.boxes.get(hosts.get(text.of, text.of))
        if box and not _within(text.box, box) and text.of not in hosts:
            yield f"{text.shown!r} of {text.of} leaves its box"
        if text.of in hosts and not (box and _within(text.box, box)):
            for node in made.picture.nodes:
                other = made.boxes.get(node.id)
                if other and _meet(text.box, other):
                    yield f"{text.shown!r} lies on {node.id}"


def _outside(made: Drawing) -> Iterator[str]:
    page = Box(0, 0, made.width, made.height)
    for name, box in made.boxes.items():
        if not _within(box, page):
            yield f"{name} leaves the page"
    for node in made.picture.nodes:
        if node.frame and node.id in made.boxes and not _within(made.boxes[node.id], made.boxes[node.frame]):
            yield f"{node.id} leaves its frame"
    for name, wire in made.wires.items():
        if any(not (0 <= x <= made.width and 0 <= y <= made.height) for x, y in wire):
            yield f"the wire {name} leaves the page"


def _crossed(made: Drawing, boxes: dict[str, Box]) -> Iterator[str]:
    """Wires go from their segment to their host, in right angles, and through nothing."""
    columns: dict[int, list[tuple[str, Box]]] = {}
    for name, box in boxes.items():
        for column in range(box.x // 200, box.right // 200 + 1):
            columns.setdefault(column, []).append((name, box))
    for edge in made.picture.edges:
        wire = made.wires.get(edge.id, [])
        if wire and not (_touches(wire[0], boxes[edge.segment]) and _touches(wire[-1], boxes[edge.host])):
            yield f"{edge.id} does not join its ends: {wire}"
        for (x1, y1), (x2, y2) in pairwise(wire):
            if x1 != x2 and y1 != y2:
                yield f"{edge.id} goes askew from {x1, y1} to {x2, y2}"
            line = Box(min(x1, x2), min(y1, y2), abs(x1 - x2), abs(y1 - y2))
            for column in range(line.x // 200, line.right // 200 + 1):
                for name, box in columns.get(column, ()):
                    if _runs_through(line, box):
                        yield f"{edge.id} runs through {name}"


def _within(inner: Box, outer: Box) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def _meet(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def _touches(point: tuple[int, int], box: Box) -> bool:
    return box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom


def _runs_through(line: Box, box: Box) -> bool:
    """A line's inside within a box's inside; running along a border is not through it."""
    across = line.x < box.right and line.right > box.x if line.width else box.x < line.x < box.right
    down = line.y < box.bottom and line.bottom > box.y if line.height else box.y < line.y < box.bottom
    return across and down
