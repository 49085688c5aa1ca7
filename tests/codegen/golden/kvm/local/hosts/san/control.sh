#!/bin/sh
# Host san.lab: a KVM machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt kvm; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LIBVIRT_URI:-qemu:///system}"
subject host san
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck guestmount guestunmount iscsiadm od resize2fs
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_libvirt
    need_kvm
    ;;
stop | status | remove)
    need_libvirt
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_iscsi '[2001:db8::5]:3261' iqn.2009-01.x:web '/dev/disk/by-path/ip-[2001:db8::5]:3261-iscsi-iqn.2009-01.x:web-lun-0'
    ;;
start)
    let_qemu_in
    domain_start san.lab
    ;;
stop)
    domain_stop san.lab
    ;;
status)
    domain_status san.lab '/dev/disk/by-path/ip-[2001:db8::5]:3261-iscsi-iqn.2009-01.x:web-lun-0'
    ;;
remove)
    domain_remove san.lab --nvram --managed-save
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
