"""The language's own keywords and blocks: one row each (language, section 6; reference, section 2)."""

from __future__ import annotations

from typing import Any

from mlnlang.backends import BACK_ENDS, BY_NAME, CLOUDS, FLAGS
from mlnlang.schema.model import BlockRow, Keyword, LineForm, Schema
from mlnlang.schema.values import Kind

HOOKS = tuple(
    f"{when}{what}{phase}"
    for phase in ("Start", "Stop")
    for when, what in (("before", "Project"), ("before", "Hosts"), ("after", "Hosts"), ("after", "Project"))
)

_rows: list[Keyword] = []
_blocks: list[BlockRow] = []


def _keyword(context: str, name: str, kind: Kind, doc: str, example: str = "", **more: Any) -> None:
    _rows.append(Keyword(name, tuple(context.split()), kind, doc, example, **more))


def _block(contexts: str, name: str, context: str, doc: str, line: str = "", **more: Any) -> None:
    _blocks.append(BlockRow(name, tuple(contexts.split()), context, doc, line=LineForm(line) if line else None, **more))


# ---------------------------------------------------------------- first level
_block("top", "global", "global", "What holds for the whole project: its name, variables, hooks, plugins.")
_block("top", "host", "host", "A machine.", named=True, example="host web { superclass common }")
_block("top", "superclass", "host", "What several hosts have in common; never built itself.", named=True)
_block(
    "top",
    "switch",
    "switch",
    "A network segment that interfaces are wired to.",
    named=True,
    example="switch lan { }",
)
_block("top conf", "server", "server", "A physical server and what it has to give.", named=True, status="new",
       example="server milano { memory 64G; cpus 16 }")  # fmt: skip

# ---------------------------------------------------------------- global
_keyword("global", "project", "name", "The project's name; its machines are called `host.project`.", "project os03")
_keyword("global", "project_password", "text", "Lets a client that is not in `daemon_allow` upgrade this project.",
         "project_password secret", secret=True)  # fmt: skip
for _hook in HOOKS:
    _block("global", _hook, "shell", f"Shell lines run on the server at this moment ({_hook}); one that fails stops the run.",
           body="raw")  # fmt: skip
_block("global", "openstack", "global-openstack", "A tenant with users, networks, routers, quotas. No back end carries it yet.",
       body="open", backends="C")  # fmt: skip
_block(
    "global-openstack",
    "network",
    "cloud",
    "A network of the tenant.",
    body="open",
    may_be_named=True,
    backends="C",
)
_block(
    "global-openstack",
    "router",
    "cloud",
    "A router of the tenant.",
    body="open",
    may_be_named=True,
    backends="C",
)
_block(
    "global-openstack",
    "managed_users",
    "cloud-users",
    "Accounts to create.",
    "USER PASSWORD [EMAIL]",
    body="lines",
    backends="C",
)
_block("global-openstack", "users", "cloud-names", "Accounts that exist.", "USER …", body="lines", backends="C")
_block("global", "cluster", "cluster", "A batch cluster, for a plugin of that name.", body="open")

# ---------------------------------------------------------------- host and superclass: what it is
_keyword("host", "superclass", "name", "Take over what `superclass NAME { … }` says; one parent, chains of any depth.",
         "superclass common", refers_to="superclass")  # fmt: skip
for _row in BACK_ENDS:
    if not _row.cloud:
        _keyword("host switch global", _row.name, "flag", _row.doc, _row.name, backends=_row.letter,
                 status="new" if _row.is_new else "old")  # fmt: skip
