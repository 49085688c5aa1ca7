#!/bin/sh
# Moves a running machine of project italy from local to another server, over ssh.
set -eu

usage() {
    cat <<'END'
usage: migrate.sh HOST SERVER

Moves a running machine to another server of the project without stopping it: Xen by xl, KVM by virsh, both over ssh
as root. Both servers must see the machine's disk, and have the bridges of its switches.
  uno (xen): its disk is not on a `san_path`, so it can't move
  win (xen): its disk is not on a `san_path`, so it can't move
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
uno)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
win)
    echo "migrate.sh: the disk of $1 is not on shared storage (san_path)" >&2
    exit 1
    ;;
*) echo "migrate.sh: $1 is no machine of this server that can move" >&2; exit 2 ;;
esac
