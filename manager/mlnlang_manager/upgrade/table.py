"""The table of docs/upgrading.md: what a change of each keyword costs, made from `labels`."""

from __future__ import annotations

from collections.abc import Iterator

from mlnlang_manager.upgrade.labels import FIT, GROW, HOST, NOTHING, PROJECT, ROOT_DISK, SET_UP, SWITCH, Cost

#: Fields of the IR whose keywords have other names; empty for what follows from other keywords.
_KEYWORDS = {
    "backend": "`uml`, `xen`, `kvm`, `lxc`, `vmware`",
    "chain": "`superclass`, where all values stay the same",
    "kernel_extra": "`extra`",
    "mounts": "`mount`",
    "services": "settings of plugins",
    "guest_files": "files that plugins add",
    "authorized_keys": "keys that plugins add",
    "display": "`vncdisplay`, `vncpasswd`, `vnckeymap`",
    "storage": "`lvm` on or off",
    "directory": "`filepath`",
    "source": "`filesystem`",
    "volume_group": "`lvm_vg`",
    "lvm_options": "options of `lvm`",
    "snapshot": "`lvm_snapshot`",
    "cow_base": "`cow_filesystem`",
    "iscsi_server": "`iscsi`",
    "external": "`external`",
    "hooks": "hooks: `beforeHostsStart` and so on",
    "servers": "`server` blocks",
    "templates_directory": "`templates`",
    "files_directory": "`files` of mln.conf",
    "san_paths": "`san_path`",
}
_BESIDES = {
    NOTHING: "",
    SET_UP: ", the guest is set up anew in its disk",
    GROW: ", the disk grows",
    FIT: ", what is missing is made",
}
#: What `changes` compares in parts.
_PARTS = (
    ("host", "`memory`, less (Xen, KVM, LXC) or more (LXC)", "live"),
    ("host", "`memory`, otherwise", "needs restart"),
    ("host", "`size`, `free_space`, more", "needs restart, the disk grows"),
    ("host", "`size`, `free_space`, less: no disk is shrunk", "needs rebuild: its data is lost"),
    (
        "host",
        "`swap`, disks of `mount`",
        "needs restart, what is missing is made, the guest is set up anew in its disk",
    ),
    ("host", "anything in `network`", "needs restart, the guest is set up anew in its disk"),
    ("host", "a switch that it is wired to", "needs restart"),
    ("host", "a new one", "new"),
    ("host", "one that is gone", "goes: its data is lost"),
)


def markdown() -> str:
    """The table."""
    lines = ["| in | what changes | what that costs |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {where} | {what} | {cost} |" for where, what, cost in _rows())]) + "\n"


def _rows() -> Iterator[tuple[str, str, str]]:
    fields = {**{name: (cost, NOTHING) for name, cost in ROOT_DISK.items()}, **HOST}
    for cost in Cost:
        for besides in _BESIDES:
            names = [_keyword(name) for name, row in fields.items() if row == (cost, besides)]
            if names:
                yield "host", ", ".join(dict.fromkeys(names)), cost.value + _BESIDES[besides]
    yield from _PARTS
    for cost in Cost:
        names = [_keyword(name) for name, found in SWITCH.items() if found is cost]
        if names:
            yield "switch", ", ".join(names), cost.value + (" of what is wired to it" if cost is Cost.RESTART else "")
    for name, text in PROJECT.items():
        yield "project", _keyword(name), text


def _keyword(field: str) -> str:
    return _KEYWORDS.get(field, f"`{field}`")