_keyword(
    "host",
    "hvm",
    "flag",
    "Full virtualisation, for guests such as Windows that know nothing of Xen.",
    "hvm",
    backends="XVK",
)
_keyword(
    "host",
    "template",
    "path",
    "The image that the machine's disk starts as a copy of.",
    "template debian.ext4",
)
_keyword(
    "host",
    "memory",
    "memory",
    "Memory: a number with K, M or G, powers of two; no suffix = M.",
    "memory 256M",
    default="64M",
)
_keyword(
    "host",
    "size",
    "disk",
    "Size of the root disk; grown from the template's, never shrunk.",
    "size 2GB",
    default="250M",
    least=1,
)
_keyword(
    "host",
    "free_space",
    "disk",
    "Size of the root disk: the template's and this much more. Overrides `size`.",
    "free_space 1G",
)
_keyword("host", "swap", "disk", "A swap disk of this size.", "swap 512M", backends="XUK")
_keyword("host", "internalswap", "disk", "A swap file of this size inside the guest.", "internalswap 128M", backends="")
_keyword("host switch", "service_host", "name", "The physical server it runs on; without one, the local one.",
         "service_host milano", refers_to="server")  # fmt: skip
_keyword("host switch", "location", "name", "An old name of `service_host`.", "location milano", refers_to="server")
_keyword(
    "host",
    "boot_order",
    "number",
    "Start order, ascending; stopped in reverse.",
    "boot_order 1",
    default="99",
    least=0,
    most=99,
)
_keyword("host", "family", "choice", "The guest's kind, where the template can't tell.", "family debian",
         choices=("debian", "redhat", "suse", "busybox", "windows", "other"))  # fmt: skip

# ---------------------------------------------------------------- host: storage
_keyword("host", "lvm", "flag-or-text", "Keep the disk on a logical volume `host.project`; further words are options of lvcreate.",
         "lvm", backends="XUKL")  # fmt: skip
_keyword(
    "host conf",
    "lvm_vg",
    "word",
    "The volume group for logical volumes.",
    "lvm_vg vg0",
    default="mln-images",
    backends="XUKL",
)
_keyword(
    "host",
    "lvm_snapshot",
    "flag",
    "A snapshot of the volume named like the template, not a copy.",
    "lvm_snapshot",
    backends="XKL",
)
_keyword(
    "host",
    "filepath",
    "path",
    "Keep the image as `DIR/host.project`: a directory that servers share.",
    "filepath /nfs/images",
)
_keyword("host", "filesystem", "path", "Use this image or device as it is.", "filesystem /dev/vg0/web")
_keyword(
    "host",
    "cow_filesystem",
    "path",
    "Copy-on-write over this base image.",
    "cow_filesystem debian.ext4",
    backends="UK",
)
_keyword("host", "iscsi", "word", "The iSCSI server that holds the disk.", "iscsi san1", backends="XKL")
_keyword(
    "host",
    "iscsi_target",
    "word",
    "An iSCSI target made beforehand.",
    "iscsi_target iqn.2009-01.org.example:web",
    backends="XKL",
)

# ---------------------------------------------------------------- host: processor, kernel, console
_keyword(
    "host",
    "vcpus",
    "number",
    "Number of processors.",
    "vcpus 2",
    default="1",
    least=1,
    most=1024,
    backends="XVK",
)
_keyword("host", "cpus", "text", "Physical processors it may use.", "cpus 0-3", backends="XKL")
_keyword(
    "host",
    "kernel",
    "path",
    "The guest's kernel, a file on the server.",
    "kernel /boot/vmlinuz-6.1",
    backends="XUK",
)
_keyword("host", "ramdisk", "path", "The guest's initial RAM disk.", "ramdisk /boot/initrd-6.1", backends="XK")
_keyword(
    "host",
    "modules_dir",
    "path",
    "The modules that belong to the kernel.",
    "modules_dir /lib/modules/6.1",
    backends="UXK",
)
_keyword("host", "pvh", "flag", "Xen's mode between the two: no emulated hardware, the processor's own virtualisation.", "pvh",
         backends="X", status="new")  # fmt: skip
_keyword("host", "firmware", "choice", "How the machine starts.", "firmware uefi", default="bios", choices=("bios", "uefi"),
         backends="KVX", status="new")  # fmt: skip
