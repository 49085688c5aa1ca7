# shellcheck shell=sh
# shellcheck disable=SC2034 # MLN_PART and MLN_PART_VOLUME are read by tidy
# Disks: copies of templates, swap, logical volumes, iSCSI. What is there already is left as it is.

# is_ext PATH: whether an ext2/3/4 file system starts at the first byte.
is_ext() {
    [ "$(dd if="$1" bs=1 skip=1080 count=2 2>/dev/null | od -An -tx1 | tr -d ' \n')" = 53ef ]
}

bytes_of() {
    if [ -b "$1" ]; then blockdev --getsize64 "$1"; else stat -L -c %s -- "$1"; fi
}

# template_bytes TEMPLATE, copy_to_device TEMPLATE DEVICE: a back end with other formats has its own.
template_bytes() {
    bytes_of "$1"
}

copy_to_device() {
    dd if="$1" of="$2" bs=4M conv=fsync 2>/dev/null || fail "dd can't copy the template"
}

# target_size TEMPLATE SIZE FREE: bytes the disk gets. Never less than the template's.
target_size() {
    have=$(template_bytes "$1")
    want=$2
    [ "$3" -eq 0 ] || want=$((have + $3))
    if [ "$want" -ne 0 ] && [ "$want" -lt "$have" ]; then
        say "size $want is below the template's $have bytes; the template's is kept" >&2
    fi
    if [ "$want" -gt "$have" ]; then echo "$want"; else echo "$have"; fi
}

# copy_sparse FROM TO: with holes, and without copying at all where the file system can.
copy_sparse() {
    cp --sparse=always -- "$1" "$2" 2>/dev/null || cp -- "$1" "$2"
}

# fit_filesystem PATH: let an ext file system fill its disk.
fit_filesystem() {
    if ! is_ext "$1"; then
        warn "no ext file system in the template: the added space is left unused behind it"
        return 0
    fi
    e2fsck -f -y "$1" >/dev/null 2>&1 || [ $? -le 2 ] || fail "e2fsck can't mend the copy of the template"
    resize2fs "$1" >/dev/null 2>&1 || fail "resize2fs can't grow the file system"
}

part_done() {
    mv -f -- "$MLN_PART" "$1"
    MLN_PART=''
    say "made $1"
}

# build_root_file IMAGE TEMPLATE SIZE FREE
build_root_file() {
    if [ -e "$1" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    MLN_PART=$1.part
    say "copying $2"
    copy_sparse "$2" "$MLN_PART"
    # The template's mode may lack write permission.
    chmod 600 -- "$MLN_PART"
    size=$(target_size "$2" "$3" "$4")
    if [ "$size" -gt "$(bytes_of "$MLN_PART")" ]; then
        truncate -s "$size" -- "$MLN_PART"
        fit_filesystem "$MLN_PART"
    fi
    guest_setup "$MLN_PART"
    part_done "$1"
}

# build_swap_file IMAGE SIZE
build_swap_file() {
    if [ -e "$1" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    MLN_PART=$1.part
    truncate -s "$2" -- "$MLN_PART"
    mkswap -- "$MLN_PART" >/dev/null 2>&1 || fail "mkswap can't make a swap area of $2 bytes"
    part_done "$1"
}

# give_to OWNER IMAGE...: images to another user, who must be able to reach them too.
give_to() {
    owner=$1
    shift
    chown "$owner" "$@"
    [ ! -d "$MLN_IMAGES" ] || chmod go+x "$MLN_IMAGES"
}

# build_in_place PATH: set up the guest in a disk that is not made here, once.
build_in_place() {
    [ -f "$MLN_GUEST/guest.sh" ] || return 0
    mark=$MLN_IMAGES/$MLN_NAME.configured
    if [ -e "$mark" ]; then
        say "$1 is already set up"
        return 0
    fi
    mkdir -p -- "$MLN_IMAGES"
    guest_setup "$1"
    : >"$mark"
    say "set up $1"
}

remove_file() {
    rm -f -- "$MLN_IMAGES/$MLN_NAME.configured"
    [ -e "$1" ] || return 0
    rm -f -- "$1"
    say "removed $1"
}

volume_exists() {
    lvs --noheadings "$1/$2" >/dev/null 2>&1
}

# begin_volume GROUP NAME SIZE OPTION...: a new volume under a name of its own until it is done.
begin_volume() {
    group=$1 volume=$2 size=$3
    shift 3
    volume_exists "$group" "$volume.part" && lvremove -f "$group/$volume.part" >/dev/null
    lvcreate -y -L "${size}b" -n "$volume.part" "$@" "$group" >/dev/null
    MLN_PART_VOLUME=$group/$volume.part
}

volume_done() {
    lvrename "$1" "$2.part" "$2" >/dev/null
    MLN_PART_VOLUME=''
    say "made volume $1/$2"
}

# build_root_volume GROUP NAME TEMPLATE SIZE FREE OPTION...
build_root_volume() {
    if volume_exists "$1" "$2"; then
        say "volume $1/$2 is already there"
        return 0
    fi
    group=$1 volume=$2 template=$3
    size=$(target_size "$3" "$4" "$5")
    shift 5
    begin_volume "$group" "$volume" "$size" "$@"
    say "copying $template"
    copy_to_device "$template" "/dev/$group/$volume.part"
    if [ "$(bytes_of "/dev/$group/$volume.part")" -gt "$(template_bytes "$template")" ]; then
        fit_filesystem "/dev/$group/$volume.part"
    fi
    guest_setup "/dev/$group/$volume.part"
    volume_done "$group" "$volume"
}

# build_snapshot_volume GROUP NAME ORIGIN SIZE OPTION...: a snapshot of the volume named like the template.
build_snapshot_volume() {
    if volume_exists "$1" "$2"; then
        say "volume $1/$2 is already there"
        return 0
    fi
    group=$1 volume=$2 origin=$3 size=$4
    shift 4
    volume_exists "$group" "$origin" || fail "no volume $group/$origin to take a snapshot of"
    [ "$size" -ne 0 ] || size=$(blockdev --getsize64 "/dev/$group/$origin")
    volume_exists "$group" "$volume.part" && lvremove -f "$group/$volume.part" >/dev/null
    lvcreate -y -s -L "${size}b" -n "$volume.part" "$@" "$group/$origin" >/dev/null
    MLN_PART_VOLUME=$group/$volume.part
    guest_setup "/dev/$group/$volume.part"
    volume_done "$group" "$volume"
}

# build_swap_volume GROUP NAME SIZE OPTION...
build_swap_volume() {
    if volume_exists "$1" "$2"; then
        say "volume $1/$2 is already there"
        return 0
    fi
    begin_volume "$@"
    mkswap "/dev/$group/$volume.part" >/dev/null 2>&1 || fail "mkswap can't make a swap area"
    volume_done "$group" "$volume"
}

remove_volume() {
    volume_exists "$1" "$2" || return 0
    lvremove -f "$1/$2" >/dev/null
    say "removed volume $1/$2"
}

# iscsi_login PORTAL TARGET DEVICE
iscsi_login() {
    [ ! -e "$3" ] || return 0
    iscsiadm -m discovery -t sendtargets -p "$1" >/dev/null || fail "no answer from iSCSI portal $1"
    iscsiadm -m node -T "$2" -p "$1" --login >/dev/null || fail "can't log in to iSCSI target $2"
    wait_until 20 test -e "$3" || fail "$3 did not appear"
}

iscsi_logout() {
    iscsiadm -m node -T "$2" -p "$1" --logout >/dev/null 2>&1 || :
}
