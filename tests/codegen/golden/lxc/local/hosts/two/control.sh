#!/bin/sh
# Host two.box: a Linux container.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt lxc; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LXC_URI:-lxc:///system}"
subject host two
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands blockdev dd debugfs e2fsck lvcreate lvremove lvrename lvs od resize2fs
    need_files "$MLN_TEMPLATES"/debian.ext4
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_libvirt
    need_short_paths /dev/vg0/two.box
    [ "$asked" = check ] || need_files /dev/vg0/two.box
    ;;
stop | status | remove)
    need_libvirt
    if [ "$phase" = remove ]; then
        need_commands lvremove lvs
    fi
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_volume vg0 two.box "$MLN_TEMPLATES"/debian.ext4 0 0
    ;;
start)
    domain_start two.box
    ;;
stop)
    domain_stop two.box
    ;;
status)
    domain_status two.box /dev/vg0/two.box
    ;;
remove)
    domain_remove two.box
    remove_volume vg0 two.box
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
