"""Values of the IR in words, and what differs between two, value by value. Secrets are never among them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any

#: Stands for a value that is not for everyone's eyes.
HIDDEN = "(not shown)"
#: Settings of plugins that are taken for secrets by their names.
_SECRET_NAME = re.compile(r"pass|secret|token|key|hash|cred", re.IGNORECASE)
#: Lists whose texts may hold secrets: only what is not there any more, and what is new, is counted.
_SECRET_LISTS = frozenset(("user_data",))
_SECRET_FIELDS = frozenset(("content",))
#: The fields that tell members of a list apart.
_KEYS = ("name", "target", "mount_point", "path", "user", "role")
_UNITS = (("G", 1024**3), ("M", 1024**2), ("K", 1024))


@dataclass(frozen=True, slots=True)
class Row:
    """A value that differs: `what` says which; empty texts stand for "not there"."""

    what: str
    old: str
    new: str


def rows(what: str, old: Any, new: Any, *, secret: bool = False) -> Iterator[Row]:
    """What differs between two values of a field."""
    if old == new:
        return
    if secret:
        yield Row(what, HIDDEN if old else "", HIDDEN if new else "")
    elif _is_list(old) or _is_list(new):
        yield from _lists(what, tuple(old or ()), tuple(new or ()))
    elif is_dataclass(old) or is_dataclass(new):
        yield from _parts(what, old, new)
    elif isinstance(old, Mapping) or isinstance(new, Mapping):
        for key in sorted({*(old or {}), *(new or {})}):
            yield from rows(key, (old or {}).get(key, ()), (new or {}).get(key, ()))
    else:
        yield Row(_name(what), text(what, old), text(what, new))


def text(what: str, value: Any) -> str:
    """A plain value in words."""
    if value is None or value is False or value == ():
        return ""
    if value is True:
        return "on"
    if what.endswith("_mib"):
        return f"{value} MiB"
    if what.endswith("_bytes"):
        return size(value)
    return f'"{value}"' if isinstance(value, str) and (not value or value != value.strip()) else str(value)


def size(amount: int) -> str:
    """Bytes with the unit that fits."""
    for unit, bytes_ in _UNITS:
        if amount >= bytes_ and amount % bytes_ == 0:
            return f"{amount // bytes_}{unit}"
    return f"{amount} bytes"


def is_secret(field: Field[Any]) -> bool:
    """Whether a field's value is for nobody's eyes."""
    return bool(field.metadata.get("secret")) or field.name in _SECRET_FIELDS


def _name(what: str) -> str:
    return re.sub(r"_(mib|bytes)$", "", what)


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value)


def _parts(what: str, old: Any, new: Any) -> Iterator[Row]:
    for field in fields(old if old is not None else new):
        if field.compare:
            before, after = (None if thing is None else getattr(thing, field.name) for thing in (old, new))
            yield from rows(f"{what} {field.name}", before, after, secret=is_secret(field))


def _lists(what: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Row]:
    if is_dataclass((old or new)[0]):
        yield from _members(what, old, new)
    elif what in _SECRET_LISTS:
        yield Row(what, _count(old), _count(new) if _count(old) != _count(new) else "other lines")
    elif isinstance((old or new)[0], tuple):
        yield from _settings(what, old, new)
    else:
        gone, added = [line for line in old if line not in new], [line for line in new if line not in old]
        if not gone and not added:
            yield Row(what, ", ".join(old), ", ".join(new))
        yield from (Row(what, line, "") for line in gone)
        yield from (Row(what, "", line) for line in added)


def _settings(what: str, old: tuple[tuple[str, str], ...], new: tuple[tuple[str, str], ...]) -> Iterator[Row]:
    """Pairs of a name and a text; a name may come more than once."""
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys((*before, *after)):
        yield from rows(f"{what} {name}", before.get(name), after.get(name), secret=bool(_SECRET_NAME.search(name)))


def _by_name(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _members(what: str, old: tuple[Any, ...], new: tuple[Any, ...]) -> Iterator[Row]:
    before, after = _by_key(old), _by_key(new)
    if list(before) != list(after) and before == after:
        yield Row(what, ", ".join(before), ", ".join(after))
    for name in dict.fromkeys((*before, *after)):
        one, two = before.get(name), after.get(name)
        label = f"{what} {name}"
        if one is not None and two is not None:
            yield from _parts(label, one, two)
        else:
            yield Row(label, "" if one is None else _member(one), "" if two is None else _member(two))


def _by_key(members: tuple[Any, ...]) -> dict[str, Any]:
    """Members by what tells them apart; numbered where that is not enough."""
    found: dict[str, Any] = {}
    for member in members:
        name = next((str(getattr(member, key)) for key in _KEYS if hasattr(member, key)), "")
        again = sum(1 for known in found if known == name or known.startswith(f"{name} #"))
        found[f"{name} #{again + 1}" if again else name] = member
    return found


def _member(member: Any) -> str:
    """A member of a list in words: what is said of it, secrets left out."""
    told = []
    for field in fields(member):
        value = getattr(member, field.name)
        if not field.compare or value == field.default or field.name in _KEYS or is_secret(field):
            continue
        if isinstance(value, (str, int)):
            told.append(text(field.name, value) if not isinstance(value, bool) else field.name)
        elif value and all(isinstance(item, str) for item in value):
            told.append(", ".join(value))
    return " ".join(told) or "there"


def _count(lines: tuple[Any, ...]) -> str:
    return f"{len(lines)} line{'s' if len(lines) > 1 else ''}" if lines else ""
