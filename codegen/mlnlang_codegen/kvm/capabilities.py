"""What KVM carries."""

from mlnlang_codegen.backend import FULL, none, partial

_USERS = partial("a hash of Unix is no password of Windows: the account gets one that nobody knows")
_HASH = partial("a hash of Unix is no password of Windows: the administrator's stays as it is")
_PROCESS = none("a KVM machine is a process of libvirt's")
_SWITCH = none("a KVM switch is a network of libvirt, not a process of a user")
_TAP = none("libvirt makes the devices of a machine's cards itself")

CAPABILITIES = {
    "hvm": FULL,
    "vcpus": FULL,
    "cpus": FULL,
    "UEFI": FULL,
    "cloud-init": FULL,
    "kernel": FULL,
    "ramdisk": FULL,
    "extra": FULL,
    "ramdisk without kernel": none("the disk's own boot loader chooses the RAM disk; name a `kernel` as well"),
    "extra without kernel": none("the disk's own boot loader has the kernel's command line; name a `kernel` as well"),
    "odd memory": FULL,
    "display number": FULL,
    "display password": FULL,
    "long display password": partial("VNC compares 8 characters; the first ones are kept"),
    "display key map": FULL,
    "terminal": partial("machines start in the background; `virsh console` shows one"),
    "terminal colour": none("no terminal is opened"),
    "nice": _PROCESS,
    "owner": _PROCESS,
    "group": _PROCESS,
    "sudo": _PROCESS,
    "logical volume": FULL,
    "remote LVM": none("volumes are made on the machine's own server"),
    "volume snapshot": FULL,
    "image folder": FULL,
    "existing disk": FULL,
    "copy-on-write": FULL,
    "iSCSI": FULL,
    "swap": FULL,
    "block device": FULL,
    "hostfs": none("hostfs is User-Mode Linux's own file system"),
    "Xen lines": none("they are lines of Xen's configuration"),
    "user data": none("it is meant for cloud-init; `cloud_init yes` gives the machine a seed with it"),
    "Windows": FULL,
    "Windows users": _USERS,
    "Windows groups": FULL,
    "Windows root password": _HASH,
    "Windows files": FULL,
    "Windows start-up lines": FULL,
    "Windows shutdown lines": none("Windows runs no lines of the project when it stops"),
    "Windows name server": FULL,
    "Windows address": FULL,
    "bridge": FULL,
    "switch socket": none("a socket is a switch of User-Mode Linux"),
    "slirp": none(
        "slirp is User-Mode Linux's own network; libvirt's NAT network `default` is there for cards without a switch"
    ),
    "TAP interface": _TAP,
    "TAP address": _TAP,
    "unwired interface": FULL,
    "hub": none("a bridge learns addresses; it can't be a hub"),
    "external switch": FULL,
    "switch TAP": FULL,
    "switch owner": _SWITCH,
    "switch group": _SWITCH,
    "switch sudo": _SWITCH,
}
