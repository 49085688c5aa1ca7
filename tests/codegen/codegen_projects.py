"""Projects to generate from, made directly as IR."""

from __future__ import annotations

from typing import Any

from mlnlang.ir import (
    AuthorizedKey,
    BackEnd,
    Disk,
    Display,
    Group,
    GuestFile,
    Host,
    Interface,
    Mount,
    Project,
    Switch,
    TransferredFile,
    User,
    derive,
)

MIB = 1 << 20


def card(name: str, identity: str, backend: BackEnd, **values: Any) -> Interface:
    """An interface with the hardware address that names give it."""
    return Interface(name, values.pop("mac", None) or derive.mac(backend, f"{identity}", name), **values)


def static(name: str, identity: str, backend: BackEnd, address: str, switch: str | None = None) -> Interface:
    """An interface with an IPv4 address and 24 bits of network."""
    return card(name, identity, backend, switch=switch, address=address, prefix_length=24, netmask="255.255.255.0")


def host(name: str, backend: BackEnd, *, template: str = "debian.ext4", **values: Any) -> Host:
    """A host with one root disk, a copy of the template."""
    disks = values.pop("disks", (Disk("root", template=template),))
    return Host(name, backend, values.pop("memory_mib", 64), template=template, disks=disks, **values)


def switch(name: str, project: str, backend: BackEnd, **values: Any) -> Switch:
    """A switch whose bridge has the derived name."""
    return Switch(name, backend, derive.bridge(name, project), **values)


def xen_project() -> Project:
    """Xen: a paravirtual LVM guest, one with its own kernel on SAN paths, a Windows guest with VNC; two servers."""
    name = "italy"
    uno = host(
        "uno", "xen", memory_mib=128, vcpus=2, cpus="0-1", nameserver="10.0.0.15", root_password="$6$salt$hash",
        disks=(
            Disk("root", "lvm", template="ubuntu.ext3", size_bytes=2048 * MIB, volume_group="vg0"),
            Disk("swap", "lvm", size_bytes=256 * MIB, volume_group="vg0"),
        ),
        interfaces=(
            card("eth0", "uno.italy", "xen", switch="lan", address="dhcp"),
            card("eth1", "uno.italy", "xen", bridge="br1", address="2001:db8::2", prefix_length=64,
                 gateway="2001:db8::1"),
        ),
        users=(User("kyrre", "l47/Y.NtB9p7w", uid=1234),),
        template="ubuntu.ext3",
    )  # fmt: skip
    due = host(
        "due", "xen", service_host="milano", boot_order=5, kernel="/boot/vmlinuz", ramdisk="/boot/initrd.img",
        kernel_extra="console=hvc0 quiet", xen_extra=('cpu_weight = 512', "localtime = 1"),
        disks=(
            Disk("root", template="debian.ext4", directory="/nfs/vms/", free_space_bytes=100 * MIB),
            Disk("mount", "device", source="/dev/sdb1"),
        ),
        mounts=(
            Mount("/dev/sdb1", "/srv", "ext4"),
            Mount("nas:/export/home", "/home", "nfs", "rw,hard"),
            Mount("/data/big disk.img", "/big", "xfs", "noatime"),
        ),
        display=Display(3, "geheim", "de"),
        interfaces=(static("eth0", "due.italy", "xen", "10.0.0.2", "lan"),),
        startup=("echo up > /var/log/mln", "service apache2 start"), shutdown=("echo down",),
        modules=("dummy",),
    )  # fmt: skip
    win = host(
        "win", "xen", template="winXP.template", hvm=True, display=Display(300, 'p"w\\,'),
        interfaces=(card("eth0", "win.italy", "xen", switch="lan"),),
    )  # fmt: skip
    return Project(name, (uno, due, win), (switch("lan", name, "xen"),), hooks={"afterHostsStart": ("echo ready",)})


