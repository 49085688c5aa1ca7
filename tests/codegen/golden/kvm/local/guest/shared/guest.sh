# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of shared.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_name shared lab
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
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
