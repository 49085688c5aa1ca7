# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of san.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
if is_windows; then
guest_windows
on windows guest_file /mln/firstboot.ps1 0644 root root <<'END'
# The first start of san.lab, written by MLN. It runs once, as the system itself.
. C:\mln\mln.ps1
Start-Mln
Set-MlnName 'san'
Complete-Mln
END
return 0
fi
guest_name san lab
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
