"""Each format, read back by a reader that others wrote."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graph_helpers import BROKEN, drawn, pictured, require, run
from jsonschema import Draft202012Validator
from lxml import etree
from shapes import SHAPES

from mlnlang.graph import Picture
from mlnlang.graph.as_json import document, schema
from mlnlang.graph.dot import dot
from mlnlang.graph.formats import written
from mlnlang.graph.mermaid import mermaid
from mlnlang.graph.model import Edge, Frame, Node, Place, Problem
from mlnlang.graph.placing import drawing
from mlnlang.graph.svg import svg

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"

#: What no name should hold, and a faulty text may: markup, quotes, escapes, control characters, other scripts.
NASTY = (
    "<script>alert(1)</script>", '"quoted"', "it's", "&amp;", "a\\", "\\N\\G", "end", "x;y|z", "`tick`", "#quot;",
    "{b}[c](d)", "nul\0bell\x07esc\x1b", "lone\udc80", "non\uffffchar", "日本語", "mixed שלום", "e\u0301", "graph",
    "%%{init}%%", "--> n0", "]]>", "\u2028line",
)  # fmt: skip


def nasty() -> Picture:
    """A picture whose every text is hostile."""
    problems = tuple(
        Problem("MLN000", "slug", "error", text, Place(text, 1, 1), on=(f"host:{text}",)) for text in NASTY
    )
    hosts = [
        Node(
            f"host:{text}",
            "host",
            text,
            text,
            text,
            f"server:{text}",
            "uml",
            64,
            1,
            place=Place(text, 1, 1),
            problems=(n,),
        )
        for n, text in enumerate(NASTY)
    ]
    switches = [Node(f"switch:{text}", "switch", text, text, text, f"server:{text}", "uml") for text in NASTY]
    edges = [
        Edge(f"card:{text}", f"host:{text}", f"switch:{text}", text, text, text, Place(text, 1, 1), (n,))
        for n, text in enumerate(NASTY)
    ]
    frames = [Frame(f"server:{text}", "server", text, problems=(n,)) for n, text in enumerate(NASTY)]
    return Picture("".join(NASTY), tuple(frames), (*hosts, *switches), tuple(edges), problems)


def parsed(text: str) -> Any:
    return etree.fromstring(text.encode())


# ---------------------------------------------------------------- goldens
@pytest.mark.parametrize("ending", ["svg", "dot", "mmd", "json"])
def test_golden(ending: str, golden: Callable[[Path, str], None]) -> None:
    formats = {"mmd": "mermaid"}
    golden(GOLDEN / f"broken.{ending}", written(pictured(BROKEN), formats.get(ending, ending)))


@pytest.mark.parametrize("shape", ["star", "campus", "servers"])
def test_golden_svg(shape: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{shape}.svg", svg(drawn(SHAPES[shape](18))))


# ---------------------------------------------------------------- SVG
def test_svg_names_everything_and_where_it_is_written() -> None:
    picture = pictured(BROKEN)
    root = parsed(svg(drawing(picture)))
    groups = {group.get("data-id"): group for group in root.iter(SVG + "g")}
    for thing in (*picture.frames, *picture.nodes, *picture.edges):
        group = groups[thing.id]
        assert group.find(SVG + "title").text
        if thing.place:
            assert group.get("data-file") == thing.place.file
            assert (int(group.get("data-line")), int(group.get("data-column"))) == thing.place[1:]
    assert root.get("role") == "img"
    assert root.get("aria-label") == "broken: 4 hosts, 2 switches, 4 problems"
    shown = groups["host:broken/db"].find(SVG + "title").text
    assert shown == "host db\nKVM · 64 MiB\nerror: `lots` is no size of memory [MLN304]"
    assert "error" in groups["host:broken/db"].get("class").split()


def test_svg_lists_every_problem() -> None:
    picture = pictured(BROKEN)
    root = parsed(svg(drawing(picture)))
    lines = " ".join("".join(text.itertext()) for text in root.iter(SVG + "text"))
    for problem in picture.problems:
        assert f"[{problem.code}]" in lines
        assert problem.message in lines


def test_svg_shows_long_names_whole_in_a_title() -> None:
    root = parsed(svg(drawn(BROKEN)))
    short = [text for text in root.iter(SVG + "text") if text.text and text.text.startswith("web-server")]
    assert [text.find(SVG + "title").text for text in short] == ["web-server-with-a-very-long-name-indeed"]
    assert short[0].text.endswith("…")


def test_svg_stands_alone() -> None:
    """No scripts, no handlers, nothing from elsewhere."""
    text = svg(drawn(SHAPES["campus"](30)))
    root = parsed(text)
    assert {element.tag for element in root.iter()} <= {
        SVG + name for name in ("svg", "title", "style", "g", "rect", "path", "text", "circle")
    }
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name]
    assert "url(" not in text
    assert "@import" not in text
    assert "prefers-color-scheme:dark" in text


def test_svg_keeps_hostile_texts_out() -> None:
    text = svg(drawing(nasty()))
    root = parsed(text)
    assert not list(root.iter(SVG + "script"))
    ids = [group.get("data-id") for group in root.iter(SVG + "g")]
    for hostile in NASTY:
        if hostile.isprintable():
            assert f"host:{hostile}" in ids
    assert "\0" not in text


def test_svg_is_drawn_by_librsvg(tmp_path: Path) -> None:
    require("rsvg-convert")
    for name, text in (("good", svg(drawn(SHAPES["servers"](12)))), ("nasty", svg(drawing(nasty())))):
        done = run("rsvg-convert", "-o", str(tmp_path / f"{name}.png"), text=text)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


# ---------------------------------------------------------------- JSON
def test_json_fits_its_schema() -> None:
    checker = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    for picture in (pictured(BROKEN), pictured(SHAPES["servers"](20)), pictured(SHAPES["campus"](20)), nasty()):
        checker.validate(document(drawing(picture)))


def test_json_refers_to_what_it_holds() -> None:
    shown = json.loads(written(pictured(BROKEN), "json"))
    nodes = {node["id"] for node in shown["nodes"]}
    everything = nodes | {thing["id"] for thing in (*shown["edges"], *shown["frames"])}
    assert {edge[end] for edge in shown["edges"] for end in ("host", "segment")} <= nodes
    assert {name for problem in shown["problems"] for name in problem["on"]} <= everything
    assert all(edge["points"] for edge in shown["edges"])


def test_the_published_schema_is_fresh(golden: Callable[[Path, str], None]) -> None:
    golden(ROOT / "docs/reference/graph.schema.json", json.dumps(schema(), indent=2) + "\n")


# ---------------------------------------------------------------- DOT
def read_dot(text: str) -> dict[str, Any]:
    require("dot")
    done = run("dot", "-Tjson0", text=text)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_dot_is_read_by_graphviz() -> None:
    picture = pictured(SHAPES["servers"](24))
    read = read_dot(dot(picture))
    objects = read["objects"]
    clusters = [thing for thing in objects if "nodes" in thing]
    names = [thing["name"] for thing in objects]
    assert {node.id for node in picture.nodes} == {name for name in names if not name.startswith("cluster ")}
    assert {thing["label"] for thing in clusters} == {frame.name for frame in picture.frames}
    ends = sorted((names[edge["tail"]], names[edge["head"]]) for edge in read["edges"])
    assert ends == sorted((edge.segment, edge.host) for edge in picture.edges)


def test_dot_keeps_hostile_texts_apart() -> None:
    read = read_dot(dot(nasty()))
    hosts = [thing for thing in read["objects"] if thing["name"].startswith("host:")]
    assert len(hosts) == len(NASTY)
    assert len(read["edges"]) == len(NASTY)


# ---------------------------------------------------------------- Mermaid
Reader = Callable[[str], dict[str, Any]]


def readable(text: str) -> str:
    """A text as Mermaid keeps it, with its entities resolved."""
    text = text.replace("ﬂ°°", "&#").replace("ﬂ°", "&").replace("¶ß", ";")
    return html.unescape(re.sub(r"<br ?/?>", "\n", text))


def test_mermaid_is_read_by_mermaid(read_mermaid: Reader) -> None:
    picture = pictured(SHAPES["servers"](24))
    read = read_mermaid(mermaid(picture))
    names = {f"n{number}": node for number, node in enumerate(picture.nodes)}
    assert {node["id"]: readable(node["text"]).split("\n")[0] for node in read["nodes"]} == {
        key: node.name for key, node in names.items()
    }
    ends = sorted((names[edge["start"]].id, names[edge["end"]].id) for edge in read["edges"])
    assert ends == sorted((edge.segment, edge.host) for edge in picture.edges)
    assert sorted(readable(frame["title"]) for frame in read["frames"]) == sorted(
        frame.name for frame in picture.frames
    )


def test_mermaid_marks_what_is_wrong(read_mermaid: Reader) -> None:
    picture = pictured(BROKEN)
    read = read_mermaid(mermaid(picture))
    marked = {readable(node["text"]).split("\n")[0] for node in read["nodes"] if "error" in node["classes"]}
    assert marked == {"db", "pc"}


def test_mermaid_keeps_hostile_texts_apart(read_mermaid: Reader) -> None:
    read = read_mermaid(mermaid(nasty()))
    texts = [readable(node["text"]).split("\n")[0] for node in read["nodes"]]
    assert len(texts) == 2 * len(NASTY)
    for hostile in NASTY:
        if hostile.isprintable():
            assert hostile in texts
    assert len(read["edges"]) == len(read["frames"]) == len(NASTY)
