#!/bin/sh
# Host due.italy: a VMware machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest vmware; do
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
    need_commands guestmount guestunmount qemu-img sed
    need_files "$MLN_TEMPLATES"/rhel5.vmdk
    ;;
start)
    need_commands vmrun
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/due/due.vmx
    ;;
stop | status | remove)
    need_commands vmrun
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_disk "$MLN_IMAGES"/due/due.vmdk "$MLN_TEMPLATES"/rhel5.vmdk 0 0
    build_machine "$MLN_IMAGES"/due due
    ;;
start)
    vmware_start "$MLN_IMAGES"/due/due.vmx
    ;;
stop)
    vmware_stop "$MLN_IMAGES"/due/due.vmx
    ;;
status)
    vmware_status "$MLN_IMAGES"/due/due.vmx
    ;;
remove)
    vmware_must_be_down "$MLN_IMAGES"/due/due.vmx
    remove_disk "$MLN_IMAGES"/due/due.vmdk
    remove_machine "$MLN_IMAGES"/due due
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
