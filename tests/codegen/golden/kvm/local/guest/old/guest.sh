# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of old.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
if is_windows; then
guest_windows
on windows guest_file /mln/firstboot.ps1 0644 root root <<'END'
# The first start of old.lab, written by MLN. It runs once, as the system itself.
. C:\mln\mln.ps1
Start-Mln
Set-MlnName 'old'
Complete-Mln
END
return 0
fi
guest_name old lab
guest_append /etc/fstab 0644 root root <<'END'
/dev/vdb none swap sw 0 0
END
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
END
