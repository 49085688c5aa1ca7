#!/bin/sh
# Host one.box: a Linux container.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt lxc; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LXC_URI:-lxc:///system}"
subject host one
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck od resize2fs truncate
    need_files "$MLN_TEMPLATES"/busybox.ext4 "$MLN_FILES"/data.img
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_libvirt
    need_short_paths "$MLN_IMAGES"/one.img "$MLN_FILES"/data.img
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/one.img "$MLN_FILES"/data.img
    ;;
stop | status | remove)
    need_libvirt
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_file "$MLN_IMAGES"/one.img "$MLN_TEMPLATES"/busybox.ext4 20971520 0
    ;;
start)
    domain_start one.box
    ;;
stop)
    domain_stop one.box
    ;;
status)
    domain_status one.box "$MLN_IMAGES"/one.img
    ;;
remove)
    domain_remove one.box
    remove_file "$MLN_IMAGES"/one.img
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
