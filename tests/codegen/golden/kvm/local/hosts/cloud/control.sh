#!/bin/sh
# Host cloud.lab: a KVM machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt kvm; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LIBVIRT_URI:-qemu:///system}"
subject host cloud
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands awk debugfs e2fsck find od qemu-img resize2fs tar truncate
    need_files "$MLN_TEMPLATES"/debian12.qcow2
    need_seed_tool
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_libvirt
    need_kvm
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/cloud.qcow2 "$MLN_IMAGES"/cloud.seed.iso
    ;;
stop | status | remove)
    need_libvirt
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    template_format qcow2
    build_overlay "$MLN_IMAGES"/cloud.qcow2 "$MLN_TEMPLATES"/debian12.qcow2 10737418240 0
    build_seed "$MLN_IMAGES"/cloud.seed.iso
    ;;
start)
    let_qemu_in
    domain_start cloud.lab
    ;;
stop)
    domain_stop cloud.lab
    ;;
status)
    domain_status cloud.lab "$MLN_IMAGES"/cloud.qcow2
    ;;
remove)
    domain_remove cloud.lab --nvram --managed-save
    remove_file "$MLN_IMAGES"/cloud.qcow2
    remove_file "$MLN_IMAGES"/cloud.seed.iso
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
