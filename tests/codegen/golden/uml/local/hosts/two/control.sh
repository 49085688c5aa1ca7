#!/bin/sh
# Host two.net: a User-Mode Linux machine.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common images filesystem guest uml umlnet; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
MLN_UML_KERNEL=/usr/bin/linux.uml
export MLN_UML_KERNEL

taps_down() {
    tap_down mlnf7c66e133d
    tap_down mlnc112d39d01
}
subject host two
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in
build)
    need_plain_folders
    need_commands /usr/bin/linux.uml timeout uml_mkcow
    need_files "$MLN_TEMPLATES"/base.ext4
    ;;
start)
    need_plain_folders
    need_commands /usr/bin/linux.uml ip ps screen setsid timeout uml_mconsole
    need_plug lan /usr/bin/linux.uml linux.uml
    need_tap
    need_transport UML_NET_DAEMON "a switch's socket"
    [ "$asked" = check ] || need_files "$MLN_IMAGES"/two.cow
    ;;
stop | status | remove)
    need_commands timeout uml_mconsole
    ;;
esac
answer_needs "$asked"

case $phase in
build)
    build_overlay "$MLN_IMAGES"/two.cow "$MLN_TEMPLATES"/base.ext4
    ;;
start)
    plug_up mlnf7c66e133d lan '' /usr/bin/linux.uml linux.uml
    tap_up mlnc112d39d01 '' br0 ''
    uml_start two.net screen lightgrey
    ;;
stop)
    uml_stop two.net
    taps_down
    ;;
status)
    uml_status two.net "$MLN_IMAGES"/two.cow
    ;;
remove)
    uml_must_be_down two.net
    taps_down
    remove_file "$MLN_IMAGES"/two.cow
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
