# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of one.box, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind busybox
guest_name one box
on ifupdown guest_file /etc/network/interfaces 0644 root root <<'END'
# Written by MLN.
auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.6.0.1
    netmask 255.255.255.0
END
guest_append /etc/fstab 0644 root root <<'END'
nas:/home /home nfs defaults 0 0
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
ifup -a
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
echo MLN-READY 2>/dev/null >/dev/console || :
END