_keyword("host", "cloud_init", "yes-no", "Give the guest its set-up as a cloud-init seed (NoCloud), as cloud images want it.",
         "cloud_init yes", default="no", backends="KXV", status="new")  # fmt: skip
_keyword(
    "host",
    "nice",
    "number",
    "Niceness of the machine's process.",
    "nice 10",
    least=-20,
    most=19,
    backends="U",
)
_keyword("host switch", "owner", "word", "Owner of the image and of the process.", "owner student", backends="UX")
_keyword("host switch", "group", "word", "Group of the image and of the process.", "group students", backends="UX")
_keyword("host switch", "sudo", "word", "Start as this user.", "sudo student", backends="U")
_keyword(
    "host",
    "term",
    "choice",
    "What holds the console.",
    "term screen",
    choices=("xterm", "screen", "none"),
    backends="XUKL",
)
_keyword("host", "color", "word", "Colour of the console's text.", "color green", backends="XU")
_keyword(
    "host",
    "vncdisplay",
    "number",
    "VNC display: port 5900 + number.",
    "vncdisplay 1",
    least=0,
    most=59635,
    backends="XVK",
)
_keyword("host", "vncpasswd vncpassword", "text", "VNC password.", "vncpasswd secret", secret=True, backends="XVK")
_keyword("host", "vnckeymap", "word", "VNC key map.", "vnckeymap no", backends="XVK")
_keyword("host", "vncplugin", "flag", "Ask for a display that is free.", "vncplugin", backends="X")
_keyword(
    "host",
    "locking",
    "flag",
    "Guard against starting the machine twice on shared storage.",
    "locking",
    backends="",
)
_keyword("host conf", "lock_dir", "path", "Where the guard's files lie.", "lock_dir /nfs/locks", backends="")
_keyword(
    "host",
    "lock_timeout",
    "number",
    "Seconds after which a guard is stale.",
    "lock_timeout 60",
    least=1,
    most=86400,
    backends="",
)
_block(
    "host",
    "xen_extra",
    "xen_extra",
    "Lines appended to the Xen configuration, to the letter.",
    body="raw",
    backends="X",
)

# ---------------------------------------------------------------- host: the guest
_keyword("host", "nameserver", "ip", "Name server, written to the guest's resolv.conf.", "nameserver 10.0.0.15")
_keyword("host", "root_passwd root_password", "text", "The root password, in clear text or hashed as crypt(3) does.",
         "root_passwd $6$salt$hash", secret=True)  # fmt: skip
_block("host", "users", "users", "Accounts in the guest.", "USER [HASH] [HOME] [UID]", body="lines",
       example="users { alice $6$salt$hash }")  # fmt: skip
_block("host", "groups", "groups", "Groups in the guest: a line `GROUP USER…`, or a block of users.", "GROUP [USER…]",
       body="lines", example="groups { staff { alice } }")  # fmt: skip
_block("groups", "*", "group", "A group and its members.", "USER…", body="lines")
_block("host", "files", "files", "Files copied into the guest.", "SOURCE TARGET [MODE]", body="lines",
       example="files { motd /etc/motd 0644 }")  # fmt: skip
_block("host", "mount", "mount", "Further disks and shares, and where the guest mounts them.",
       "SOURCE MOUNTPOINT FSTYPE [OPTIONS]", body="lines", example="mount { nas:/home /home nfs }")  # fmt: skip
_block("host", "modules", "modules", "Kernel modules that the guest loads.", "MODULE [OPTIONS…]", body="lines")
_block(
    "host",
    "startup",
    "shell",
    "Shell lines that the guest runs when it starts.",
    body="raw",
    example="startup { echo up }",
)
_block("host", "shutdown", "shell", "Shell lines that the guest runs when it stops.", body="raw")
_block("host", "managed_users", "cloud-users", "Accounts of a cloud.", "USER …", body="lines", backends="C")
_block("host", "puppet", "puppet", "Settings of the puppet plugin.", body="open", backends="")
_block("puppet", "include", "puppet-include", "Classes to include.", "CLASS…", body="lines")
_block("host", "winconfig winConfig", "winconfig", "Users and groups of a Windows guest.", body="open", backends="")
_block("host", "kvm", "kvm", "Settings of the original's KVM plugin; `vncdisplay` asks for a display.", body="open",
       backends="")  # fmt: skip
