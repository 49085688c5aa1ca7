"""How wide a text is, without its font: by the widths of a wide, common one, so that what fits here fits elsewhere."""

from __future__ import annotations

from typing import NamedTuple


class Style(NamedTuple):
    """A kind of text. `size` and `line` in pixels; `mono`: all characters are of one width."""

    size: int
    line: int
    bold: bool = False
    mono: bool = False


STYLES = {
    "title": Style(17, 24, bold=True),
    "frame": Style(13, 18, bold=True),
    "bar": Style(13, 16, bold=True),
    "name": Style(13, 16, bold=True),
    "small": Style(11, 14),
    "card": Style(11, 14, mono=True),
}

#: Widths in em, of DejaVu Sans rounded up: the widest of the fonts that a system's `sans-serif` is likely to be.
_NARROW = dict.fromkeys("ijlI.,:;'|!()[]{}/\\ ·-`", 0.4)
_WIDE = dict.fromkeys("mwMW@%—…", 1.0)
_ASCII = _NARROW | _WIDE | dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ+=<>~#&_", 0.82)
_OTHER = 0.64


def width(text: str, style: str) -> int:
    """Pixels that a text takes at most."""
    size, _, bold, mono = STYLES[style]
    if text.isascii():
        ems = 0.61 * len(text) if mono else sum(_ASCII.get(char, _OTHER) for char in text)
    else:
        from wcwidth import wcwidth  # only for names that need it

        ems = sum(_ems(char, wcwidth(char), mono) for char in text)
    return int(ems * size * (1.1 if bold else 1.0)) + 1


def _ems(char: str, cells: int, mono: bool) -> float:
    if cells == 2:
        return 1.25
    if cells < 1:
        return 0.0 if cells == 0 else _OTHER
    return 0.62 if mono and char.isascii() else _ASCII.get(char, 0.64 if char.isascii() else 0.9)


def shortened(text: str, style: str, room: int) -> str:
    """As much of a text as there is room for, with an ellipsis where something is left out."""
    text = " ".join(text.split())
    if width(text, style) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle] + "…", style) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrapped(text: str, style: str, room: int) -> list[str]:
    """A text in lines that fit, broken between words; a word that is too long is broken anywhere."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and width(f"{line} {word}", style) <= room:
            line = f"{line} {word}"
            continue
        lines += [line] if line else []
        while width(word, style) > room:
            head = shortened(word, style, room)[:-1] or word[0]
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line else lines
