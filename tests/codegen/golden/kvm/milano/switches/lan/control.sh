#!/bin/sh
# Switch lan.lab, a network of libvirt on the bridge lan.lab.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common libvirt; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch lan
connect "${MLN_LIBVIRT_URI:-network:///system}"
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in start | stop | status | remove) need_libvirt ;; esac
case $phase in start) need_commands ip ;; esac
answer_needs "$asked"

case $phase in
build) ;;
start)
    network_start lan.lab lan.lab
    ip link set dev tap5 master lan.lab
    ;;
stop)
    network_stop lan.lab lan.lab tap5
    ;;
status)
    network_status lan.lab lan.lab
    ;;
remove)
    network_stop lan.lab lan.lab tap5
    network_remove lan.lab
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
