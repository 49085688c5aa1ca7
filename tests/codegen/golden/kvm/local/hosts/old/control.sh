#!/bin/sh
# Host old.lab: a KVM machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt kvm; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LIBVIRT_URI:-qemu:///system}"
subject host old
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck guestmount guestunmount mkswap od resize2fs truncate
    need_files "$MLN_IMAGES"/old.vmdk
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_libvirt
    need_kvm
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/old.vmdk "$MLN_IMAGES"/old.swap
    ;;
stop | status | remove)
    need_libvirt
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_in_place "$MLN_IMAGES"/old.vmdk
    build_swap_file "$MLN_IMAGES"/old.swap 67108864
    ;;
start)
    let_qemu_in
    domain_start old.lab
    ;;
stop)
    domain_stop old.lab
    ;;
status)
    domain_status old.lab "$MLN_IMAGES"/old.vmdk
    ;;
remove)
    domain_remove old.lab --nvram --managed-save
    remove_file "$MLN_IMAGES"/old.swap
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
