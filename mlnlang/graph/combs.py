"""Hosts hung below their segment like teeth of a comb: rows and columns of cards, wires in the gutters between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlnlang.graph.cards import BAR_HEIGHT, bar, listed
from mlnlang.graph.geometry import Box, Part, Point, Wire, columns, moved
from mlnlang.graph.model import Node, Picture

_LANE = 7
_GUTTER = 11
_ROW_GAP = 12
_DROP = 20
#: So many cards stand in one row, however wide that is.
_ONE_ROW = 4


@dataclass
class Block:
    """A part that wires of other blocks come to. `ports`: where, by the other end's id; none: anywhere on the border.

    `tails` has for an edge the way from its port inwards; `lane` the way from a bar to the block's lower border.
    """

    part: Part
    ports: dict[str, Point] = field(default_factory=dict)
    tails: dict[str, Wire] = field(default_factory=dict)
    lane: Wire = field(default_factory=list)
    #: Ways that wires of several segments go together.
    shared: list[Wire] = field(default_factory=list)


def segment_block(picture: Picture, segment: Node, hosts: Sequence[Node], above: int = 0, below: int = 0) -> Block:
    """A bar with the hosts that are wired to it alone. `above` and `below`: wires from and to other blocks."""
    edges = picture.wires[segment.id]
    if not hosts:
        return Block(bar(segment, edges, 2 * _LANE * max(above, below) + 16))
    cards = [listed(host, picture.wires[host.id]) for host in hosts]
    single = len(cards) <= _ONE_ROW and all(len(card.cards) == 1 for card in cards)
    grid = _dropped(cards) if single else _combed(cards, 1)
    lane = 2 * _LANE if below else 0
    part = bar(segment, edges, max(grid.part.width + lane, 2 * _LANE * above + 16))
    part.put(grid.part, 0, BAR_HEIGHT)
    for edge in edges:  # a host may have cards besides that lead nowhere
        if edge.id in grid.tails:
            part.wires[edge.id] = moved(grid.tails[edge.id][0], 0, BAR_HEIGHT)
    block = Block(part)
    if below:
        x = part.width - _LANE
        block.lane = [(x, BAR_HEIGHT), (x, part.height)]
    return block


def rails_block(picture: Picture, hosts: Sequence[Node], above: Sequence[Node], below: Sequence[Node]) -> Block:
    """Many hosts that are all wired to the same segments: one rail a segment, over or under them."""
    segments = [*above, *below]
    cards = [listed(host, picture.wires[host.id]) for host in hosts]
    grid = _combed(cards, len(segments))
    high = 4 + _LANE * len(above)
    part = Part()
    left = _LANE * len(segments)
    part.put(grid.part, left, high)
    part.height += _LANE * len(below) + 6
    lanes = {segment.id: lane for lane, segment in enumerate(segments)}
    block = Block(part)
    for lane, segment in enumerate(segments):
        x = left + (grid.part.width - left) // 2 + _LANE * lane
        block.ports[segment.id] = (x, 0 if lane < len(above) else part.height)
    for edge in (edge for host in hosts for edge in picture.wires[host.id] if edge.segment in lanes):
        lane = lanes[edge.segment]
        port = block.ports[edge.segment]
        rail = 4 + _LANE * lane if port[1] == 0 else part.height - 4 - _LANE * (len(segments) - 1 - lane)
        tail = moved(grid.tails[edge.id][lane], left, high)
        block.tails[edge.id] = [port, (port[0], rail), (tail[0][0], rail), *tail[1:]]
    return block


@dataclass
class _Grid:
    """Cards in rows. `tails`: of each edge and lane, from the grid's upper border down the gutter to the card."""

    part: Part
    tails: dict[str, list[Wire]]


def _dropped(cards: Sequence[Part]) -> _Grid:
    """One row, each wire straight down to the middle of its card."""
    part, tails = Part(), {}
    for card in cards:
        x = part.width + (_ROW_GAP if part.width else 0)
        part.put(card, x, _DROP)
        middle = x + card.width // 2
        (edge,) = card.cards
        tails[edge] = [[(middle, 0), (middle, _DROP)]]
    return _Grid(part, tails)


def _combed(cards: Sequence[Part], lanes: int) -> _Grid:
    """Rows and columns; wires come down left of each column and turn off to the lines of the cards."""
    wide, high = max(card.width for card in cards), max(card.height for card in cards)
    gutter = _GUTTER + _LANE * lanes
    across = columns(len(cards), wide + gutter, high + _ROW_GAP, 2.2)
    part, tails = Part(), {}
    for number, card in enumerate(cards):
        row, column = divmod(number, across)
        x, y = gutter + column * (wide + gutter), _ROW_GAP + row * (high + _ROW_GAP)
        part.put(_widened(card, wide, high), x, y)
        for edge, box in card.cards.items():
            line = y + box.y + box.height // 2
            trunks = [x - _LANE * (lanes - lane) for lane in range(lanes)]
            tails[edge] = [[(trunk, 0), (trunk, line), (x, line)] for trunk in trunks]
    part.width += 6
    part.height += 2
    return _Grid(part, tails)


def _widened(card: Part, wide: int, high: int) -> Part:
    """A card as large as its neighbours."""
    (host,) = card.boxes
    cards = {edge: box._replace(width=wide - 8) for edge, box in card.cards.items()}
    return Part(wide, high, {host: Box(0, 0, wide, high)}, cards, card.texts)


# ---------------------------------------------------------------- subtrees
@dataclass
class Hung:
    """A part that hangs on one block by some wires: `entries` where each edge enters it, `tails` the way from there."""

    part: Part
    entries: dict[str, Point]
    tails: dict[str, Wire] = field(default_factory=dict)


def hung_block(children: Sequence[Hung]) -> Block:
    """Subtrees of one block in rows and columns, reached by wires in the gutters as hosts are."""
    wide = max(child.part.width for child in children)
    rough = sum(child.part.height for child in children) // len(children)
    gutter = _GUTTER + 2 * _LANE
    gap = 2 * _DROP
    across = columns(len(children), wide + gutter, rough + gap, 2.0)
    middle = (across * (wide + gutter) + 6) // 2
    block = Block(Part(), {"": (middle, 0)})
    top = _DROP
    for start in range(0, len(children), across):
        row = children[start : start + across]
        for column, child in enumerate(row):
            _hang(block, child, gutter + column * (wide + gutter), top)
        top += max(child.part.height for child in row) + gap
    block.part.width += 6
    block.part.height += 2
    return block


def _hang(block: Block, child: Hung, x: int, y: int) -> None:
    block.part.put(child.part, x, y)
    middle, trunk = block.ports[""][0], x - _GUTTER
    for number, (edge, entry) in enumerate(child.entries.items()):
        level = y - 7 - 4 * number % 12
        end = (x + entry[0], y + entry[1])
        shared = [(middle, 0), (middle, 7), (trunk, 7), (trunk, level)]
        block.tails[edge] = [*shared, (end[0], level), end, *moved(child.tails.get(edge, ()), x, y)]
        block.shared.append(shared)
