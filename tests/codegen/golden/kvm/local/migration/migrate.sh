#!/bin/sh
# Moves a running machine of project lab from local to another server, over ssh.
set -eu

usage() {
    cat <<'END'
usage: migrate.sh HOST SERVER

Moves a running machine to another server of the project without stopping it: Xen by xl, KVM by virsh, both over ssh
as root. Both servers must see the machine's disk, and have the bridges of its switches.
  cloud (kvm): its disk is not on a `san_path`, so it can't move
  old (kvm): its disk is not on a `san_path`, so it can't move
  over (kvm): its disk is not on a `san_path`, so it can't move
  san (kvm): its disk is on shared storage
  shared (kvm): its disk is not on a `san_path`, so it can't move
  win (kvm): its disk is not on a `san_path`, so it can't move
  xeno (xen): its disk is not on a `san_path`, so it can't move
servers: milano
END
}

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
[ $# = 2 ] || { usage >&2; exit 2; }
case $2 in
milano) ;;
*) echo "migrate.sh: $2 is no other server of the project" >&2; exit 2 ;;
esac
case $1 in
cloud)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
old)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
over)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
san)
    command -v virsh >/dev/null || { echo "migrate.sh: virsh is needed" >&2; exit 1; }
    exec virsh migrate --live --persistent --undefinesource --verbose san.lab "qemu+ssh://root@$2/system"
    ;;
shared)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
win)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
xeno)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
*) echo "migrate.sh: $1 is no machine of this server that can move" >&2; exit 2 ;;
esac