_keyword(
    "kvm",
    "mount_partition",
    "word",
    "The template's partition to configure.",
    "mount_partition p1",
    backends="",
)
_keyword("kvm", "display", "word", "Kind of display.", "display vnc", backends="")
_keyword(
    "kvm",
    "display_port",
    "number",
    "Port of the display.",
    "display_port 5901",
    least=1,
    most=65535,
    backends="",
)

# ---------------------------------------------------------------- host: clouds
for _cloud in CLOUDS:
    _block("host", _cloud, _cloud, f"{BY_NAME[_cloud].doc} No back end carries it yet.", body="open", backends="C")
    _block(
        _cloud,
        "network",
        "cloud",
        "An interface on a network of the cloud.",
        body="open",
        may_be_named=True,
        backends="C",
    )
    _block(_cloud, "volumes", "cloud-volumes", "Volumes to attach.", "VOLUME …", body="lines", backends="C")
_block("openstack ec2", "user_data", "user_data", "Shell lines that the machine runs when it first starts, to the letter.",
       body="raw", backends="C")  # fmt: skip
_block(
    "host",
    "user_data",
    "user_data",
    "Shell lines that the machine runs when it first starts, to the letter.",
    body="raw",
)
_block("openstack", "volume", "cloud-volumes", "A volume to attach.", "NAME [SIZE] [DEVICE] [persistent]", body="lines",
       may_be_named=True, backends="C")  # fmt: skip
for _name, _doc in (
    ("image", "Image to start from."), ("flavor", "Size of the machine."), ("keypair", "Key pair for the first login."),
    ("use", "Start from the image of another host."),
):  # fmt: skip
    _keyword("openstack", _name, "text", _doc, backends="C")
_keyword("openstack ec2", "quickbuild", "flag", "Do not wait until it runs.", backends="C")
for _name, _doc in (
    ("type", "Size of the machine."), ("region", "Region."), ("zone", "Zone."), ("arch", "Architecture."),
    ("elastic_ip", "Fixed public address."), ("bucket", "Bucket for images."), ("ami", "Machine image."), ("key", "Key pair."),
    ("user_file", "File of user data."), ("credential_folder", "Folder with the credentials."),
    ("use", "Start from the image of another host."), ("mount1", "First mount point."), ("mount2", "Second mount point."),
):  # fmt: skip
    _keyword("ec2", _name, "text", _doc, backends="C")

# ---------------------------------------------------------------- network
_block(
    "host",
    "network",
    "network",
    "A network card.",
    named=True,
    example="network eth0 { address dhcp; switch lan }",
)
_keyword("network", "switch", "word", "The switch it is wired to: a switch of the project, or the socket of a UML switch.",
         "switch lan", refers_to="switch")  # fmt: skip
_keyword("network", "address", "address", "`dhcp`, or an IPv4 or IPv6 address, with `/LENGTH` or a `netmask`. None: left to the guest.",
         "address 10.0.0.2/24")  # fmt: skip
