"""Colours of the SVG, light and dark. No variables: librsvg and others don't know them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mlnlang.backends import BACK_ENDS
from mlnlang.graph.text import STYLES

#: For segments that are drawn together: wire, and a bar's fill (light, dark).
_WIRES = (
    ("#4a6fa5", "#dbe6f5", "#7ea6df", "#22344f"),
    ("#2f8f6b", "#d6f0e4", "#56c39a", "#173d2f"),
    ("#a0642b", "#f6e6d3", "#dda062", "#46301a"),
    ("#8a4fa3", "#efdff5", "#c08fd8", "#3b2547"),
    ("#3d8791", "#d5eef1", "#6cc0cb", "#173a3f"),
    ("#8c7a1f", "#f3edc9", "#cdb84f", "#3d3612"),
)
HUES = len(_WIRES)
_BACK_ENDS = {
    "xen": "#3a7d44", "vmware": "#c9822b", "uml": "#5b6ee1", "kvm": "#c2476b", "lxc": "#2f9aa8",
    "openstack": "#8b929c", "ec2": "#8b929c",
}  # fmt: skip
#: Of problems: rings and badges; texts on light, on dark.
_MARKS = {
    "error": ("#d92d20", "#b42318", "#ff8a80"),
    "warning": ("#d98a00", "#8f5a00", "#f5b84a"),
    "note": ("#5b7fb5", "#3f6296", "#9db9e3"),
}


def _css() -> str:
    rules = [
        ".mln{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}",
        *(_font(name) for name in STYLES),
        ".count{font-size:9px;font-weight:700;text-anchor:middle}",
        ".middle{text-anchor:middle}",
        ".wire{fill:none;stroke-width:1.6}",
        ".host>.box{stroke-width:1}.segment>.box{stroke-width:1.4}.card>.box{fill:none;stroke:none}",
        ".server>.box{stroke-width:1.4}.project>.box{stroke-width:1;stroke-dasharray:2 3}",
        ".bridge>.box,.slirp>.box,.tap>.box,.socket>.box,.default>.box,.s-outside{stroke-dasharray:6 3}",
        ".remote>.box,.s-remote{stroke-dasharray:2 3}.missing>.box,.s-missing{stroke-dasharray:6 3}",
        ".unwired>.box{fill:none;stroke-dasharray:1 4}",
        *(f".b-{row.name}>.stripe,.s-{row.name}{{fill:{_BACK_ENDS.get(row.name, '#8b929c')}}}" for row in BACK_ENDS),
        *(f".badge.{name}{{fill:{row[0]}}}" for name, row in _MARKS.items()),
        *_theme(_LIGHT),
        "@media(prefers-color-scheme:dark){",
        *_theme(_DARK),
        "}",
    ]
    return "\n".join(["", *rules, ""])


def _font(name: str) -> str:
    size, _, bold, mono = STYLES[name]
    family = ";font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" if mono else ""
    return f".{name}{{font-size:{size}px{';font-weight:600' if bold else ''}{family}}}"


class _Theme(NamedTuple):
    page: str
    text: str
    faint: str
    card: str
    border: str
    frame: str
    frame_border: str
    #: Where its colours begin in a row of `_WIRES`.
    first: int


_LIGHT = _Theme("#ffffff", "#1f2933", "#5b6673", "#ffffff", "#aab4c0", "#f6f8fa", "#8c97a3", 0)
_DARK = _Theme("#15191e", "#e6ebf0", "#9aa7b4", "#20262d", "#4d5865", "#1a1f25", "#66717d", 2)
_HOLLOW = ("bridge", "slirp", "tap", "socket", "default", "remote", "unwired", "missing")


def _theme(colours: _Theme) -> Iterator[str]:
    page, text, faint, card, border, frame, frame_border, first = colours
    yield f".page{{fill:{page}}}text{{fill:{text}}}.small,.card text{{fill:{faint}}}"
    yield ".mln .count,.mln .card.card .count{fill:#fff}"
    yield f".host>.box{{fill:{card};stroke:{border}}}.server>.box{{fill:{frame};stroke:{frame_border}}}"
    yield f".project>.box{{fill:none;stroke:{frame_border}}}.bundle{{stroke:{frame_border}}}"
    for number, row in enumerate(_WIRES):
        wire, fill = row[first], row[first + 1]
        yield f".h{number}.wire,.h{number}.segment>.box{{stroke:{wire}}}.h{number}.switch>.box{{fill:{fill}}}"
    yield f".s-switch{{fill:{_WIRES[0][first + 1]};stroke:{_WIRES[0][first]}}}"
    yield f"{','.join(f'.{kind}>.box' for kind in _HOLLOW)},.s-outside,.s-remote{{fill:{page}}}"
    yield f".s-outside,.s-remote{{stroke:{faint}}}.mln .unwired>.box{{stroke:{faint}}}"
    for name, (colour, *texts) in _MARKS.items():
        yield f".mln .{name}>.box{{stroke:{colour};stroke-width:2.2}}.mln .wire.{name}{{stroke:{colour}}}"
        yield f".mln .card.{name}>.box{{fill:{colour};fill-opacity:.14;stroke:none}}"
        yield f".mln .card.{name} text{{fill:{texts[first // 2]}}}"
    yield f".mln .missing>.box,.s-missing{{stroke:{_MARKS['error'][0]};fill:{page}}}"


CSS = _css()
