#!/bin/sh
# Switch lan.box, a network of libvirt on the bridge lan.box.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common libvirt; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch lan
connect "${MLN_LXC_URI:-network:///system}"
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in start | stop | status | remove) need_libvirt ;; esac
answer_needs "$asked"

case $phase in
build) ;;
start)
    network_start lan.box lan.box
    ;;
stop)
    network_stop lan.box lan.box
    ;;
status)
    network_status lan.box lan.box
    ;;
remove)
    network_stop lan.box lan.box
    network_remove lan.box
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
