"""What each change costs: every field of the IR has its row, and a change of any of them is found."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mlnlang_manager.upgrade import labels
from mlnlang_manager.upgrade.changes import Difference, differences
from mlnlang_manager.upgrade.labels import FIT, GROW, SET_UP, Cost
from mlnlang_manager.upgrade.table import markdown
from mlnlang_manager.upgrade.values import HIDDEN

from mlnlang.ir import Disk, Host, Interface, Project, Switch, model

DOCS = Path(__file__).parents[3] / "docs" / "upgrading.md"
SECRET = "very-secret"


def compared(cls: type[Any]) -> set[str]:
    """Fields that take part in comparison."""
    return {field.name for field in dataclasses.fields(cls) if field.compare}


@pytest.mark.parametrize(
    ("cls", "known"),
    [
        (Host, {*labels.HOST, *labels.HOST_PARTS}),
        (Disk, {*labels.ROOT_DISK, *labels.ROOT_PARTS}),
        (Switch, {*labels.SWITCH, "name"}),
        (Project, {*labels.PROJECT, "name", "hosts", "switches"}),
    ],
)
def test_every_field_has_its_row(cls: type[Any], known: set[str]) -> None:
    assert known == compared(cls)


def test_rows_are_of_fields() -> None:
    assert compared(Interface) >= labels.INTERFACE_GUEST | set(labels.INTERFACE_DERIVED)
    assert labels.HOST.keys().isdisjoint(labels.HOST_PARTS)


# ---------------------------------------------------------------- every field, one at a time
def sample(hint: Any, cls_name: str = "") -> Any:
    """Two values of a type that differ."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return sample(next(arg for arg in args if arg is not type(None)))
    if origin is typing.Literal:
        return args[0], args[1]
    if origin is tuple and args[-1] is Ellipsis:
        return tuple((value,) for value in sample(args[0]))
    if origin is tuple:
        return tuple(zip(*(sample(arg) for arg in args), strict=True))
    if hint is bool:
        return False, True
    if hint is int:
        return 1 << 20, 3 << 20
    if hint is str:
        return "one", f"two {SECRET}"
    if dataclasses.is_dataclass(hint):
        return made(hint, 0), made(hint, 1)
    return {"beforeHostsStart": ("a",)}, {"beforeHostsStart": (f"b {SECRET}",)}


def made(cls: Any, which: int, **values: Any) -> Any:
    """An instance with every field said. Names stay: things are known by them."""
    hints = typing.get_type_hints(cls, vars(model))
    fixed = ("name", "role", "target", "mount_point", "path", "user")
    found = {n: sample(h)[0 if n in fixed else which] for n, h in hints.items() if n in compared(cls)}
    return cls(**{**found, **values})


def projects() -> Iterator[tuple[str, Project, Project]]:
    """Pairs that differ in one field of one thing."""
    for change in all_fields(Host):
        yield f"host {change[0]}", Project("p", (made(Host, 0),)), Project("p", (change[1],))
    for name in compared(Disk) - {"role"}:
        two = dataclasses.replace(root(), **{name: getattr(made(Disk, 1), name)})
        hosts = (made(Host, 0, disks=(root(),)), made(Host, 0, disks=(two,)))
        yield f"disk {name}", Project("p", hosts[:1]), Project("p", hosts[1:])
    for name, card in all_fields(Interface):
        hosts = (made(Host, 0), made(Host, 0, interfaces=(card,)))
        yield f"interface {name}", Project("p", hosts[:1]), Project("p", hosts[1:])
    for name, switch in all_fields(Switch):
        yield f"switch {name}", Project("p", (), (made(Switch, 0),)), Project("p", (), (switch,))
    for name in labels.PROJECT:
        hint = typing.get_type_hints(Project, vars(model))[name]
        one, two = sample(hint)
        yield f"project {name}", Project("p", **{name: one}), Project("p", **{name: two})


def root() -> Disk:
    found: Disk = made(Disk, 0)
    return dataclasses.replace(found, role="root", storage="file")


def all_fields(cls: Any) -> Iterator[tuple[str, Any]]:
    for name in sorted(compared(cls) - {"name"}):
        yield name, dataclasses.replace(made(cls, 0), **{name: getattr(made(cls, 1), name)})


PAIRS = {name: (old, new) for name, old, new in projects()}


@pytest.mark.parametrize("name", sorted(PAIRS))
def test_a_change_of_any_field_is_found(name: str) -> None:
    old, new = PAIRS[name]
    assert old != new
    found = differences(old, new)
    assert len(found) == 1
    assert found[0].changes
    back = differences(new, old)
    assert len(back) == 1
    assert back[0].changes
    assert differences(new, new) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [("root_password", ""), ("users", "password_hash"), ("display", "password"), ("guest_files", "content")],
)
def test_secrets_are_not_shown(name: str, field: str) -> None:
    old, secret = made(Host, 0), SECRET
    if field:
        thing = getattr(old, name)
        inner = dataclasses.replace(thing[0] if isinstance(thing, tuple) else thing, **{field: SECRET})
        secret = (inner,) if isinstance(thing, tuple) else inner
    new = dataclasses.replace(old, **{name: secret})
    for pair in ((old, new), (new, old), (old, dataclasses.replace(old, **{name: () if name != "display" else None}))):
        shown = repr(differences(*(Project("p", (one,)) for one in pair)))
        assert SECRET not in shown
        assert HIDDEN in shown or name in shown


def test_texts_of_cloud_init_and_secrets_of_plugins_are_not_shown() -> None:
    assert SECRET not in repr(differences(*PAIRS["host user_data"]))
    service = model.Service("db", (("port", "1"), ("db_password", "a")))
    other = model.Service("db", (("port", "2"), ("db_password", SECRET)))
    (found,) = differences(Project("p", (host(services=(service,)),)), Project("p", (host(services=(other,)),)))
    assert [(c.what, c.old, c.new) for c in found.changes] == [
        ("services db settings port", "1", "2"),
        ("services db settings db_password", HIDDEN, HIDDEN),
    ]


