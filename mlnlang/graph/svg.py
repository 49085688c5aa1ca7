"""The drawing as SVG 1.1: one file, no scripts, no fonts from elsewhere, light and dark.

What stands for something in the text is a group with `data-id`, `data-file`, `data-line` and `data-column`, and has a
`<title>`, which viewers show as a tooltip and screen readers say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from mlnlang.diagnostics import Severity
from mlnlang.graph.cards import BAR_HEIGHT, about
from mlnlang.graph.geometry import Box, Text
from mlnlang.graph.model import Edge, Frame, Node, Picture, Place
from mlnlang.graph.placing import Drawing
from mlnlang.graph.style import CSS, HUES
from mlnlang.graph.text import STYLES

#: What XML 1.0 has no way to write (section 2.2 of its specification).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\n": " ", "\r": " ", "\t": " "}
_RADIUS = 5


def svg(drawn: Drawing) -> str:
    """The whole file, with a newline at its end."""
    picture = drawn.picture
    summary = _summary(picture)
    texts: dict[str, list[Text]] = {}
    for text in drawn.texts:
        texts.setdefault(text.of, []).append(text)
    size = f'width="{drawn.width}" height="{drawn.height}"'
    view = f'viewBox="0 0 {drawn.width} {drawn.height}" role="img" aria-label="{escaped(summary)}" class="mln"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view}>',
        f"<title>{escaped(summary)}</title>",
        f"<style>{CSS}</style>",
        f'<rect class="page" {size}/>',
    ]
    for frame in picture.frames:
        lines += _frame(drawn, frame, texts)
    for edge in sorted(picture.edges, key=lambda edge: bool(edge.problems)):  # marked ones over the others
        lines += _wire(drawn, edge)
    lines += [f'<path class="wire bundle" d="{way}"/>' for way in dict.fromkeys(map(_path, drawn.bundles))]
    for node in picture.nodes:
        lines += _node(drawn, node, texts)
    lines += _below(drawn, texts)
    return "\n".join([*lines, "</svg>", ""])


def escaped(text: str) -> str:
    """A text for an element or a quoted attribute; what XML can't carry becomes U+FFFD."""
    return "".join(_ENTITIES.get(char, char) for char in _UNWRITABLE.sub("\ufffd", text))


def _summary(picture: Picture) -> str:
    hosts = sum(1 for node in picture.nodes if node.is_host)
    switches = sum(1 for node in picture.nodes if node.kind == "switch")
    parts = [f"{hosts} host{'' if hosts == 1 else 's'}", f"{switches} switch{'' if switches == 1 else 'es'}"]
    count = len(picture.problems)
    parts += [f"{count} problem{'' if count == 1 else 's'}"] if count else []
    return f"{picture.title or 'network'}: {', '.join(parts)}"


# ---------------------------------------------------------------- things
def _group(id: str, kind: str, place: Place | None, title: Iterable[str], severity: Severity | None) -> str:
    where = ""
    if place:
        where = f' data-file="{escaped(place.file)}" data-line="{place.line}" data-column="{place.column}"'
    classes = f"{kind} {severity}" if severity else kind
    said = "&#10;".join(escaped(line) for line in title if line)
    return f'<g class="{classes}" data-id="{escaped(id)}"{where}><title>{said}</title>'


def _messages(picture: Picture, numbers: Sequence[int]) -> Iterator[str]:
    for number in numbers:
        problem = picture.problems[number]
        yield f"{problem.severity}: {problem.message} [{problem.code}]"


def _frame(drawn: Drawing, frame: Frame, texts: dict[str, list[Text]]) -> Iterator[str]:
    picture = drawn.picture
    title = [f"{frame.kind} {frame.name}", frame.detail, *_messages(picture, frame.problems)]
    yield _group(frame.id, frame.kind, frame.place, title, picture.severity(frame.problems))
    yield _rect(drawn.boxes[frame.id], "box", 8)
    yield from _texts(texts.get(frame.id, ()))
    yield from _badge(drawn, drawn.boxes[frame.id], frame.problems)
    yield "</g>"


def _wire(drawn: Drawing, edge: Edge) -> Iterator[str]:
    points = drawn.wires.get(edge.id)
    if points:
        hue = drawn.hues.get(edge.segment, 0) % HUES
        severity = drawn.picture.severity(edge.problems)
        classes = f"wire h{hue} {severity}" if severity else f"wire h{hue}"
        yield f'<path class="{classes}" data-of="{escaped(edge.id)}" d="{_path(points)}"/>'


