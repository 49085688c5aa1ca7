#!/bin/sh
# Host uno.italy: a Xen machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest xen; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject host uno
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands blockdev dd debugfs e2fsck lvcreate lvremove lvrename lvs mkswap od resize2fs
    need_files "$MLN_TEMPLATES"/ubuntu.ext3
    ;;
start)
    need_plain_folders
    need_commands sed xl
    [ "$asked" = check ] || need_files /dev/vg0/uno.italy /dev/vg0/uno.italy.swap
    ;;
stop | status | remove)
    need_commands xl
    if [ "$phase" = remove ]; then
        need_commands lvremove lvs
    fi
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_volume vg0 uno.italy "$MLN_TEMPLATES"/ubuntu.ext3 2147483648 0
    build_swap_volume vg0 uno.italy.swap 268435456
    ;;
start)
    xen_start uno.italy
    ;;
stop)
    xen_stop uno.italy
    ;;
status)
    xen_status uno.italy /dev/vg0/uno.italy
    ;;
remove)
    xen_must_be_down uno.italy
    remove_volume vg0 uno.italy
    remove_volume vg0 uno.italy.swap
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
