#!/bin/sh
# Switch ext.lab, a network of libvirt on the bridge ext.lab.
# control.sh [check] build|start|stop|status|remove
set -eu
MLN_HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
MLN_SERVER=${MLN_HERE%/*/*}
for library in settings common libvirt; do
    # shellcheck source=/dev/null
    . "$MLN_SERVER/lib/$library.sh"
done
subject switch ext
connect "${MLN_LIBVIRT_URI:-network:///system}"
asked=${1-}
[ "$asked" != check ] || shift
phase=${1-}

case $phase in start | stop | status | remove) need_libvirt ;; esac
answer_needs "$asked"

case $phase in
build) ;;
start)
    bridge_up ext.lab || fail "no bridge ext.lab (the switch belongs to someone else)"
    network_start ext.lab ext.lab
    ;;
stop)
    network_stop ext.lab ext.lab
    ;;
status)
    network_status ext.lab ext.lab
    ;;
remove)
    network_stop ext.lab ext.lab
    network_remove ext.lab
    ;;
*)
    fail "usage: control.sh [check] build|start|stop|status|remove"
    ;;
esac
