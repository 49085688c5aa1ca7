# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of two.net, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_name two net
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=fe:fd:00:f7:c6:6e

[Link]
Name=eth0
END
on systemd guest_file /etc/systemd/network/70-mln-eth1.link 0644 root root <<'END'
[Match]
MACAddress=fe:fd:00:c1:12:d3

[Link]
Name=eth1
END
on systemd guest_file /etc/systemd/network/70-mln-eth2.link 0644 root root <<'END'
[Match]
MACAddress=fe:fd:00:5f:45:9d

[Link]
Name=eth2
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="fe:fd:00:f7:c6:6e", ATTR{type}=="1", NAME="eth0"
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="fe:fd:00:c1:12:d3", ATTR{type}=="1", NAME="eth1"
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="fe:fd:00:5f:45:9d", ATTR{type}=="1", NAME="eth2"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "fe:fd:00:f7:c6:6e"}
      set-name: eth0
      dhcp4: false
      dhcp6: false
      addresses: ["10.9.0.2/24"]
    eth1:
      match: {macaddress: "fe:fd:00:c1:12:d3"}
      set-name: eth1
      dhcp4: true
      dhcp-identifier: mac
END
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.9.0.2
    netmask 255.255.255.0

auto eth1
iface eth1 inet dhcp
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=fe:fd:00:f7:c6:6e

[Network]
Address=10.9.0.2/24
END
on networkd guest_file /etc/systemd/network/70-mln-eth1.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=fe:fd:00:c1:12:d3

[Network]
DHCP=ipv4

[DHCPv4]
ClientIdentifier=mac
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=3bed2658-791d-53af-ac01-2c47d5667c34
type=ethernet
autoconnect=true

[ethernet]
mac-address=FE:FD:00:F7:C6:6E

[ipv4]
method=manual
address1=10.9.0.2/24

[ipv6]
method=auto
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth1.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth1
uuid=ac3dcc9c-158a-5559-a33a-ba228b58ffbe
type=ethernet
autoconnect=true

[ethernet]
mac-address=FE:FD:00:C1:12:D3

[ipv4]
method=auto

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=FE:FD:00:F7:C6:6E
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.9.0.2
NETMASK=255.255.255.0
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth1 0644 root root <<'END'
# Written by MLN.
DEVICE=eth1
TYPE=Ethernet
HWADDR=FE:FD:00:C1:12:D3
ONBOOT=yes
BOOTPROTO=dhcp
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='static'
IPADDR='10.9.0.2/24'
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth1 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='dhcp'
END
guest_file /etc/fstab 0644 root root <<'END'
/dev/ubda / ext4 errors=remount-ro 0 1
proc /proc proc defaults 0 0
END
on rcS,openrc guest_file /etc/mln/names 0755 root root <<'END_'
#!/bin/sh
# Written by MLN: the project's names of network cards, by their hardware addresses.
[ -d /sys/class/net ] || mount -t sysfs sysfs /sys
while read -r mac name; do
    for card in /sys/class/net/*; do
        [ "$(cat "$card/address" 2>/dev/null)" = "$mac" ] || continue
        [ -e "/sys/class/net/$name" ] || ip link set dev "${card##*/}" name "$name"
    done
done <<END
fe:fd:00:f7:c6:6e eth0
fe:fd:00:c1:12:d3 eth1
fe:fd:00:5f:45:9d eth2
END
END_
on openrc guest_file /etc/network/if-pre-up.d/mln 0755 root root <<'END'
#!/bin/sh
exec sh /etc/mln/names
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
sh /etc/mln/names
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
ifup -a
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
echo MLN-READY 2>/dev/null >/proc/mconsole; echo MLN-READY 2>/dev/null >/dev/console || :
END
on systemd guest_file /etc/systemd/system/mln-ready.service 0644 root root <<'END'
# Written by MLN: tells the server that the machine is up.
[Unit]
Description=Tell the server that the machine is up
DefaultDependencies=no
After=multi-user.target mln.service
ConditionPathExists=/proc/mconsole

[Service]
Type=oneshot
ExecStart=-/bin/sh -c 'echo MLN-READY 2>/dev/null >/proc/mconsole; echo MLN-READY 2>/dev/null >/dev/console'
END
on systemd guest_file /etc/systemd/system/multi-user.target.d/mln.conf 0644 root root <<'END'
[Unit]
Wants=mln-ready.service
END
