#!/bin/sh
# Host win.lab: a KVM machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt kvm; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LIBVIRT_URI:-qemu:///system}"
subject host win
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands awk debugfs e2fsck od qemu-img resize2fs truncate
    need_files "$MLN_TEMPLATES"/win10.qcow2
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_libvirt
    need_kvm
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/win.qcow2
    ;;
stop | status | remove)
    need_libvirt
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    template_format qcow2
    build_overlay "$MLN_IMAGES"/win.qcow2 "$MLN_TEMPLATES"/win10.qcow2 0 0
    ;;
start)
    let_qemu_in
    domain_start win.lab
    ;;
stop)
    domain_stop win.lab
    ;;
status)
    domain_status win.lab "$MLN_IMAGES"/win.qcow2
    ;;
remove)
    domain_remove win.lab --nvram --managed-save
    remove_file "$MLN_IMAGES"/win.qcow2
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
