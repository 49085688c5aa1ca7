# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of tre.italy, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
if is_windows; then
guest_windows
on windows guest_file /mln/firstboot.ps1 0644 root root <<'END'
# The first start of tre.italy, written by MLN. It runs once, as the system itself.
. C:\mln\mln.ps1
Start-Mln
Set-MlnName 'tre'
Set-MlnCard -Mac '00:50:56:2E:62:91' -Name 'eth0' -Address '10.0.0.3' -Length 24 -Netmask '255.255.255.0'
Set-MlnCard -Mac '00:50:56:08:4D:80' -Name 'eth1' -Dhcp
Add-MlnUser 'alice'
Complete-Mln
END
return 0
fi
guest_user alice '!' ''
guest_name tre italy
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=00:50:56:2e:62:91

[Link]
Name=eth0
END
on systemd guest_file /etc/systemd/network/70-mln-eth1.link 0644 root root <<'END'
[Match]
MACAddress=00:50:56:08:4d:80

[Link]
Name=eth1
END
on systemd guest_file /etc/systemd/network/70-mln-eth2.link 0644 root root <<'END'
[Match]
MACAddress=52:54:00:12:34:56

[Link]
Name=eth2
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:50:56:2e:62:91", ATTR{type}=="1", NAME="eth0"
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:50:56:08:4d:80", ATTR{type}=="1", NAME="eth1"
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="52:54:00:12:34:56", ATTR{type}=="1", NAME="eth2"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "00:50:56:2e:62:91"}
      set-name: eth0
      dhcp4: false
      dhcp6: false
      addresses: ["10.0.0.3/24"]
    eth1:
      match: {macaddress: "00:50:56:08:4d:80"}
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
    address 10.0.0.3
    netmask 255.255.255.0

auto eth1
iface eth1 inet dhcp
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=00:50:56:2e:62:91

[Network]
Address=10.0.0.3/24
END
on networkd guest_file /etc/systemd/network/70-mln-eth1.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=00:50:56:08:4d:80

[Network]
DHCP=ipv4

[DHCPv4]
ClientIdentifier=mac
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=a9bd65e1-3352-5b0f-b22d-67ff71ee5f07
type=ethernet
autoconnect=true

[ethernet]
mac-address=00:50:56:2E:62:91

[ipv4]
method=manual
address1=10.0.0.3/24

[ipv6]
method=auto
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth1.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth1
uuid=05f0a375-7bce-53ec-8e5d-526560d33fbb
type=ethernet
autoconnect=true

[ethernet]
mac-address=00:50:56:08:4D:80

[ipv4]
method=auto

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=00:50:56:2E:62:91
ONBOOT=yes
BOOTPROTO=none
IPADDR=10.0.0.3
NETMASK=255.255.255.0
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth1 0644 root root <<'END'
# Written by MLN.
DEVICE=eth1
TYPE=Ethernet
HWADDR=00:50:56:08:4D:80
ONBOOT=yes
BOOTPROTO=dhcp
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='static'
IPADDR='10.0.0.3/24'
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth1 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='dhcp'
END
guest_append /etc/fstab 0644 root root <<'END'
/dev/sdb none swap sw 0 0
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
ifup -a
END
