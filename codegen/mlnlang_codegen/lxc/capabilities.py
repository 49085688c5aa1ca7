"""What a Linux container carries."""

from mlnlang_codegen.backend import FULL, none, partial

_KERNEL = none("a container runs on the server's own kernel")
_SCREEN = none("a container has no screen")
_PROCESS = none("a container is run by libvirt")
_TAP = none("libvirt makes the devices of a container's cards itself")
_SWITCH = none("an LXC switch is a network of libvirt, not a process of a user")
_WINDOWS = none("a container runs on the server's own kernel, which is Linux")

CAPABILITIES = {
    "hvm": none("a container is no virtual machine"),
    "vcpus": none("a container sees the server's processors; `cpus` says which it may use"),
    "cpus": FULL,
    "UEFI": none("a container has no firmware"),
    "cloud-init": none("a container has no drive for the seed"),
    "kernel": _KERNEL,
    "ramdisk": _KERNEL,
    "extra": _KERNEL,
    "ramdisk without kernel": FULL,
    "extra without kernel": FULL,
    "odd memory": FULL,
    "display number": _SCREEN,
    "display password": _SCREEN,
    "long display password": FULL,
    "display key map": _SCREEN,
    "terminal": partial("containers start in the background; `virsh console` shows one"),
    "terminal colour": none("no terminal is opened"),
    "nice": _PROCESS,
    "owner": _PROCESS,
    "group": _PROCESS,
    "sudo": _PROCESS,
    "logical volume": FULL,
    "remote LVM": none("volumes are made on the container's own server"),
    "volume snapshot": FULL,
    "image folder": FULL,
    "existing disk": FULL,
    "copy-on-write": none("copy-on-write files are User-Mode Linux's own; the template is copied"),
    "iSCSI": FULL,
    "swap": none("a container swaps where the server does"),
    "block device": FULL,
    "hostfs": FULL,
    "Xen lines": none("they are lines of Xen's configuration"),
    "user data": none("it is meant for a cloud"),
    "Windows": _WINDOWS,
    "Windows users": _WINDOWS,
    "Windows groups": _WINDOWS,
    "Windows root password": _WINDOWS,
    "Windows files": _WINDOWS,
    "Windows start-up lines": _WINDOWS,
    "Windows shutdown lines": _WINDOWS,
    "Windows name server": _WINDOWS,
    "Windows address": _WINDOWS,
    "bridge": FULL,
    "switch socket": none("a socket is a switch of User-Mode Linux"),
    "slirp": none("slirp is User-Mode Linux's own network"),
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
