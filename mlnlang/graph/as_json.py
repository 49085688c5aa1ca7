"""The picture as JSON, with positions and places, and the JSON Schema of that form."""

from __future__ import annotations

from typing import Any, get_args

from mlnlang.diagnostics import Severity
from mlnlang.graph.geometry import Box
from mlnlang.graph.model import Edge, Frame, FrameKind, Node, NodeKind, Place, Problem
from mlnlang.graph.placing import Drawing

VERSION = 1


def document(drawn: Drawing) -> dict[str, Any]:
    """`{"version": 1, "title": …, "frames": […], "nodes": […], "edges": […], "problems": […]}`; positions in pixels."""
    picture = drawn.picture
    return {
        "version": VERSION,
        "title": picture.title,
        "width": drawn.width,
        "height": drawn.height,
        "frames": [_frame(drawn, frame) for frame in picture.frames],
        "nodes": [_node(drawn, node) for node in picture.nodes],
        "edges": [_edge(drawn, edge) for edge in picture.edges],
        "problems": [_problem(problem) for problem in picture.problems],
    }


def _frame(drawn: Drawing, frame: Frame) -> dict[str, Any]:
    return {
        "id": frame.id,
        "kind": frame.kind,
        "name": frame.name,
        "parent": frame.parent,
        "detail": frame.detail,
        **_common(drawn, frame, drawn.boxes.get(frame.id)),
    }


def _node(drawn: Drawing, node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "name": node.name,
        "project": node.project,
        "server": node.server,
        "frame": node.frame,
        "backend": node.backend,
        "memory_mib": node.memory_mib,
        "vcpus": node.vcpus,
        "detail": node.detail,
        "stands_for": node.stands_for,
        **_common(drawn, node, drawn.boxes.get(node.id)),
    }


def _edge(drawn: Drawing, edge: Edge) -> dict[str, Any]:
    return {
        "id": edge.id,
        "host": edge.host,
        "segment": edge.segment,
        "interface": edge.interface,
        "address": edge.address,
        "mac": edge.mac,
        "points": [list(point) for point in drawn.wires.get(edge.id, ())],
        **_common(drawn, edge, drawn.cards.get(edge.id)),
    }


def _common(drawn: Drawing, thing: Frame | Node | Edge, box: Box | None) -> dict[str, Any]:
    return {
        "box": dict(zip(("x", "y", "width", "height"), box, strict=True)) if box else None,
        "place": _place(thing.place),
        "severity": drawn.picture.severity(thing.problems),
        "problems": list(thing.problems),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "slug": problem.slug,
        "severity": problem.severity,
        "message": problem.message,
        "help": problem.help or None,
        "place": _place(problem.place),
        "on": list(problem.on),
        "concerns": problem.concerns or None,
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line, "column": place.column} if place else None


# ---------------------------------------------------------------- schema
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_COUNT = {"type": "integer", "minimum": 0}
_FROM_ONE = {"type": "integer", "minimum": 1}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `document`."""
    things = {
        "box": {"anyOf": [{"$ref": "#/$defs/box"}, {"type": "null"}], "description": "null: not drawn"},
        "place": _or_null({"$ref": "#/$defs/place"}),
        "severity": {"enum": [*get_args(Severity), None], "description": "the gravest of its problems"},
        "problems": {"type": "array", "items": _COUNT, "description": "numbers into `problems`"},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mlnlang:graph:1",
        "title": "A picture of MLN projects",
        **_object(
            version={"const": VERSION},
            title=_TEXT,
            width=_COUNT,
            height=_COUNT,
            frames=_array("frame"),
            nodes=_array("node"),
            edges=_array("edge"),
            problems=_array("problem"),
        ),
        "$defs": {
            "box": _object(x=_NUMBER, y=_NUMBER, width=_COUNT, height=_COUNT),
            "place": _object(file=_TEXT, line=_FROM_ONE, column=_FROM_ONE),
            "frame": _frame_schema(things),
            "node": _node_schema(things),
            "edge": _edge_schema(things),
            "problem": _problem_schema(),
        },
    }


def _frame_schema(things: dict[str, Any]) -> dict[str, Any]:
    kind = {"enum": list(get_args(FrameKind))}
    return _object(id=_TEXT, kind=kind, name=_TEXT, parent=_or_null(_TEXT), detail=_TEXT, **things)


def _node_schema(things: dict[str, Any]) -> dict[str, Any]:
    return _object(
        id=_TEXT,
        kind={"enum": list(get_args(NodeKind))},
        name=_TEXT,
        project=_TEXT,
        server=_TEXT,
        frame={**_or_null(_TEXT), "description": "id of the innermost frame around it"},
        backend=_or_null(_TEXT),
        memory_mib=_or_null(_COUNT),
        vcpus=_or_null(_COUNT),
        detail=_TEXT,
        stands_for={**_or_null(_TEXT), "description": "of a `remote` switch: the id of the switch on its own server"},
        **things,
    )


def _edge_schema(things: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
    return _object(
        id=_TEXT,
        host=_TEXT,
        segment=_TEXT,
        interface=_TEXT,
        address={**_or_null(_TEXT), "description": "`dhcp`, or an address with its prefix length"},
        mac=_TEXT,
        points={"type": "array", "items": point, "description": "from the segment to the host; empty: not wired"},
        **things,
    )


def _problem_schema() -> dict[str, Any]:
    return _object(
        code=_TEXT,
        slug=_TEXT,
        severity={"enum": list(get_args(Severity))},
        message=_TEXT,
        help=_or_null(_TEXT),
        place=_or_null({"$ref": "#/$defs/place"}),
        on={"type": "array", "items": _TEXT, "description": "ids of what it is drawn on"},
        concerns={**_or_null(_TEXT), "description": "whom it concerns where those are too many to be marked"},
    )


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _or_null(shape: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [shape, {"type": "null"}]}
