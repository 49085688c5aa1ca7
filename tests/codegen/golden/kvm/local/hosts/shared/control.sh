#!/bin/sh
# Host shared.lab: a KVM machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt kvm; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LIBVIRT_URI:-qemu:///system}"
subject host shared
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands awk debugfs e2fsck od qemu-img resize2fs truncate
    need_files "$MLN_TEMPLATES"/debian.ext4
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_files /boot/vmlinuz
    need_libvirt
    need_kvm
    [ "$asked" = check ] || need_files /nfs/vms/shared.lab
    ;;
stop | status | remove)
    need_libvirt
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    template_format raw
    build_overlay /nfs/vms/shared.lab "$MLN_TEMPLATES"/debian.ext4 0 104857600 alone
    ;;
start)
    let_qemu_in
    domain_start shared.lab
    ;;
stop)
    domain_stop shared.lab
    ;;
status)
    domain_status shared.lab /nfs/vms/shared.lab
    ;;
remove)
    domain_remove shared.lab --nvram --managed-save
    remove_file /nfs/vms/shared.lab
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
