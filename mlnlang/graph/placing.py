"""The whole drawing: networks in the frames of their servers, a title above, a legend and the problems below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mlnlang.backends import BY_NAME
from mlnlang.graph.cards import INSET, listed
from mlnlang.graph.combs import segment_block
from mlnlang.graph.components import component
from mlnlang.graph.geometry import Box, Part, Text, Wire, columns, packed
from mlnlang.graph.model import Frame, Node, Picture
from mlnlang.graph.network import network
from mlnlang.graph.text import STYLES, shortened, width, wrapped

MARGIN = 20
_GAP = 30
_INSIDE = 16
#: Problems that are written out; more are counted.
LISTED = 200


@dataclass(frozen=True)
class Drawing:
    """A picture with positions in pixels. What has no box is not drawn, a card without a wire is not wired.

    `bundles`: ways that wires of several segments go together. `hues` numbers segments whose wires meet, so that they
    can be told apart. `swatches`: the legend's boxes, by what each stands for. `marks`: the place of each problem's
    mark in the list.
    """

    picture: Picture
    width: int
    height: int
    boxes: dict[str, Box]
    cards: dict[str, Box]
    wires: dict[str, Wire]
    bundles: tuple[Wire, ...]
    texts: tuple[Text, ...]
    hues: dict[str, int]
    swatches: dict[str, Box] = field(default_factory=dict)
    marks: dict[int, Box] = field(default_factory=dict)


def drawing(picture: Picture) -> Drawing:
    """Give everything its place. Raises layered.LayoutMissing where segments are joined and there is no library."""
    page = Part(0, MARGIN)
    if picture.title:
        shown = shortened(picture.title, "title", 900)
        page.width = page.write(shown, "title", (MARGIN, MARGIN), "", picture.title).right
        page.height += STYLES["title"].line + 10
    hues: dict[str, int] = {}
    body = _body(picture, hues)
    page.put(body, MARGIN, page.height)
    swatches = _legend(picture, page)
    marks = _problems(picture, page)
    return Drawing(
        picture,
        page.width + MARGIN,
        page.height + MARGIN,
        page.boxes,
        page.cards,
        page.wires,
        tuple(page.bundles),
        tuple(page.texts),
        hues,
        swatches,
        marks,
    )


# ---------------------------------------------------------------- frames
def _body(picture: Picture, hues: dict[str, int]) -> Part:
    inside: dict[str | None, list[Node]] = {}
    for node in picture.nodes:
        inside.setdefault(node.frame, []).append(node)
    parts: dict[str | None, list[Part]] = {}
    for frame in [*picture.frames, None]:
        if frame is None or frame.id in inside:
            nodes = inside.get(frame.id if frame else None, [])
            parts.setdefault(frame.id if frame else None, []).extend(_networks(picture, nodes, hues))
    for frame in reversed(picture.frames):  # inner ones stand behind their outer ones
        whole = _framed(frame, packed(parts.get(frame.id, []), _GAP))
        parts.setdefault(frame.parent, []).insert(0, whole)
    return packed(parts.get(None, []), _GAP, 1.8)


def _framed(frame: Frame, inner: Part) -> Part:
    """A frame round what is in it."""
    part = Part()
    shown = shortened(frame.name, "frame", 300)
    name = part.write(shown, "frame", (INSET, 5), frame.id, frame.name)
    detail = part.write(frame.detail, "small", (name.right + 8, 9), frame.id) if frame.detail else name
    part.put(inner, _INSIDE, STYLES["frame"].line + 14)
    part.width = max(part.width, detail.right) + _INSIDE
    part.height += _INSIDE
    part.boxes[frame.id] = Box(0, 0, part.width, part.height)
    return part


def _networks(picture: Picture, nodes: Sequence[Node], hues: dict[str, int]) -> list[Part]:
    """What is in one frame: each connected network by itself, and then the hosts that are wired to nothing."""
    net = network(picture, nodes)
    parts = []
    for keys in net.components():
        parts.append(component(picture, net, keys, hues))
    if net.alone and net.unwired:
        parts.append(segment_block(picture, net.unwired[0], net.alone).part)
        parts[-1].wires.clear()
    elif net.alone:
        parts.append(_grid([listed(host, picture.wires[host.id]) for host in net.alone]))
    return parts


def _grid(cards: Sequence[Part]) -> Part:
    across = columns(len(cards), cards[0].width + 12, cards[0].height + 12, 2.2)
    wide = max(card.width for card in cards)
    part = Part()
    for number, card in enumerate(cards):
        row, column = divmod(number, across)
        part.put(card, column * (wide + 12), row * (cards[0].height + 12))
    return part


# ---------------------------------------------------------------- below the drawing
_WAYS_OUT = ("bridge", "slirp", "tap", "socket", "default")


def _legend(picture: Picture, page: Part) -> dict[str, Box]:
    """Only what occurs; nothing where there is one back end and nothing unusual."""
    kinds = {node.kind for node in picture.nodes}
    backends = dict.fromkeys(node.backend for node in picture.nodes if node.is_host and node.backend)
    items = [(name, BY_NAME[name].title if name in BY_NAME else name) for name in backends]
    items += [("switch", "switch")] if kinds & {"switch"} else []
    items += [("outside", "way out of the project")] if kinds & set(_WAYS_OUT) else []
    items += [("remote", "switch of another server")] if "remote" in kinds else []
    items += [("missing", "switch that is not there")] if "missing" in kinds else []
    swatches: dict[str, Box] = {}
    x, y = MARGIN, page.height + 18
    for key, words in items:
        if x > MARGIN and x + 22 + width(words, "small") > max(page.width, 600):
            x, y = MARGIN, y + 18
        swatches[key] = Box(x, y + 1, 16, 11)
        x = page.write(words, "small", (x + 22, y)).right + 18
        page.width = max(page.width, x - 18)
    page.height = y + 14 if items else page.height
    return swatches


def _problems(picture: Picture, page: Part) -> dict[int, Box]:
    """The list of problems, written out in full."""
    marks: dict[int, Box] = {}
    if not picture.problems:
        return marks
    count = len(picture.problems)
    page.height += 18
    head = page.write(f"{count} problem{'' if count == 1 else 's'}", "frame", (MARGIN, page.height))
    page.height = head.bottom + 4
    room = max(page.width - MARGIN, 520) - MARGIN - 18
    above = _common_folder({problem.place.file for problem in picture.problems if problem.place})
    for number, problem in enumerate(picture.problems[:LISTED]):
        marks[number] = Box(MARGIN, page.height + 2, 9, 9)
        where = f"{problem.place.file[len(above) :]}:{problem.place.line}: " if problem.place else ""
        whom = f" ({problem.concerns})" if problem.concerns else ""
        _lines(page, wrapped(f"{where}{problem.message}{whom} [{problem.code}]", "small", room), f"problem:{number}")
    if count > LISTED:
        _lines(page, [f"… and {count - LISTED} more"], "")
    return marks


def _common_folder(paths: set[str]) -> str:
    """What absolute paths begin with, up to a `/`: an editor's are long. Nothing of paths that are relative."""
    if not paths or not all(path.startswith("/") for path in paths):
        return ""
    first, last = min(paths), max(paths)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, same) + 1]


def _lines(page: Part, lines: Iterable[str], of: str) -> None:
    for line in lines:
        box = page.write(line, "small", (MARGIN + 18, page.height), of)
        page.height = box.bottom + 1
        page.width = max(page.width, box.right)
    page.height += 4
