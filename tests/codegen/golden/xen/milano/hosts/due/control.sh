#!/bin/sh
# Host due.italy: a Xen machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest xen; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject host due
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck od resize2fs truncate
    need_files "$MLN_TEMPLATES"/debian.ext4 /dev/sdb1 '/data/big disk.img'
    ;;
start)
    need_plain_folders
    need_commands sed xl
    need_files /boot/vmlinuz /boot/initrd.img
    [ "$asked" = check ] || need_files /nfs/vms/due.italy /dev/sdb1 '/data/big disk.img'
    ;;
stop | status | remove)
    need_commands xl
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_file /nfs/vms/due.italy "$MLN_TEMPLATES"/debian.ext4 0 104857600
    ;;
start)
    xen_start due.italy
    ;;
stop)
    xen_stop due.italy
    ;;
status)
    xen_status due.italy /nfs/vms/due.italy
    ;;
remove)
    xen_must_be_down due.italy
    remove_file /nfs/vms/due.italy
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