_keyword("network", "netmask", "netmask", "Netmask of a static address.", "netmask 255.255.255.0")
_keyword(
    "network",
    "broadcast",
    "ip",
    "Broadcast address, where it is not the last of the subnet.",
    "broadcast 10.0.0.255",
)
_keyword("network", "gateway", "ip", "Default gateway.", "gateway 10.0.0.1")
_keyword(
    "network",
    "mac",
    "mac",
    "Hardware address; derived from the names where not given.",
    "mac 52:54:00:12:34:56",
)
_keyword("network", "bridge", "word", "A bridge of the server; wins over `switch`.", "bridge br0", backends="XKUL")
_keyword(
    "network",
    "slirp",
    "flag-or-text",
    "User-mode network of UML: outgoing connections only.",
    "slirp",
    backends="U",
)
_keyword(
    "network",
    "tun_iface",
    "word",
    "A TAP device of the server, point to point.",
    "tun_iface tap0",
    backends="U",
)
_keyword(
    "network",
    "tun_address",
    "ip",
    "The server's address on that device.",
    "tun_address 10.0.0.254",
    backends="U",
)
_keyword("network", "auto", "yes-no", "Bring it up when the guest starts.", "auto no", default="yes")
_keyword("network", "net", "word", "Network of the cloud.", "net private", backends="C")
_keyword(
    "network",
    "floating-ip floating_ip",
    "text",
    "Public address in the cloud, or `auto POOL`.",
    "floating-ip auto public",
    backends="C",
)

# ---------------------------------------------------------------- switch
_keyword("switch", "hub", "flag", "Send every frame everywhere.", "hub", backends="U")
_keyword(
    "switch",
    "type",
    "choice",
    "`switch` or `hub`.",
    "type hub",
    choices=("switch", "hub"),
    default="switch",
    backends="U",
)
_keyword("switch", "socket sock", "text", "Path of its socket, to share it between projects; `external`: made by somebody else.",
         "socket /var/run/lan.ctl", backends="UXKL")  # fmt: skip
_keyword("switch", "dhcp", "yes-no", "Something on this segment gives out addresses: a machine, or a device this file does not show.",
         "dhcp yes", default="no", status="new")  # fmt: skip
_keyword("switch", "tap", "word", "A TAP device or bridge of the server to connect to.", "tap tap0", backends="UXKL")
_keyword(
    "switch",
    "bridge",
    "word",
    "Name of the bridge; else `switch.project`, cropped to 15 characters.",
    "bridge br-lan",
    backends="XKL",
)

# ---------------------------------------------------------------- server
_keyword("server", "memory", "memory", "Memory for machines.", "memory 64G", status="new")
_keyword("server", "cpus", "number", "Processors for machines.", "cpus 16", least=1, most=65536, status="new")
_keyword("server", "storage", "disk", "Room for images.", "storage 2T", status="new")
_keyword("server", "uri", "text", "How to reach its hypervisor.", "uri qemu+ssh://milano/system", status="new")
_keyword(
    "server conf",
    "san_path",
    "text",
    "A volume group or directory that all servers see.",
    "san_path /nfs/images",
    repeatable=True,
)

# ---------------------------------------------------------------- mln.conf
for _name, _doc in (("projects", "Where projects are kept (-P)."), ("templates", "Where templates are (-T)."),
                    ("files", "Where files for `files` blocks are (-F).")):  # fmt: skip
    _keyword("conf", _name, "path", _doc, f"{_name} /opt/mln/{_name}")
_keyword("conf", "default_template", "path", "Template of hosts that name none.", "default_template debian.ext4")
_keyword("conf", "default_memory", "memory", "Memory of hosts that name none.", "default_memory 64M", default="64M")
_keyword("conf", "default_size", "disk", "Disk size of hosts that name none.", "default_size 250M", default="250M")
_keyword("conf", "default_backend", "choice", "Back end of hosts that name none.", "default_backend uml", default="uml",
         choices=FLAGS, status="new")  # fmt: skip
_keyword("conf", "service_host", "name", "This server's name.", "service_host vmgrande")
_keyword("conf", "daemon_allow", "pattern", "Addresses that may give orders: whole addresses with `*`, or CIDR. None: nobody.",
         "daemon_allow 192.168.10.*", repeatable=True)  # fmt: skip
