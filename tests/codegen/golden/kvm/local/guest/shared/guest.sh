# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the guest of shared.lab, in this order. The verbs are in lib/guest.sh and lib/kind.sh.
guest_kind
guest_name shared lab
on rcS guest_append /etc/init.d/rcS 0755 root root <<'END'
hostname -F /etc/hostname
END