# ---------------------------------------------------------------- costs
BASE = Host(
    "a",
    "uml",
    64,
    disks=(Disk("root", template="t", size_bytes=100 << 20),),
    interfaces=(Interface("eth0", "fe:fd:00:00:00:01", switch="lan", address="10.0.0.1", prefix_length=24),),
)


def host(**values: Any) -> Host:
    return dataclasses.replace(BASE, **values)


def only(old: Host, new: Host) -> Difference:
    (found,) = differences(Project("p", (old,)), Project("p", (new,)))
    return found


@pytest.mark.parametrize(
    ("backend", "mib", "cost"),
    [
        *[("uml", 128, Cost.RESTART), ("uml", 32, Cost.RESTART), ("vmware", 32, Cost.RESTART)],
        *[("kvm", 128, Cost.RESTART), ("kvm", 32, Cost.LIVE), ("xen", 32, Cost.LIVE), ("lxc", 128, Cost.LIVE)],
    ],
)
def test_memory(backend: str, mib: int, cost: Cost) -> None:
    found = only(host(backend=backend), host(backend=backend, memory_mib=mib))
    assert found.cost is cost
    assert not found.loses_data


def test_disks_grow_and_are_never_shrunk() -> None:
    def sized(**values: Any) -> Host:
        return host(disks=(Disk("root", template="t", **values),))

    larger = only(sized(size_bytes=100 << 20), sized(size_bytes=200 << 20))
    assert (larger.cost, larger.does(GROW), larger.loses_data) == (Cost.RESTART, True, False)
    assert (larger.changes[0].old, larger.changes[0].new) == ("100M", "200M")
    first = only(sized(), sized(size_bytes=200 << 20))
    assert (first.cost, first.does(GROW)) == (Cost.RESTART, True)
    smaller = only(sized(size_bytes=200 << 20), sized(size_bytes=100 << 20))
    assert (smaller.cost, smaller.loses_data) == (Cost.REBUILD, True)
    unsaid = only(sized(size_bytes=200 << 20), sized())
    assert (unsaid.cost, unsaid.loses_data) == (Cost.NOTHING, False)
    free = only(sized(free_space_bytes=1 << 20), sized(free_space_bytes=2 << 20))
    assert (free.cost, free.does(GROW)) == (Cost.RESTART, True)
    given = dataclasses.replace(sized(size_bytes=1 << 20).disks[0], storage="device", source="/dev/sdb")
    larger_device = dataclasses.replace(given, size_bytes=2 << 20)
    assert only(host(disks=(given,)), host(disks=(larger_device,))).cost is Cost.NOTHING


def test_swap_is_made_anew_without_a_rebuild() -> None:
    root = BASE.disks[0]
    swap = only(host(), host(disks=(root, Disk("swap", size_bytes=64 << 20))))
    assert (swap.cost, swap.does(FIT), swap.does(SET_UP)) == (Cost.RESTART, True, True)
    assert swap.changes[0].new == "file 64M"


def test_addresses_are_told_to_the_guest() -> None:
    card = dataclasses.replace(BASE.interfaces[0], address="10.0.0.2")
    found = only(host(), host(interfaces=(card,)))
    assert [(c.what, c.old, c.new) for c in found.changes] == [("eth0 address", "10.0.0.1", "10.0.0.2")]
    assert found.does(SET_UP)


def test_a_switch_that_changes_disturbs_what_is_wired_to_it() -> None:
    old = Project("p", (BASE, host(name="b", interfaces=())), (Switch("lan", "uml", "lan.p"),))
    new = dataclasses.replace(old, switches=(Switch("lan", "uml", "lan.p", hub=True),))
    found = differences(old, new)
    assert [(d.subject, d.cost) for d in found] == [("switch lan", Cost.RESTART), ("host a", Cost.RESTART)]
    assert found[1].changes[0].what == "switch lan"
    quiet = dataclasses.replace(old, switches=(Switch("lan", "uml", "lan.p", dhcp=True),))
    assert [(d.subject, d.cost) for d in differences(old, quiet)] == [("switch lan", Cost.NOTHING)]


def test_other_folders_reach_the_hosts_that_use_them() -> None:
    files = host(files=(model.TransferredFile("motd", "/etc/motd"),))
    old = Project("p", (files, host(name="b")), files_directory="/one", templates_directory="/one")
    new = dataclasses.replace(old, files_directory="/two", templates_directory="/two")
    found = differences(old, new)
    assert [(d.subject, d.cost) for d in found] == [("project p", Cost.NOTHING), ("host a", Cost.RESTART)]
    assert found[1].does(SET_UP)


def test_new_and_gone_in_the_order_of_the_projects() -> None:
    old = Project("p", (host(name="a"), host(name="b"), host(name="c")))
    new = Project("p", (host(name="d"), host(name="b", memory_mib=65), host(name="a")))
    found = [(d.name, d.fate) for d in differences(old, new)]
    assert found == [("d", "new"), ("b", "stays"), ("c", "gone")]
    assert [(d.name, d.fate) for d in differences(None, new)] == [("d", "new"), ("b", "new"), ("a", "new")]


def test_the_documentation_has_the_table() -> None:
    text = DOCS.read_text()
    _, _, rest = text.partition("<!-- costs -->\n")
    table, end, _ = rest.partition("<!-- end of costs -->")
    assert end, f"{DOCS} has no table between its marks"
    assert table == markdown(), f"put this between the marks of {DOCS}:\n{markdown()}"
