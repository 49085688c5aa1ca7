"""What each kind of change costs: one row a field of the IR. docs/upgrading.md shows it, and a test holds that."""

from __future__ import annotations

from enum import Enum


class Cost(Enum):
    """What a change takes, from cheap to dear; the value is what people read."""

    NOTHING = "no interruption"
    LIVE = "live"
    RESTART = "needs restart"
    MOVES = "moves"
    REBUILD = "needs rebuild: its data is lost"

    @property
    def rank(self) -> int:
        """Cheap ones first."""
        return list(Cost).index(self)


#: What is done to the machine besides, while it is down: nothing; the guest set up anew in its disk; the root disk
#: grown; what is missing made and images given to their owner (`Driver.build`, which keeps disks that are there).
NOTHING, SET_UP, GROW, FIT = "", "set up", "grow", "fit"

#: Field of a host → (cost, what is done besides). Fields that are compared in parts are in HOST_PARTS.
HOST = {
    "backend": (Cost.REBUILD, NOTHING),
    "hvm": (Cost.RESTART, NOTHING),
    "pvh": (Cost.RESTART, NOTHING),
    "chain": (Cost.NOTHING, NOTHING),
    "template": (Cost.REBUILD, NOTHING),
    "family": (Cost.RESTART, SET_UP),
    "service_host": (Cost.MOVES, NOTHING),
    "boot_order": (Cost.NOTHING, NOTHING),
    "vcpus": (Cost.RESTART, NOTHING),
    "cpus": (Cost.RESTART, NOTHING),
    "firmware": (Cost.REBUILD, NOTHING),
    "cloud_init": (Cost.REBUILD, NOTHING),
    "kernel": (Cost.RESTART, SET_UP),
    "ramdisk": (Cost.RESTART, NOTHING),
    "kernel_extra": (Cost.RESTART, SET_UP),
    "modules_dir": (Cost.RESTART, SET_UP),
    "nameserver": (Cost.RESTART, SET_UP),
    "root_password": (Cost.RESTART, SET_UP),
    "display": (Cost.RESTART, NOTHING),
    "term": (Cost.RESTART, NOTHING),
    "color": (Cost.NOTHING, NOTHING),
    "nice": (Cost.RESTART, NOTHING),
    "owner": (Cost.RESTART, FIT),
    "group": (Cost.RESTART, FIT),
    "sudo": (Cost.RESTART, FIT),
    "users": (Cost.RESTART, SET_UP),
    "groups": (Cost.RESTART, SET_UP),
    "files": (Cost.RESTART, SET_UP),
    "mounts": (Cost.RESTART, SET_UP),
    "modules": (Cost.RESTART, SET_UP),
    "startup": (Cost.RESTART, SET_UP),
    "shutdown": (Cost.RESTART, SET_UP),
    "services": (Cost.RESTART, SET_UP),
    "guest_files": (Cost.RESTART, SET_UP),
    "authorized_keys": (Cost.RESTART, SET_UP),
    "xen_extra": (Cost.RESTART, NOTHING),
    "user_data": (Cost.RESTART, SET_UP),
}

#: Fields of a host that have a comparison of their own in `changes`.
HOST_PARTS = frozenset(("name", "memory_mib", "disks", "interfaces"))

#: Field of the root disk → cost.
ROOT_DISK = {
    "storage": Cost.REBUILD,
    "template": Cost.REBUILD,
    "directory": Cost.REBUILD,
    "source": Cost.REBUILD,
    "volume_group": Cost.REBUILD,
    "lvm_options": Cost.NOTHING,
    "snapshot": Cost.REBUILD,
    "cow_base": Cost.REBUILD,
    "iscsi_server": Cost.REBUILD,
    "iscsi_target": Cost.REBUILD,
}

#: Fields of a root disk that are looked at by themselves: a disk grows in its place, and is never shrunk.
ROOT_PARTS = frozenset(("role", "size_bytes", "free_space_bytes"))

#: Fields of an interface of which the guest has to be told too. A change of any field takes a restart.
INTERFACE_GUEST = frozenset(
    ("name", "mac", "switch", "bridge", "socket", "slirp", "address", "prefix_length", "broadcast", "gateway")
).union(("tun_interface", "tun_address", "start_at_boot"))
#: Fields of an interface that follow from others: told of only where nothing else of it differs.
INTERFACE_DERIVED = {"mac_given": (Cost.NOTHING, NOTHING), "netmask": (Cost.RESTART, SET_UP)}

#: Field of a switch → cost for the machines wired to it. A segment that goes takes their links with it.
SWITCH = {
    "backend": Cost.RESTART,
    "bridge": Cost.RESTART,
    "service_host": Cost.RESTART,
    "hub": Cost.RESTART,
    "socket": Cost.RESTART,
    "external": Cost.RESTART,
    "dhcp": Cost.NOTHING,
    "tap": Cost.RESTART,
    "owner": Cost.RESTART,
    "group": Cost.RESTART,
    "sudo": Cost.RESTART,
}

#: Field of a project → what a change of it means; hosts and switches are compared one by one.
PROJECT = {
    "hooks": "no interruption: they run at the next start and stop",
    "servers": "no interruption; another `uri` for a server that carries machines can't be followed",
    "templates_directory": "no interruption; restart of hosts whose disk lies over a template",
    "files_directory": "restart and set-up of hosts that have files of it",
    "san_paths": "no interruption",
}

#: Back ends whose machines can be given more memory while they run, and those that can be given less.
MORE_MEMORY = frozenset(("lxc",))
LESS_MEMORY = frozenset(("lxc", "kvm", "xen"))
