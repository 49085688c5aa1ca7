"""Boxes, texts and wires with whole-number positions, and parts that are put together to larger parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import NamedTuple

from mlnlang.graph.text import STYLES, width

Point = tuple[int, int]
Wire = list[Point]


class Box(NamedTuple):
    """A rectangle in pixels; `x` and `y` are its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, dx: int, dy: int) -> Box:
        """The same elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    @property
    def right(self) -> int:
        """The right border."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The lower border."""
        return self.y + self.height


class Text(NamedTuple):
    """A line of text in its box. `full` is what it stands for where it is shortened; `of` the id of what it belongs to.

    `middle`: it stands in the middle of its box, however wide the font turns out to be.
    """

    box: Box
    shown: str
    style: str
    of: str = ""
    full: str = ""
    middle: bool = False


@dataclass
class Part:
    """A piece of a picture, with positions of its own. `cards`: the boxes of interfaces' labels, by the edge's id."""

    width: int = 0
    height: int = 0
    boxes: dict[str, Box] = field(default_factory=dict)
    cards: dict[str, Box] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    wires: dict[str, Wire] = field(default_factory=dict)
    #: Ways that wires of several segments go together.
    bundles: list[Wire] = field(default_factory=list)

    def put(self, other: Part, dx: int, dy: int) -> None:
        """Lay another part into this one."""
        self.boxes |= {key: box.moved(dx, dy) for key, box in other.boxes.items()}
        self.cards |= {key: box.moved(dx, dy) for key, box in other.cards.items()}
        self.texts += [text._replace(box=text.box.moved(dx, dy)) for text in other.texts]
        self.wires |= {key: moved(wire, dx, dy) for key, wire in other.wires.items()}
        self.bundles += [moved(wire, dx, dy) for wire in other.bundles]
        self.width = max(self.width, other.width + dx)
        self.height = max(self.height, other.height + dy)

    def write(self, shown: str, style: str, at: Point, of: str = "", full: str = "") -> Box:
        """Put a line of text; returns its box."""
        box = Box(*at, width(shown, style), STYLES[style].line)
        if shown:
            self.texts.append(Text(box, shown, style, of, full if full != shown else ""))
        return box


def moved(wire: Iterable[Point], dx: int, dy: int) -> Wire:
    """A wire elsewhere."""
    return [(x + dx, y + dy) for x, y in wire]


def straightened(wire: Iterable[Point]) -> Wire:
    """The same wire without points that are on the way anyhow."""
    done: Wire = []
    for point in wire:
        if done and done[-1] == point:
            continue
        if len(done) > 1 and _in_line(done[-2], done[-1], point):
            done[-1] = point
        else:
            done.append(point)
    return done


def _in_line(first: Point, middle: Point, last: Point) -> bool:
    if first[0] == middle[0] == last[0]:
        return (middle[1] - first[1]) * (last[1] - middle[1]) >= 0
    return first[1] == middle[1] == last[1] and (middle[0] - first[0]) * (last[0] - middle[0]) >= 0


def columns(count: int, wide: int, high: int, aspect: float) -> int:
    """In how many columns so many cells of one size come nearest to a shape of `aspect` (width by height)."""
    best, least = count, float("inf")
    for rows in range(1, count + 1):
        across = -(-count // rows)
        distance = abs(log(across * wide / (rows * high) / aspect))
        if distance < least - 1e-9:
            best, least = across, distance
    return best


def packed(parts: Sequence[Part], gap: int, aspect: float = 1.6) -> Part:
    """Parts side by side in rows, in their order, so that the whole comes nearest to a shape of `aspect`."""
    rooms = {max(part.width for part in parts)} if parts else {0}
    total = sum(part.width + gap for part in parts)
    rooms |= {total * share // _TRIES for share in range(1, _TRIES + 1) if total * share // _TRIES > min(rooms)}
    places = min((_rows(parts, gap, room) for room in sorted(rooms)), key=lambda at: _distance(parts, at, aspect))
    done = Part()
    for part, (x, y) in zip(parts, places, strict=True):
        done.put(part, x, y)
    return done


#: Widths that are tried out.
_TRIES = 48


def _distance(parts: Sequence[Part], places: Sequence[Point], aspect: float) -> float:
    wide = max((x + part.width for part, (x, _) in zip(parts, places, strict=True)), default=1)
    high = max((y + part.height for part, (_, y) in zip(parts, places, strict=True)), default=1)
    return round(abs(log(max(wide, 1) / max(high, 1) / aspect)), 6)


def _rows(parts: Sequence[Part], gap: int, room: int) -> list[Point]:
    """One try: where each part is. Parts of about one width stand in columns."""
    widths = [part.width for part in parts]
    alike = max(widths, default=0) if max(widths, default=0) <= 1.3 * min(widths, default=0) else 0
    places: list[Point] = []
    x = y = bottom = 0
    for part in parts:
        wide = max(part.width, alike)
        if x and x + wide > room:
            x, y = 0, bottom + gap
        places.append((x, y))
        x += wide + gap
        bottom = max(bottom, y + part.height)
    return places
