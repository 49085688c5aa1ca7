# shellcheck shell=sh disable=SC2016 # hashes hold dollar signs
# What build.sh does to the file system of one.net, in this order. The verbs are in lib/guest.sh.
guest_user alice '$6$x$y' /srv/alice 2000
guest_user bob '!' ''
guest_group staff
guest_group empty
guest_member staff alice
guest_member staff bob
guest_root_password
guest_file /etc/app.conf 0640 alice staff
guest_file /etc/fstab 0644 root root
guest_file /etc/hostname 0644 root root
guest_file /etc/hosts 0644 root root
guest_append /etc/init.d/rcS 0755 root root
guest_file /etc/mln/startup 0755 root root
guest_file /etc/network/interfaces 0644 root root
guest_append /etc/profile 0644 root root
guest_file /etc/resolv.conf 0644 root root
guest_hosts
guest_copy "$MLN_FILES"/motd /etc/motd 0644
guest_copy "$MLN_FILES"/site /var/www/site ''
guest_key alice 'ssh-ed25519 AAAA a@b'
guest_key_file root "$MLN_FILES"/root.pub
