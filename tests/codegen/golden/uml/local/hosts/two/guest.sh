# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the file system of two.net, in this order. The verbs are in lib/guest.sh.
guest_file /etc/fstab 0644 root root
guest_file /etc/hostname 0644 root root
guest_file /etc/hosts 0644 root root
guest_file /etc/network/interfaces 0644 root root
guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root
guest_file /etc/systemd/network/70-mln-eth1.link 0644 root root
guest_file /etc/systemd/network/70-mln-eth2.link 0644 root root
guest_hosts
