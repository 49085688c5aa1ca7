# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of two.box, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_user alice '$6$x$y' ''
guest_name two box
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=52:54:00:aa:88:38

[Link]
Name=eth0
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="52:54:00:aa:88:38", ATTR{type}=="1", NAME="eth0"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "52:54:00:aa:88:38"}
      set-name: eth0
      dhcp4: false
      dhcp6: false
      addresses: ["10.6.0.2/24"]
END
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.6.0.2
    netmask 255.255.255.0
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=52:54:00:aa:88:38

[Network]
Address=10.6.0.2/24
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=8a397cd8-5f01-5bc7-82ac-6c79e88d76c3
type=ethernet
autoconnect=true

[ethernet]
mac-address=52:54:00:AA:88:38

[ipv4]
method=manual
address1=10.6.0.2/24

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=52:54:00:AA:88:38
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.6.0.2
NETMASK=255.255.255.0
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='static'
IPADDR='10.6.0.2/24'
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
ifup -a
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
echo MLN-READY 2>/dev/null >/dev/console || :
END
on systemd guest_file /etc/systemd/system/mln-ready.service 0644 root root <<'END'
# Written by MLN: tells the server that the machine is up.
[Unit]
Description=Tell the server that the machine is up
DefaultDependencies=no
After=multi-user.target mln.service
ConditionPathExists=/dev/console

[Service]
Type=oneshot
ExecStart=-/bin/sh -c 'echo MLN-READY 2>/dev/null >/dev/console'
END
on systemd guest_file /etc/systemd/system/multi-user.target.d/mln.conf 0644 root root <<'END'
[Unit]
Wants=mln-ready.service
END
