"""YAML out of plain data, in the one place that writes it: block style, and every string read back as it was.

YAML 1.1 and 1.2 readers agree on what is written here: a plain word that could be anything but a string is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

#: Words that are strings to every reader: no number, no `yes`, `null`, no date.
_PLAIN = re.compile(r"(?!(?i:y|n|yes|no|on|off|true|false|null)$)[A-Za-z_/][A-Za-z0-9_./-]*")
#: All but what is printable in YAML 1.1 (5.1) and neither taken for a line's end nor stripped.
_ODD = "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_SHORT = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def dump(value: Any) -> str:
    """A document: mappings, sequences, strings, whole numbers and truth values. No half of a surrogate pair."""
    return "".join(f"{line}\n" for line in _lines(value))


def string(text: str) -> str:
    """A string on one line."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + re.sub(_ODD, _escape, text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    return _SHORT.get(sign) or (f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\u{ord(sign):04x}")


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return string(value)
    return "[]" if isinstance(value, Sequence) else "{}"


def _is_flat(value: Any) -> bool:
    return isinstance(value, (str, int)) or not value


def _block(text: str) -> list[str] | None:
    """Lines of a literal block, `|` first; None where a block would not give the text back."""
    if "\n" not in text or text[0] in " \n\t" or text.endswith("\n\n") or re.search(_ODD, text.replace("\n", "")):
        return None
    body = text.removesuffix("\n").split("\n")
    return ["|" if text.endswith("\n") else "|-", *(f"  {line}" if line else "" for line in body)]


def _lines(value: Any) -> list[str]:
    if _is_flat(value):
        block = _block(value) if isinstance(value, str) and value else None
        return block or [_scalar(value)]
    if isinstance(value, Mapping):
        return [line for key, inner in value.items() for line in _entry(f"{string(key)}:", inner)]
    return [line for inner in value for line in _item(inner)]


def _entry(head: str, value: Any) -> list[str]:
    lines = _lines(value)
    if _is_flat(value):
        return [f"{head} {lines[0]}", *lines[1:]]
    if isinstance(value, Sequence) and all(isinstance(part, (str, int)) for part in value):
        return [f"{head} [{', '.join(map(_scalar, value))}]"]
    return [head, *(f"  {line}" if line else "" for line in lines)]


def _item(value: Any) -> list[str]:
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(p, (str, int)) for p in value):
        return [f"- [{', '.join(map(_scalar, value))}]"]
    first, *others = _lines(value)
    return [f"- {first}", *(f"  {line}" if line else "" for line in others)]
