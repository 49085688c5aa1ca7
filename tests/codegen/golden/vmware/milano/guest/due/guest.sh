# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of due.italy, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
if is_windows; then
guest_windows
on windows guest_file /mln/firstboot.ps1 0644 root root <<'END'
# The first start of due.italy, written by MLN. It runs once, as the system itself.
. C:\mln\mln.ps1
Start-Mln
Set-MlnName 'due'
Set-MlnCard -Mac '00:50:56:35:92:94' -Name 'eth0' -Dhcp
Complete-Mln
END
return 0
fi
guest_name due italy
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=00:50:56:35:92:94

[Link]
Name=eth0
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="00:50:56:35:92:94", ATTR{type}=="1", NAME="eth0"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "00:50:56:35:92:94"}
      set-name: eth0
      dhcp4: true
      dhcp-identifier: mac
END
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet dhcp
END
on networkd guest_file /etc/systemd/network/70-mln-eth0.network 0644 root root <<'END'
# Written by MLN.
[Match]
MACAddress=00:50:56:35:92:94

[Network]
DHCP=ipv4

[DHCPv4]
ClientIdentifier=mac
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=cfb986ad-00e5-5051-89f9-7f06240a5c18
type=ethernet
autoconnect=true

[ethernet]
mac-address=00:50:56:35:92:94

[ipv4]
method=auto

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=00:50:56:35:92:94
ONBOOT=yes
BOOTPROTO=dhcp
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='dhcp'
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
ifup -a
END
