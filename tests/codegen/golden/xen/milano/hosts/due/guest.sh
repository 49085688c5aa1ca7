# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the file system of due.italy, in this order. The verbs are in lib/guest.sh.
guest_file /etc/fstab 0644 root root
guest_file /etc/hostname 0644 root root
guest_file /etc/hosts 0644 root root
guest_file /etc/init.d/mln 0755 root root
guest_file /etc/mln/shutdown 0755 root root
guest_file /etc/mln/startup 0755 root root
guest_append /etc/modules 0644 root root
guest_file /etc/network/interfaces 0644 root root
guest_file /etc/systemd/network/70-mln-eth0.link 0644 root root
guest_file /etc/systemd/system/mln.service 0644 root root
guest_hosts
guest_link ../mln.service /etc/systemd/system/multi-user.target.wants/mln.service
guest_link ../init.d/mln /etc/rc2.d/S99mln
guest_link ../init.d/mln /etc/rc3.d/S99mln
guest_link ../init.d/mln /etc/rc4.d/S99mln
guest_link ../init.d/mln /etc/rc5.d/S99mln
guest_link ../init.d/mln /etc/rc0.d/K01mln
guest_link ../init.d/mln /etc/rc6.d/K01mln
