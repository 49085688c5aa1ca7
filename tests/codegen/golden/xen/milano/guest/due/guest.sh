# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of due.italy, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_name due italy
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=00:16:3e:35:92:94

[Link]
Name=eth0
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:16:3e:35:92:94", ATTR{type}=="1", NAME="eth0"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "00:16:3e:35:92:94"}
      set-name: eth0
      dhcp4: false
      dhcp6: false
      addresses: ["10.0.0.2/24"]
END
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.0.0.2
    netmask 255.255.255.0
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=00:16:3e:35:92:94

[Network]
Address=10.0.0.2/24
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=cfb986ad-00e5-5051-89f9-7f06240a5c18
type=ethernet
autoconnect=true

[ethernet]
mac-address=00:16:3E:35:92:94

[ipv4]
method=manual
address1=10.0.0.2/24

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=00:16:3E:35:92:94
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.0.0.2
NETMASK=255.255.255.0
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='static'
IPADDR='10.0.0.2/24'
END
guest_file /etc/fstab 0644 root root <<'END'
/dev/xvda1 / ext4 errors=remount-ro 0 1
proc /proc proc defaults 0 0
/dev/xvda3 /srv ext4 defaults 0 0
nas:/export/home /home nfs rw,hard 0 0
/dev/xvda4 /big xfs noatime 0 0
END
on systemd guest_file /etc/modules-load.d/mln.conf 0644 root root <<'END'
dummy
END
on sysv guest_append /etc/modules 0644 root root <<'END'
dummy
END
guest_script startup <<'END'
echo up > /var/log/mln
service apache2 start
END
guest_script shutdown <<'END'
echo down
END
guest_boot
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
sh /etc/mln/boot modules
ifup -a
sh /etc/mln/boot start
END
on rcS guest_append /etc/inittab 0644 root root <<'END'
::shutdown:sh /etc/mln/boot stop
END
