#!/bin/sh
# Host win.italy: a Xen machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest xen; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject host win
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck od resize2fs truncate
    need_files "$MLN_TEMPLATES"/winXP.template
    ;;
start)
    need_plain_folders
    need_commands sed xl
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/win.img
    ;;
stop | status | remove)
    need_commands xl
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_file "$MLN_IMAGES"/win.img "$MLN_TEMPLATES"/winXP.template 0 0
    ;;
start)
    xen_start win.italy
    ;;
stop)
    xen_stop win.italy
    ;;
status)
    xen_status win.italy "$MLN_IMAGES"/win.img
    ;;
remove)
    xen_must_be_down win.italy
    remove_file "$MLN_IMAGES"/win.img
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