def vmware_project() -> Project:
    """VMware: three machines of the article's Listing 2, one of them with more."""
    name = "italy"
    basic: dict[str, Any] = {"template": "rhel5.vmdk", "service_host": "milano", "memory_mib": 128}
    uno, due = (
        host(n, "vmware", **basic, interfaces=(card("eth0", f"{n}.{name}", "vmware", switch="lan", address="dhcp"),))
        for n in ("uno", "due")
    )
    tre = host(
        "tre", "vmware", template="debian12.vmdk", memory_mib=255, vcpus=2, service_host="milano",
        disks=(Disk("root", template="debian12.vmdk", size_bytes=4096 * MIB), Disk("swap", size_bytes=64 * MIB)),
        interfaces=(
            static("eth0", "tre.italy", "vmware", "10.0.0.3", "lan"),
            card("eth1", "tre.italy", "vmware", bridge="vmnet8", address="dhcp"),
            card("eth2", "tre.italy", "vmware", mac="52:54:00:12:34:56", mac_given=True),
        ),
        display=Display(7, 'a"|b', "no"), users=(User("alice"),),
    )  # fmt: skip
    return Project(name, (uno, due, tre), (switch("lan", name, "vmware"),))


def uml_project() -> Project:
    """User-Mode Linux with every kind of card, disk and guest set-up; a hub; hooks."""
    name = "net"
    one = host(
        "one", "uml", template="busybox.ext4", family="busybox", boot_order=1, nice=5, owner="nobody",
        root_password="geheim",
        disks=(
            Disk("root", template="busybox.ext4", size_bytes=20 * MIB),
            Disk("swap", size_bytes=MIB),
            Disk("mount", "file", source="extra disk.img"),
        ),
        mounts=(Mount("extra disk.img", "/extra", "ext4"), Mount("/srv/share", "/share", "hostfs", "ro")),
        interfaces=(
            static("eth0", "one.net", "uml", "10.9.0.1", "lan"),
            card("eth1", "one.net", "uml", slirp=True),
            card("eth2", "one.net", "uml", tun_interface="tap7", tun_address="10.8.0.1/24", address="10.8.0.2",
                 prefix_length=24, netmask="255.255.255.0", gateway="10.8.0.1", start_at_boot=False),
        ),
        users=(User("alice", "$6$x$y", "/srv/alice", 2000), User("bob")),
        groups=(Group("staff", ("alice", "bob")), Group("empty")),
        files=(TransferredFile("motd", "/etc/motd", "0644"), TransferredFile("site", "/var/www/")),
        authorized_keys=(AuthorizedKey("alice", "ssh-ed25519 AAAA a@b"), AuthorizedKey("root", source="root.pub")),
        guest_files=(
            GuestFile("/etc/app.conf", "a = 1\n", "0640", "alice", "staff", plugin="extra"),
            GuestFile("/etc/profile", "export A=1\n", append=True, plugin="extra"),
            GuestFile("/etc/httpd/conf.d/x.conf", "never\n", families=("redhat",), plugin="apache"),
        ),
        startup=("ping -c 1 two && echo ok",), modules=("ipv6",),
    )  # fmt: skip
    two = host(
        "two", "uml", kernel="/usr/bin/linux.uml", disks=(Disk("root", template="debian.ext4", cow_base="base.ext4"),),
        interfaces=(
            static("eth0", "two.net", "uml", "10.9.0.2", "lan"),
            card("eth1", "two.net", "uml", bridge="br0", address="dhcp"),
            card("eth2", "two.net", "uml", socket="/tmp/other.ctl"),
        ),
        term="screen",
    )  # fmt: skip
    hub = switch("lan", name, "uml", hub=True, tap="tap9", group="users")
    hooks = {"beforeProjectStart": ("echo one", "echo 'two'"), "afterProjectStop": ("true",)}
    return Project(name, (one, two), (hub, switch("spare", name, "uml", external=True)), hooks=hooks,
                   templates_directory="/srv/my templates", files_directory="/srv/files")  # fmt: skip


