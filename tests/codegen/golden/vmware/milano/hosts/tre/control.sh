#!/bin/sh
# Host tre.italy: a VMware machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest vmware; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject host tre
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands guestmount guestunmount mkswap qemu-img sed
    need_files "$MLN_TEMPLATES"/debian12.vmdk
    ;;
start)
    need_commands vmrun
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/tre/tre.vmx
    ;;
stop | status | remove)
    need_commands vmrun
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_disk "$MLN_IMAGES"/tre/tre.vmdk "$MLN_TEMPLATES"/debian12.vmdk 4294967296 0
    build_swap_disk "$MLN_IMAGES"/tre/tre-swap.vmdk 67108864
    build_machine "$MLN_IMAGES"/tre tre
    ;;
start)
    vmware_start "$MLN_IMAGES"/tre/tre.vmx
    ;;
stop)
    vmware_stop "$MLN_IMAGES"/tre/tre.vmx
    ;;
status)
    vmware_status "$MLN_IMAGES"/tre/tre.vmx
    ;;
remove)
    vmware_must_be_down "$MLN_IMAGES"/tre/tre.vmx
    remove_disk "$MLN_IMAGES"/tre/tre.vmdk
    remove_disk "$MLN_IMAGES"/tre/tre-swap.vmdk
    remove_machine "$MLN_IMAGES"/tre tre
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
