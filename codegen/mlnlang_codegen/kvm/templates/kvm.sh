# shellcheck shell=sh
# KVM machines: disks by qemu-img, in the formats of QEMU. Some functions here stand in for those of images.sh.

# domain_text: as it is, or for QEMU's own translation (TCG), which needs no /dev/kvm.
domain_text() {
    case ${MLN_DOMAIN_TYPE:-kvm} in
    kvm) put_folders_in "$MLN_HERE/domain.xml" ;;
    *)
        put_folders_in "$MLN_HERE/domain.xml" | sed -e 's|^<domain type="kvm">$|<domain type="qemu">|' \
            -e "s|^  </features>\$|    <tcg><tb-cache unit=\"MiB\">${MLN_TB_CACHE:-32}</tb-cache></tcg></features>|"
        ;;
    esac
}

# let_qemu_in: QEMU runs as a user of its own, to whom libvirt gives the images, but not the way to them.
let_qemu_in() {
    [ ! -d "$MLN_IMAGES" ] || chmod go+x -- "$MLN_IMAGES"
}

need_kvm() {
    case ${MLN_DOMAIN_TYPE:-kvm} in
    kvm)
        case $MLN_URI in
        qemu:///*) [ -e /dev/kvm ] || missing "file /dev/kvm (MLN_DOMAIN_TYPE=qemu does without it, slowly)" ;;
        esac
        ;;
    qemu) ;;
    *) missing "kvm or qemu in MLN_DOMAIN_TYPE (found: $MLN_DOMAIN_TYPE)" ;;
    esac
}

# template_format FORMAT: what the name of the template says it is.
template_format() {
    MLN_FORMAT=$1
}

# told KEY WORD...: a value that `qemu-img info` tells of an image.
told() {
    key=$1
    shift
    qemu-img info --output=json "$@" | awk -v key="\"$key\":" '
        /^    "/ && $1 == key { gsub(/[",]/, "", $2); print $2; exit }'
}

# check_template TEMPLATE: an image that is not what its name says would be carried over as garbage.
check_template() {
    found=$(told format "$1")
    [ "$found" = "$MLN_FORMAT" ] ||
        fail "template $1 is a $found image and not $MLN_FORMAT, as its name says; rename it (.qcow2, .vmdk, .vdi; others are raw)"
}

template_bytes() {
    told virtual-size -f "$MLN_FORMAT" "$1"
}

copy_to_device() {
    check_template "$1"
    qemu-img convert -n -f "$MLN_FORMAT" -O raw "$1" "$2" >/dev/null || fail "qemu-img can't copy the template"
}

# template_is_ext TEMPLATE: whether the template is one ext file system, not a disk with partitions.
template_is_ext() {
    MLN_COPY=$MLN_PART.head
    qemu-img dd -f "$MLN_FORMAT" -O raw bs=512 count=4 if="$1" of="$MLN_COPY" || fail "qemu-img can't read $1"
    if is_ext "$MLN_COPY"; then answer=0; else answer=1; fi
    rm -f -- "$MLN_COPY"
    MLN_COPY=''
    return "$answer"
}

new_overlay() {
    qemu-img create -q -f qcow2 -F "$MLN_FORMAT" -b "$1" "$MLN_PART" "$2" || fail "qemu-img can't make an overlay"
}

# overlay_by_copy TEMPLATE SIZE: a raw copy is grown and set up; what became different from the template is kept.
overlay_by_copy() {
    MLN_COPY=$MLN_PART.raw
    qemu-img convert -f "$MLN_FORMAT" -O raw "$1" "$MLN_COPY" || fail "qemu-img can't read $1"
    if [ "$2" -gt "$(bytes_of "$MLN_COPY")" ]; then
        truncate -s "$2" -- "$MLN_COPY"
        fit_filesystem "$MLN_COPY"
    fi
    guest_setup "$MLN_COPY"
    qemu-img create -q -f qcow2 -F raw -b "$MLN_COPY" "$MLN_PART" "$2" || fail "qemu-img can't make an overlay"
    qemu-img rebase -q -f qcow2 -F "$MLN_FORMAT" -b "$1" "$MLN_PART" || fail "qemu-img can't put the overlay on $1"
    rm -f -- "$MLN_COPY"
    MLN_COPY=''
}

# sets_up_disk: whether something is written to the guest's disk; a cloud-init seed leaves it alone.
sets_up_disk() {
    [ -f "$MLN_GUEST/guest.sh" ] && ! has_seed
}

# needs_copy TEMPLATE SIZE: whether the template's own file system has to be changed.
needs_copy() {
    template_is_ext "$1" || return 1
    grep -q '^    <kernel>' "$MLN_HERE/domain.xml" ||
        warn "the template is a file system without a boot loader, and the host names no kernel"
    sets_up_disk || [ "$2" -gt "$(template_bytes "$1")" ]
}

# build_overlay IMAGE TEMPLATE SIZE FREE [alone]: a qcow2 image over the template; alone: with all of it inside.
build_overlay() {
    if [ -e "$1" ]; then
        say "$1 is already there"
        return 0
    fi
    mkdir -p -- "$(dirname -- "$1")"
    check_template "$2"
    # A disk has whole sectors.
    size=$(($(target_size "$2" "$3" "$4" | awk '{ print int(($1 + 511) / 512) }') * 512))
    MLN_PART=$1.part
    say "putting a disk over $2"
    if needs_copy "$2" "$size"; then
        overlay_by_copy "$2" "$size"
    else
        new_overlay "$2" "$size"
        guest_setup "$MLN_PART"
    fi
    [ "${5-}" != alone ] || qemu-img rebase -q -f qcow2 -b '' "$MLN_PART" || fail "qemu-img can't copy the template"
    part_done "$1"
}

# build_iscsi PORTAL TARGET DEVICE: set up the guest on a disk that QEMU itself logs in to later.
build_iscsi() {
    sets_up_disk || return 0
    iscsi_login "$@"
    build_in_place "$3"
    iscsi_logout "$1" "$2"
}
