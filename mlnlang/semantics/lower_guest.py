"""What is set up inside a guest: accounts, groups, files, display."""

from __future__ import annotations

from mlnlang.ir import Display, Group, TransferredFile, User
from mlnlang.semantics.resolve import Resolved
from mlnlang.semantics.sections import Line


def users(block: Resolved) -> tuple[User, ...]:
    """Accounts; a user named twice (in a superclass and in a host) has the nearest line's values."""
    found: dict[str, User] = {}
    for entry, words in block.rows("users"):
        name, secret, home, uid = (*words, None, None, None)[:4]
        if name:
            found[name] = User(name, secret, home, int(uid) if uid and uid.isdigit() else None, Line(entry))
    return tuple(found.values())


def groups(block: Resolved) -> tuple[Group, ...]:
    """Groups, from lines `GROUP USER…` and from inner blocks; members in order, each once."""
    members: dict[str, dict[str, None]] = {}
    for _, words in block.rows("groups"):
        members.setdefault(words[0], {}).update(dict.fromkeys(words[1:]))
    outer = block.block("groups")
    if outer is not None:
        for (kind, _), inner in outer.children.items():
            inside = members.setdefault(kind, {})
            for _, words in inner.rows():
                inside.update(dict.fromkeys(words))
    return tuple(Group(name, tuple(inside)) for name, inside in members.items())


def files(block: Resolved) -> tuple[TransferredFile, ...]:
    """Files to copy; targets are from the guest's root whether or not they say so (old)."""
    return tuple(
        TransferredFile(
            words[0],
            words[1] if words[1].startswith("/") else f"/{words[1]}",
            words[2] if len(words) > 2 else None,
        )
        for _, words in block.rows("files")
    )


def display(block: Resolved) -> Display | None:
    """VNC, where anything of it is asked for."""
    number, password, keymap = (block.value(key) for key in ("vncdisplay", "vncpasswd", "vnckeymap"))
    if number is None and password is None and keymap is None and not block.flag("vncplugin"):
        return None
    return Display(number, password, keymap)
