"""Entries of passwd(5), group(5) and shadow(5): pure functions from text to text."""

from __future__ import annotations

from collections.abc import Callable

#: Numbers of people start here.
_FIRST_ID = 1000


def ended(text: str) -> str:
    """A text whose last line has its end, so that another can follow."""
    return text if not text or text.endswith("\n") else text + "\n"


def entry(text: str, name: str) -> list[str] | None:
    """The fields of the first entry of that name."""
    return next((fields for line in text.split("\n") if (fields := line.split(":"))[0] == name), None)


def field(text: str, name: str, index: int) -> str:
    """A field of the first entry of that name; empty where there is none."""
    fields = entry(text, name) or []
    return fields[index] if len(fields) > index else ""


def next_id(text: str) -> str:
    """The first number from 1000 on that no third field has."""
    used = {fields[2] for line in text.split("\n") if len(fields := line.split(":")) > 2}
    number = _FIRST_ID
    while str(number) in used:
        number += 1
    return str(number)


def add_group(text: str, name: str, gid: str) -> str:
    """A group file with another group; another number where that one is taken, or none is wanted."""
    used = {fields[2] for line in text.split("\n") if len(fields := line.split(":")) > 2}
    if not gid or gid in used:
        gid = next_id(text)
    return f"{ended(text)}{name}:x:{gid}:\n"


def add_member(text: str, group: str, user: str) -> str:
    """A group file with the user in the group."""

    def add(fields: list[str]) -> list[str]:
        members = fields[3] if len(fields) > 3 else ""
        if f",{user}," in f",{members},":
            return fields
        fields += [""] * (4 - len(fields))
        fields[3] = f"{members},{user}" if members else user
        return fields

    return _changed(text, group, add)


def set_password(text: str, user: str, hashed: str) -> str:
    """A passwd or shadow file with the user's hash."""

    def put(fields: list[str]) -> list[str]:
        fields += [""] * (2 - len(fields))
        fields[1] = hashed
        return fields

    return _changed(text, user, put)


def shadow_entry(user: str, hashed: str) -> str:
    """A new line of shadow(5)."""
    return f"{user}:{hashed}::0:99999:7:::\n"


def _changed(text: str, name: str, change: Callable[[list[str]], list[str]]) -> str:
    lines = []
    for line in ended(text).split("\n")[:-1]:
        fields = line.split(":")
        lines.append(":".join(change(fields)) if fields[0] == name else line)
    return "".join(f"{line}\n" for line in lines)
