"""What has changed between the project that is built and the one that is wanted, and what it costs. Pure.

Both are resolved, so a change in `global`, in a superclass, in an include or of a switch counts for every machine
that it reaches (the original missed those).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from mlnlang.ir import Disk, Host, Interface, Project, Switch
from mlnlang_manager.upgrade.labels import (
    FIT,
    GROW,
    HOST,
    INTERFACE_DERIVED,
    INTERFACE_GUEST,
    LESS_MEMORY,
    MORE_MEMORY,
    NOTHING,
    PROJECT,
    ROOT_DISK,
    SET_UP,
    SWITCH,
    Cost,
)
from mlnlang_manager.upgrade.values import Row, is_secret, rows, size

#: What happens to a machine or switch as a whole.
Fate = Literal["stays", "new", "gone"]

_SECRETS = {field.name for field in fields(Host) if is_secret(field)}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs. `old` and `new` are texts for people; secrets are never among them."""

    what: str
    old: str
    new: str
    cost: Cost
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one machine or switch, `kind` `host`, `switch` or `project`."""

    kind: str
    name: str
    fate: Fate
    changes: tuple[Change, ...] = ()

    @property
    def subject(self) -> str:
        """`host NAME` or `switch NAME`."""
        return f"{self.kind} {self.name}"

    @property
    def cost(self) -> Cost:
        """The dearest of its changes."""
        if self.fate == "gone" and self.kind == "host":
            return Cost.REBUILD
        return max((change.cost for change in self.changes), key=lambda cost: cost.rank, default=Cost.NOTHING)

    @property
    def loses_data(self) -> bool:
        """Whether the disk of a machine goes."""
        return self.kind == "host" and (self.fate == "gone" or (self.fate == "stays" and self.cost is Cost.REBUILD))

    def does(self, what: str) -> bool:
        """Whether a change asks for `SET_UP`, `GROW` or `FIT`."""
        return any(what in change.besides for change in self.changes)

    def change(self, what: str) -> Change | None:
        """The change of that name."""
        return next((change for change in self.changes if change.what == what), None)


def differences(old: Project | None, new: Project) -> list[Difference]:
    """What differs, in order: the project, switches, hosts; each as the new project has them, then what goes."""
    found: list[Difference] = []
    if old is not None and (changes := tuple(_project(old, new))):
        found.append(Difference("project", new.name, "stays", changes))
    before = old or Project(new.name)
    switches = list(_each("switch", before.switches, new.switches, _switch))
    disturbed = {d.name for d in switches if d.fate == "stays" and d.cost is not Cost.NOTHING}
    moved = old is not None and old.files_directory != new.files_directory
    rebased = old is not None and old.templates_directory != new.templates_directory

    def compare(one: Host, two: Host) -> Iterator[Change]:
        if one != two:
            yield from _host(one, two)
        yield from _of_switches(two, disturbed)
        if moved and _has_files(two):
            yield Change("files", "", "from another folder", Cost.RESTART, (SET_UP, FIT))
        if rebased and _lies_over_a_template(two):
            yield Change("template", "", "from another folder", Cost.RESTART)

    hosts = _each("host", before.hosts, new.hosts, compare, always=bool(disturbed or moved or rebased))
    return [*found, *switches, *hosts]


def _each(
    kind: str,
    old: Sequence[Any],
    new: Sequence[Any],
    compare: Callable[[Any, Any], Iterable[Change]],
    *,
    always: bool = False,
) -> Iterator[Difference]:
    known = {thing.name: thing for thing in old}
    for thing in new:
        before = known.pop(thing.name, None)
        if before is None:
            yield Difference(kind, thing.name, "new")
        elif (always or before != thing) and (changes := tuple(compare(before, thing))):
            yield Difference(kind, thing.name, "stays", changes)
    for name in known:
        yield Difference(kind, name, "gone")


def _of_switches(host: Host, disturbed: set[str]) -> Iterator[Change]:
    for name in dict.fromkeys(card.switch for card in host.interfaces if card.switch in disturbed):
        yield Change(f"switch {name}", "", "is made anew", Cost.RESTART)


def _has_files(host: Host) -> bool:
    """Whether something of the files folder is in the guest, or a disk of it."""
    sources: list[str | None] = [file.source for file in host.files]
    sources += [key.source for key in host.authorized_keys]
    sources += [disk.source for disk in host.disks if disk.role == "mount"]
    return any(source and not source.startswith("/") for source in sources)


def _lies_over_a_template(host: Host) -> bool:
    root = host.root_disk
    base = root and (root.cow_base or (root.template if host.backend == "kvm" and root.storage == "file" else None))
    return bool(base) and not str(base).startswith("/")


def _project(old: Project, new: Project) -> Iterator[Change]:
    for name in PROJECT:
        yield from _changes(name, getattr(old, name), getattr(new, name), Cost.NOTHING)


def _switch(old: Switch, new: Switch) -> Iterator[Change]:
    for name, cost in SWITCH.items():
        yield from _changes(name, getattr(old, name), getattr(new, name), cost)


def _changes(
    name: str, old: Any, new: Any, cost: Cost, besides: str = NOTHING, *, secret: bool = False
) -> Iterator[Change]:
    """A change for each value that differs, and one at least where any does."""
    if old == new:
        return
    for row in list(rows(name, old, new, secret=secret)) or [Row(name, "", "is written another way")]:
        yield Change(row.what, row.old, row.new, cost, (besides,) if besides else ())


# ---------------------------------------------------------------- hosts
def _host(old: Host, new: Host) -> Iterator[Change]:
    for name, (cost, besides) in HOST.items():
        yield from _changes(name, getattr(old, name), getattr(new, name), cost, besides, secret=name in _SECRETS)
    if old.memory_mib != new.memory_mib:
        live = LESS_MEMORY if new.memory_mib < old.memory_mib else MORE_MEMORY
        cost = Cost.LIVE if new.backend in live and old.backend == new.backend else Cost.RESTART
        yield Change("memory", f"{old.memory_mib} MiB", f"{new.memory_mib} MiB", cost)
    yield from _root(old, new)
    yield from _disks(old, new)
    yield from _interfaces(old.interfaces, new.interfaces)


def _root(old: Host, new: Host) -> Iterator[Change]:
    before, after = old.root_disk, new.root_disk
    if before is None or after is None:
        if before is not after:
            yield Change("root disk", _disk(before), _disk(after), Cost.REBUILD)
        return
    for name, cost in ROOT_DISK.items():
        if name != "template" or old.template == new.template:  # the host's own tells it
            for change in _changes(name, getattr(before, name), getattr(after, name), cost):
                yield replace(change, what=f"root disk {change.what}")
    yield from _sizes(before, after)


def _sizes(old: Disk, new: Disk) -> Iterator[Change]:
    """A disk grows in its place; one that is to be smaller has to be made anew."""
    fixed = new.storage in ("device", "iscsi")  # whose size is not ours to say
    for name in ("size_bytes", "free_space_bytes"):
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        cost, besides = Cost.RESTART, GROW
        if fixed or after is None:
            cost, besides = Cost.NOTHING, NOTHING
        elif before is not None and after < before:
            cost, besides = Cost.REBUILD, NOTHING
        told = "" if before is None else size(before), "as it is" if after is None else size(after)
        yield Change(name.removesuffix("_bytes"), *told, cost, (besides,) if besides else ())


def _disks(old: Host, new: Host) -> Iterator[Change]:
    """Swap and the disks of mounts: no data of the machine's own is in a swap disk, and the others are kept."""
    before, after = ({(d.role, d.source or ""): d for d in host.disks if d.role != "root"} for host in (old, new))
    for role, source in dict.fromkeys((*before, *after)):
        one, two = before.get((role, source)), after.get((role, source))
        if one != two:
            name = f"{role} disk" + (f" {source}" if source else "")
            yield Change(name, _disk(one), _disk(two), Cost.RESTART, (SET_UP, FIT))
    if not before.keys() ^ after.keys() and list(before) != list(after):
        yield Change("disks", "", "in another order", Cost.RESTART, (SET_UP,))


