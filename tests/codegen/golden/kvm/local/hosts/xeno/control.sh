#!/bin/sh
# Host xeno.lab: a Xen machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest xen; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject host xeno
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck od resize2fs truncate
    need_files "$MLN_TEMPLATES"/debian.ext4
    ;;
start)
    need_plain_folders
    need_commands sed xl
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/xeno.img
    ;;
stop | status | remove)
    need_commands xl
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_file "$MLN_IMAGES"/xeno.img "$MLN_TEMPLATES"/debian.ext4 0 0
    ;;
start)
    xen_start xeno.lab
    ;;
stop)
    xen_stop xeno.lab
    ;;
status)
    xen_status xeno.lab "$MLN_IMAGES"/xeno.img
    ;;
remove)
    xen_must_be_down xeno.lab
    remove_file "$MLN_IMAGES"/xeno.img
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
