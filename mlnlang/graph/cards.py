"""Hosts as cards and segments as bars: how large they are, and what is written on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import ip_interface

from mlnlang.backends import BY_NAME
from mlnlang.graph.geometry import Box, Part, Point, Text
from mlnlang.graph.model import Edge, Node
from mlnlang.graph.text import STYLES, shortened, width
from mlnlang.schema.units import show_memory

BAR_HEIGHT = 24
#: Pixels from a card's border to its text.
INSET = 9
_LEAST_CARD = 92
_NAME_ROOM = 190
_CARD_ROOM = 290
_BAR_NAME_ROOM = 260
_BAR_ROOM = 460
_BETWEEN = 6


def listed(host: Node, edges: Sequence[Edge]) -> Part:
    """A card with a line for each interface. A wire meets it at the left end of the line, or at the top."""
    part = _headed(host, 6)
    for edge in edges:
        shown = shortened(_whole(edge), "card", _CARD_ROOM)
        text = part.write(shown, "card", (INSET, part.height), edge.id, _whole(edge))
        part.cards[edge.id] = Box(4, text.y, 0, text.height)
        part.height += text.height
        part.width = max(part.width, text.right + INSET)
    part.height += 5
    part.cards = {edge: box._replace(width=part.width - 8) for edge, box in part.cards.items()}
    part.boxes[host.id] = Box(0, 0, part.width, part.height)
    return part


def ported(host: Node, above: Sequence[Edge], below: Sequence[Edge], bundle: str) -> Part:
    """A card with its interfaces at the border that their wires come to. `bundle` names many that leave as one."""
    upper = _ports(above)
    lower = _ports(below)
    if bundle:
        beside = width(bundle, "small") + 2 * _BETWEEN
        lower.write(bundle, "small", (lower.width + (INSET if lower.width else _BETWEEN), 3), host.id)
        lower.width += beside
        lower.height = max(lower.height, STYLES["small"].line + 6)
    part = _headed(host, upper.height + 4)
    part.width = max(part.width, upper.width + 8, lower.width + 8)
    part.texts = [_centred(text, part.width) for text in part.texts]
    for half in (upper, lower):
        half.texts = [text._replace(middle=True) for text in half.texts]
    part.put(upper, (part.width - upper.width) // 2, 0)
    part.height += 3
    part.put(lower, (part.width - lower.width) // 2, part.height)
    part.boxes[host.id] = Box(0, 0, part.width, part.height)
    return part


def _centred(text: Text, wide: int) -> Text:
    return text._replace(box=text.box._replace(x=(wide - text.box.width) // 2), middle=True)


def port(part: Part, edge: Edge) -> Point:
    """Where an interface's wire meets a card made by `ported`."""
    box = part.cards[edge.id]
    upper = box.y < part.height - box.bottom
    return box.x + box.width // 2, 0 if upper else part.height


def bar(segment: Node, edges: Iterable[Edge], least: int) -> Part:
    """A segment as a bar, its networks beside its name."""
    part = Part(least, BAR_HEIGHT)
    shown = shortened(segment.name, "bar", _BAR_NAME_ROOM)
    name = part.write(shown, "bar", (INSET, 4), segment.id, segment.name)
    detail = detail_of(segment, edges)
    short = shortened(detail, "small", _BAR_ROOM - name.right)
    end = part.write(short, "small", (name.right + 7, 6), segment.id, detail).right if short else name.right
    part.width = max(least, end + INSET)
    part.boxes[segment.id] = Box(0, 0, part.width, BAR_HEIGHT)
    return part


def detail_of(segment: Node, edges: Iterable[Edge]) -> str:
    """What is said of a segment beside its name: networks, and what is special about it."""
    networks = list(dict.fromkeys(network for edge in edges if (network := _network(edge.address))))
    said = networks if len(networks) <= 2 else [f"{len(networks)} networks"]
    detail = segment.detail if segment.kind in ("switch", "remote") else ""
    return " · ".join([*said, *([detail] if detail else [])])


def about(host: Node) -> str:
    """`Xen · 128 MiB`."""
    row = BY_NAME.get(host.backend or "")
    parts = [row.title if row else host.backend or ""]
    parts += [show_memory(host.memory_mib)] if host.memory_mib else []
    parts += [f"{host.vcpus} CPUs"] if host.vcpus and host.vcpus > 1 else []
    return " · ".join(parts)


def _headed(host: Node, top: int) -> Part:
    part = Part(_LEAST_CARD, top)
    for text, style in ((host.name, "name"), (about(host), "small")):
        box = part.write(shortened(text, style, _NAME_ROOM), style, (INSET, part.height), host.id, text)
        part.height += box.height
        part.width = max(part.width, box.right + INSET)
    return part


def _ports(edges: Sequence[Edge]) -> Part:
    """Labels side by side, name over address."""
    part = Part()
    for edge in edges:
        lines = [edge.interface, *([edge.address] if edge.address else [])]
        lines = [shortened(line, "card", _CARD_ROOM) for line in lines]
        wide = max(width(line, "card") for line in lines) + 2 * _BETWEEN
        for number, line in enumerate(lines):
            left = part.width + (wide - width(line, "card")) // 2
            part.write(line, "card", (left, 3 + number * STYLES["card"].line), edge.id, _whole(edge))
        box = Box(part.width + 1, 1, wide - 2, 4 + len(lines) * STYLES["card"].line)
        part.cards[edge.id] = box
        part.width += wide
        part.height = max(part.height, box.bottom + 1)
    return part


def _whole(edge: Edge) -> str:
    return f"{edge.interface} {edge.address}" if edge.address else edge.interface


def _network(address: str | None) -> str:
    if not address or "/" not in address:
        return ""
    try:
        return str(ip_interface(address).network)
    except ValueError:
        return ""
