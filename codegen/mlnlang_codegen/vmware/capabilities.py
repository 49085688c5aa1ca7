"""What VMware carries."""

from mlnlang_codegen.backend import FULL, none, partial

_USERS = partial("a hash of Unix is no password of Windows: the account gets one that nobody knows")
_HASH = partial("a hash of Unix is no password of Windows: the administrator's stays as it is")
_PROCESS = none("a VMware machine is run by VMware's own services")
_KERNEL = none("a VMware machine starts what its disk holds")
_VOLUME = none("a VMware disk is a file")
_SWITCH = none("a VMware switch is a virtual network of the server")

CAPABILITIES = {
    "hvm": FULL,
    "vcpus": FULL,
    "cpus": none("VMware chooses the processors"),
    "UEFI": FULL,
    "cloud-init": FULL,
    "kernel": _KERNEL,
    "ramdisk": _KERNEL,
    "extra": _KERNEL,
    "ramdisk without kernel": FULL,
    "extra without kernel": FULL,
    "odd memory": partial("VMware takes multiples of 4 MiB; the next one is used"),
    "display number": FULL,
    "display password": FULL,
    "long display password": FULL,
    "display key map": FULL,
    "terminal": none("VMware opens no terminal"),
    "terminal colour": none("VMware opens no terminal"),
    "nice": _PROCESS,
    "owner": _PROCESS,
    "group": _PROCESS,
    "sudo": _PROCESS,
    "logical volume": _VOLUME,
    "remote LVM": _VOLUME,
    "volume snapshot": _VOLUME,
    "image folder": FULL,
    "existing disk": partial("the disk must be a .vmdk file; it is used as it is, its guest is not set up"),
    "copy-on-write": none("copy-on-write files are User-Mode Linux's own; the template is copied"),
    "iSCSI": none("attach the target on the server and name it as a .vmdk"),
    "swap": FULL,
    "block device": none("a VMware disk is a file"),
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
    "bridge": none("its networks are vmnet0, vmnet1 and on; the card is put on the bridged one"),
    "switch socket": none("a socket is a switch of User-Mode Linux"),
    "slirp": none("slirp is User-Mode Linux's own network; VMware's NAT is the bridge vmnet8"),
    "TAP interface": none("VMware makes the devices of a machine's cards itself"),
    "TAP address": none("VMware makes the devices of a machine's cards itself"),
    "unwired interface": FULL,
    "hub": FULL,
    "external switch": FULL,
    "switch TAP": none("a virtual network of VMware takes no TAP device"),
    "switch owner": _SWITCH,
    "switch group": _SWITCH,
    "switch sudo": _SWITCH,
}
