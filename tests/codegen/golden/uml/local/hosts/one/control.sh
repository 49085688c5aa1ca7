#!/bin/sh
# Host one.net: a User-Mode Linux machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest uml umlnet; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
MLN_UML_KERNEL=linux.uml
export MLN_UML_KERNEL

taps_down() {
    tap_down mlnf29d4923d9
    tap_down tap7
}
subject host one
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands debugfs e2fsck mkswap od openssl resize2fs truncate
    need_files "$MLN_TEMPLATES"/busybox.ext4 "$MLN_FILES"/'extra disk.img' "$MLN_FILES"/motd "$MLN_FILES"/site "$MLN_FILES"/root.pub
    ;;
start)
    need_plain_folders
    need_commands ip linux.uml ps setsid slirp timeout uml_mconsole
    need_plug lan /usr/bin/linux.uml linux.uml
    need_transport UML_NET_SLIRP slirp
    need_tap
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/one.img "$MLN_IMAGES"/one.swap "$MLN_FILES"/'extra disk.img'
    ;;
stop | status | remove)
    need_commands timeout uml_mconsole
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_root_file "$MLN_IMAGES"/one.img "$MLN_TEMPLATES"/busybox.ext4 20971520 0
    build_swap_file "$MLN_IMAGES"/one.swap 1048576
    give_to nobody "$MLN_IMAGES"/one.img "$MLN_IMAGES"/one.swap
    ;;
start)
    plug_up mlnf29d4923d9 lan '' /usr/bin/linux.uml linux.uml
    tap_up tap7 10.8.0.1/24 '' ''
    uml_start one.net none lightgrey
    ;;
stop)
    uml_stop one.net
    taps_down
    ;;
status)
    uml_status one.net "$MLN_IMAGES"/one.img
    ;;
remove)
    uml_must_be_down one.net
    taps_down
    remove_file "$MLN_IMAGES"/one.img
    remove_file "$MLN_IMAGES"/one.swap
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
