"""What is done to a guest, as the compiler computes it, and how it stands in the host's guest.sh."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mlnlang_codegen.quoting import CannotCarryError, sh

_MODE = re.compile(r"[0-7]{3,4}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the guest, whole; `append`: lines to add once. `when` names the guests it is for, by tags."""

    path: str
    content: str
    mode: str = "0644"
    owner: str = "root"
    group: str = "root"
    append: bool = False
    #: Tags with commas between them, one of which the guest must have (lib/kind.sh); empty: every guest.
    when: str = ""

    def __str__(self) -> str:
        """Lines of guest.sh: a verb and the text."""
        return here(_head(self.append, self.path, self.mode, self.owner, self.group, self.when), self.content)


@lru_cache(maxsize=4096)
def _head(append: bool, path: str, mode: str, owner: str, group: str, when: str) -> str:
    verb = "guest_append" if append else "guest_file"
    head = f"{verb} {sh(path)} {mode} {sh(owner)} {sh(group)}"
    return f"on {when} {head}" if when else head


@dataclass(frozen=True, slots=True)
class ServerPath:
    """A file on the server; a relative one lies below the folder that a variable of the scripts names."""

    path: str
    variable: str = "MLN_FILES"

    def __str__(self) -> str:
        """One word of sh."""
        return sh(self.path) if self.path.startswith("/") else f'"${self.variable}"/{sh(self.path)}'


@dataclass(frozen=True, slots=True)
class Verb:
    """An operation on the guest: its name, its words, and the text that it is given, if it takes one."""

    name: str
    words: tuple[str | ServerPath, ...] = ()
    text: str | None = None

    def __str__(self) -> str:
        """A line of guest.sh, and the text behind it."""
        head = " ".join([self.name, *(sh(word) if isinstance(word, str) else str(word) for word in self.words)])
        return head if self.text is None else here(head, self.text)


@dataclass(frozen=True, slots=True)
class OnlyWindows:
    """What is done to a guest that turns out to be Windows, and nothing after it."""

    lines: tuple[Line, ...]

    def __str__(self) -> str:
        """Lines of guest.sh."""
        return "\n".join(["if is_windows; then", *map(str, self.lines), "return 0", "fi"])


#: What a plan for a guest is made of.
Line = Piece | Verb | OnlyWindows


def here(head: str, text: str) -> str:
    """A command that is given a text as a here-document, into which the shell does not look. `cut`: no line end."""
    if not text:
        return f"{head} </dev/null"
    if text[-1] != "\n":
        head += " cut"
        text += "\n"
    end = "END"
    while f"\n{end}\n" in f"\n{text}":
        end += "_"
    return f"{head} <<'{end}'\n{text}{end}"


def octal_mode(text: str, keyword: str) -> str:
    """A mode in octal digits."""
    if not _MODE.fullmatch(text):
        raise CannotCarryError(keyword, f"{text!r} is not a mode in octal digits")
    return text
