"""The words of list lines, told from the form that the schema gives the block: `USER [HASH] [HOME] [UID]`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlnlang.ide.cursor import Cursor
from mlnlang.ide.offers import Proposal, Stretch
from mlnlang.ide.paths import beside, files
from mlnlang.ide.scene import Scene
from mlnlang.ide.scope import entity
from mlnlang.ide.values import names
from mlnlang.schema import LineForm
from mlnlang.semantics.sections import Section

_LITERAL = re.compile(r"[a-z][a-z0-9_-]*")


def placeholders(form: LineForm) -> list[str]:
    """The words of a form, as they are written there."""
    return form.form.split()


def placeholder_at(form: LineForm, number: int) -> str | None:
    """The placeholder of a word by its number from 0; the last one may stand for all that follow."""
    words = placeholders(form)
    if number < len(words):
        return words[number]
    return words[-1] if form.most is None and words else None


def line_words(scene: Scene, section: Section, number: int, place: Cursor) -> Iterator[Proposal]:
    """What a word of a list line may be."""
    form = section.row.line if section.row else None
    wanted = placeholder_at(form, number) if form else None
    if wanted is None:
        return
    stretch = Stretch(place.typed_start, place.offset, place.typed_end)
    names_ = wanted.strip("[]…").split("|")
    for literal in names_:
        if _LITERAL.fullmatch(literal):
            yield Proposal(literal, "value", wanted, stretch)
    kind = names_[0].rstrip("…")
    given = set(place.words)
    if kind == "SERVER":
        yield from (each for each in names(scene, "server", stretch) if each.label not in given)
    elif kind == "USER" and section.context != "users":
        for user in users(scene, section):
            if user not in given:
                yield Proposal(user, "name", "user", stretch)
    elif kind in ("SOURCE", "KEY"):
        found = files(scene, place.typed) if section.context == "files" else beside(scene, place.typed)
        typed = place.typed.rpartition("/")[2]
        last = Stretch(place.offset - len(typed), place.offset, place.typed_end)
        for name, where in found:
            yield Proposal(name, "folder" if name.endswith("/") else "file", where, last)


def users(scene: Scene, section: Section) -> list[str]:
    """Accounts of the host that a block belongs to, with those it inherits; of the whole project outside hosts."""
    home = entity(section)
    if home is None or home.kind not in ("host", "superclass"):
        homes = [*scene.symbols.superclasses.values(), *scene.symbols.hosts.values()][:200]
        layers = iter(homes)
    else:
        layers = scene.layers(home)
    found: dict[str, None] = {}
    for layer in layers:
        for child in layer.children:
            if child.kind == "users":
                for entry in child.entries:
                    words = scene.symbols.evaluator.words(entry)
                    if words and "$" not in words[0]:
                        found.setdefault(words[0])
    return list(found)


def next_card(scene: Scene, section: Section) -> str:
    """The name of the next network card of a host: `eth0` where it has none."""
    taken = {child.name for layer in scene.layers(section) for child in layer.children if child.kind == "network"}
    prefix = next((found[1] for name in sorted(taken) if (found := re.fullmatch(r"([a-z]+)\d+", name))), "eth")
    number = 0
    while f"{prefix}{number}" in taken:
        number += 1
    return f"{prefix}{number}"
