"""Where things lie: nothing on anything else, no wire through a node, the same every time."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from graph_helpers import BROKEN, drawn, faults, pictured
from graph_strategies import networks
from hypothesis import given, settings
from shapes import SHAPES, star, tree

from mlnlang.graph import Choice, layered
from mlnlang.graph.geometry import Box, Part, columns, packed
from mlnlang.graph.placing import drawing
from mlnlang.graph.svg import svg
from mlnlang.graph.text import shortened, width, wrapped


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 2, 5, 6, 9, 36, 120, 500])
def test_nothing_lies_on_anything_else(shape: str, count: int) -> None:
    made = drawn(SHAPES[shape](count))
    assert list(faults(made)) == []
    assert {node.id for node in made.picture.nodes} == made.boxes.keys() - {frame.id for frame in made.picture.frames}
    assert {edge.id for edge in made.picture.edges} == made.wires.keys() == made.cards.keys()


@settings(max_examples=60)
@given(networks())
def test_any_network_can_be_drawn(text: str) -> None:
    made = drawn(text)
    assert list(faults(made)) == []
    wired = {edge.id for edge in made.picture.edges if made.picture.by_id[edge.segment].kind != "unwired"}
    assert made.wires.keys() == wired
    assert {node.id for node in made.picture.nodes if node.is_host} <= made.boxes.keys()


def test_several_projects_and_servers_lie_apart() -> None:
    texts = [SHAPES[name](20) for name in ("servers", "star", "campus")]
    made = drawn(*texts, SHAPES["servers"](20))
    assert list(faults(made)) == []
    assert [
        frame.name for frame in made.picture.frames if frame.kind == "project" and frame.parent == "server:local"
    ] == [
        "star",
        "campus",
    ]


def test_problems_lie_apart() -> None:
    assert list(faults(drawn(BROKEN))) == []


def test_without_addresses() -> None:
    made = drawn(tree(24), choice=Choice(addresses=False))
    assert list(faults(made)) == []
    assert not [text for text in made.texts if "10." in text.shown]


def test_the_same_in_another_process() -> None:
    """No order of sets, no hash seed, no clock."""
    here = svg(drawn(SHAPES["mesh"](30)))
    program = "import shapes; from graph_helpers import drawn; from mlnlang.graph.svg import svg\n"
    program += "print(svg(drawn(shapes.SHAPES['mesh'](30))), end='')"
    for seed in ("0", "4711"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parent,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": f"{Path(__file__).parent}"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == here


def test_a_plain_star_needs_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphlay", None)
    assert drawing(pictured(star(12))).boxes
    with pytest.raises(layered.LayoutMissing, match="graphlay"):
        drawing(pictured(SHAPES["chain"](4)))


def test_pictures_keep_a_shape_that_fits_a_screen() -> None:
    for count in (36, 120, 500):
        for shape in ("star", "labs", "hub", "tree", "dual", "campus"):
            made = drawn(SHAPES[shape](count))
            assert 1 <= made.width / made.height <= 3, (shape, count, made.width, made.height)


def test_hosts_stand_in_reading_order() -> None:
    made = drawn(star(36))
    boxes = [made.boxes[f"host:star/h{number}"] for number in range(36)]
    assert all((one.y, one.x) < (other.y, other.x) for one, other in pairwise(boxes))


# ---------------------------------------------------------------- pieces
def test_columns_come_nearest_to_a_shape() -> None:
    assert columns(1, 100, 50, 2) == 1
    assert columns(12, 100, 100, 3) == 6
    assert columns(36, 140, 60, 2.2) in (5, 6)


def test_packed_keeps_the_order_and_lays_nothing_on_anything() -> None:
    parts = [Part(100, 50, {str(number): Box(0, 0, 100, 50)}) for number in range(5)]
    whole = packed(parts, 10)
    assert (whole.width, whole.height) == (210, 170)
    assert [whole.boxes[str(number)][:2] for number in range(5)] == [(0, 0), (110, 0), (0, 60), (110, 60), (0, 120)]
    assert packed([], 10) == Part()


def test_widths_are_never_too_small() -> None:
    """Against DejaVu Sans, whose widths per 2048 em are public: `W` 2025, `m` 1995, `i` 569, `e` 1260, digits 1303."""
    for char, units in (("W", 2025), ("m", 1995), ("i", 569), ("e", 1260), ("7", 1303), ("·", 651)):
        assert width(char * 100, "small") >= units / 2048 * 11 * 100
    assert width("日本", "name") > width("ab", "name")
    assert width("e\u0301", "name") == width("e", "name")


def test_long_texts_are_shortened_and_wrapped() -> None:
    assert shortened("web", "name", 100) == "web"
    short = shortened("a-very-long-name-of-a-host", "name", 100)
    assert short.endswith("…")
    assert width(short, "name") <= 100
    lines = wrapped(f"some words and {'x' * 80} more", "small", 120)
    assert all(width(line, "small") <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == f"somewordsand{'x' * 80}more"
