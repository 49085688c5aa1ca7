# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of volume.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_user alice '$6$x$y' ''
guest_root_hash '$6$salt$hash'
guest_name volume lab
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=52:54:00:f4:79:3e

[Link]
Name=eth0
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="52:54:00:f4:79:3e", ATTR{type}=="1", NAME="eth0"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "52:54:00:f4:79:3e"}
      set-name: eth0
      dhcp4: false
      dhcp6: false
      addresses: ["10.5.0.2/24"]
END
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.5.0.2
    netmask 255.255.255.0
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=52:54:00:f4:79:3e

[Network]
Address=10.5.0.2/24
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=e0dd1545-4238-55db-9a2a-49c808de6cad
type=ethernet
autoconnect=true

[ethernet]
mac-address=52:54:00:F4:79:3E

[ipv4]
method=manual
address1=10.5.0.2/24

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=52:54:00:F4:79:3E
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.5.0.2
NETMASK=255.255.255.0
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='static'
IPADDR='10.5.0.2/24'
END
guest_file /etc/fstab 0644 root root <<'END'
/dev/vda / ext4 errors=remount-ro 0 1
proc /proc proc defaults 0 0
/dev/vdb none swap sw 0 0
/dev/vdc /srv ext4 defaults 0 0
nas:/home /home nfs defaults 0 0
/dev/vdd /big xfs noatime 0 0
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
