# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of one.net, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind busybox
guest_user alice '$6$x$y' /srv/alice 2000
guest_user bob '!' ''
guest_group staff
guest_group empty
guest_member staff alice
guest_member staff bob
guest_root_password
guest_name one net
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.9.0.1
    netmask 255.255.255.0
    dns-nameservers 10.0.2.3

auto eth1
iface eth1 inet static
    address 10.0.2.15
    netmask 255.255.255.255
    up ip route add default dev eth1

iface eth2 inet static
    address 10.8.0.2
    netmask 255.255.255.0
    gateway 10.8.0.1
END
guest_file /etc/resolv.conf 0644 root root <<'END'
nameserver 10.0.2.3
END
guest_file /etc/fstab 0644 root root <<'END'
/dev/ubda / ext4 errors=remount-ro 0 1
proc /proc proc defaults 0 0
/dev/ubdb none swap sw 0 0
/dev/ubdc /extra ext4 defaults 0 0
none /share hostfs /srv/share,ro 0 0
END
on sysv guest_append /etc/modules 0644 root root <<'END'
ipv6
END
guest_script startup <<'END'
ping -c 1 two && echo ok
END
guest_boot
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
fe:fd:00:f2:9d:49 eth0
fe:fd:00:65:88:dd eth1
fe:fd:00:85:99:1f eth2
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
sh /etc/mln/boot modules
ifup -a
sh /etc/mln/boot start
END
guest_file /etc/app.conf 0640 alice staff <<'END'
a = 1
END
guest_append /etc/profile 0644 root root <<'END'
export A=1
END
guest_copy "$MLN_FILES"/motd /etc/motd 0644
guest_copy "$MLN_FILES"/site /var/www/site ''
guest_key alice 'ssh-ed25519 AAAA a@b'
guest_key_file root "$MLN_FILES"/root.pub
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
echo MLN-READY 2>/dev/null >/proc/mconsole; echo MLN-READY 2>/dev/null >/dev/console || :
END
