# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of over.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
if is_windows; then
guest_windows
on windows guest_file /mln/firstboot.ps1 0644 root root <<'END'
# The first start of over.lab, written by MLN. It runs once, as the system itself.
. C:\mln\mln.ps1
Start-Mln
Set-MlnName 'over'
Set-MlnCard -Mac '52:54:00:A9:4C:3C' -Name 'eth0' -Dhcp
Complete-Mln
END
return 0
fi
guest_name over lab
on systemd guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root <<'END'
[Match]
MACAddress=52:54:00:a9:4c:3c

[Link]
Name=eth0
END
on sysv guest_file /etc/udev/rules.d/70-persistent-net.rules 0644 root root <<'END'
SUBSYSTEM=="net", ACTION=="add", ATTR{address}=="52:54:00:a9:4c:3c", ATTR{type}=="1", NAME="eth0"
END
on netplan guest_file /etc/netplan/60-mln.yaml 0600 root root <<'END'
# Written by MLN.
network:
  version: 2
  ethernets:
    eth0:
      match: {macaddress: "52:54:00:a9:4c:3c"}
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
MACAddress=52:54:00:a9:4c:3c

[Network]
DHCP=ipv4

[DHCPv4]
ClientIdentifier=mac
END
on networkmanager guest_file /etc/NetworkManager/system-connections/mln-eth0.nmconnection 0600 root root <<'END'
# Written by MLN.
[connection]
id=mln-eth0
uuid=8f62475e-5374-5263-b769-4ec5b294cce9
type=ethernet
autoconnect=true

[ethernet]
mac-address=52:54:00:A9:4C:3C

[ipv4]
method=auto

[ipv6]
method=auto
END
on ifcfg guest_file /etc/sysconfig/network-scripts/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
DEVICE=eth0
TYPE=Ethernet
HWADDR=52:54:00:A9:4C:3C
ONBOOT=yes
BOOTPROTO=dhcp
END
on wicked guest_file /etc/sysconfig/network/ifcfg-eth0 0644 root root <<'END'
# Written by MLN.
STARTMODE='auto'
BOOTPROTO='dhcp'
END
guest_append /etc/fstab 0644 root root <<'END'
/dev/vdb none swap sw 0 0
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
