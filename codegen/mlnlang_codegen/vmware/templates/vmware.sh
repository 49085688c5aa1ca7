# shellcheck shell=sh
# VMware machines: disks by qemu-img, running by vmrun, switches by the device nodes vmnetN.

vmware() {
    vmrun -T "${MLN_VMRUN_TYPE:-ws}" "$@"
}

# new_disk RAW VMDK: a growable disk of one file, from a raw image.
new_disk() {
    qemu-img convert -f raw -O vmdk -o adapter_type=lsilogic "$1" "$2" >/dev/null || fail "qemu-img can't write $2"
}

# build_root_disk DISK TEMPLATE SIZE FREE
build_root_disk() {
    if [ -e "$1" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    MLN_PART=$1.part
    say "copying $2"
    qemu-img convert -O raw "$2" "$MLN_PART" || fail "qemu-img can't read $2"
    size=$(target_size "$MLN_PART" "$3" "$4")
    if [ "$size" -gt "$(bytes_of "$MLN_PART")" ]; then
        truncate -s "$size" -- "$MLN_PART"
        ! is_ext "$MLN_PART" || fit_filesystem "$MLN_PART"
    fi
    guest_setup "$MLN_PART"
    raw_to_disk "$1"
}

# raw_to_disk DISK: from the raw image in MLN_PART, which goes away.
raw_to_disk() {
    raw=$MLN_PART
    MLN_PART=$1.part.vmdk
    if (new_disk "$raw" "$MLN_PART"); then
        rm -f -- "$raw"
        part_done "$1"
    else
        rm -f -- "$raw"
        fail "the disk was not made"
    fi
}

# build_swap_disk DISK SIZE
build_swap_disk() {
    if [ -e "$1" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    MLN_PART=$1.part
    truncate -s "$2" -- "$MLN_PART"
    mkswap -- "$MLN_PART" >/dev/null 2>&1 || fail "mkswap can't make a swap area of $2 bytes"
    raw_to_disk "$1"
}

remove_disk() {
    [ -e "$1" ] || return 0
    rm -f -- "$1"
    say "removed $1"
}

# build_machine FOLDER NAME: the .vmx file beside its disks, where VMware keeps logs and state as well.
build_machine() {
    mkdir -p -- "$1"
    if [ -e "$1/$2.vmx" ]; then
        say "$1/$2.vmx is already there"
        return 0
    fi
    MLN_PART=$1/$2.vmx.part
    put_folders_in "$MLN_HERE/$2.vmx" >"$MLN_PART"
    part_done "$1/$2.vmx"
}

remove_machine() {
    rm -f -- "$1/$2.vmx" "$1/$2.nvram" "$1/$2.vmxf" "$1/$2.vmsd" "$1"/vmware*.log
    rmdir -- "$1" 2>/dev/null || :
}

# vmware_up VMX
vmware_up() {
    vmware list 2>/dev/null | grep -qxF -- "$1"
}

vmware_down() {
    ! vmware_up "$1"
}

vmware_start() {
    if vmware_up "$1"; then
        say "is up"
        return 0
    fi
    vmware start "$1" nogui >/dev/null || fail "vmrun can't start $1"
    say "started"
}

vmware_stop() {
    if vmware_down "$1"; then
        say "is down"
        return 0
    fi
    say "stopping"
    vmware stop "$1" soft >/dev/null 2>&1 || :
    if ! wait_until "${MLN_STOP_TIMEOUT:-60}" vmware_down "$1"; then
        warn "the guest does not shut down; switching it off"
        vmware stop "$1" hard >/dev/null || fail "vmrun can't stop $1"
    fi
    say "stopped"
}

vmware_status() {
    if vmware_up "$1"; then
        say "up"
    elif [ -e "$1" ]; then
        say "down"
    else
        say "not built"
    fi
}

vmware_must_be_down() {
    vmware_down "$1" || fail "is up; stop it first"
}

# vmnet_start NUMBER SWITCH: the device node, and a note whose it is: numbers are derived from names, and two may meet.
vmnet_start() {
    notes=${MLN_VMNETS:-/var/lib/mln/vmnets}
    mkdir -p -- "$notes"
    if [ -e "$notes/vmnet$1" ] && [ "$(cat -- "$notes/vmnet$1")" != "$2" ]; then
        fail "vmnet$1 belongs to switch $(cat -- "$notes/vmnet$1")"
    fi
    printf '%s\n' "$2" >"$notes/vmnet$1"
    if [ -c "/dev/vmnet$1" ]; then
        say "vmnet$1 is up"
    else
        # 119 is the major number of VMware's network driver.
        mknod "/dev/vmnet$1" c 119 "$1" || fail "can't make /dev/vmnet$1"
        chmod 600 "/dev/vmnet$1"
        say "made vmnet$1"
    fi
}

vmnet_status() {
    if [ -c "/dev/vmnet$1" ]; then say "up (vmnet$1)"; else say "down"; fi
}

vmnet_remove() {
    notes=${MLN_VMNETS:-/var/lib/mln/vmnets}
    if [ "$(cat -- "$notes/vmnet$1" 2>/dev/null)" = "$2" ]; then
        rm -f -- "$notes/vmnet$1" "/dev/vmnet$1"
        say "removed vmnet$1"
    fi
}