_keyword("conf", "daemon_listen_address", "ip", "Address the daemon listens on.", "daemon_listen_address 127.0.0.1")
_keyword(
    "conf",
    "daemon_status_query",
    "text",
    "A server shown by daemon_status, and its groups.",
    "daemon_status_query milano",
    repeatable=True,
)
_keyword("conf", "daemon_max_memory", "memory", "Memory that the daemon may give away.", "daemon_max_memory 4G")
_keyword(
    "conf",
    "plugin_dir plugins_dir",
    "path",
    "A directory with plugins.",
    "plugin_dir /etc/mln/plugins",
    repeatable=True,
)
_keyword(
    "conf",
    "plugin_timeout",
    "number",
    "Seconds a plugin may take.",
    "plugin_timeout 10",
    default="10",
    least=1,
    most=3600,
    status="new",
)
for _name in ("uml", "default_kernel", "default_modules", "xen_kernel", "xen_ramdisk", "xen_modules", "slirp", "default_term_command",
              "screen_command", "daemon_projects", "template_file_site", "template_file_mirror"):  # fmt: skip
    _keyword("conf", _name, "text", f"Path or command of the server ({_name}).")
_keyword(
    "conf",
    "xen_bridge",
    "word",
    "Bridge of interfaces that name none.",
    "xen_bridge xenbr0",
    default="xenbr0",
    backends="X",
)
_keyword(
    "conf",
    "lvm_execute_server",
    "text",
    "The server that runs LVM commands for a shared group.",
    "lvm_execute_server /dev/vg0 milano",
)
_keyword(
    "conf",
    "default_term",
    "choice",
    "What holds consoles.",
    "default_term screen",
    choices=("xterm", "screen", "none"),
)
_keyword("conf", "default_mac_base", "word", "First bytes of hardware addresses.", "default_mac_base fe:fd:0:0:")
_keyword("conf", "default_color", "word", "Colour of consoles.", "default_color lightgrey")
_keyword("conf", "default_family", "word", "Family of guests that can't be told.", "default_family debian")
_keyword("conf", "always_check_project_version allways_check_project_version", "yes-no", "Ask the manager for a newer project before starting.",
         "always_check_project_version 1")  # fmt: skip
_keyword("conf", "batch_size", "number", "Images configured at a time.", "batch_size 7", least=1, most=1000)
for _name in ("db_name", "db_user", "db_password", "notification.ok.command", "notification.warning.command"):
    _keyword(
        "conf",
        _name,
        "text",
        f"Of the original's monitoring ({_name}).",
        secret=_name == "db_password",
        status="dead",
    )
_keyword("conf", "default_vm", "text", "Never used.", status="dead")

# ---------------------------------------------------------------- dead
for _name in ("devfs", "dyndns", "vtun", "roles", "type"):
    _keyword("host", _name, "text", "Of old versions; without effect.", status="dead")
    _block("host", _name, "dead", "Of old versions; without effect.", body="open", status="dead")


def _aliased(rows: list[Keyword]) -> tuple[Keyword, ...]:
    """One row a name: `vncpasswd vncpassword` are two names of one row."""
    return tuple(
        Keyword(**{**{slot: getattr(row, slot) for slot in Keyword.__slots__}, "name": name})
        for row in rows
        for name in row.name.split()
    )


def _aliased_blocks(rows: list[BlockRow]) -> tuple[BlockRow, ...]:
    return tuple(
        BlockRow(**{**{slot: getattr(row, slot) for slot in BlockRow.__slots__}, "name": name})
        for row in rows
        for name in row.name.split()
    )


#: The language without any plugin.
CORE = Schema(_aliased(_rows), _aliased_blocks(_blocks))
#: Keywords that another keyword's value can stand for: `type hub` is `hub`.
STANDS_FOR = {"hub": "type"}
#: Names of one thing: the first is the one the compiler reads.
ALIASES = {
    "vncpassword": "vncpasswd",
    "root_password": "root_passwd",
    "location": "service_host",
    "sock": "socket",
    "floating_ip": "floating-ip",
    "plugins_dir": "plugin_dir",
    "allways_check_project_version": "always_check_project_version",
    "winConfig": "winconfig",
}