def _interfaces(old: Sequence[Interface], new: Sequence[Interface]) -> Iterator[Change]:
    before, after = ({card.name: card for card in cards} for cards in (old, new))
    for name in dict.fromkeys((*before, *after)):
        one, two = before.get(name), after.get(name)
        if one is None or two is None:
            yield Change(name, _card(one), _card(two), Cost.RESTART, (SET_UP,))
        elif one != two:
            yield from _card_changes(name, one, two)
    if list(before) != list(after) and before.keys() == after.keys():
        yield Change("interfaces", ", ".join(before), ", ".join(after), Cost.RESTART, (SET_UP,))


def _card_changes(name: str, old: Interface, new: Interface) -> Iterator[Change]:
    found: list[Change] = []
    for field in fields(Interface):
        if field.compare and field.name not in INTERFACE_DERIVED:
            besides = SET_UP if field.name in INTERFACE_GUEST else NOTHING
            found += _changes(field.name, getattr(old, field.name), getattr(new, field.name), Cost.RESTART, besides)
    if not found:
        for derived, (cost, besides) in INTERFACE_DERIVED.items():
            found += _changes(derived, getattr(old, derived), getattr(new, derived), cost, besides)
    yield from (replace(change, what=f"{name} {change.what}") for change in found)


def _card(card: Interface | None) -> str:
    if card is None:
        return ""
    return " ".join(filter(None, (card.address or "no address", f"on {card.switch}" if card.switch else "")))


def _disk(disk: Disk | None) -> str:
    if disk is None:
        return ""
    words = (
        disk.storage,
        size(disk.size_bytes) if disk.size_bytes else "",
        disk.volume_group or "",
        disk.directory or "",
    )
    return " ".join(filter(None, words))


def by_subject(found: Iterable[Difference]) -> Mapping[str, Difference]:
    """Differences by `KIND NAME`."""
    return {difference.subject: difference for difference in found}
