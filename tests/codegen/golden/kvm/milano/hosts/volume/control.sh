#!/bin/sh
# Host volume.lab: a KVM machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest libvirt kvm; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
connect "${MLN_LIBVIRT_URI:-qemu:///system}"
subject host volume
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands awk blockdev dd debugfs e2fsck lvcreate lvremove lvrename lvs mkswap od qemu-img resize2fs
    need_files "$MLN_TEMPLATES"/debian.qcow2 /dev/sdb1 '/data/big disk.qcow2'
    ;;
start)
    need_plain_folders
    need_commands sed virsh
    need_files /boot/vmlinuz /boot/initrd.img
    need_libvirt
    need_kvm
    [ "$asked" = check ] || need_files /dev/vg0/volume.lab /dev/vg0/volume.lab.swap /dev/sdb1 '/data/big disk.qcow2'
    ;;
stop | status | remove)
    need_libvirt
    if [ "$phase" = remove ]; then
        need_commands lvremove lvs
    fi
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    template_format qcow2
    build_root_volume vg0 volume.lab "$MLN_TEMPLATES"/debian.qcow2 2147483648 0
    build_swap_volume vg0 volume.lab.swap 268435456
    ;;
start)
    let_qemu_in
    domain_start volume.lab
    ;;
stop)
    domain_stop volume.lab
    ;;
status)
    domain_status volume.lab /dev/vg0/volume.lab
    ;;
remove)
    domain_remove volume.lab --nvram --managed-save
    remove_volume vg0 volume.lab
    remove_volume vg0 volume.lab.swap
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