def _path(points: Sequence[tuple[int, int]]) -> str:
    steps = [f"M{points[0][0]} {points[0][1]}"]
    for (old_x, old_y), (x, y) in pairwise(points):
        steps.append(f"V{y}" if x == old_x else f"H{x}" if y == old_y else f"L{x} {y}")
    return "".join(steps)


def _node(drawn: Drawing, node: Node, texts: dict[str, list[Text]]) -> Iterator[str]:
    box = drawn.boxes.get(node.id)
    if box is None:
        return
    picture = drawn.picture
    wires = picture.wires[node.id]
    title = [*_said(node, wires), *_messages(picture, node.problems)]
    kind = f"host b-{node.backend}" if node.is_host else f"segment {node.kind} h{drawn.hues.get(node.id, 0) % HUES}"
    yield _group(node.id, kind, node.place, title, picture.severity(node.problems))
    yield _rect(box, "box", _RADIUS if node.is_host else BAR_HEIGHT // 2)
    if node.is_host:
        yield f'<path class="stripe" d="{_stripe(box)}"/>'
    yield from _texts(texts.get(node.id, ()))
    for edge in wires if node.is_host else ():
        yield from _card(drawn, edge, texts.get(edge.id, ()))
    yield from _badge(drawn, box, node.problems)
    yield "</g>"


def _said(node: Node, wires: Sequence[Edge]) -> list[str]:
    if node.is_host:
        return [f"host {node.name}", about(node)]
    word = {"switch": "switch ", "remote": "switch "}.get(node.kind, "")
    hosts = len({edge.host for edge in wires})
    return [f"{word}{node.name}", node.detail, f"{hosts} host{'' if hosts == 1 else 's'}"]


def _card(drawn: Drawing, edge: Edge, texts: Iterable[Text]) -> Iterator[str]:
    picture = drawn.picture
    severity = picture.severity(edge.problems)
    segment = picture.by_id[edge.segment]
    title = [
        f"{edge.interface}: {edge.address}" if edge.address else edge.interface,
        edge.mac,
        f"→ {segment.name}",
        *_messages(picture, edge.problems),
    ]
    box = drawn.cards[edge.id]
    yield _group(edge.id, f"card h{drawn.hues.get(edge.segment, 0) % HUES}", edge.place, title, severity)
    yield _rect(box, "box", 3)
    yield from _texts(texts)
    yield from _badge(drawn, Box(box.x, box.y + box.height // 2 - 2, box.width + 6, 0), edge.problems)
    yield "</g>"


# ---------------------------------------------------------------- shapes
def _rect(box: Box, kind: str, radius: int) -> str:
    x, y, wide, high = box
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{wide}" height="{high}" rx="{radius}"/>'


def _stripe(box: Box) -> str:
    """The left end of a card, its corners rounded as the card's."""
    x, y, _, high = box
    r = _RADIUS
    corner = f"A{r} {r} 0 0 1"
    return f"M{x + r} {y}V{y + high}{corner} {x} {y + high - r}V{y + r}{corner} {x + r} {y}Z"


def _texts(texts: Iterable[Text]) -> Iterator[str]:
    for text in texts:
        size, line, *_ = STYLES[text.style]
        y = text.box.y + (line + size) // 2 - size // 8
        title = f"<title>{escaped(text.full)}</title>" if text.full else ""
        x = text.box.x + text.box.width // 2 if text.middle else text.box.x
        classes = f"{text.style} middle" if text.middle else text.style
        yield f'<text class="{classes}" x="{x}" y="{y}">{escaped(text.shown)}{title}</text>'


def _badge(drawn: Drawing, box: Box, problems: Sequence[int]) -> Iterator[str]:
    """The number of problems in a circle at the upper right corner."""
    severity = drawn.picture.severity(problems)
    if severity:
        x, y = box.right - 2, box.y + 2
        yield f'<circle class="badge {severity}" cx="{x}" cy="{y}" r="7"/>'
        yield f'<text class="count" x="{x}" y="{y + 3}">{len(problems)}</text>'


def _below(drawn: Drawing, texts: dict[str, list[Text]]) -> Iterator[str]:
    """Title, legend and the list of problems."""
    for key, box in drawn.swatches.items():
        yield _rect(box, f"swatch s-{key}", 3)
    yield from _texts(texts.get("", ()))
    for number, problem in enumerate(drawn.picture.problems):
        mark = drawn.marks.get(number)
        if mark:
            yield _group(f"problem:{number}", "problem", problem.place, [problem.message, problem.help], None)
            yield f'<circle class="badge {problem.severity}" cx="{mark.x + 5}" cy="{mark.y + 5}" r="4"/>'
            yield from _texts(texts.get(f"problem:{number}", ()))
            yield "</g>"
