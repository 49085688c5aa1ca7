# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of uno.italy, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_user kyrre l47/Y.NtB9p7w '' 1234
guest_root_hash '$6$salt$hash'
guest_name uno italy
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=00:16:3e:3b:8f:16

[Link]
Name=eth0
END
on systemd guest_file /etc/systemd/network/70-mln-eth1.link 0644 root root <<'END'
[Match]
MACAddress=00:16:3e:f9:85:2e

[Link]
Name=eth1
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:16:3e:3b:8f:16", ATTR{type}=="1", NAME="eth0"
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:16:3e:f9:85:2e", ATTR{type}=="1", NAME="eth1"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "00:16:3e:3b:8f:16"}
      set-name: eth0
      dhcp4: true
      dhcp-identifier: mac
      nameservers: {addresses: ["10.0.0.15"]}
    eth1:
      match: {macaddress: "00:16:3e:f9:85:2e"}
      set-name: eth1
      dhcp4: false
      dhcp6: false
      addresses: ["2001:db8::2/64"]
      routes: [{to: "::/0", via: "2001:db8::1"}]
END
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
    dns-nameservers 10.0.0.15

auto eth1
iface eth1 inet6 static
    address 2001:db8::2
    netmask 64
    gateway 2001:db8::1
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=00:16:3e:3b:8f:16

[Network]
DHCP=ipv4
DNS=10.0.0.15

[DHCPv4]
ClientIdentifier=mac
END
on networkd guest_file /etc/systemd/network/70-mln-eth1.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=00:16:3e:f9:85:2e

[Network]
Address=2001:db8::2/64

[Route]
Gateway=2001:db8::1
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=53cba877-857a-5d0f-bd8b-5b77c5edfe3a
type=ethernet
autoconnect=true

[ethernet]
mac-address=00:16:3E:3B:8F:16

[ipv4]
method=auto
dns=10.0.0.15;

[ipv6]
method=auto
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth1.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth1
uuid=3c0772ec-2131-5b8d-ab7d-9f468d254efa
type=ethernet
autoconnect=true

[ethernet]
mac-address=00:16:3E:F9:85:2E

[ipv4]
method=disabled

[ipv6]
method=manual
address1=2001:db8::2/64
gateway=2001:db8::1
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=00:16:3E:3B:8F:16
ONBOOT=yes
BOOTPROTO=dhcp
DNS1=10.0.0.15
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth1 0644 root root <<'END'
# Written by MLN.
DEVICE=eth1
TYPE=Ethernet
HWADDR=00:16:3E:F9:85:2E
ONBOOT=yes
BOOTPROTO=none
IPV6INIT=yes
IPV6_AUTOCONF=no
IPV6ADDR=2001:db8::2/64
IPV6_DEFAULTGW=2001:db8::1%eth1
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='dhcp'
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth1 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='static'
IPADDR='2001:db8::2/64'
END
on wicked guest_file /etc/sysconfig/network/ifroute-eth1 0644 root root <<'END'
::/0 2001:db8::1 - eth1
END
guest_file /etc/resolv.conf 0644 root root <<'END'
nameserver 10.0.0.15
END
guest_file /etc/fstab 0644 root root <<'END'
/dev/xvda1 / ext3 errors=remount-ro 0 1
proc /proc proc defaults 0 0
/dev/xvda2 none swap sw 0 0
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
ifup -a
END