def kvm_project() -> Project:
    """KVM with every kind of disk and card, a cloud image and a Windows guest; a Xen guest on the same bridge."""
    name = "lab"
    cloud = host(
        "cloud", "kvm", template="debian12.qcow2", memory_mib=2048, vcpus=4, cpus="0-3,^2", firmware="uefi",
        cloud_init=True, boot_order=1, disks=(Disk("root", template="debian12.qcow2", size_bytes=10240 * MIB),),
        interfaces=(
            static("eth0", f"cloud.{name}", "kvm", "10.5.0.1", "lan"),
            card("eth1", f"cloud.{name}", "kvm", bridge="br0", address="dhcp"),
            card("eth2", f"cloud.{name}", "kvm", address="dhcp"),
        ),
        display=Display(),
    )  # fmt: skip
    volume = host(
        "volume", "kvm", service_host="milano", memory_mib=255, kernel="/boot/vmlinuz", ramdisk="/boot/initrd.img",
        kernel_extra="quiet", root_password="$6$salt$hash",
        disks=(
            Disk("root", "lvm", template="debian.qcow2", size_bytes=2048 * MIB, volume_group="vg0"),
            Disk("swap", "lvm", size_bytes=256 * MIB, volume_group="vg0"),
            Disk("mount", "device", source="/dev/sdb1"),
        ),
        mounts=(
            Mount("/dev/sdb1", "/srv", "ext4"), Mount("nas:/home", "/home", "nfs"),
            Mount("/data/big disk.qcow2", "/big", "xfs", "noatime"),
        ),
        display=Display(3, "geheim", "de"), users=(User("alice", "$6$x$y"),),
        interfaces=(static("eth0", f"volume.{name}", "kvm", "10.5.0.2", "lan"),),
    )  # fmt: skip
    shared = host(
        "shared", "kvm", kernel="/boot/vmlinuz", kernel_extra="root=LABEL=root ro",
        disks=(Disk("root", template="debian.ext4", directory="/nfs/vms/", free_space_bytes=100 * MIB),),
    )  # fmt: skip
    over = host(
        "over", "kvm", disks=(Disk("root", cow_base="base.qcow2"), Disk("swap", size_bytes=64 * MIB)),
        interfaces=(card("eth0", f"over.{name}", "kvm", switch="xlan", address="dhcp"),),
    )  # fmt: skip
    san = host(
        "san",
        "kvm",
        disks=(Disk("root", "iscsi", iscsi_server="[2001:db8::5]:3261", iscsi_target="iqn.2009-01.x:web"),),
    )
    old = host(
        "old", "kvm", disks=(Disk("root", "device", source="old.vmdk"), Disk("swap", size_bytes=64 * MIB))
    )  # fmt: skip
    win = host(
        "win", "kvm", template="win10.qcow2", disks=(Disk("root", template="win10.qcow2"),),
        interfaces=(card("eth0", f"win.{name}", "kvm", switch="ext"),), display=Display(300),
    )  # fmt: skip
    xeno = host("xeno", "xen", interfaces=(static("eth0", f"xeno.{name}", "xen", "10.5.0.9", "lan"),))
    switches = (
        switch("lan", name, "kvm", tap="tap5"), switch("xlan", name, "xen"), switch("ext", name, "kvm", external=True),
    )  # fmt: skip
    return Project(name, (cloud, volume, shared, over, san, old, win, xeno), switches)


def lxc_project() -> Project:
    """Two containers on a switch: one with a disk and a folder of the server, one on a logical volume."""
    name = "box"
    one = host(
        "one", "lxc", cpus="0,1", template="busybox.ext4", family="busybox",
        disks=(Disk("root", template="busybox.ext4", size_bytes=20 * MIB), Disk("mount", source="data.img")),
        mounts=(Mount("data.img", "/data", "ext4"), Mount("/srv/share", "/share", "hostfs"),
                Mount("nas:/home", "/home", "nfs")),
        interfaces=(
            static("eth0", f"one.{name}", "lxc", "10.6.0.1", "lan"), card("eth1", f"one.{name}", "lxc", bridge="br0"),
        ),
    )  # fmt: skip
    two = host(
        "two", "lxc", disks=(Disk("root", "lvm", template="debian.ext4", volume_group="vg0"),),
        interfaces=(static("eth0", f"two.{name}", "lxc", "10.6.0.2", "lan"),), users=(User("alice", "$6$x$y"),),
    )  # fmt: skip
    return Project(name, (one, two), (switch("lan", name, "lxc"),))


GOLDEN = {
    "kvm": kvm_project,
    "lxc": lxc_project,
    "uml": uml_project,
    "vmware": vmware_project,
    "xen": xen_project,
}
